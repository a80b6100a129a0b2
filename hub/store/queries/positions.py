"""Where vehicles are and where they went."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from sqlalchemy import Connection, select

from hub.core.fixes import Point, distance_m
from hub.core.tracks import thin
from hub.core.viewer import Viewer
from hub.store.schema import device


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A device's newest good fix; `at` is the receiver's own time in Unix ms."""

    device: str
    at: int
    lat: float
    lon: float
    speed_mps: float | None
    heading_deg: float | None
    quality: str
    age_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackPoint:
    """One fix of a track, good or not."""

    at: int
    lat: float
    lon: float
    verdict: str
    speed_mps: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """Fixes in order of time; the distance follows all good ones. `truncated`: earlier ones are left out of both.

    `thinned`: between the points there are more, which only the distance knows of.
    """

    points: Sequence[TrackPoint]
    distance_m: float
    truncated: bool
    thinned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Newest:
    """A device's newest good fix, as it is stored."""

    device: str
    point: Point
    heading_cd: int | None
    quality: str


_NEWEST: Final = (
    "SELECT device.name, fix.t, lat_e7, lon_e7, speed_cms, heading_cd, quality FROM device CROSS JOIN fix"
    " ON (fix.device_id, fix.t, fix.lane_id, fix.seq) = (SELECT best.device_id, best.t, best.lane_id, best.seq"
    " FROM fix AS best WHERE best.device_id = device.id AND best.verdict = 'good'"
    " ORDER BY best.t DESC, best.lane_id DESC, best.seq DESC LIMIT 1)"
    " WHERE device.removed_at IS NULL AND device.last_position_at IS NOT NULL"
)
MOST_FIXES: Final = 200_000
"""Fixes that are read for one track: two days of one a second."""
_TRACK: Final = (
    "SELECT t, lat_e7, lon_e7, verdict, speed_cms FROM fix WHERE device_id = ? AND t BETWEEN ? AND ?"
    " ORDER BY t DESC, lane_id DESC, seq DESC LIMIT ?"
)
_EVER: Final = (-(2**63), 2**63 - 1)
NAMED: Final = 500
"""Devices that one query names; for more of them all are read."""


def newest(connection: Connection, names: Sequence[str] | None = None) -> list[Newest]:
    """The newest good fixes of these devices, or of all that are let in; by name. One that had none is left out."""
    if names is not None and len(names) <= NAMED:
        rows = connection.exec_driver_sql(
            f"{_NEWEST} AND device.name IN ({', '.join('?' * len(names))}) ORDER BY device.name", tuple(names)
        )
    else:
        rows = connection.exec_driver_sql(f"{_NEWEST} ORDER BY device.name")
    wanted = None if names is None else set(names)
    return [
        Newest(device=row[0], point=Point(row[1], row[2], row[3], row[4]), heading_cd=row[5], quality=row[6])
        for row in rows
        if wanted is None or row[0] in wanted
    ]


def last_heard(connection: Connection) -> dict[str, int]:
    """The time of the last fix, good or not, of each device that is let in and ever had one."""
    query = "SELECT name, last_position_at FROM device WHERE removed_at IS NULL AND last_position_at IS NOT NULL"
    return {row[0]: row[1] for row in connection.exec_driver_sql(query)}


def positions(connection: Connection, *, viewer: Viewer, now: int) -> list[Position]:
    """The newest good fix of each device that ever had one, by name.

    A vehicle carries goods of many owners: who sees one owner's goods sees none.
    """
    if viewer.owner_filter is not None:
        return []
    return [_shown(one, now) for one in newest(connection)]


def _shown(one: Newest, now: int) -> Position:
    point = one.point
    return Position(
        device=one.device,
        at=point.t,
        lat=point.lat_e7 / 1e7,
        lon=point.lon_e7 / 1e7,
        speed_mps=None if point.speed_cms is None else point.speed_cms / 100,
        heading_deg=None if one.heading_cd is None else one.heading_cd / 100,
        quality=one.quality,
        age_s=max(0, now - point.t) / 1000,
    )


def track(connection: Connection, name: str, *, start: int | None, end: int | None, limit: int) -> Track | None:
    """The last `limit` fixes of a device, or, from a `start` on, so many spread over all; None for no known device."""
    device_id = connection.execute(select(device.c.id).where(device.c.name == name)).scalar()
    if device_id is None:
        return None
    most = limit if start is None else max(limit, MOST_FIXES)
    rows = connection.exec_driver_sql(
        _TRACK, (device_id, _EVER[0] if start is None else start, _EVER[1] if end is None else end, most + 1)
    ).all()
    found = rows[:most][::-1]
    good = [Point(row[0], row[1], row[2]) for row in found if row[3] == "good"]
    chosen = thin([row[0] for row in found], limit)
    return Track(
        points=[
            TrackPoint(
                at=at, lat=lat / 1e7, lon=lon / 1e7, verdict=verdict, speed_mps=None if speed is None else speed / 100
            )
            for at, lat, lon, verdict, speed in (found[index] for index in chosen)
        ],
        distance_m=round(sum(distance_m(a, b) for a, b in pairwise(good)), 1),
        truncated=len(rows) > most,
        thinned=len(chosen) < len(found),
    )
