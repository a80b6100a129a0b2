"""The hub's side of delivery, by examples and against a plain set."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.reception import Beyond, LaneState, ReceptionError, Taken, answer, chosen, greet, lost, take
from wire.codec import sequences
from wire.messages import Gap, GapReason, Hello, Lane, StreamEnd

FACTS, TELEMETRY = Lane.FACTS, Lane.TELEMETRY


def test_a_batch_that_joins_on_is_applied_whole():
    assert take(LaneState(5, 5), lane=FACTS, after=5, last=9) == Taken(LaneState(9, 9), ((6, 9),))


def test_the_same_batch_again_applies_nothing():
    assert take(LaneState(9, 9), lane=FACTS, after=5, last=9) == Taken(LaneState(9, 9), ())


def test_a_batch_that_starts_beyond_is_not_stored():
    assert take(LaneState(5, 5), lane=FACTS, after=6, last=9) == Beyond(5)


def test_of_a_batch_that_overlaps_only_the_new_part_is_applied():
    assert take(LaneState(5, 20), lane=FACTS, after=3, last=9) == Taken(LaneState(9, 20), ((6, 9),))


def test_a_gap_in_facts_stays_open_until_whoever_holds_the_facts_fills_it_once():
    gap = Gap(3, 6, GapReason.UNREADABLE)
    taken = take(LaneState(0, 8), lane=FACTS, after=0, last=8, gaps=(gap,))
    assert taken == Taken(LaneState(8, 8, ((3, 6),)), ((1, 2), (7, 8)), (gap,))
    filled = take(taken.state, lane=FACTS, after=3, last=5)
    assert filled == Taken(LaneState(8, 8, ((3, 3), (6, 6))), ((4, 5),))
    assert take(filled.state, lane=FACTS, after=3, last=5) == Taken(filled.state, ())


def test_a_gap_that_is_declared_again_is_not_counted_again():
    gap = Gap(3, 6, GapReason.TRIMMED)
    state = LaneState(6, 6, ((3, 6),))
    taken = take(state, lane=FACTS, after=2, last=7, gaps=(gap,))
    assert taken == Taken(LaneState(7, 7, ((3, 6),)), ((7, 7),))


def test_a_gap_in_telemetry_is_declared_and_closed():
    gap = Gap(1, 4, GapReason.THINNED)
    assert take(LaneState(), lane=TELEMETRY, after=0, last=4, gaps=(gap,)) == Taken(LaneState(4, 4), (), (gap,))


def test_facts_declared_as_thinned_are_refused():
    with pytest.raises(ReceptionError):
        take(LaneState(), lane=FACTS, after=0, last=4, gaps=(Gap(1, 4, GapReason.THINNED),))


def test_a_batch_that_ends_before_it_starts_is_refused():
    with pytest.raises(ReceptionError):
        take(LaneState(9, 9), lane=FACTS, after=9, last=4)


def test_a_hello_raises_the_greatest_last_and_never_lowers_it():
    states = {("a" * 16, FACTS): LaneState(5, 9), ("a" * 16, TELEMETRY): LaneState(2, 2)}
    hello = Hello(hello=1, streams=(StreamEnd(stream="a" * 16, facts=7, telemetry=4), StreamEnd(stream="b" * 16)))
    changed = greet(states, hello)
    assert changed == {
        ("a" * 16, TELEMETRY): LaneState(2, 4),
        ("b" * 16, FACTS): LaneState(0, 0),
        ("b" * 16, TELEMETRY): LaneState(0, 0),
    }
    told = answer({**states, **changed}, hello)
    assert [(s.stream[0], s.facts, s.telemetry) for s in told] == [("a", 5, 2), ("b", 0, 0)]
    assert lost(states["a" * 16, FACTS], said=7) == 2
    assert lost(states["a" * 16, FACTS], said=0) == 4
    assert lost(states["a" * 16, FACTS], said=9) == 0


batches = st.lists(
    st.tuples(st.integers(0, 20), st.lists(st.booleans(), max_size=12)),
    max_size=12,
)


@given(batches)
def test_whatever_arrives_in_whatever_order_each_sequence_is_applied_once_or_stands_in_an_open_gap(arrivals):
    state, applied = LaneState(), []
    for after, held in arrivals:
        last = after + len(held)
        gaps = tuple(Gap(after + i, after + i, GapReason.UNREADABLE) for i, there in enumerate(held, 1) if not there)
        items = [after + i for i, there in enumerate(held, 1) if there]
        outcome = take(state, lane=FACTS, after=after, last=last, gaps=gaps)
        if isinstance(outcome, Beyond):
            assert after > state.through
            continue
        found = list(chosen(sequences(after, last, gaps, len(items)), items, outcome.fresh))
        assert all(seq == item for seq, item in found)
        assert len(found) == sum(b - a + 1 for a, b in outcome.fresh)
        applied += [item for _, item in found]
        assert outcome.state.through == max(state.through, last)
        state = outcome.state
    waiting = [seq for first, last in state.open for seq in range(first, last + 1)]
    assert sorted(applied + waiting) == list(range(1, state.through + 1))
