"""The newest position of every vehicle, in columns, and what of it each area has to be told.

Ids count up from 0 and are never given to another vehicle. A position is taken only if it is not older than the one
before it; one that is too far from that to be true waits for the next, as in hub.core.fixes: a wild fix is not
shown, a real relocation is shown with its second fix.

Not thread-safe; nothing here reads a clock.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Final

from hub.core.fixes import Point, verdict
from hub.core.position_frames import DELTA, SNAPSHOT, frame, heading, speed
from hub.core.views import TURN, WORLD, Area

NEAR_E7: Final = 4000
"""Less than SLACK_M along both axes together (44 m each): never a jump, so no distance needs to be reckoned."""
_EAST: Final = WORLD.west + TURN


class Vehicles:
    """Where all vehicles are. `names[id]` is a vehicle's name."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.moved: set[int] = set()
        self.gone: set[int] = set()
        self._ids: dict[str, int] = {}
        self._here: set[int] = set()
        self.lat_e7: list[int] = []
        self.lon_e7: list[int] = []
        self._at: list[int] = []
        self._heading: list[int] = []
        self._speed: list[int] = []
        self._doubted: dict[int, Point] = {}

    def __len__(self) -> int:
        return len(self._here)

    def at(self, name: str) -> int | None:
        """The time of a vehicle's position, in Unix ms; None for one that is not here."""
        found = self._ids.get(name)
        return self._at[found] if found is not None and found in self._here else None

    def see(self, name: str, point: Point, heading_cd: int | None) -> bool:
        """Take a vehicle's position, good by itself; whether it is shown."""
        id_ = self._ids.get(name)
        if id_ is None:
            id_ = self._ids[name] = len(self.names)
            self.names.append(name)
            for column in (self.lat_e7, self.lon_e7, self._at, self._heading, self._speed):
                column.append(0)
        elif id_ in self._here and (point.t < self._at[id_] or not self._likely(id_, point)):
            return False
        self.lat_e7[id_], self.lon_e7[id_], self._at[id_] = point.lat_e7, point.lon_e7, point.t
        self._heading[id_], self._speed[id_] = heading(heading_cd), speed(point.speed_cms)
        self._here.add(id_)
        self.gone.discard(id_)
        self.moved.add(id_)
        return True

    def forget(self, name: str) -> None:
        """Show a vehicle no longer. Idempotent."""
        id_ = self._ids.get(name)
        if id_ in self._here:
            self._here.remove(id_)
            self._doubted.pop(id_, None)
            self.moved.discard(id_)
            self.gone.add(id_)

    def within(self, area: Area) -> set[int]:
        """The vehicles in an area."""
        if area == WORLD:
            return set(self._here)
        lats, lons = self.lat_e7, self.lon_e7
        west, width, south, north = area
        return {id_ for id_ in self._here if south <= lats[id_] <= north and (lons[id_] - west) % TURN <= width}

    def snapshot(self, at: int, ids: Iterable[int]) -> bytes:
        """The frame that tells of these vehicles alone."""
        return frame(SNAPSHOT, at, self._columns(list(ids)))

    def delta(self, at: int, ids: Iterable[int], gone: Iterable[int] = ()) -> bytes:
        """The frame that tells what has become of these vehicles."""
        return frame(DELTA, at, self._columns(list(ids)), list(gone))

    def _columns(self, ids: list[int]) -> Sequence[Sequence[int]]:
        rest = (self.lat_e7, self.lon_e7, self._at, self._heading, self._speed)
        if len(ids) < 2:  # itemgetter gives a tuple for two and more only
            return [ids, *([column[id_] for id_ in ids] for column in rest)]
        pick = itemgetter(*ids)
        return [ids, *(pick(column) for column in rest)]

    def _likely(self, id_: int, point: Point) -> bool:
        """Whether a vehicle can have come so far."""
        lat, lon = self.lat_e7[id_], self.lon_e7[id_]
        doubted = self._doubted.pop(id_, None) if self._doubted else None
        if abs(point.lat_e7 - lat) < NEAR_E7 and abs(point.lon_e7 - lon) < NEAR_E7:
            return True
        if verdict(Point(self._at[id_], lat, lon), point, None, doubted) != "jump":
            return True
        self._doubted[id_] = point
        return False


class Moved:
    """The vehicles that moved since the last time; what of them is in an area is found quickly."""

    def __init__(self, where: Vehicles) -> None:
        self.ids, self.gone = where.moved, where.gone
        where.moved, where.gone = set(), set()
        self._lats, self._lons = where.lat_e7, where.lon_e7
        self._span = self._box()
        self._sorted: tuple[list[int], list[int]] | None = None

    def within(self, area: Area) -> set[int]:
        """Those that are in an area; `ids` itself where it holds all of them."""
        if self._span is None or area.covers(self._span):
            return self.ids
        order, lons = self._by_longitude()
        found: set[int] = set()
        lats, south, north = self._lats, area.south, area.north
        for west, east in _stripes(area):
            stripe = order[bisect_left(lons, west) : bisect_right(lons, east)]
            found.update([id_ for id_ in stripe if south <= lats[id_] <= north])
        return found

    def _by_longitude(self) -> tuple[list[int], list[int]]:
        """The vehicles in order of their longitudes, and these: sorted when the first asks who does not see all."""
        if self._sorted is None:
            order = sorted(self.ids, key=self._lons.__getitem__)
            self._sorted = (order, [self._lons[id_] for id_ in order])
        return self._sorted

    def _box(self) -> Area | None:
        """Around all of them; None where there is none."""
        if not self.ids:
            return None
        lats, lons = [self._lats[id_] for id_ in self.ids], [self._lons[id_] for id_ in self.ids]
        west, south = min(lons), min(lats)
        return Area(west, max(lons) - west, south, max(lats))


def _stripes(area: Area) -> tuple[tuple[int, int], ...]:
    """The longitudes of an area, from one to another, in order."""
    east = area.west + area.width
    if east <= _EAST:
        return ((area.west, east),)
    return ((area.west, _EAST), (WORLD.west, east - TURN))
