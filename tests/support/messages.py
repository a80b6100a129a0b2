"""Strategies for every message of the contract, derived from its structs: a new field is covered by itself."""

from collections.abc import Callable
from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

from wire.messages import (
    AnyItem,
    Batch,
    Gap,
    GapReason,
    Hello,
    Now,
    Order,
    Presence,
    Receipt,
    Status,
    Welcome,
)

LONGEST_TEXT = 40
LONGEST_LIST = 3
ALPHABET = st.characters(exclude_categories=["Cs"])
"""JSON carries no lone surrogates."""


def of(kind: Any) -> st.SearchStrategy[Any]:
    """A strategy for any type that a message has."""
    return _of(inspect.type_info(kind))


def _of(kind: inspect.Type) -> st.SearchStrategy[Any]:
    return _MAKERS[type(kind)](kind)


def _text(kind: inspect.StrType) -> st.SearchStrategy[str]:
    if kind.pattern is not None:
        return st.from_regex(kind.pattern, alphabet=ALPHABET)
    return st.text(ALPHABET, min_size=kind.min_length or 0, max_size=min(kind.max_length or 99, LONGEST_TEXT))


def _list(kind: inspect.VarTupleType) -> st.SearchStrategy[tuple[Any, ...]]:
    longest = min(kind.max_length or LONGEST_LIST, LONGEST_LIST)
    return st.lists(_of(kind.item_type), min_size=kind.min_length or 0, max_size=longest).map(tuple)


def _struct(kind: inspect.StructType) -> st.SearchStrategy[Any]:
    needed = {field.name: _of(field.type) for field in kind.fields if field.required}
    optional = {field.name: _of(field.type) for field in kind.fields if not field.required}
    if kind.cls is Gap:
        return st.builds(Gap, **needed)
    return st.fixed_dictionaries(needed, optional=optional).map(lambda values: kind.cls(**values))


def _dict(kind: inspect.DictType) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.text(ALPHABET, max_size=LONGEST_TEXT), _of(kind.value_type), max_size=LONGEST_LIST)


_MAKERS: dict[type[inspect.Type], Callable[[Any], st.SearchStrategy[Any]]] = {
    inspect.Metadata: lambda kind: _of(kind.type),
    inspect.IntType: lambda kind: st.integers(kind.ge, kind.le),
    inspect.StrType: _text,
    inspect.BoolType: lambda _: st.booleans(),
    inspect.NoneType: lambda _: st.none(),
    inspect.BytesType: lambda _: st.binary(max_size=60),
    inspect.LiteralType: lambda kind: st.sampled_from(kind.values),
    inspect.EnumType: lambda kind: st.sampled_from(list(kind.cls)),
    inspect.LiteralType: lambda kind: st.sampled_from(kind.values),
    inspect.UnionType: lambda kind: st.one_of(*(_of(one) for one in kind.types)),
    inspect.VarTupleType: _list,
    inspect.TupleType: lambda kind: st.tuples(*(_of(one) for one in kind.item_types)),
    inspect.StructType: _struct,
    inspect.DictType: _dict,
}
"""A type that the contract does not use yet fails here with its name."""

items: st.SearchStrategy[AnyItem] = of(AnyItem)
hellos, welcomes, receipts = of(Hello), of(Welcome), of(Receipt)
statuses, presences, nows, orders = of(Status), of(Presence), of(Now), of(Order)
_heads = of(Batch)


@st.composite
def runs(draw: st.DrawFn) -> tuple[int, int, tuple[Gap, ...], list[int]]:
    """A covered range (after, last], its gaps in order, and the sequences of the items between them."""
    after = at = draw(st.integers(0, 2**40))
    gaps: list[Gap] = []
    present: list[int] = []
    for missing, length in draw(st.lists(st.tuples(st.booleans(), st.integers(1, 4)), max_size=6)):
        if missing:
            gaps.append(Gap(first=at + 1, last=at + length, reason=draw(st.sampled_from(GapReason))))
        else:
            present.extend(range(at + 1, at + length + 1))
        at += length
    return after, at, tuple(gaps), present


@st.composite
def batches(draw: st.DrawFn) -> Batch:
    """A batch whose items and gaps add up."""
    after, last, gaps, present = draw(runs())
    content = tuple(draw(items) for _ in present)
    batch: Batch = msgspec.structs.replace(draw(_heads), after=after, last=last, gaps=gaps, items=content)
    return batch


@st.composite
def mutated(draw: st.DrawFn, payloads: st.SearchStrategy[bytes]) -> bytes:
    """Sound payloads after up to four wounds: bytes cut out, doubled, or replaced by what does not fit there."""
    data = bytearray(draw(payloads))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        end = min(len(data), at + draw(st.integers(0, 12)))
        kept = bytes(data[at:end])
        put = draw(st.one_of(st.sampled_from(_ODD), st.binary(max_size=4), st.just(kept + kept)))
        data[at:end] = put
    return bytes(data)


_ODD = [
    *(b"", b"null", b"-1", b"1e999", b"9007199254740992", b"99999999999999999999999", b"0.5", b"NaN", b"{}", b"[]"),
    *(b'"', b"\\ud800", b"\\u0000", b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\x00", b"[[[[", b'"k":"fix"', b"true"),
]
