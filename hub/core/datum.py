"""Coordinates of Chinese maps as WGS 84, which everything here uses. Pure.

Maps published in China use GCJ-02: WGS 84 moved by up to some 700 m by a function of the place, within China only.
Baidu moves that once more (BD-09). Whoever enters a position says which it is: nothing in the numbers tells.

The functions are those that the community derived and published (evil transform, 2009 to 2013; constants of the
Krasovsky 1940 ellipsoid: a = 6378245 m, e^2 = 0.00669342162296594323). The official one is not public; they agree with
it to some metres. The way back is found by repeated correction and is exact to a centimetre.
"""

from collections.abc import Callable
from enum import StrEnum
from math import atan2, cos, pi, sin, sqrt
from typing import Final


class Datum(StrEnum):
    """In which system a latitude and longitude are given."""

    WGS84 = "WGS84"
    GCJ02 = "GCJ-02"
    BD09 = "BD-09"


_AXIS_M: Final = 6378245.0
_ECCENTRICITY: Final = 0.00669342162296594323
_BAIDU: Final = pi * 3000.0 / 180.0
_ROUNDS: Final = 6
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271
"""The box within which positions are moved."""


def to_wgs84(lat: float, lon: float, datum: Datum) -> tuple[float, float]:
    """Latitude and longitude in degrees, WGS 84."""
    if datum is Datum.WGS84:
        return lat, lon
    return _undone(lat, lon, bd09 if datum is Datum.BD09 else gcj02)


def in_china(lat: float, lon: float) -> bool:
    """Whether a position lies in the box within which GCJ-02 differs."""
    return _SOUTH <= lat <= _NORTH and _WEST <= lon <= _EAST


def gcj02(lat: float, lon: float) -> tuple[float, float]:
    """WGS 84 as GCJ-02."""
    if not in_china(lat, lon):
        return lat, lon
    x, y = lon - 105.0, lat - 35.0
    root, waves = sqrt(abs(x)), (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + waves
    north += (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    north += (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + waves
    east += (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    east += (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    radians = lat * pi / 180.0
    bulge = 1.0 - _ECCENTRICITY * sin(radians) ** 2
    meridian = _AXIS_M * (1.0 - _ECCENTRICITY) / (bulge * sqrt(bulge)) * pi / 180.0
    parallel = _AXIS_M / sqrt(bulge) * cos(radians) * pi / 180.0
    return lat + north / meridian, lon + east / parallel


def bd09(lat: float, lon: float) -> tuple[float, float]:
    """WGS 84 as BD-09."""
    if not in_china(lat, lon):
        return lat, lon
    lat, lon = gcj02(lat, lon)
    radius = sqrt(lon * lon + lat * lat) + 0.00002 * sin(lat * _BAIDU)
    angle = atan2(lat, lon) + 0.000003 * cos(lon * _BAIDU)
    return radius * sin(angle) + 0.006, radius * cos(angle) + 0.0065


def _undone(lat: float, lon: float, moved: Callable[[float, float], tuple[float, float]]) -> tuple[float, float]:
    """The position that is moved to this one: guessed, and corrected by what the guess misses."""
    if not in_china(lat, lon):
        return lat, lon
    guess_lat, guess_lon = lat, lon
    for _ in range(_ROUNDS):
        there_lat, there_lon = moved(guess_lat, guess_lon)
        guess_lat, guess_lon = guess_lat + lat - there_lat, guess_lon + lon - there_lon
    return guess_lat, guess_lon
