"""The story of one unit, in small tables: places and lots are numbers."""

from dataclasses import replace
from itertools import permutations

import pytest

from hub.core.story import Break, Sighting, breaks, contributions, lot_of, steps, valid

DONOR, DOCK, SHELF, TRUCK, RECIPIENT = 1, 2, 3, 4, 5
BARE, LOT, OWNED, FULL = 10, 11, 12, 13
LOTS = {"good": LOT, "quarantined": 21}
FULLNESS = {BARE: 0, OWNED: 1, LOT: 2, 14: 2, FULL: 3}


def seen(at: int, source: int, to: int, *, lot: int | None = LOT, lane: int = 1, seq: int = 0, voided: bool = False):
    """One row."""
    return Sighting(at=at, lane=lane, seq=seq or at, lot=lot, source=source, to=to, voided=voided)


RECEIVED, SHELVED, LOADED = seen(1, DONOR, DOCK), seen(2, DOCK, SHELF), seen(3, SHELF, TRUCK)


@pytest.mark.parametrize("rows", list(permutations([RECEIVED, SHELVED, LOADED])))
def test_a_unit_counts_once_where_its_latest_sighting_left_it_in_whatever_order_they_came(rows):
    assert contributions(valid(rows), LOTS) == {(DONOR, LOT): -1, (TRUCK, LOT): 1}


def test_a_unit_scanned_twice_is_one_unit():
    again = seen(2, DONOR, DOCK)
    assert contributions(valid([RECEIVED, again]), LOTS) == {(DONOR, LOT): -1, (DOCK, LOT): 1}


@pytest.mark.parametrize(
    ("rows", "lot", "what"),
    [
        ([], LOT, "nobody saw it"),
        ([RECEIVED], None, "it is a handling unit"),
        ([seen(1, DOCK, DOCK)], LOT, "it was only sighted"),
        ([seen(1, DOCK, SHELF), seen(2, SHELF, DOCK)], LOT, "it is where it came from"),
    ],
)
def test_a_unit_adds_nothing_where(rows: list, lot: int | None, what: str):
    assert contributions(rows, {} if lot is None else LOTS) == {}, what


@pytest.mark.parametrize(
    "rows", list(permutations([seen(5, DONOR, DOCK, lane=2), seen(5, DONOR, SHELF, lane=1, seq=9)]))
)
def test_of_two_sightings_in_one_millisecond_the_lane_decides(rows):
    assert [row.lane for row in valid(rows)] == [1, 2]


def test_what_was_undone_is_no_part_of_the_story():
    assert valid([RECEIVED, seen(2, DOCK, SHELF, voided=True), LOADED]) == [RECEIVED, LOADED]


@pytest.mark.parametrize(
    ("lots", "best"),
    [
        ([LOT, BARE], LOT),
        ([BARE, LOT], LOT),
        ([FULL, LOT, OWNED], FULL),
        ([OWNED, LOT], LOT),
        ([LOT, 14], LOT),
        ([14, LOT], 14),
        ([None, BARE], BARE),
        ([None, None], None),
        ([], None),
    ],
)
def test_the_fullest_label_tells_the_lot_and_the_earliest_of_equals(lots: list, best: int | None):
    rows = [seen(at, DONOR, DOCK, lot=lot) for at, lot in enumerate(lots, start=1)]
    assert lot_of(rows, FULLNESS) == lot_of(rows[::-1], FULLNESS) == best


def test_each_step_leaves_the_place_where_the_unit_was_and_not_the_one_that_the_fact_said():
    rows = [RECEIVED, seen(2, SHELF, TRUCK), seen(3, DOCK, RECIPIENT)]
    assert [(source[0], to[0]) for _, source, to in steps(rows)] == [(DONOR, DOCK), (DOCK, TRUCK), (TRUCK, RECIPIENT)]


REGRADED = 98


def test_a_unit_that_was_set_aside_stands_in_quarantine_until_it_is_released():
    aside = replace(seen(4, TRUCK, TRUCK), grade="quarantined")
    moved, released = seen(5, TRUCK, SHELF), replace(seen(6, SHELF, SHELF), grade="good")
    rows = [RECEIVED, LOADED, aside, moved]
    over = {(REGRADED, LOT): 1, (REGRADED, 21): -1}
    assert contributions(rows, LOTS, REGRADED) == {(DONOR, LOT): -1, **over, (SHELF, 21): 1}
    assert contributions([*rows, released], LOTS, REGRADED) == {(DONOR, LOT): -1, (SHELF, LOT): 1}
    assert [after for _, _, after in steps(rows)][-2:] == [(TRUCK, "quarantined"), (SHELF, "quarantined")]


def test_a_unit_whose_first_fact_says_that_it_is_no_good_came_in_like_that():
    spoilt = replace(RECEIVED, grade="quarantined")
    assert contributions([spoilt], LOTS, REGRADED) == {(DONOR, 21): -1, (DOCK, 21): 1}


UNKNOWN = 99


@pytest.mark.parametrize(
    ("rows", "broken"),
    [
        ([RECEIVED, SHELVED, LOADED], []),
        ([RECEIVED, LOADED], [Break(3, 1, 3, DOCK, SHELF)]),
        ([RECEIVED, seen(2, UNKNOWN, SHELF)], []),
        ([RECEIVED, seen(2, SHELF, SHELF)], []),
        ([RECEIVED, seen(2, DONOR, DOCK)], [Break(2, 1, 2, DOCK, DONOR)]),
        ([seen(1, TRUCK, DOCK)], []),
        ([], []),
    ],
)
def test_a_story_breaks_where_a_unit_leaves_a_place_at_which_it_was_not(rows: list, broken: list):
    assert breaks(rows, free=frozenset({UNKNOWN})) == broken
