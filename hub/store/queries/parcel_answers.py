"""Where a parcel is, for who has its number or code: nothing of its recipient, and nothing of what is in it."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from hub.core.days import as_day
from hub.core.lifecycles import OVER, ParcelState, Way
from hub.core.parcel_answers import Stage, stage
from hub.store.queries.goods import local_time

KEPT_MS: Final = 30 * 86_400_000
"""So long after its story ended a parcel is still told of."""
_QUERY: Final = (
    "SELECT parcel.id, parcel.way, parcel.state, parcel.until, parcel.at, parcel.given_at, parcel.changed_at,"
    " parcel.station, site.name, site.name_zh, site.hours, line.number, line.hours AS line_hours,"
    " coalesce(collecting.locked_at >= collecting.made_at, 0) AS locked FROM parcel"
    " JOIN request ON request.seq = parcel.request"
    " LEFT JOIN site ON site.id = parcel.station"
    " LEFT JOIN line ON line.id = request.line AND line.closed_at IS NULL"
    " LEFT JOIN collecting ON collecting.parcel = parcel.id AND collecting.ended_at IS NULL"
    " WHERE parcel.id = ?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """What is told. What is not known is ''.

    Times are `2026-11-23 17:03` at the station, in the zone that `zone` names.
    `until` is the last day to collect it, as yyyymmdd, and `over` whether that day is past.
    """

    number: str
    stage: Stage
    station: str
    station_zh: str
    hours: str
    until: int | None
    over: bool
    line: str
    line_hours: str
    locked: bool
    seen: str
    now: str
    zone: str


def whereabouts(connection: Connection, ids: tuple[str, ...], now: int) -> Whereabouts | None:
    """Where the first of these parcels is that there is; None for none, or for one whose story is long over."""
    rows = [connection.exec_driver_sql(_QUERY, (one,)).first() for one in ids]
    row = next((each for each in rows if each is not None), None)
    if row is None or (row.state in OVER and row.changed_at < now - KEPT_MS):
        return None
    here, at = local_time(connection, row.station or "", now), row.given_at or row.at
    return Whereabouts(
        number=row.id, stage=stage(Way(row.way), ParcelState(row.state)), station=row.name or "",
        station_zh=row.name_zh or row.name or "", hours=row.hours or "", until=row.until,
        over=row.until is not None and row.until < as_day(here.date()), line=row.number or "",
        line_hours=row.line_hours or "", locked=bool(row.locked),
        seen="" if at is None else f"{local_time(connection, row.station or '', at):%Y-%m-%d %H:%M}",
        now=f"{here:%Y-%m-%d %H:%M}", zone=str(here.tzinfo),
    )  # fmt: skip
