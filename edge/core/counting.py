"""Counting, blind: the person says how many stand there, and nothing ever says how many should.

The number comes before the label (RR:N, digit cards) or after it. A recount is the same in a later round; whether the
rounds agree, and who may approve, is the hub's business. RR:COUNT makes one count out of any other dialogue.

Parcels are not counted but seen, one by one: a shelf is counted by scanning it and all that stands on it.
"""

from dataclasses import replace

from edge.core.cautions import cautions, codes_of
from edge.core.dialogue_state import Goods, Moment, State, Step, Trace, held, kept, obeyed, refused
from edge.core.facts import bin_owner, fits_with, here, is_too_large, ref, scan
from wire.messages import Count

MOST_ROUNDS = 1_000


def take(state: State, goods: Goods, now: Moment) -> Step:
    """What is counted was scanned."""
    if goods.label.parcel is not None:
        return _seen(state, goods, now)
    n = state.n if state.n is not None else int(state.digits) if state.digits else None
    if n is None and (state.counting or state.hand):
        return refused(state, "count-number")
    if here(state) is None:
        return refused(state, "count-place")
    if n is not None:
        return _kept(state, replace(goods, n=n), now)
    if not fits_with((), goods):
        return refused(state, "too-large")
    return held(replace(state, hand=(goods,)), "held-count")


def numbered(state: State, n: int, now: Moment) -> Step:
    """The number of what was scanned before it."""
    return _kept(state, replace(state.hand[0], n=n), now)


def again(state: State) -> Step:
    """RR:RECOUNT: the next counts are of a further round."""
    if state.verb != "count":
        return refused(state, "count-first")
    if state.round >= MOST_ROUNDS:
        return refused(state, "count-rounds")
    return obeyed(replace(state, round=state.round + 1), "recount", round=state.round + 1)


def _seen(state: State, goods: Goods, now: Moment) -> Step:
    """A parcel stands here."""
    where = here(state)
    if where is None:
        return refused(state, "count-place")
    between = (None, where)
    seen = replace(state, verb="sight")
    warnings = cautions(seen, goods, between, None, now)
    item = scan(seen, goods, now, between=between, owner=None, warned=codes_of(warnings))
    if is_too_large(item, goods):
        return refused(state, "too-large")
    after = replace(state, n=None, digits="", counting=False)
    return kept(after, (item,), (Trace(),), warnings=warnings)


def _kept(state: State, goods: Goods, now: Moment) -> Step:
    where = here(state)
    if where is None:
        return refused(state, "count-place")
    owner = bin_owner(where, now.knows) or state.owner or state.work.owner
    warnings = cautions(replace(state, verb="count"), goods, (None, where), owner, now)
    item = Count(
        at=now.at,
        up=now.up,
        where=where,
        labels=goods.labels,
        n=goods.n,
        owner=owner,
        by=goods.by,
        text=goods.encoding,
        task=state.task,
        condition=state.condition,
        ref=ref(now),
        round=state.round,
        warned=codes_of(warnings),
    )
    if is_too_large(item, goods):
        return refused(state, "too-large")
    hand = () if state.verb == "count" else state.hand
    after = replace(state, n=None, digits="", hand=hand, counting=False)
    return kept(after, (item,), (Trace(),), warnings=warnings)
