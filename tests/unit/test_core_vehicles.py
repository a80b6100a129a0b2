"""Vehicles in columns, the areas that maps are served, and the bytes they are told in."""

import struct
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core import position_frames, views
from hub.core.fixes import Point
from hub.core.tracks import GAP_MS, thin
from hub.core.vehicles import Moved, Vehicles
from hub.core.views import TURN, WORLD, Area, around, serves, view

T = 1_795_400_000_000
HEADER = struct.Struct("<BBHId")
LONS = st.integers(-1_800_000_000, 1_800_000_000)
LATS = st.integers(-900_000_000, 900_000_000)
VIEWS = st.tuples(LONS, LATS, LONS, LATS).map(
    lambda v: view(v[0] / 1e7, min(v[1], v[3]) / 1e7, v[2] / 1e7, max(v[1], v[3]) / 1e7)
)


def unpack(frame):
    """What a frame says, read by its description alone."""
    version, kind, zero, count, at = HEADER.unpack_from(frame)
    assert (version, zero) == (1, 0)
    names = ("id", "lat", "lon", "age", "heading", "speed")
    found, offset = {}, HEADER.size
    for name, code, size in zip(names, "iiiihH", (4, 4, 4, 4, 2, 2), strict=True):
        found[name] = struct.unpack_from(f"<{count}{code}", frame, offset)
        offset += size * count
    (gone,) = struct.unpack_from("<I", frame, offset)
    found["gone"] = struct.unpack_from(f"<{gone}i", frame, offset + 4)
    assert len(frame) == offset + 4 + 4 * gone
    return kind, at, found


def at(lat, lon, t=T, speed=None):
    return Point(t, round(lat * 1e7), round(lon * 1e7), speed)


def test_a_frame_says_each_vehicle_to_the_centimetre_with_its_age():
    where = Vehicles()
    where.see("van-0", at(30.1234567, -179.9999999, T - 1500, 1234), 35_996)
    where.see("van-1", at(-12.5, 105.0, T + 90_000), None)
    kind, when, found = unpack(where.snapshot(T, [0, 1]))
    assert (kind, when) == (0, T)
    assert found["lat"] == (301_234_567, -125_000_000)
    assert found["lon"] == (-1_799_999_999, 1_050_000_000)
    assert found["age"] == (1500, 0)
    assert found["heading"] == (0, -1)
    assert found["speed"] == (1234, 65535)
    assert unpack(where.delta(T, [1], [0]))[2]["gone"] == (0,)
    assert unpack(where.delta(T, []))[0] == 1


def test_an_age_and_a_speed_beyond_what_a_column_holds_are_told_as_the_most_it_holds():
    where = Vehicles()
    where.see("van-0", at(1, 1, 0, 100_000), 36_000)
    found = unpack(where.snapshot(T, [0]))[2]
    assert (found["age"], found["speed"], found["heading"]) == ((2**31 - 1,), (65534,), (0,))


def test_a_position_is_not_followed_by_an_older_one():
    where = Vehicles()
    assert [where.see("van", at(30, 105, T + late), None) for late in (5, 4, 5, 6)] == [True, False, True, True]
    assert where.at("van") == T + 6


def test_a_wild_fix_is_not_shown_and_a_real_relocation_is_shown_with_its_second_fix():
    where = Vehicles()
    where.see("van", at(30, 105, T), None)
    assert not where.see("van", at(35, 105, T + 1000), None)
    assert where.see("van", at(30.0001, 105, T + 2000), None)
    assert not where.see("van", at(35, 105, T + 3000), None)
    assert where.see("van", at(35.0001, 105, T + 4000), None)
    assert unpack(where.snapshot(T, [0]))[2]["lat"] == (350_001_000,)


def test_a_vehicle_that_was_taken_out_is_gone_and_keeps_its_number_when_it_comes_back():
    where = Vehicles()
    for name in ("a", "b"):
        where.see(name, at(30, 105), None)
    Moved(where)
    where.forget("a")
    where.forget("nobody")
    assert (where.gone, where.moved, len(where), where.at("a")) == ({0}, set(), 1, None)
    where.see("a", at(-30, -105, T - 5), None)
    assert (where.gone, where.moved, where.names) == (set(), {0}, ["a", "b"])


@given(st.lists(st.tuples(LATS, LONS), min_size=1, max_size=40), VIEWS)
def test_what_moved_in_an_area_is_found_and_nothing_else(places, seen):
    where = Vehicles()
    for number, (lat, lon) in enumerate(places):
        where.see(str(number), Point(T, lat, lon), None)
    area = around(seen)
    inside = {number for number, place in enumerate(places) if area.holds(*place)}
    assert where.within(area) == inside
    moved = Moved(where)
    assert moved.within(area) == inside
    assert moved.within(WORLD) == set(range(len(places)))


@given(VIEWS)
def test_the_area_around_a_view_holds_all_of_it_and_is_not_much_larger(seen):
    area = around(seen)
    assert area.covers(seen)
    assert serves(area, seen)
    assert area.width <= min(TURN, 2 * seen.width + 2 * views.FINEST)
    assert area.north - area.south <= 2 * (seen.north - seen.south) + 2 * views.FINEST
    assert WORLD.covers(area)


def test_a_small_move_needs_no_other_area_and_a_close_look_gets_a_smaller_one():
    seen = view(104, 29, 106, 31)
    area = around(seen)
    assert serves(area, view(104.4, 29.4, 106.4, 31.4))
    assert not serves(area, view(106, 29, 108, 31))
    assert not serves(area, view(105, 30, 105.1, 30.1))


def test_a_view_across_the_antimeridian_holds_both_sides_of_it():
    seen = view(179, -20, -179, -10)
    assert seen == Area(1_790_000_000, 20_000_000, -200_000_000, -100_000_000)
    assert [seen.holds(-150_000_000, round(lon * 1e7)) for lon in (179.5, -179.5, 180, -180, 178, -178)] == [
        True, True, True, True, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "edges", [(0, 0, 181, 1), (-180.1, 0, 0, 1), (0, 2, 1, 1), (0, -91, 1, 1), (0, 0, 1, 91), (0, 0, float("nan"), 1)]
)
def test_what_is_no_view_is_refused(edges):
    with pytest.raises(ValueError, match="degrees"):
        view(*edges)


def test_the_description_and_the_code_name_the_same_header():
    assert position_frames.HEADER.size == HEADER.size == 16


@given(st.lists(st.integers(0, 200_000), max_size=300), st.integers(0, 60))
def test_a_long_track_keeps_its_ends_its_longest_gap_and_no_more_points_than_asked_for(steps, limit):
    times = list(accumulate(steps))
    kept = thin(times, limit)
    assert len(kept) <= limit
    assert list(kept) == sorted(set(kept))
    assert set(kept) <= set(range(len(times)))
    if len(times) <= limit:
        assert list(kept) == list(range(len(times)))
    elif limit >= 2:
        assert (kept[0], kept[-1]) == (0, len(times) - 1)
        longest = max(range(1, len(times)), key=steps.__getitem__)
        if limit >= 8 and steps[longest] > GAP_MS and steps[1:].count(steps[longest]) == 1:
            assert {longest - 1, longest} <= set(kept)


def test_a_track_of_one_fix_a_second_is_thinned_evenly():
    kept = thin(range(0, 86_400_000, 1000), 5000)
    assert 4990 <= len(kept) <= 5000
    assert max(after - before for before, after in pairwise(kept)) <= 18
