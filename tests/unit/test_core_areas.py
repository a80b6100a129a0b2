"""Areas: what lies in a polygon or circle, also across the 180th meridian, and how they are drawn."""

from itertools import pairwise
from math import cos, radians

from hypothesis import example, given
from hypothesis import strategies as st

from hub.core.areas import Circle, Point, Polygon, centre, distance_km, geojson, inside, midst, outline, reason

SQUARE = Polygon(((30.0, 120.0), (30.0, 121.0), (31.0, 121.0), (31.0, 120.0), (30.0, 120.0)))
ACROSS = Polygon(((-1.0, 179.0), (-1.0, -179.0), (1.0, -179.0), (1.0, 179.0), (-1.0, 179.0)))
lats, lons = st.floats(-80, 80), st.floats(-180, 180)


def by_angles(ring: tuple[Point, ...], point: Point) -> bool:
    """An independent way: corners of a convex ring are all on one side of the point as one goes round."""
    sides = [(b[1] - a[1]) * (point[0] - a[0]) - (b[0] - a[0]) * (point[1] - a[1]) for a, b in pairwise(ring)]
    return all(side >= 0 for side in sides) or all(side <= 0 for side in sides)


def test_a_point_in_the_polygon_is_inside_and_one_beside_it_is_not() -> None:
    within = inside([SQUARE])
    assert within((30.5, 120.5))
    assert not within((30.5, 121.5))
    assert not within((29.9, 120.5))
    assert not inside([])((30.5, 120.5))


def test_what_lies_on_an_edge_or_corner_lies_inside() -> None:
    within = inside([SQUARE])
    assert all(map(within, [*SQUARE.ring, (30.0, 120.4), (30.7, 121.0), (31.0, 120.2)]))


def test_a_polygon_may_lie_across_the_180th_meridian() -> None:
    within = inside([ACROSS])
    assert within((0.0, 179.5))
    assert within((0.0, -179.5))
    assert within((0.0, 180.0))
    assert within((0.0, -180.0))
    assert not within((0.0, 0.0))
    assert not within((0.0, 178.9))


def test_a_polygon_that_is_not_convex_keeps_its_notch_outside() -> None:
    notched = Polygon(((0.0, 0.0), (0.0, 4.0), (4.0, 4.0), (1.0, 2.0), (4.0, 0.0), (0.0, 0.0)))
    within = inside([notched])
    assert within((0.5, 2.0))
    assert within((3.0, 0.4))
    assert not within((3.0, 2.0))


@given(lats, lons, st.lists(st.tuples(st.floats(-5, 5), st.floats(-5, 5)), min_size=3, max_size=3))
@example(0.0, 0.0, [(0.0, 1.0), (1.0, 0.0), (0.0, 0.0)])
def test_triangles_agree_with_the_sides_of_their_corners(
    lat: float, lon: float, corners: list[tuple[float, float]]
) -> None:
    ring = tuple((lat / 2 + up, lon / 2 + side) for up, side in (*corners, corners[0]))
    point = (lat / 2, lon / 2)
    flat = abs(
        (ring[1][1] - ring[0][1]) * (ring[2][0] - ring[0][0]) - (ring[1][0] - ring[0][0]) * (ring[2][1] - ring[0][1])
    )
    near = min(abs((b[1] - a[1]) * (point[0] - a[0]) - (b[0] - a[0]) * (point[1] - a[1])) for a, b in pairwise(ring))
    if flat > 1e-6 and near > 1e-6:
        assert inside([Polygon(ring)])(point) == by_angles(ring, point)


@given(lats, lons, st.floats(0.1, 500), lats, lons)
def test_a_circle_holds_what_is_no_further_than_its_radius(
    lat: float, lon: float, radius: float, other_lat: float, other_lon: float
) -> None:
    circle, point = Circle((lat, lon), radius), (other_lat, other_lon)
    assert inside([circle])(point) == (distance_km((lat, lon), point) <= radius)
    assert inside([circle])((lat, lon))


@given(lats, lons, st.floats(0.1, 500))
def test_the_corners_of_a_drawn_circle_are_its_radius_away(lat: float, lon: float, radius: float) -> None:
    ring = outline(Circle((lat, lon), radius))
    assert ring[0] == ring[-1] or abs(ring[0][0] - ring[-1][0]) < 1e-5
    for at_lon, at_lat in ring:
        assert abs(distance_km((lat, lon), (at_lat, at_lon)) - radius) < 0.001 * radius + 0.001


def test_distances_are_those_of_the_globe() -> None:
    degree = distance_km((0.0, 0.0), (1.0, 0.0))
    assert abs(degree - 111.195) < 0.001
    assert abs(distance_km((60.0, 0.0), (60.0, 1.0)) - degree * cos(radians(60))) < 0.01
    assert distance_km((0.0, 179.9), (0.0, -179.9)) < 23


def test_areas_are_drawn_longitude_first_and_go_on_beyond_the_180th_meridian() -> None:
    drawn = geojson([ACROSS, Circle((30.0, 120.0), 10.0)])
    first, second = drawn["features"]
    assert first["geometry"]["coordinates"][0][:2] == [[179.0, -1.0], [181.0, -1.0]]
    assert second["properties"] == {"shape": "circle"}
    assert len(second["geometry"]["coordinates"][0]) == 65


def test_what_is_no_area_is_told_why() -> None:
    assert reason(SQUARE) is None
    assert "latitude" in str(reason(Polygon(((95.0, 0.0), (0.0, 1.0), (1.0, 1.0), (95.0, 0.0)))))
    assert "at least four" in str(reason(Polygon(SQUARE.ring[:3])))
    assert "last is its first" in str(reason(Polygon(SQUARE.ring[:4])))
    assert "radius" in str(reason(Circle((0.0, 0.0), 0.0)))
    around = tuple((80.0, lon) for lon in (0.0, 120.0, -120.0, 0.0))
    assert "pole" in str(reason(Polygon(around)))


def test_the_midst_of_points_is_weighted_and_knows_that_the_globe_is_round() -> None:
    assert midst([]) is None
    assert midst([((0.0, 0.0), 1.0), ((0.0, 180.0), 1.0)]) is None
    found = midst([((0.0, 179.0), 1.0), ((0.0, -179.0), 1.0)])
    assert found is not None
    assert abs(abs(found[1]) - 180.0) < 1e-6
    in_square = centre([SQUARE])
    assert in_square is not None
    assert inside([SQUARE])(in_square)
