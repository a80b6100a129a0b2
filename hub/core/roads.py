"""How far it is by road: lines that meet where they share a point (to about a metre), and the shortest way. Pure.

Whoever starts or ends beside a road goes straight to the nearest point of it, up to 5 km; further off there is no road.
Distances are along great circles between the points of the lines, which is what a road of the map is made of.
"""

from collections.abc import Callable, Iterable, Sequence
from heapq import heappop, heappush
from itertools import pairwise
from math import cos, hypot, radians
from typing import Final, NamedTuple

from hub.core.areas import Point, distance_km

MOST_OFF_KM: Final = 5.0
MOST_SEGMENTS: Final = 100_000
"""More are not looked at: finding the nearest takes too long."""
_KM: Final = 111.195
_GRAIN: Final = 5
"""Decimals of a degree that points have to share: 1.1 m."""


class Network(NamedTuple):
    """Points, their neighbours with the way there in km, and the segments between them."""

    points: Sequence[Point]
    next: Sequence[Sequence[tuple[int, float]]]
    segments: Sequence[tuple[int, int, float]]


class _Access(NamedTuple):
    """Where one comes to a road: its segment, how far off it is, and how far along the segment."""

    segment: tuple[int, int, float]
    off: float
    along: float


def network(lines: Iterable[Sequence[Point]]) -> Network | None:
    """The roads; None for none, or for more segments than can be looked at."""
    places: dict[Point, int] = {}
    segments: list[tuple[int, int, float]] = []
    for line in lines:
        ids = [places.setdefault((round(lat, _GRAIN), round(lon, _GRAIN)), len(places)) for lat, lon in line]
        ends = list(zip(pairwise(ids), pairwise(line), strict=True))
        segments += [(a, b, distance_km(*points)) for (a, b), points in ends if a != b]
        if len(segments) > MOST_SEGMENTS:
            return None
    around: list[list[tuple[int, float]]] = [[] for _ in places]
    for a, b, km in segments:
        around[a].append((b, km))
        around[b].append((a, km))
    return Network(list(places), around, segments) if segments else None


def ways(roads: Network, start: Point) -> Callable[[Point], float | None]:
    """How far it is from a point to any other, in km; None where no road leads there."""
    begin = _access(roads, start)
    if begin is None:
        return lambda _: None
    a, b, km = begin.segment
    far = _shortest(roads, {a: begin.off + begin.along, b: begin.off + km - begin.along})

    def way(point: Point) -> float | None:
        end = _access(roads, point)
        if end is None:
            return None
        one, other, length = end.segment
        found = [end.off + end.along + far[one], end.off + length - end.along + far[other]]
        if end.segment == begin.segment:
            found.append(begin.off + abs(begin.along - end.along) + end.off)
        nearest = min(found)
        return None if nearest == float("inf") else nearest

    return way


def _shortest(roads: Network, seeds: dict[int, float]) -> list[float]:
    """Dijkstra's shortest ways to every point."""
    far = [float("inf")] * len(roads.points)
    heap: list[tuple[float, int]] = []
    for place, km in seeds.items():
        far[place] = min(far[place], km)
        heappush(heap, (km, place))
    while heap:
        km, place = heappop(heap)
        if km > far[place]:
            continue
        for other, step in roads.next[place]:
            if km + step < far[other]:
                far[other] = km + step
                heappush(heap, (km + step, other))
    return far


def _access(roads: Network, point: Point) -> _Access | None:
    """The nearest point of the nearest segment, on a map that is flat around the point."""
    lat, lon = point
    east = max(0.01, cos(radians(lat)))
    reach = MOST_OFF_KM / _KM
    found: _Access | None = None
    for segment in roads.segments:
        (lat_a, lon_a), (lat_b, lon_b) = roads.points[segment[0]], roads.points[segment[1]]
        if min(lat_a, lat_b) - lat > reach or lat - max(lat_a, lat_b) > reach:
            continue
        ax, ay = ((lon_a - lon + 180.0) % 360.0 - 180.0) * east, lat_a - lat
        bx, by = ax + ((lon_b - lon_a + 180.0) % 360.0 - 180.0) * east, lat_b - lat
        length = (bx - ax) ** 2 + (by - ay) ** 2
        part = min(1.0, max(0.0, -(ax * (bx - ax) + ay * (by - ay)) / length)) if length else 0.0
        off = hypot(ax + part * (bx - ax), ay + part * (by - ay)) * _KM
        if off <= MOST_OFF_KM and (found is None or off < found.off):
            found = _Access(segment, off, part * segment[2])
    return found
