"""Kit, unkit and open: goods become other goods at one place, as one fact.

First the whole is scanned (the kit, the case), then what it is made of, with quantities; RR:DONE keeps it. Where the
catalogue knows what is in it, RR:DONE alone is enough, and a case of known contents is opened by its one scan: pack
sizes convert exactly, whole case to whole pieces, and the pieces are of the case's lot.
"""

from dataclasses import replace

from edge.core.cautions import cautions, codes_of
from edge.core.dialogue_state import Goods, Moment, Said, State, Step, Trace, held, kept, refused
from edge.core.facts import MOST_MOVED, fits_with, here, owner_of, ref
from edge.core.labelling import goods_key, pieces
from edge.core.moving import quantity
from wire.elements import GS, element_string
from wire.labels import Label, merge, parse
from wire.messages import Kit, Part

MOST_PARTS = 50


def take(state: State, goods: Goods, now: Moment) -> Step:
    """The whole, then its parts."""
    where, n = here(state), quantity(state)
    if where is None:
        return refused(state, "kit-place")
    if not 1 <= n <= MOST_MOVED:
        return refused(state, "quantity", n=n, most=MOST_MOVED)
    goods = replace(goods, n=n)
    if state.made is not None:
        return _with_part(state, state.made, goods, where, now)
    if not fits_with((), goods):
        return refused(state, "too-large")
    after = replace(state, n=None, digits="", made=goods)
    if state.verb == "open" and _recipe(state, goods, where, now):
        return finish(after, now)
    return held(after, f"{state.verb}-parts")


def _with_part(state: State, made: Goods, goods: Goods, where: str, now: Moment) -> Step:
    if goods_key(goods.label, now.knows) == goods_key(made.label, now.knows):
        return refused(state, "kit-itself")
    if len(state.parts) >= MOST_PARTS:
        return refused(state, "kit-full", count=MOST_PARTS)
    if not fits_with((_part(state, made, where, now), *state.parts), goods):
        return refused(state, "too-large")
    parts = (*state.parts, _part(state, goods, where, now))
    return held(replace(state, n=None, digits="", parts=parts), "kit-part", count=len(parts))


def finish(state: State, now: Moment) -> Step:
    """RR:DONE: it is kept, of the parts that were scanned, else of those that the catalogue names."""
    where, made = here(state), state.made
    if where is None or made is None:
        return refused(state, "kit-first" if made is None else "kit-place")
    used = state.parts or _recipe(state, made, where, now)
    if not used:
        return refused(state, f"{state.verb}-parts")
    whole = _part(state, made, where, now)
    warnings: list[Said] = []
    for goods in (made, *(Goods(labels=part.labels, label=_label(part)) for part in used)):
        found = cautions(state, goods, (None, where), whole.owner, now)
        warnings += [each for each in found if each not in warnings]
    item = Kit(
        at=now.at,
        up=now.up,
        do="kit" if state.verb == "kit" else "unkit" if state.verb == "unkit" else "open",
        where=where,
        made=whole,
        used=used,
        task=state.task,
        by=made.by,
        ref=ref(now),
        warned=codes_of(tuple(warnings)),
    )
    return kept(replace(state, made=None, parts=()), (item,), (Trace(),), warnings=tuple(warnings))


def _part(state: State, goods: Goods, where: str, now: Moment) -> Part:
    """Labels and number of one end; a count on the label itself stays on the label."""
    return Part(labels=goods.labels, n=goods.n, owner=owner_of(state, goods, (where, None), now))


def _recipe(state: State, made: Goods, where: str, now: Moment) -> tuple[Part, ...]:
    """What the catalogue says is in it, () where it says nothing or the numbers go beyond a fact's."""
    article = now.knows.article(goods_key(made.label, now.knows))
    if article is None:
        return ()
    opened = state.verb == "open"
    lines = ((article.contains,) if article.contains else ()) if opened else article.kit
    whole = pieces(made)
    owner = owner_of(state, made, (where, None), now)
    label = made.label if opened else Label(text="")
    parts = tuple(
        Part(labels=(_inner(gtin, label),), n=min(n * whole, MOST_MOVED + 1), owner=owner) for gtin, n in lines
    )
    return parts if all(part.n <= MOST_MOVED for part in parts) else ()


def _inner(gtin: str, outer: Label) -> str:
    """The label of what is in a case: the case's lot and dates."""
    raw = element_string(
        gtin=gtin,
        lot=outer.lot,
        expiry=outer.expiry,
        best_before=outer.best_before,
        produced=outer.produced,
        symbology="",
    )
    return raw if parse(raw).gtin == gtin else GS + raw  # a lot that is too long makes it a plain text without FNC1


def _label(part: Part) -> Label:
    return merge([parse(raw) for raw in part.labels])
