"""The way by road: along lines that meet, and to the nearest of them."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hub.core.areas import distance_km
from hub.core.roads import MOST_SEGMENTS, network, ways

A, B, C, D = (30.0, 120.0), (30.0, 120.2), (30.2, 120.2), (30.2, 120.0)


def test_the_way_follows_the_lines_and_is_the_shortest() -> None:
    roads = network([(A, B, C), (A, D)])
    assert roads is not None
    way = ways(roads, A)(C)
    assert way is not None
    assert abs(way - distance_km(A, B) - distance_km(B, C)) < 1e-6
    shorter = network([(A, B, C), (A, C)])
    assert shorter is not None
    straight = ways(shorter, A)(C)
    assert straight is not None
    assert abs(straight - distance_km(A, C)) < 1e-6


def test_who_starts_beside_a_road_goes_to_its_nearest_point_in_the_middle_of_a_line() -> None:
    roads = network([(A, B)])
    assert roads is not None
    way = ways(roads, (30.01, 120.05))((30.01, 120.15))
    assert way is not None
    assert abs(way - 2 * distance_km((30.01, 120.05), (30.0, 120.05)) - distance_km(A, B) / 2) < 0.01


def test_there_is_no_way_off_the_roads_or_where_they_do_not_meet() -> None:
    roads = network([(A, B), (C, D)])
    assert roads is not None
    assert ways(roads, A)(C) is None
    assert ways(roads, A)((31.0, 120.0)) is None
    assert ways(roads, (31.0, 120.0))(A) is None


def test_no_roads_and_too_many_are_no_network() -> None:
    assert network([]) is None
    assert network([(A, A)]) is None
    assert network([[(30.0 + place / 1e4, 120.0) for place in range(MOST_SEGMENTS + 2)]]) is None


@given(st.lists(st.sampled_from([A, B, C, D, (30.1, 120.1), (30.05, 120.3)]), min_size=2, max_size=12))
def test_a_way_is_never_shorter_than_the_straight_line_nor_longer_than_the_line_drawn(
    line: list[tuple[float, float]],
) -> None:
    roads = network([line])
    if roads is None:
        return
    way = ways(roads, line[0])(line[-1])
    assert way is not None
    drawn = sum(distance_km(one, other) for one, other in pairwise(line))
    assert distance_km(line[0], line[-1]) - 1e-6 <= way <= drawn + 1e-6
