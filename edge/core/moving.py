"""Scans that move goods: each is a fact at once, or goods wait in hand for the end that is not known yet.

A person who puts away scans the goods, walks, and scans the bin. What is in hand is not kept and not confirmed: the
bin keeps it, all of it in one commit. A scanner whose verb is configured never waits: what no one named stays open,
as a discrepancy that the hub shows.
"""

from dataclasses import replace

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
from edge.core.facts import MOST_MOVED, ends, fits_with, is_too_large, owner_of, scan
from edge.core.labelling import pieces
from edge.core.verbs import VERBS, End


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
    run = state  # counts on, so that the second of two is judged after the first
    for goods in many:
        run = _announced(run, goods, now)
        between = ends(run)
        owner = owner_of(run, goods, between, now)
        found = cautions(run, goods, between, owner, now)
        item = scan(run, goods, now, between=between, owner=owner, warned=codes_of(found))
        if is_too_large(item, goods):
            return refused(state, "too-large")
        key = progress_key(run, goods, now.knows)
        traces.append(Trace(task=run.task, key=key, n=pieces(goods)))
        items.append(item)
        warnings += [each for each in found if each not in warnings]
        run, _ = kept(run, (), (traces[-1],))
    after = replace(state, task=run.task, n=None, digits="", hand=())
    return kept(after, tuple(items), tuple(traces), warnings=tuple(warnings))


def _announced(state: State, goods: Goods, now: Moment) -> State:
    """Receiving an announced unit begins the receipt of its delivery."""
    if state.verb != "receive" or state.task is not None or goods.label.sscc is None:
        return state
    delivery = now.knows.delivery_of(goods.label.sscc)
    return state if delivery is None else replace(state, task=f"delivery:{delivery.id}")
