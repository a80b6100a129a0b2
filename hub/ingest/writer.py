"""One group, one transaction: journal, lanes, projections, quarantine, devices and the change log."""

from bisect import bisect_left
from collections.abc import Iterable
from operator import itemgetter

import msgspec
from sqlalchemy import Connection

from hub.errors import StoreError
from hub.ingest.bulk import insert
from hub.ingest.group import Group, LaneChange, Touch
from hub.ingest.projector import Projector
from hub.ingest.quarantine import set_aside
from wire.messages import HUB, Lane, Presence

PRESENCE_KEPT_MS = 180 * 86_400_000
CHANGES_KEPT = 100_000
"""How many rows of the change log stay for screens that come back."""


class LostRaceError(StoreError):
    """Another process moved a lane's row: two hubs write to one database."""


def write(connection: Connection, group: Group, projector: Projector, now: int) -> None:
    """Write a group. The caller began the transaction, and commits or rolls it back."""
    insert(
        connection,
        "INSERT INTO device (id, name, kind, created_at, removed_at)",
        # The hub itself is no device that anybody waits for, or lets in.
        [(id_, name, *(("hub", at, at) if name == HUB else ("unknown", at, None))) for id_, name, at in group.devices],
    )
    for lane, change in group.lanes.items():
        _move_lane(connection, lane, change, now)
    insert(
        connection,
        "INSERT INTO journal (lane_id, after, last, received_at, applied, body)",
        group.journal,
    )
    accounts = projector.apply(connection, group.rows)
    set_aside(connection, group.rows.quarantine)
    insert(
        connection,
        "INSERT INTO opaque (lane_id, seq, state)",
        [(*key, "waiting") for key in group.rows.opaques],
    )
    for device, touch in group.touches.items():
        touch_device(connection, device, touch)
    announce(connection, group, accounts, now)


def _move_lane(connection: Connection, lane: int, change: LaneChange, now: int) -> None:
    before, after = change.before, change.after
    if change.new:
        connection.exec_driver_sql(
            "INSERT INTO lane (id, device_id, stream, lane, through, last, first_seen) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (lane, change.device_id, change.stream, change.lane.value, after.through, after.last, now),
        )
    else:
        moved = connection.exec_driver_sql(
            "UPDATE lane SET through = ?, last = ? WHERE id = ? AND through = ?",
            (after.through, after.last, lane, before.through),
        )
        if moved.rowcount != 1:
            raise LostRaceError(
                f"lane {change.stream}/{change.lane} was moved by another process; stop one of the hubs"
            )
    if change.lane is Lane.TELEMETRY:
        gaps = [(lane, *gap, now) for gap in change.declared]
        insert(connection, "INSERT INTO gap (lane_id, first, last, reason, declared_at)", gaps)
    elif before.open != after.open:
        _reopen(connection, lane, change, now)


def _reopen(connection: Connection, lane: int, change: LaneChange, now: int) -> None:
    """Write what changed of the open gaps of a facts lane, each with the reason under which it was declared first.

    A lane may have very many of them, so that no work is done for those that stay.
    """
    before, after = set(change.before.open), set(change.after.open)
    query = "SELECT first, last, reason, declared_at FROM gap WHERE lane_id = ? AND first = ?"
    known = [tuple(connection.exec_driver_sql(query, (lane, gap[0])).one()) for gap in sorted(before - after)]
    if known:
        many = [(lane, row[0]) for row in known]
        connection.exec_driver_sql("DELETE FROM gap WHERE lane_id = ? AND first = ?", many)
    known = sorted((*known, *((*gap, now) for gap in change.declared)), key=itemgetter(0))
    ends = [row[1] for row in known]
    rows = []
    for first, last in sorted(after - before):
        source = known[bisect_left(ends, first)]
        rows.append((lane, first, last, source[2], source[3]))
    insert(connection, "INSERT INTO gap (lane_id, first, last, reason, declared_at)", rows)


