"""Areas on the globe: polygons and circles, what lies in them, and how far apart two points are. Pure.

Positions are WGS 84 degrees, latitude first as CAP 1.2 writes them (3.2.4, polygon and circle); GeoJSON comes out
longitude first (RFC 7946). An edge of a polygon is a straight line on the map, as RFC 7946, 3.1.1 has it, and takes the
shorter way round the globe, so an area may lie across the 180th meridian. What lies on an edge lies inside: a warning
holds rather for one place too many. A polygon around a pole cannot be said.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from math import asin, atan2, cos, degrees, hypot, radians, sin
from typing import Any, Final, TypeAlias

from msgspec import Struct

EARTH_KM: Final = 6371.0088
"""Mean radius (IUGG)."""
MOST_POINTS: Final = 10_000
"""Of all areas of one incident."""
MOST_RADIUS_KM: Final = 20_040.0
"""Half way round the globe: the whole of it."""
_CORNERS: Final = 64
_BANDS: Final = 256
_FLAT: Final = 1e-12
"""Twice the area of a triangle, in square degrees, below which three points lie on one line."""

Point: TypeAlias = tuple[float, float]
"""Latitude, longitude."""
_Edge: TypeAlias = tuple[float, float, float, float]


class Polygon(Struct, frozen=True, tag="polygon"):
    """A ring of at least four points; the last is the first."""

    ring: tuple[Point, ...]


class Circle(Struct, frozen=True, tag="circle"):
    """All that is no further than `radius_km` from the centre."""

    centre: Point
    radius_km: float


Shape: TypeAlias = Polygon | Circle


def distance_km(one: Point, other: Point) -> float:
    """The way along the great circle (haversine)."""
    lat, other_lat = radians(one[0]), radians(other[0])
    half_lat, half_lon = (other_lat - lat) / 2, radians(other[1] - one[1]) / 2
    part = sin(half_lat) ** 2 + cos(lat) * cos(other_lat) * sin(half_lon) ** 2
    return 2 * EARTH_KM * asin(min(1.0, part**0.5))


def inside(shapes: Iterable[Shape]) -> Callable[[Point], bool]:
    """What tells of a point whether it lies in any of them; made once, quick for many points."""
    tests = [_in_circle(shape) if isinstance(shape, Circle) else _in_ring(shape.ring) for shape in shapes]
    return lambda point: any(test(point) for test in tests)


def reason(shape: Shape) -> str | None:
    """Why this is no area, as the end of a sentence; None where it is one."""
    points = shape.ring if isinstance(shape, Polygon) else (shape.centre,)
    wrong = next((point for point in points if not (-90 <= point[0] <= 90 and -180 <= point[1] <= 180)), None)
    if wrong is not None:
        return f"there is no position {wrong[0]:g}, {wrong[1]:g}: latitude (-90 to 90) comes first, then longitude"
    if isinstance(shape, Circle):
        return None if 0 < shape.radius_km <= MOST_RADIUS_KM else f"a circle has no radius of {shape.radius_km:g} km"
    if len(shape.ring) < 4 or shape.ring[0] != shape.ring[-1]:
        return "a polygon has at least four points, and its last is its first"
    lons = [lon for _, lon in _unrolled(shape.ring)]
    return "a polygon around a pole cannot be told from its outside" if abs(lons[-1] - lons[0]) > 1 else None


def outline(shape: Shape) -> list[list[float]]:
    """The ring as GeoJSON wants it: longitude first. Across the 180th meridian longitudes go on beyond it."""
    ring = shape.ring if isinstance(shape, Polygon) else _round(shape)
    return [[round(lon, 6), round(lat, 6)] for lat, lon in _unrolled(ring)]


def geojson(shapes: Iterable[Shape]) -> dict[str, Any]:
    """The areas as a FeatureCollection; a circle becomes a polygon of 64 corners."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "Polygon", "coordinates": [outline(shape)]},
                "properties": {"shape": "circle" if isinstance(shape, Circle) else "polygon"},
            }
            for shape in shapes
        ],
    }


