"""Packing into handling units and out of them. A unit is an account: a pallet or carton by its SSCC, or a parcel.

Either the unit is scanned first, then its contents: each is a fact at once. Or the contents come first and wait in
hand; RR:DONE takes a number of the range that is reserved for this device, prints the label and keeps it all. RR:NEW
takes a number and opens the unit before there is anything in it; after RR:UNIT the next SSCC is the unit, though
contents wait. An open unit that meets another takes it in: cartons on a pallet. A parcel takes in no other parcel: that
one is packed next.

A number is burned before it is used. So a commit that fails wastes a number, and no two units ever bear the same.
"""

from dataclasses import replace

from edge.core import moving
from edge.core.dialogue_state import Goods, Moment, Outcome, State, Step, Trace, Verdict, kept, obeyed, refused, said
from edge.core.facts import MOST_MOVED, is_too_large, ref, task_of, unit_account
from edge.core.knowledge import PrintUnit, TakeSscc
from edge.core.labelling import goods_key, pieces
from wire.actions import Action
from wire.labels import parse
from wire.messages import Scan


def take(state: State, goods: Goods, now: Moment) -> Step:
    """One thing was scanned: the unit, or what goes into it or comes out of it."""
    unit = goods.label.handling_unit
    if unit is not None and unit == state.unit:
        return refused(state, "unit-itself")
    if state.verb == "pack" and goods.label.parcel is not None and (state.unit or "").startswith("parcel:"):
        state = closed(state)
    end = state.to if state.verb == "pack" else state.source
    if unit is not None and (state.naming or (end is None and not state.hand and state.chosen)):
        return _opened(state, goods, unit, now)
    if end is not None or not state.chosen:
        return moving.take(state, goods, now)
    if state.verb == "unpack":
        return refused(state, "unit-first")
    n = moving.quantity(state)
    if not 1 <= n <= MOST_MOVED:
        return refused(state, "quantity", n=n, most=MOST_MOVED)
    return moving.into_hand(state, replace(goods, n=n))


def new(state: State) -> Step:
    """RR:NEW: a unit with a new number."""
    if state.verb != "pack":
        return refused(state, "pack-first")
    if state.unit is not None:
        return refused(state, "unit-open", sscc=number(state.unit))
    return state, Outcome(verdict=Verdict.ASK, ask=TakeSscc())


def name(state: State) -> Step:
    """RR:UNIT: the next SSCC is the unit."""
    if state.verb not in {"pack", "unpack"}:
        return refused(state, "pack-first")
    return obeyed(replace(state, naming=True), "unit-next")


def close(state: State) -> Step:
    """RR:DONE: the open unit is closed, or what is in hand becomes a unit with a new number."""
    if state.unit is not None and not state.hand:
        return obeyed(closed(state), "unit-closed", sscc=number(state.unit))
    return state, Outcome(verdict=Verdict.ASK, ask=TakeSscc())


def closed(state: State) -> State:
    """The state with no unit open."""
    if state.unit is None:
        return replace(state, naming=False)
    account = unit_account(state.unit)
    return replace(
        state,
        unit=None,
        naming=False,
        to=None if state.to == account else state.to,
        source=None if state.source == account else state.source,
    )


def issued(state: State, sscc: str | None, now: Moment) -> Step:
    """A number was burned for RR:NEW or RR:DONE; None: there is none left."""
    if sscc is None:
        return refused(state, "sscc-none")
    raw = f"00{sscc}"
    goods = Goods(labels=(raw,), label=parse(raw), by=state.by)
    hand = state.hand
    after, outcome = _opened(state, goods, f"sscc:{sscc}", now)
    if outcome.verdict is Verdict.REFUSED:
        return state, outcome
    label = _label(sscc, hand, now)
    if not hand:
        spoken = (*outcome.said, said("unit-new", sscc=sscc))
        verdict = outcome.verdict
        return after, replace(outcome, verdict=verdict, said=spoken, prints=(label,))
    return closed(after), replace(outcome, said=(*outcome.said, said("unit-new", sscc=sscc)), prints=(label,))


def number(unit: str) -> str:
    """What people call a unit: its SSCC, or the parcel's id."""
    return unit.partition(":")[2]


def _opened(state: State, goods: Goods, unit: str, now: Moment) -> Step:
    """The unit is seen where it stands, and what waits in hand goes into it."""
    packing = state.verb == "pack"
    account = unit_account(unit)
    inside = replace(state, unit=unit, naming=False)
    inside = replace(inside, to=account) if packing else replace(inside, source=account)
    spoken = (said("unit-open", sscc=number(unit)),)
    where = (state.source or state.work.source or state.work.to) if packing else None
    items: tuple[Scan, ...] = ()
    if where is not None and where.startswith("place:"):
        seen = Scan(
            at=now.at,
            up=now.up,
            do=Action.SIGHT,
            labels=goods.labels,
            to=where,
            by=goods.by,
            text=goods.encoding,
            task=task_of(inside, goods, now),
            ref=ref(now),
            typed=goods.typed,
        )
        if is_too_large(seen, goods):
            return refused(state, "too-large")
        items = (seen,)
    if not state.hand and not items:
        return obeyed(inside, "unit-open", sscc=number(unit))
    inside, outcome = kept(inside, items, (Trace(),) * len(items))
    if state.hand:
        after, packed = moving.keep(inside, state.hand, now)
        if packed.verdict is Verdict.REFUSED:
            return state, packed
        return after, replace(packed, items=(*items, *packed.items), said=(*packed.said, *spoken))
    return inside, replace(outcome, said=spoken)


def _label(sscc: str, hand: tuple[Goods, ...], now: Moment) -> PrintUnit:
    """What the label says of the contents: all of it where they are of one kind."""
    keys = {goods_key(goods.label, now.knows) for goods in hand}
    lots = {(goods.label.lot, goods.label.expiry) for goods in hand}
    if len(keys) != 1 or hand[0].label.gtin is None:
        return PrintUnit(sscc=sscc)
    lot, expiry = next(iter(lots)) if len(lots) == 1 else (None, None)
    return PrintUnit(sscc=sscc, gtin=hand[0].label.gtin, lot=lot, expiry=expiry, n=sum(map(pieces, hand)))