def touch_device(connection: Connection, device: int, touch: Touch) -> None:
    """Update what a device's row shows; what is not known stays."""
    connection.exec_driver_sql(
        "UPDATE device SET last_seen = nullif(max(coalesce(last_seen, 0), ?), 0),"
        " last_fact_at = nullif(max(coalesce(last_fact_at, 0), coalesce(?, 0)), 0),"
        " last_position_at = nullif(max(coalesce(last_position_at, 0), coalesce(?, 0)), 0),"
        " pending_facts = coalesce(?, pending_facts), pending_telemetry = coalesce(?, pending_telemetry),"
        " version = coalesce(?, version) WHERE id = ?",
        (
            touch.last_seen,
            touch.last_fact_at,
            touch.last_position_at,
            touch.pending_facts,
            touch.pending_telemetry,
            touch.version,
            device,
        ),
    )

    _note_health(connection, device, touch)
    presence = touch.presence
    if presence is not None:
        _note_presence(connection, device, presence, touch.last_heard)
        connection.exec_driver_sql(
            "UPDATE device SET presence_at = CASE WHEN online = ? AND connection = ? AND run = ? THEN presence_at"
            " ELSE max(coalesce(presence_at, 0), ?) END, online = ?, connection = ?, run = ?,"
            " version = CASE ? WHEN '' THEN version ELSE ? END,"
            " kind = CASE WHEN kind = 'unknown' AND ? <> '' THEN ? ELSE kind END WHERE id = ?",
            (
                int(presence.online),
                presence.connection,
                presence.run,
                touch.last_heard,
                int(presence.online),
                presence.connection,
                presence.run,
                presence.version,
                presence.version,
                presence.kind,
                presence.kind,
                device,
            ),
        )
    if touch.others is not None:
        connection.exec_driver_sql("UPDATE device SET others = ? WHERE id = ?", (touch.others, device))


def _note_health(connection: Connection, device: int, touch: Touch) -> None:
    """What a device said of itself, and how sure it is of its clock."""
    if touch.clock_error_ms is not None:
        query = "UPDATE device SET clock_error_ms = ? WHERE id = ? AND clock_error_ms IS NOT ?"
        connection.exec_driver_sql(query, (touch.clock_error_ms, device, touch.clock_error_ms))
    health = touch.health
    if health is not None:
        said = (health.outbox_bytes, health.disk_free_bytes, health.battery_pct, touch.health_at, health.note)
        query = (
            "UPDATE device SET outbox_bytes = ?, disk_free_bytes = ?, battery_pct = ?, health_at = ?, note = ?"
            " WHERE id = ?"
        )
        connection.exec_driver_sql(query, (*said, device))


def _note_presence(connection: Connection, device: int, presence: Presence, now: int) -> None:
    """Note that a device came or left, where that is news; what is older than some months goes."""
    state = (int(presence.online), presence.run, presence.connection)
    query = (
        "INSERT INTO presence (device_id, at, online, run, connection, version) SELECT id, ?, ?, ?, ?, ? FROM device"
        " WHERE id = ? AND NOT (online IS ? AND run IS ? AND connection IS ?)"
    )
    if connection.exec_driver_sql(query, (now, *state, presence.version, device, *state)).rowcount:
        old = "DELETE FROM presence WHERE device_id = ? AND at < ?"
        connection.exec_driver_sql(old, (device, now - PRESENCE_KEPT_MS))


def announce(connection: Connection, group: Group, accounts: set[int], now: int) -> None:
    """One row of the change log a topic, for the screens."""
    changes: list[tuple[str, object]] = []
    if accounts:
        marks = ", ".join("?" * min(len(accounts), 500))
        query = f"SELECT DISTINCT site FROM account WHERE site IS NOT NULL AND id IN ({marks})"
        sites = connection.exec_driver_sql(query, tuple(sorted(accounts)[:500])).scalars().all()
        changes.append(("stock", {"sites": sorted(sites), "facts": group.facts}))
    names = sorted({arrival.device for arrival in group.arrivals})
    if names:
        changes.append(("device", {"names": names}))
    if group.rows.quarantine:
        changes.append(("quarantine", {"count": len(group.rows.quarantine)}))
    tell(connection, changes, now)


def tell(connection: Connection, changes: Iterable[tuple[str, object]], now: int) -> None:
    """Append to the change log."""
    for topic, data in changes:
        values = (now, topic, msgspec.json.encode(data).decode())
        done = connection.exec_driver_sql("INSERT INTO change (at, topic, data) VALUES (?, ?, ?)", values)
        last = done.lastrowid or 0
        if last % 1000 == 0:
            connection.exec_driver_sql("DELETE FROM change WHERE id <= ?", (last - CHANGES_KEPT,))