def centre(shapes: Sequence[Shape]) -> Point | None:
    """A point in their midst: the mean of their corners and centres on the sphere; None for no area."""
    points = [point for shape in shapes for point in ((shape.centre,) if isinstance(shape, Circle) else shape.ring[1:])]
    return midst([(point, 1.0) for point in points])


def midst(weighted: Sequence[tuple[Point, float]]) -> Point | None:
    """The weighted mean of points on the sphere; None for none, or where they cancel out."""
    x = y = z = 0.0
    for (lat, lon), weight in weighted:
        flat = cos(radians(lat)) * weight
        x, y, z = x + flat * cos(radians(lon)), y + flat * sin(radians(lon)), z + sin(radians(lat)) * weight
    if hypot(x, y, z) < 1e-9 * max(1.0, sum(weight for _, weight in weighted)):
        return None
    return degrees(atan2(z, hypot(x, y))), degrees(atan2(y, x))


def _in_circle(circle: Circle) -> Callable[[Point], bool]:
    return lambda point: distance_km(circle.centre, point) <= circle.radius_km


def _in_ring(ring: Sequence[Point]) -> Callable[[Point], bool]:
    """Edges in bands of latitude, so that a point is compared with those alone that may be beside it."""
    unrolled = _unrolled(ring)
    lats, lons = [lat for lat, _ in unrolled], [lon for _, lon in unrolled]
    south, north, west, east = min(lats), max(lats), min(lons), max(lons)
    count = min(_BANDS, len(ring))
    bands: list[list[_Edge]] = [[] for _ in range(count)]
    height = (north - south) / count or 1.0
    for one, other in pairwise(unrolled):
        first, last = sorted(min(count - 1, int((end[0] - south) / height)) for end in (one, other))
        for band in range(first, last + 1):
            bands[band].append((*one, *other))

    def test(point: Point) -> bool:
        lat = point[0]
        if not south <= lat <= north:
            return False
        edges = bands[min(count - 1, int((lat - south) / height))]
        return any(_crossed(edges, lat, lon) for lon in _turns(point[1]) if west <= lon <= east)

    return test


def _turns(lon: float) -> tuple[float, float, float]:
    """The same meridian at each turn of the globe that an unrolled ring may reach."""
    return lon, lon - 360.0, lon + 360.0


def _crossed(edges: Iterable[_Edge], lat: float, lon: float) -> bool:
    """Whether a ray to the east crosses an odd number of edges, or the point lies on one."""
    odd = False
    for lat_a, lon_a, lat_b, lon_b in edges:
        area = (lon_b - lon_a) * (lat - lat_a) - (lat_b - lat_a) * (lon - lon_a)
        between = min(lat_a, lat_b) <= lat <= max(lat_a, lat_b) and min(lon_a, lon_b) <= lon <= max(lon_a, lon_b)
        if between and abs(area) <= _FLAT:
            return True
        if (lat_a > lat) != (lat_b > lat) and lon < lon_a + (lat - lat_a) / (lat_b - lat_a) * (lon_b - lon_a):
            odd = not odd
    return odd


def _unrolled(ring: Sequence[Point]) -> list[Point]:
    """The same ring with no step of more than half a turn."""
    found = [ring[0]]
    for lat, lon in ring[1:]:
        step = (lon - found[-1][1] + 180.0) % 360.0 - 180.0
        near = found[-1][1] + step
        found.append((lat, lon if abs(near - lon) < 1e-6 else near))
    return found


def _round(circle: Circle) -> list[Point]:
    """Points at the radius from the centre, all the way round; what would reach over a pole ends just before it."""
    lat, lon = radians(circle.centre[0]), radians(circle.centre[1])
    most = EARTH_KM * radians(89.9 - abs(circle.centre[0]))
    away = min(circle.radius_km, max(most, 0.001)) / EARTH_KM
    ring = []
    for number in range(_CORNERS):
        bearing = radians(-360.0 * number / _CORNERS)
        there = asin(sin(lat) * cos(away) + cos(lat) * sin(away) * cos(bearing))
        east = atan2(sin(bearing) * sin(away) * cos(lat), cos(away) - sin(lat) * sin(there))
        ring.append((degrees(there), (degrees(lon + east) + 180.0) % 360.0 - 180.0))
    return [*ring, ring[0]]
