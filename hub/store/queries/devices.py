"""Devices: whether they are there, what they hold back, what is missing of what they made."""

from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import Connection, Select, distinct, func, select

from hub.store import authority
from hub.store.queries.paging import Key, Page, Pager
from hub.store.queries.searching import Columns, clause, search
from hub.store.schema import device, gap, lane, quarantine

SILENT_MS: Final = 900_000
"""A device says hello every 10 minutes at least."""
_SEARCHED: Final = Columns(texts=("device.name", "device.kind", "device.version"), sites=("device.site",))


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRow:
    """A device as the hub knows it; times in Unix ms. `lost`: facts that it made and holds no more, as far as known.

    `access` says by what it is let in: certificate, password or none; `certificate_until` may be over.
    """

    name: str
    kind: str
    site: str | None
    online: bool
    presence_at: int | None
    connection: str | None
    run: str | None
    version: str | None
    last_seen: int | None
    last_fact_at: int | None
    last_position_at: int | None
    pending_facts: int | None
    pending_telemetry: int | None
    others: int
    lost: int
    quarantined: int
    streams: int
    access: str
    certificate_until: int | None
    clock_error_ms: int | None
    outbox_bytes: int | None
    disk_free_bytes: int | None
    battery_pct: int | None
    health_at: int | None
    note: str | None


State = Literal["online", "offline", "silent", "trouble"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFilter:
    """Which devices; None: any.

    `state`: `silent` is connected but not heard for `SILENT_MS`; of `trouble` facts are lost or in quarantine.
    """

    text: str | None = None
    kind: str | None = None
    site: str | None = None
    state: State | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GapRow:
    """Sequences that a device declared as missing and nobody has sent since."""

    device: str
    stream: str
    lane: str
    first: int
    last: int
    count: int
    reason: str
    declared_at: int


def devices(connection: Connection) -> list[DeviceRow]:
    """All devices that were not removed, by name."""
    return _rows(connection, select(device).where(device.c.removed_at.is_(None)).order_by(device.c.name))


def page(
    connection: Connection, pager: Pager, wanted: DeviceFilter, *, now: int, limit: int | None, cursor: str | None
) -> Page[DeviceRow]:
    """The devices that are wanted, by name; None as limit: all of them."""
    query = select(device).where(device.c.removed_at.is_(None)).order_by(device.c.name)
    query = query.where(clause(search(connection, wanted.text, _SEARCHED)))
    for column, value in ((device.c.kind, wanted.kind), (device.c.site, wanted.site), (device.c.name, wanted.name)):
        if value is not None:
            query = query.where(column == value)
    if wanted.state in ("online", "offline"):
        query = query.where(device.c.online == int(wanted.state == "online"))
    elif wanted.state == "silent":
        query = query.where(device.c.online == 1, device.c.last_seen < now - SILENT_MS)
    elif wanted.state == "trouble":
        aside = select(quarantine.c.device)
        query = query.where(device.c.name.in_(aside) | device.c.id.in_(list(missing_facts(connection))))
    after = pager.key(cursor, (str,))
    if after is not None:
        query = query.where(device.c.name > after[0])
    rows = _rows(connection, query if limit is None else query.limit(limit + 1))
    return Page(rows, None) if limit is None else pager.page([((row.name,), row) for row in rows], limit)


def _rows(connection: Connection, query: "Select[Any]") -> list[DeviceRow]:
    quarantined = {
        row.device: row.n
        for row in connection.execute(
            select(quarantine.c.device, func.count().label("n")).group_by(quarantine.c.device)
        )
    }
    streams = {
        row.device_id: row.n
        for row in connection.execute(
            select(lane.c.device_id, func.count(distinct(lane.c.stream)).label("n")).group_by(lane.c.device_id)
        )
    }
    missing = missing_facts(connection)
    ends = authority.ends(connection)
    return [
        DeviceRow(
            name=row.name,
            kind=row.kind,
            site=row.site,
            online=bool(row.online),
            presence_at=row.presence_at,
            connection=row.connection,
            run=row.run,
            version=row.version,
            last_seen=row.last_seen,
            last_fact_at=row.last_fact_at,
            last_position_at=row.last_position_at,
            pending_facts=row.pending_facts,
            pending_telemetry=row.pending_telemetry,
            others=row.others,
            lost=max(0, missing.get(row.id, 0) - (row.pending_facts or 0)),
            quarantined=quarantined.get(row.name, 0),
            streams=streams.get(row.id, 0),
            access="certificate" if row.id in ends else "none" if row.password is None else "password",
            certificate_until=ends.get(row.id),
            clock_error_ms=row.clock_error_ms,
            outbox_bytes=row.outbox_bytes,
            disk_free_bytes=row.disk_free_bytes,
            battery_pct=row.battery_pct,
            health_at=row.health_at,
            note=row.note,
        )
        for row in connection.execute(query)
    ]


def missing_facts(connection: Connection) -> dict[int, int]:
    """Of each device, by its id: how many facts it named in a hello that have not come. Some may be on their way.

    total() is sum() that no device can make fail by large numbers; it is exact below 2**53.
    """
    rows = connection.execute(
        select(lane.c.device_id, func.total(lane.c.last - lane.c.through).label("n"))
        .where(lane.c.lane == "facts", lane.c.last > lane.c.through)
        .group_by(lane.c.device_id)
    )
    return {row.device_id: int(row.n) for row in rows}


def gaps(
    connection: Connection, pager: Pager, *, lane_name: str | None, limit: int, cursor: str | None
) -> Page[GapRow]:
    """Declared gaps that are open."""
    query = (
        select(gap, device.c.name, lane.c.stream, lane.c.lane)
        .join_from(gap, lane, lane.c.id == gap.c.lane_id)
        .join(device, device.c.id == lane.c.device_id)
        .order_by(gap.c.lane_id, gap.c.first)
        .limit(limit + 1)
    )
    if lane_name is not None:
        query = query.where(lane.c.lane == lane_name)
    after = pager.key(cursor, (int, int))
    if after is not None:
        lane_id, first = after
        query = query.where((gap.c.lane_id > lane_id) | ((gap.c.lane_id == lane_id) & (gap.c.first > first)))
    rows: list[tuple[Key, GapRow]] = [
        (
            (row.lane_id, row.first),
            GapRow(
                device=row.name, stream=row.stream, lane=row.lane, first=row.first, last=row.last,
                count=row.last - row.first + 1, reason=row.reason, declared_at=row.declared_at,
            ),
        )
        for row in connection.execute(query)
    ]  # fmt: skip
    return pager.page(rows, limit)


def exists(connection: Connection, name: str) -> bool:
    """Whether a device of that name is known."""
    return connection.execute(select(device.c.id).where(device.c.name == name)).scalar() is not None
