"""Tables out of the structs and constants of wire/."""

import ast
import inspect
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from itertools import pairwise
from types import ModuleType
from typing import Any

import msgspec
from msgspec.inspect import (
    DictType,
    EnumType,
    IntType,
    LiteralType,
    Metadata,
    NoneType,
    StrType,
    StructType,
    TupleType,
    Type,
    UnionType,
    VarTupleType,
    type_info,
)

from docs.protocol_source.fields import meaning
from wire import codec
from wire.actions import ENDS, Action
from wire.limits import MAX_SEQUENCE
from wire.messages import Account, AnyItem, DeviceName, StreamId

HEX = "16 hexadecimal digits (`0-9a-f`)"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; bars inside of cells are escaped."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def message(kind: type[msgspec.Struct], example: msgspec.Struct | None) -> str:
    """One struct: its docstring, its fields and its example."""
    info = type_info(kind)
    if not isinstance(info, StructType):
        raise TypeError(kind)
    said = f"`k` is `{info.tag}`. " if info.tag else ""
    form = (
        f"Written as an array: [{', '.join(field.encode_name for field in info.fields)}]. " if info.array_like else ""
    )
    rows = (
        (f"`{field.encode_name}`", words(field.type), default(field), meaning(kind.__name__, field.encode_name))
        for field in info.fields
    )
    parts = [f"### {kind.__name__}", said + form + inspect.cleandoc(kind.__doc__ or "")]
    parts.append(table(("field", "type", "if absent", "meaning"), rows))
    if example is not None:
        parts.append(f"```json\n{encoded(example).decode()}\n```")
    return "\n\n".join(parts)


def encoded(one: Any) -> bytes:
    """A message or item as the codec puts it on the wire."""
    return codec.encode_item(one) if isinstance(one, AnyItem) else codec.encode(one)


def default(field: msgspec.inspect.Field) -> str:
    """What an absent field means."""
    if field.required:
        return "required"
    if field.default_factory is dict:
        return "empty"
    value = field.default.value if isinstance(field.default, Enum) else field.default
    return {None: "none", (): "empty", "": "empty"}.get(value) or f"`{msgspec.json.encode(value).decode()}`"


def words(kind: Type) -> str:
    """A type and its bounds in words."""
    match kind:
        case Metadata():
            text = words(kind.type)
        case IntType():
            text = f"integer, {number(kind.ge)} to {number(kind.le)}"
        case StrType():
            text = _text(kind)
        case EnumType() | LiteralType():
            text = _one_of(kind)
        case UnionType():
            text = " or ".join(_some([words(one) for one in kind.types if not isinstance(one, NoneType)]))
        case VarTupleType():
            most = "" if kind.max_length is None else f", {kind.min_length or 0:,} to {kind.max_length:,}"
            text = f"list of {words(kind.item_type)}{most}"
        case TupleType():
            text = f"[{'; '.join(words(one) for one in kind.item_types)}]"
        case StructType():
            text = f"[{kind.cls.__name__}](#{kind.cls.__name__.lower()})"
        case DictType():
            flat = isinstance(kind.value_type, Metadata | StrType)
            text = f"object of {words(kind.value_type)}" if flat else "object of tables, or of lists of tables"
        case _:
            text = {"BoolType": "true or false", "BytesType": "base64"}[type(kind).__name__]
    return text


def _one_of(kind: EnumType | LiteralType) -> str:
    if isinstance(kind, EnumType) and kind.cls is Action:
        return "an action"
    values = kind.values if isinstance(kind, LiteralType) else [member.value for member in kind.cls]
    return f"one of {' '.join(f'`{value}`' for value in values)}"


def _some(texts: list[str]) -> list[str]:
    """A union of all items is just called that."""
    return ["any item"] if len(texts) == len(AnyItem.__args__) else texts


def _text(kind: StrType) -> str:
    if kind.pattern is None:
        return f"text, {kind.min_length or 0} to {kind.max_length:,} characters"
    named = {pattern(StreamId): HEX, pattern(Account): "an account", pattern(DeviceName): "a device's name"}
    return named.get(kind.pattern) or f"text that matches `{kind.pattern}`"


def pattern(alias: Any) -> str:
    """The regular expression of a text type."""
    info = type_info(alias)
    if not isinstance(info, StrType) or info.pattern is None:
        raise TypeError(alias)
    return info.pattern


def number(value: float | None) -> str:
    """A bound; the greatest integer by its formula."""
    if value is None:
        raise ValueError("an integer without a bound")
    if abs(value) == MAX_SEQUENCE:
        return "2^53-1" if value > 0 else "-(2^53-1)"
    return f"{value:,}"


def constants(module: ModuleType) -> Iterator[tuple[str, str, str]]:
    """Name, value and docstring of a module's constants."""
    body = ast.parse(inspect.getsource(module)).body
    for here, after in pairwise(body):
        if isinstance(here, ast.AnnAssign) and isinstance(here.target, ast.Name) and isinstance(after, ast.Expr):
            name = here.target.id
            if isinstance(after.value, ast.Constant):
                yield f"`{name}`", number(getattr(module, name)), " ".join(str(after.value.value).split())


def actions() -> str:
    """Every action with its two accounts."""
    named = "the fact names it"
    rows = (
        (f"`{action.value}`", *(f"`{end}`" if end else named for end in (rule.source, rule.to)), rule.sentence)
        for action, rule in ENDS.items()
    )
    return table(("action", "from", "to", "meaning"), rows)
