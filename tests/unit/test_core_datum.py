"""Positions of Chinese maps become WGS 84, and nothing moves that should not."""

import random
from math import cos, hypot, radians

import pytest

from hub.core.datum import Datum, bd09, gcj02, in_china, to_wgs84

VECTORS = [
    ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),
    ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),
    ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),
]
"""WGS 84 and GCJ-02, as the published functions give them."""


def metres(one, other):
    return hypot((one[0] - other[0]) * 111_320, (one[1] - other[1]) * 111_320 * cos(radians(one[0])))


@pytest.mark.parametrize(("wgs", "gcj"), VECTORS)
def test_the_published_positions_come_out_as_published(wgs, gcj):
    assert gcj02(*wgs) == pytest.approx(gcj, abs=1e-9)
    assert metres(to_wgs84(*gcj, Datum.GCJ02), wgs) < 0.01


def test_baidus_own_place_for_the_square_of_heavenly_peace_is_near_it():
    assert metres(to_wgs84(39.915119, 116.403963, Datum.BD09), (39.9075, 116.3913)) < 100


def test_there_and_back_is_less_than_a_metre_everywhere_in_china():
    seed = 7
    random_ = random.Random(seed)
    for _ in range(2000):
        place = random_.uniform(18, 53.5), random_.uniform(73.6, 134.7)
        assert metres(to_wgs84(*gcj02(*place), Datum.GCJ02), place) < 0.01, (seed, place)
        assert metres(to_wgs84(*bd09(*place), Datum.BD09), place) < 0.01, (seed, place)
        assert metres(gcj02(*place), place) < 1100, (seed, place)


@pytest.mark.parametrize("place", [(48.8584, 2.2945), (-33.8568, 151.2153), (40.6892, -74.0445), (0.0, 0.0)])
def test_outside_of_china_nothing_moves(place):
    assert not in_china(*place)
    assert all(to_wgs84(*place, datum) == place for datum in Datum)
    assert to_wgs84(31.2, 121.5, Datum.WGS84) == (31.2, 121.5)
