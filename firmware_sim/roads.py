"""Roads and ways along them. Pure geometry; points are (longitude, latitude) in degrees, lengths in metres."""

import heapq
import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

EARTH_M: Final = 6_371_008.8
"""Mean radius of the Earth (IUGG)."""
Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """A polyline with a name; roads meet where they share a point."""

    name: str
    name_zh: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A way along roads; `metres[i]` is the length up to `points[i]`."""

    points: tuple[Point, ...]
    metres: tuple[float, ...]

    @property
    def length_m(self) -> float:
        return self.metres[-1]


def distance_m(one: Point, other: Point) -> float:
    """Great-circle distance (haversine)."""
    lon1, lat1, lon2, lat2 = map(math.radians, (*one, *other))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_M * math.asin(math.sqrt(min(1.0, half)))


def bearing_deg(one: Point, other: Point) -> float:
    """Initial bearing, 0 north, 90 east."""
    lon1, lat1, lon2, lat2 = map(math.radians, (*one, *other))
    east = math.sin(lon2 - lon1) * math.cos(lat2)
    north = math.cos(lat1) * math.sin(lat2) - math.sin(lat1) * math.cos(lat2) * math.cos(lon2 - lon1)
    return math.degrees(math.atan2(east, north)) % 360


def through(points: Iterable[Point]) -> Route:
    """The route that runs through these points."""
    way = tuple(points)
    metres = [0.0]
    for one, other in pairwise(way):
        metres.append(metres[-1] + distance_m(one, other))
    return Route(points=way, metres=tuple(metres))


def shortest(roads: Sequence[Road], start: Point, end: Point) -> Route:
    """The shortest way between two points of the roads (Dijkstra); raises ValueError where there is none."""
    near: defaultdict[Point, list[tuple[Point, float]]] = defaultdict(list)
    for road in roads:
        for one, other in pairwise(road.points):
            length = distance_m(one, other)
            near[one].append((other, length))
            near[other].append((one, length))
    before: dict[Point, Point] = {}
    best = {start: 0.0}
    queue = [(0.0, start)]
    while queue:
        so_far, here = heapq.heappop(queue)
        if here == end:
            return through(_back(before, start, end))
        for there, length in near[here]:
            if so_far + length < best.get(there, math.inf):
                best[there], before[there] = so_far + length, here
                heapq.heappush(queue, (so_far + length, there))
    raise ValueError(f"no road leads from {start} to {end}")


def position(route: Route, metres: float) -> tuple[Point, float]:
    """Where one is after so many metres, and the heading in degrees; before the start and beyond the end: there."""
    if len(route.points) == 1:
        return route.points[0], 0.0
    leg = min(max(bisect_right(route.metres, metres) - 1, 0), len(route.points) - 2)
    one, other = route.points[leg], route.points[leg + 1]
    length = route.metres[leg + 1] - route.metres[leg]
    part = min(1.0, max(0.0, (metres - route.metres[leg]) / length)) if length else 0.0
    place = (one[0] + (other[0] - one[0]) * part, one[1] + (other[1] - one[1]) * part)
    return place, bearing_deg(one, other)


def _back(before: dict[Point, Point], start: Point, end: Point) -> list[Point]:
    way = [end]
    while way[-1] != start:
        way.append(before[way[-1]])
    return way[::-1]
