"""Scans that move goods: each is a fact at once, or goods wait in hand for the end that is not known yet.

A person who puts away scans the goods, walks, and scans the bin. What is in hand is not kept and not confirmed: the
bin keeps it, all of it in one commit. A scanner whose verb is configured never waits: what no one named stays open,
as a discrepancy that the hub shows.
"""

from dataclasses import replace
from typing import Final

from edge.core.cautions import cautions, codes_of, progress_key
from edge.core.dialogue_state import (
    MOST_IN_HAND,
    Fact,
    Goods,
    Moment,
    Said,
    State,
    Step,
    Trace,
    held,
    kept,
    refused,
)
from edge.core.facts import MOST_MOVED, ends_of, fits_with, is_too_large, owner_of, scan, task_of
from edge.core.labelling import pieces
from edge.core.shelving import Shelf, shelved, with_labels
from edge.core.verbs import VERBS, End
from wire import codes
from wire.labels import parse
from wire.messages import Proof

_VOUCHED: Final = Proof(way="person")
"""Somebody said whose it is; no code was checked."""


def take(state: State, goods: Goods, now: Moment) -> Step:
    """One thing was scanned."""
    n = quantity(state)
    if not 1 <= n <= MOST_MOVED:
        return refused(state, "quantity", n=n, most=MOST_MOVED)
    goods = replace(goods, n=n)
    return into_hand(state, goods) if waits(state) else keep(state, (goods,), now)


def quantity(state: State) -> int:
    """How many the next scan stands for: what was said, or the digits that nobody confirmed, else 1."""
    return state.n if state.n is not None else int(state.digits) if state.digits else 1


def waits(state: State) -> bool:
    """Whether goods wait for an end that this verb needs and nothing names."""
    verb = VERBS[state.verb]
    if verb.needs is None or not state.chosen:
        return False
    configured = verb.action is state.work.do
    if verb.needs is End.TO:
        return state.to is None and not (configured and state.work.to)
    return state.source is None and not (configured and state.work.source)


def into_hand(state: State, goods: Goods) -> Step:
    """The goods wait."""
    if len(state.hand) >= MOST_IN_HAND:
        return refused(state, "hand-full", count=MOST_IN_HAND)
    if not fits_with((), goods):
        return refused(state, "too-large")
    state = replace(state, hand=(*state.hand, goods), n=None, digits="")
    return held(state, f"held-{state.verb}", count=len(state.hand))


def keep(state: State, many: tuple[Goods, ...], now: Moment) -> Step:
    """The goods move between the ends that stand now: one fact each."""
    items: list[Fact] = []
    traces: list[Trace] = []
    warnings: list[Said] = []
    shelves: list[Shelf] = []
    run = state  # counts on, so that the second of two is judged after the first
    for goods in many:
        run = _announced(run, goods, now)
        between = ends_of(run, goods, now)
        owner = owner_of(run, goods, between, now)
        found = cautions(run, goods, between, owner, now)
        item = scan(
            run,
            goods,
            now,
            between=between,
            owner=owner,
            warned=codes_of(found),
            task=task_of(run, goods, now),
            proof=_VOUCHED if run.verb == "hand-over" and goods.label.parcel is not None else None,
        )
        if is_too_large(item, goods):
            return refused(state, "too-large")
        key = progress_key(run, goods, now.knows)
        traces.append(Trace(task=run.task, key=key, n=pieces(goods)))
        items.append(item)
        warnings += [each for each in found if each not in warnings]
        shelves += shelved(run.verb, item, goods, now)
        run, _ = kept(run, (), (traces[-1],))
    after = replace(state, task=run.task, n=None, digits="", hand=())
    step = kept(after, tuple(items), tuple(traces), warnings=tuple(warnings))
    return with_labels(step, shelves) if shelves else step


def journey(state: State, vehicle: str, now: Moment) -> Step:
    """A vehicle departs or arrives, with all that is in it; `vehicle` is its account."""
    raw = codes.write("TO", vehicle.partition("/")[0])
    goods = Goods(labels=(raw,), label=parse(raw), by=state.by)
    item = scan(state, goods, now, between=(None, vehicle.partition("/")[0]), owner=None)
    return kept(replace(state, n=None, digits=""), (item,), (Trace(),))


def _announced(state: State, goods: Goods, now: Moment) -> State:
    """Receiving an announced unit begins the receipt of its delivery."""
    if state.verb != "receive" or state.task is not None or goods.label.sscc is None:
        return state
    delivery = now.knows.delivery_of(goods.label.sscc)
    return state if delivery is None else replace(state, task=f"delivery:{delivery.id}")
