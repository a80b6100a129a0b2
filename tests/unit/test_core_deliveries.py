"""The life of an announced delivery, and what came against what was announced."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.deliveries import MOVES, OPEN, STORED, Announced, Came, Event, State, after, compare, seen

PIECE, CASE, PALLET = "gtin:1", "gtin:2", "gtin:3"
PACKS = {CASE: (PIECE, 24), PALLET: (CASE, 10)}


def line(number, item=PIECE, n=10, lot=None):
    return Announced(line=number, item=item, lot=lot, n=n)


def test_what_is_over_stays_over():
    assert {state for state, _ in MOVES} == OPEN
    for state in set(State) - OPEN:
        assert {after(state, event) for event in Event} == {None}


def test_every_state_can_be_reached_and_only_what_people_decide_is_stored():
    assert set(MOVES.values()) == set(State)
    for (before, event), then in MOVES.items():
        by_facts = event in (Event.CAME, Event.WENT)
        assert (then in STORED) or by_facts, (before, event)


@pytest.mark.parametrize("stored", sorted(STORED))
def test_facts_show_that_goods_arrive_and_change_nothing_that_was_decided(stored):
    assert seen(stored, something_came=False) == stored
    expected = State.ARRIVING if stored is State.ANNOUNCED else stored
    assert seen(stored, something_came=True) == expected


def test_goods_count_for_the_line_of_their_lot_first_and_what_is_too_much_for_the_last_that_fits():
    lines = [line(1, lot="A", n=5), line(2, n=10), line(3, item=CASE, n=1)]
    found = compare(lines, [Came(item=PIECE, lot="A", n=8), Came(item=PIECE, lot="B", n=9)])
    assert dict(found.received) == {1: 5, 2: 12, 3: 0}
    assert (found.unexpected, found.even) == ((), False)


def test_what_no_line_speaks_of_is_named():
    found = compare([line(1, lot="A")], [Came(item=PIECE, lot="B", n=1), Came(item=CASE, lot="", n=2)])
    assert [one.item for one in found.unexpected] == [PIECE, CASE], "another lot is no less unexpected than other goods"
    assert not found.even


def test_cases_count_for_announced_pieces_exactly_and_pieces_never_for_cases():
    assert dict(compare([line(1, n=240)], [Came(item=PALLET, lot="", n=1)], PACKS).received) == {1: 240}
    found = compare([line(1, item=CASE, n=10)], [Came(item=PIECE, lot="", n=240)], PACKS)
    assert (dict(found.received), len(found.unexpected)) == ({1: 0}, 1)
    assert compare([line(1)], [Came(item="gtin:x", lot="", n=1)], {"gtin:x": ("gtin:y", 2), "gtin:y": ("gtin:x", 2)})


came = st.lists(
    st.builds(Came, item=st.sampled_from([PIECE, CASE]), lot=st.sampled_from(["", "A", "B"]), n=st.integers(1, 20)),
    max_size=4,
    unique_by=lambda one: (one.item, one.lot),
)
lines = st.lists(
    st.tuples(st.sampled_from([PIECE, CASE]), st.integers(1, 20), st.sampled_from([None, "A"])), min_size=1, max_size=4
).map(lambda rows: [line(number, item, n, lot) for number, (item, n, lot) in enumerate(rows, 1)])


@given(lines, came)
def test_nothing_that_came_is_lost_in_the_comparison_in_whatever_order_it_came(announced, arrived):
    found = compare(announced, arrived)
    total = sum(found.received.values()) + sum(one.n for one in found.unexpected)
    assert total == sum(one.n for one in arrived)
    assert found.even == (not found.unexpected and all(found.received[each.line] == each.n for each in announced))
    assert all(compare(announced, list(other)) == found for other in permutations(arrived))
