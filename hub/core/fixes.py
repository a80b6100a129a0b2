"""What a position is worth; every fix is kept, with its verdict.

Verdicts look at a fix and its neighbours in time only, so that they come out the same in whatever order fixes arrive.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import Final, Literal

Verdict = Literal["good", "zero", "jump", "future", "stuck", "simulated"]

FASTEST_MPS: Final = 70.0
"""No relief vehicle on the ground is faster, in metres per second."""
SLACK_M: Final = 100.0
"""Two fixes this near are never a jump, in metres: receivers wander after a cold start."""
FUTURE_MS: Final = 120_000
MOVING_CMS: Final = 300
EARTH_M: Final = 6_371_008.8
"""Mean radius of the Earth (IUGG), in metres."""


@dataclass(frozen=True, slots=True)
class Point:
    """A fix as the tracker sees it: `t` Unix ms, degrees times 1e7, centimetres per second."""

    t: int
    lat_e7: int
    lon_e7: int
    speed_cms: int | None = None


def intrinsic(point: Point, quality: str, received_at: int) -> Verdict:
    """What can be told from the fix alone: `good` leaves it to its neighbours."""
    if point.lat_e7 == 0 and point.lon_e7 == 0:
        return "zero"
    if quality == "simulated":
        return "simulated"
    if point.t > received_at + FUTURE_MS:
        return "future"
    return "good"


def verdict(before: Point | None, point: Point, after: Point | None, earlier: Point | None = None) -> Verdict:
    """What its neighbours in time say about a fix that is good by itself; `earlier` is the one before `before`.

    A jump is too far from the fix before and from the fix after: so a real relocation is a jump only until the next
    fix confirms it. The newest fix has none after it; it is asked to be too far from both that are before it, so
    that a wild one that arrives late, and lies just before it in time, does not take its place away.
    """
    if before is not None and _too_far(before, point):
        other = after if after is not None else earlier
        if other is None or _too_far(point, other):
            return "jump"
    if before is not None and _same(before, point) and _moving(before) and _moving(point):
        return "stuck"
    return "good"


def judge(points: Sequence[Point]) -> list[Verdict]:
    """The verdicts of consecutive fixes that are good by themselves, in order of time."""
    padded = [None, None, *points, None]
    return [verdict(padded[i - 1], point, padded[i + 1], padded[i - 2]) for i, point in enumerate(points, start=2)]


def distance_m(a: Point, b: Point) -> float:
    """Great-circle distance in metres (haversine)."""
    lat_a, lat_b = radians(a.lat_e7 / 1e7), radians(b.lat_e7 / 1e7)
    half = sin((lat_b - lat_a) / 2) ** 2
    half += cos(lat_a) * cos(lat_b) * sin(radians((b.lon_e7 - a.lon_e7) / 1e7) / 2) ** 2
    return 2 * EARTH_M * asin(min(1.0, sqrt(half)))


def _too_far(a: Point, b: Point) -> bool:
    return distance_m(a, b) > SLACK_M + FASTEST_MPS * abs(b.t - a.t) / 1000


def _same(a: Point, b: Point) -> bool:
    return a.lat_e7 == b.lat_e7 and a.lon_e7 == b.lon_e7


def _moving(point: Point) -> bool:
    return point.speed_cms is not None and point.speed_cms > MOVING_CMS
