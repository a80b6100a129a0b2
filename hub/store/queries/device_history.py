"""How one device fared: when it came and left, and what it said of its health."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from hub.core.moments import corrected
from hub.ingest.replay import decode
from hub.store.queries.paging import Key, Page, Pager
from wire.messages import Health

MOST_BATCHES: Final = 20_000
"""Rows of the journal that are read for one answer, the newest of them."""
MOST_POINTS: Final = 500
_BATCHES: Final = (
    "SELECT received_at, applied, body FROM journal WHERE id IN ("
    "SELECT journal.id FROM lane CROSS JOIN journal ON journal.lane_id = lane.id WHERE received_at BETWEEN ? AND ?"
    " AND lane.lane = 'telemetry' AND lane.device_id = (SELECT id FROM device WHERE name = ?)) ORDER BY id DESC LIMIT ?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """A device came (`online`) or left, by the hub's clock."""

    at: int
    online: bool
    run: str
    connection: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthPoint:
    """What a device said of itself at a time; `clock_error_ms`: how far its clock may be off."""

    at: int
    pending_facts: int
    pending_telemetry: int
    outbox_bytes: int
    disk_free_bytes: int
    rss_bytes: int
    battery_pct: int | None
    clock_error_ms: int | None
    version: str
    note: str


def came(connection: Connection, pager: Pager, name: str, *, limit: int, cursor: str | None) -> Page[Came]:
    """When a device came and left, newest first."""
    before = pager.key(cursor, (int,))
    query = (
        "SELECT id, at, online, run, connection, version FROM presence"
        " WHERE device_id = (SELECT id FROM device WHERE name = ?) AND id < ? ORDER BY id DESC LIMIT ?"
    )
    found = connection.exec_driver_sql(query, (name, 2**63 - 1 if before is None else before[0], limit + 1))
    rows: list[tuple[Key, Came]] = [
        ((id_,), Came(at=at, online=bool(online), run=run, connection=link, version=version))
        for id_, at, online, run, link, version in found
    ]
    return pager.page(rows, limit)


def health(connection: Connection, name: str, start: int, end: int) -> Sequence[HealthPoint]:
    """What a device said of its health in a time, oldest first; every n-th of many, and always the last."""
    found = sorted(_points(connection, name, start, end), key=lambda point: point.at)
    step = -(-len(found) // MOST_POINTS) or 1
    return found[(len(found) - 1) % step :: step] if found else []


def _points(connection: Connection, name: str, start: int, end: int) -> Iterator[HealthPoint]:
    for received_at, applied, body in connection.exec_driver_sql(_BATCHES, (start, end, name, MOST_BATCHES)):
        if b'"health"' not in body:
            continue
        stored = decode(body, applied)
        for _, item in stored.pairs:
            if isinstance(item, Health):
                yield HealthPoint(
                    at=corrected(item.at, item.up, stored.clock, received_at),
                    pending_facts=item.pending_facts,
                    pending_telemetry=item.pending_telemetry,
                    outbox_bytes=item.outbox_bytes,
                    disk_free_bytes=item.disk_free_bytes,
                    rss_bytes=item.rss_bytes,
                    battery_pct=item.battery_pct,
                    clock_error_ms=None if stored.clock is None else stored.clock.error,
                    version=item.version,
                    note=item.note,
                )
