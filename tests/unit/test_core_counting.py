"""Balance = latest count + the moves after it."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.counting import adjustments


def at(moment: int, seq: int = 0, lane: int = 1) -> tuple[int, int, int]:
    """A key."""
    return moment, lane, seq


@pytest.mark.parametrize(
    ("changes", "counts", "adjusted"),
    [
        ([], [], []),
        ([(at(1), 5)], [], []),
        ([], [(at(1), 7)], [7]),
        ([(at(1), 5)], [(at(2), 5)], [0]),
        ([(at(1), 5)], [(at(2), 3)], [-2]),
        ([(at(1), 5)], [(at(2), 0)], [-5]),
        ([(at(3), 5)], [(at(2), 3)], [3]),
        ([(at(1), 5), (at(3), -1)], [(at(2), 6), (at(4), 5)], [1, 0]),
        ([(at(1), 5), (at(3), -1)], [(at(2), 6), (at(4), 9)], [1, 4]),
        ([(at(1), -2)], [(at(2), 1)], [3]),
        ([(at(2, 1), 5)], [(at(2, 2), 4)], [-1]),
        ([(at(2, 3), 5)], [(at(2, 2), 4)], [4]),
        ([(at(2, 3, lane=0), 5)], [(at(2, 2), 4)], [-1]),
    ],
)
def test_each_count_adds_what_the_moves_before_it_do_not_explain(changes: list, counts: list, adjusted: list):
    assert adjustments(changes, counts) == adjusted


def test_an_earlier_fact_that_comes_late_changes_the_adjustment_and_not_the_balance():
    count = [(at(10), 8)]
    known = [(at(1), 5), (at(11), 2)]
    for late in permutations([*known, (at(2), 3)]):
        assert adjustments(late, count) == [0]
    assert adjustments(known, count) == [3]


KEYS = st.tuples(st.integers(0, 20), st.integers(0, 2), st.integers(0, 50))


@given(st.dictionaries(KEYS, st.integers(-9, 9)), st.dictionaries(KEYS, st.integers(0, 20), min_size=1))
def test_the_balance_is_the_latest_count_plus_the_moves_after_it(moves: dict, stated: dict):
    changes = [(key, change) for key, change in moves.items() if key not in stated]
    counts = sorted(stated.items())
    latest, said = counts[-1]
    balance = sum(change for _, change in changes) + sum(adjustments(changes, counts))
    assert balance == said + sum(change for key, change in changes if key > latest)
