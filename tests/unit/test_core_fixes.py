"""What a position is worth, in small tables."""

from math import isclose

import pytest

from hub.core.fixes import FUTURE_MS, Point, distance_m, intrinsic, judge
from tests.support.facts import NOW

DEGREE_M = 111_194.9
"""One degree of a great circle on a sphere of the Earth's mean radius."""


def point(t_s: float, north_m: float = 0, speed_cms: int | None = None) -> Point:
    """Seconds after NOW, metres north of 31 degrees."""
    return Point(NOW + round(t_s * 1000), 310_000_000 + round(north_m / DEGREE_M * 1e7), 1_030_000_000, speed_cms)


@pytest.mark.parametrize(
    ("fix", "quality", "verdict"),
    [
        (point(0), "gnss", "good"),
        (point(0), "rtk", "good"),
        (point(0), "simulated", "simulated"),
        (Point(NOW, 0, 0), "gnss", "zero"),
        (Point(NOW, 0, 0), "simulated", "zero"),
        (Point(NOW, 0, 1), "gnss", "good"),
        (Point(NOW + FUTURE_MS, 1, 1), "gnss", "good"),
        (Point(NOW + FUTURE_MS + 1, 1, 1), "gnss", "future"),
        (Point(0, 1, 1), "gnss", "good"),
    ],
)
def test_a_fix_alone_tells(fix: Point, quality: str, verdict: str):
    assert intrinsic(fix, quality, NOW) == verdict


@pytest.mark.parametrize(
    ("track", "verdicts"),
    [
        ([], []),
        ([point(0)], ["good"]),
        ([point(0), point(1, 20), point(2, 40)], ["good"] * 3),
        ([point(0), point(1, 5000), point(2, 20), point(3, 30)], ["good", "jump", "good", "good"]),
        ([point(0), point(1, 5000)], ["good", "jump"]),
        ([point(0), point(1, 5000), point(2, 5010)], ["good"] * 3),
        ([point(0), point(1, 5000), point(2, 20)], ["good", "jump", "good"]),
        ([point(0), point(1, 9000), point(2, 5000)], ["good", "jump", "jump"]),
        ([point(0), point(0, 90)], ["good"] * 2),
        ([point(0), point(0, 110)], ["good", "jump"]),
        ([point(0), point(100, 7000)], ["good"] * 2),
        ([point(0), point(100, 7200)], ["good", "jump"]),
        ([point(0, 5, 1500), point(1, 5, 1500), point(2, 5, 1500)], ["good", "stuck", "stuck"]),
        ([point(0, 5, 0), point(1, 5, 0)], ["good"] * 2),
        ([point(0, 5), point(1, 5)], ["good"] * 2),
        ([point(0, 5, 1500), point(1, 5, 100)], ["good"] * 2),
    ],
)
def test_neighbours_tell(track: list, verdicts: list):
    assert judge(track) == verdicts


@pytest.mark.parametrize(
    ("a", "b", "metres"),
    [
        (Point(0, 0, 0), Point(0, 10_000_000, 0), DEGREE_M),
        (Point(0, 0, 1_799_999_999), Point(0, 0, -1_799_999_999), 0.022239),
        (Point(0, 0, 0), Point(0, 0, 1_800_000_000), 20_015_086.8),
        (Point(0, 900_000_000, 0), Point(0, -900_000_000, 0), 20_015_086.8),
        (Point(0, 1, 1), Point(0, 1, 1), 0.0),
    ],
)
def test_distance_is_that_of_a_great_circle(a: Point, b: Point, metres: float):
    assert isclose(distance_m(a, b), metres, rel_tol=1e-3, abs_tol=1e-6)
    assert distance_m(a, b) == distance_m(b, a)
