"""Where vehicles are and where they went."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import Connection, select

from hub.core.access import Viewer
from hub.core.fixes import Point, distance_m, intrinsic
from hub.store.schema import device, fix
from wire.messages import Fix


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
    """Fixes in order of time; the distance follows the good ones. `truncated`: earlier ones are left out."""

    points: Sequence[TrackPoint]
    distance_m: float
    truncated: bool


def positions(connection: Connection, *, viewer: Viewer, now: int) -> list[Position]:
    """The newest good fix of each device that ever had one, by name.

    A vehicle carries goods of many owners: who sees one owner's goods sees none.
    """
    if viewer.owner_filter is not None:
        return []
    known = connection.execute(
        select(device.c.id, device.c.name)
        .where(device.c.removed_at.is_(None), device.c.last_position_at.is_not(None))
        .order_by(device.c.name)
    ).all()
    newest = (_newest(connection, row.id, row.name, now) for row in known)
    return [position for position in newest if position is not None]


def _newest(connection: Connection, device_id: int, name: str, now: int) -> Position | None:
    row = connection.execute(
        select(fix, fix.c.t.label("at"))
        .where(fix.c.device_id == device_id, fix.c.verdict == "good")
        .order_by(fix.c.t.desc(), fix.c.lane_id.desc(), fix.c.seq.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    return Position(
        device=name,
        at=row.at,
        lat=row.lat_e7 / 1e7,
        lon=row.lon_e7 / 1e7,
        speed_mps=None if row.speed_cms is None else row.speed_cms / 100,
        heading_deg=None if row.heading_cd is None else row.heading_cd / 100,
        quality=row.quality,
        age_s=max(0, now - row.at) / 1000,
    )


def track(connection: Connection, name: str, *, start: int | None, end: int | None, limit: int) -> Track | None:
    """The last `limit` fixes of a device between two times; None for a device that nobody knows."""
    device_id = connection.execute(select(device.c.id).where(device.c.name == name)).scalar()
    if device_id is None:
        return None
    query = select(fix, fix.c.t.label("at")).where(fix.c.device_id == device_id)
    if start is not None:
        query = query.where(fix.c.t >= start)
    if end is not None:
        query = query.where(fix.c.t <= end)
    newest = query.order_by(fix.c.t.desc(), fix.c.lane_id.desc(), fix.c.seq.desc()).limit(limit + 1)
    rows = connection.execute(newest).all()
    shown = rows[:limit][::-1]
    good = [Point(row.at, row.lat_e7, row.lon_e7) for row in shown if row.verdict == "good"]
    return Track(
        points=[
            TrackPoint(
                at=row.at,
                lat=row.lat_e7 / 1e7,
                lon=row.lon_e7 / 1e7,
                verdict=row.verdict,
                speed_mps=None if row.speed_cms is None else row.speed_cms / 100,
            )
            for row in shown
        ],
        distance_m=round(sum(distance_m(a, b) for a, b in pairwise(good)), 1),
        truncated=len(rows) > limit,
    )


def shown(device_name: str, item: Fix, received_at: int) -> Position | None:
    """A position for the live map out of a fix that is not stored; None for one that is not good by itself."""
    point = Point(item.t, item.lat_e7, item.lon_e7, item.speed_cms)
    if intrinsic(point, item.quality.value, received_at) != "good":
        return None
    return Position(
        device=device_name,
        at=item.t,
        lat=item.lat_e7 / 1e7,
        lon=item.lon_e7 / 1e7,
        speed_mps=None if item.speed_cms is None else item.speed_cms / 100,
        heading_deg=None if item.heading_cd is None else item.heading_cd / 100,
        quality=item.quality.value,
        age_s=max(0, received_at - item.t) / 1000,
    )
