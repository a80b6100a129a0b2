"""The corrected time of an item, and between what it lies."""

import pytest

from hub.core.moments import corrected, moment
from tests.support.facts import NOW
from wire.messages import Clock, ClockPoint

LATER = NOW + 3_600_000
POINTS = (ClockPoint(1_000, NOW, 10, 20), ClockPoint(2_000, NOW - 100, 30, 40), ClockPoint(9_000, NOW + 5_000, 0, 0))
BENT = Clock(base=NOW, error=9_000, points=POINTS)


@pytest.mark.parametrize(
    ("clock", "at"),
    [
        (None, NOW),
        (Clock(base=NOW - 90_000, error=20), NOW - 60_000),
        (Clock(base=-5, error=0), 29_995),
    ],
)
def test_a_moment_is_told_by_uptime_where_the_boot_is_known_and_else_by_the_wall_clock(clock: Clock, at: int):
    assert corrected(NOW, 30_000, clock, LATER) == at


@pytest.mark.parametrize("clock", [None, Clock(base=NOW, error=7), BENT])
def test_nothing_happens_after_the_hub_heard_of_it(clock: Clock | None):
    found = moment(NOW + 9_000, 9_000, clock, NOW + 500)
    assert found.at == corrected(NOW + 9_000, 9_000, clock, NOW + 500) == found.latest == NOW + 500


@pytest.mark.parametrize(
    ("up", "at", "before", "after"),
    [
        (1_000, NOW + 1_000, 10, 21),
        (1_500, NOW + 1_450, 20, 31),
        (2_000, NOW + 1_900, 30, 41),
        (0, NOW, 11, 21),
        (19_000, NOW + 24_000, 2, 2),
    ],
)
def test_between_points_lie_straight_lines_and_beyond_them_less_is_sure(up: int, at: int, before: int, after: int):
    found = moment(0, up, BENT, LATER)
    assert (found.at, found.at - found.earliest, found.latest - found.at) == (at, before, after)
    assert (found.error, found.estimated) == (max(before, after), False)


def test_a_time_that_nobody_vouches_for_to_two_seconds_counts_as_estimated():
    assert moment(NOW, 0, None, LATER) == (NOW, None, LATER, True)
    assert moment(NOW, 0, Clock(base=NOW, error=2_001), LATER).estimated
    assert not moment(NOW, 0, Clock(base=NOW, error=2_000), LATER).estimated
    assert moment(NOW, 0, Clock(base=NOW, error=5, estimated=True), LATER).estimated


def test_points_that_make_no_sense_are_survived():
    mad = Clock(
        base=0, error=0, points=tuple(ClockPoint(up, 2**53 - 1, 0, 2**53 - 1) for up in (5, 5, -(2**53) + 1, 5))
    )
    for up in (-(2**53) + 1, 0, 5, 2**53 - 1):
        found = moment(0, up, mad, NOW)
        assert found.earliest <= found.at <= found.latest <= NOW
