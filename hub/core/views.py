"""What part of the world a map shows, and the somewhat larger area that the hub serves for it.

Longitudes and latitudes are degrees times 1e7 (WGS84). An area is a western edge and a width, so that one across the
antimeridian is like any other. The area served for a view is a quarter of the view larger on each side and snapped
outward to a grid of the view's own scale: who pans a little has what is needed already, and those who look at about
the same place share one area, which is reckoned once for all of them.
"""

from typing import Annotated, Final, NamedTuple

import msgspec
from msgspec import Meta

TURN: Final = 3_600_000_000
"""Once around, 360 degrees."""
_WEST: Final = -1_800_000_000
_POLE: Final = 900_000_000
FINEST: Final = 10_000
"""The grid's smallest step, 0.001 degrees: about a hundred metres."""
MUCH_SMALLER: Final = 8
"""A view that is so many times narrower than its area gets an area of its own."""


class Area(NamedTuple):
    """From `west` eastward over `width`, from `south` to `north`; edges belong to it."""

    west: int
    width: int
    south: int
    north: int

    def holds(self, lat_e7: int, lon_e7: int) -> bool:
        """Whether a place is in it."""
        return self.south <= lat_e7 <= self.north and (lon_e7 - self.west) % TURN <= self.width

    def covers(self, other: "Area") -> bool:
        """Whether all of another one is in it."""
        if other.south < self.south or other.north > self.north:
            return False
        return self.width >= TURN or (other.west - self.west) % TURN + other.width <= self.width


WORLD: Final = Area(_WEST, TURN, -_POLE, _POLE)


def view(west: float, south: float, east: float, north: float) -> Area:
    """What a map shows, in degrees; west > east crosses the antimeridian. Raises ValueError for what is no view."""
    if not (-180 <= west <= 180 and -180 <= east <= 180):
        raise ValueError("west and east lie between -180 and 180 degrees")
    if not -90 <= south <= north <= 90:
        raise ValueError("south and north lie between -90 and 90 degrees, and south is not above north")
    left, right = round(west * 1e7), round(east * 1e7)
    width = right - left if right >= left else right - left + TURN
    return Area(left, width, round(south * 1e7), round(north * 1e7))


class Look(msgspec.Struct, frozen=True):
    """What a map says: west, south, east, north in degrees; west > east crosses the antimeridian."""

    view: tuple[float, float, float, float]
    zoom: Annotated[float, Meta(ge=-10, le=40)] = 0.0


_decode = msgspec.json.Decoder(Look).decode


def looked(message: str | bytes) -> Area:
    """The view that a map's message names. Raises ValueError for what is no view."""
    try:
        said = _decode(message)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise ValueError(f"no view: {error}") from error
    return view(*said.view)


def around(seen: Area) -> Area:
    """The area to serve for a view."""
    west, width = _snapped(seen.west, seen.width)
    south, height = _snapped(seen.south, seen.north - seen.south)
    if width >= TURN:
        west, width = WORLD.west, TURN
    return Area((west - _WEST) % TURN + _WEST, width, max(-_POLE, south), min(_POLE, south + height))


def serves(area: Area, seen: Area) -> bool:
    """Whether an area that is served already will do for a view."""
    if not area.covers(seen):
        return False
    return around(seen) == area or area.width <= MUCH_SMALLER * max(seen.width, FINEST)


def _snapped(start: int, length: int) -> tuple[int, int]:
    """A quarter more on each side, outward to a grid whose step is between an eighth and a quarter of the length."""
    step = FINEST
    while step * 8 < length:
        step *= 2
    first = (start - length // 4) // step * step
    last = -((-start - length - length // 4) // step) * step
    return first, last - first
