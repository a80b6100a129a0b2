"""What is wrong with devices: nothing heard of them, facts that do not come, facts that nobody holds, no way made."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection

from hub.core.alerts import NOW, SOON, Kind, Reading, Rule, Rules
from hub.core.fixes import Point, distance_m
from hub.store.queries.devices import missing_facts
from hub.store.queries.waiting import Waiting

MINUTE_MS: Final = 60_000
STILL_M: Final = 100.0
"""A vehicle that stays within this of where it is does not move; a receiver that stands wanders by a few metres."""
SAMPLES: Final = 10
"""So many moments of the time are looked at: a point each, whatever the rate at which positions come."""
FRESH_MS: Final = 10 * MINUTE_MS
"""Of a vehicle that told no position for so long nobody knows whether it moves: it is silent, not stuck."""
_SILENT: Final = (
    "SELECT id, name, kind, site, max(last_seen, coalesce(presence_at, 0)) AS heard FROM device"
    " WHERE removed_at IS NULL AND last_seen IS NOT NULL AND max(last_seen, coalesce(presence_at, 0)) < ?"
    " ORDER BY name LIMIT ?"
)
_BACKLOG: Final = (
    "SELECT id, name, site, pending_facts FROM device WHERE removed_at IS NULL AND pending_facts > ?"
    " ORDER BY name LIMIT ?"
)
_GAPS: Final = (
    "SELECT device_id, total(gap.last - gap.first + 1) FROM gap JOIN lane ON lane.id = gap.lane_id"
    " WHERE lane.lane = 'facts' GROUP BY device_id"
)
_NAMES: Final = (
    "SELECT id, name, site, coalesce(pending_facts, 0) AS held FROM device WHERE removed_at IS NULL ORDER BY name"
)
_UNDER_WAY: Final = """
SELECT consignment.id, vehicle, organisation, to_site, from_site, changed_at, device.id AS device FROM consignment
JOIN device ON device.name = vehicle AND device.removed_at IS NULL
WHERE state = 'in-transit' AND coalesce((SELECT action FROM journey WHERE journey.vehicle = consignment.vehicle
  AND voided = 0 ORDER BY at DESC, lane_id DESC, seq DESC LIMIT 1), 'depart') = 'depart'
ORDER BY consignment.seq LIMIT ?
"""
_FIX: Final = (
    "SELECT t AS at, lat_e7, lon_e7 FROM fix WHERE device_id = ? AND verdict = 'good' AND t <= ?"
    " ORDER BY t DESC, lane_id DESC, seq DESC LIMIT 1"
)
_FIRST: Final = (
    "SELECT t AS at, lat_e7, lon_e7 FROM fix WHERE device_id = ? AND verdict = 'good' AND t >= ?"
    " ORDER BY t, lane_id, seq LIMIT 1"
)


def silent(connection: Connection, rules: Rules, now: int, most: int) -> Iterator[Reading]:
    """Devices that were heard of once and are not any more."""
    rule = rules.of(Kind.SILENT_DEVICE)
    waiting = Waiting(connection)
    for row in connection.exec_driver_sql(_SILENT, (now - rule.clear_at * MINUTE_MS, most)).all():
        yield Reading(
            kind=Kind.SILENT_DEVICE, about=(row.name,), fires=bool(rule.judge((now - row.heard) / MINUTE_MS)),
            severity=SOON, code="not-heard", values={"device": row.name, "since": row.heard},
            site=row.site or waiting.site_of(row.id, row.name),
        )  # fmt: skip


def backlogs(connection: Connection, rules: Rules, _now: int, most: int) -> Iterator[Reading]:
    """Devices that hold facts that the hub should have by now."""
    rule = rules.of(Kind.QUEUE_GROWTH)
    waiting = Waiting(connection)
    for row in connection.exec_driver_sql(_BACKLOG, (rule.clear_at, most)).all():
        yield Reading(
            kind=Kind.QUEUE_GROWTH, about=(row.name,), fires=bool(rule.judge(row.pending_facts)),
            severity=NOW if row.pending_facts >= 10 * rule.raise_at else SOON, code="backlog",
            values={"device": row.name, "n": row.pending_facts}, site=row.site or waiting.site_of(row.id, row.name),
        )  # fmt: skip


def lost(connection: Connection, rules: Rules, _now: int, most: int) -> Iterator[Reading]:
    """Devices that made facts that no disk holds any more, as far as they say."""
    rule = rules.of(Kind.LOST_FACTS)
    declared = {row[0]: int(row[1]) for row in connection.exec_driver_sql(_GAPS)}
    missing = missing_facts(connection)
    if not declared and not missing:
        return
    waiting, told = Waiting(connection), 0
    for row in connection.exec_driver_sql(_NAMES).all():
        n = declared.get(row.id, 0) + max(0, missing.get(row.id, 0) - row.held)
        if (fires := rule.judge(n)) is None or told >= most:
            continue
        told += 1
        yield Reading(
            kind=Kind.LOST_FACTS, about=(row.name,), fires=fires, severity=NOW, code="facts-missing",
            values={"device": row.name, "n": n}, site=row.site or waiting.site_of(row.id, row.name),
        )  # fmt: skip


def stuck(connection: Connection, rules: Rules, now: int, most: int) -> Iterator[Reading]:
    """Vehicles that are under way with a consignment, tell where they are, and stay there."""
    rule = rules.of(Kind.STUCK_VEHICLE)
    for row in connection.exec_driver_sql(_UNDER_WAY, (most,)).all():
        minutes = _still(connection, row.device, row.changed_at, rule, now)
        if (fires := rule.judge(minutes)) is None:
            continue
        yield Reading(
            kind=Kind.STUCK_VEHICLE, about=(row.vehicle, row.id), fires=fires, severity=NOW, code="not-moving",
            values={"vehicle": row.vehicle, "consignment": row.id, "minutes": rule.raise_at},
            site=row.to_site or row.from_site, owner=row.organisation,
        )  # fmt: skip


def _still(connection: Connection, device: int, began: int, rule: Rule, now: int) -> float:
    """For how many minutes a vehicle has stood where it is, up to what the rule asks; 0 where it never set out."""
    here = _point(connection, _FIX, device, now)
    if here is None or now - here.t > FRESH_MS:
        return 0.0
    first = _point(connection, _FIRST, device, began)
    if first is None or distance_m(first, here) <= STILL_M:
        return 0.0
    step = rule.raise_at * MINUTE_MS / SAMPLES
    for n in range(1, SAMPLES + 1):
        before = _point(connection, _FIX, device, now - int(n * step))
        if before is None or before.t < began or distance_m(before, here) > STILL_M:
            return (n - 1) * step / MINUTE_MS
    return float(rule.raise_at)


def _point(connection: Connection, query: str, device: int, at: int) -> Point | None:
    row = connection.exec_driver_sql(query, (device, at)).first()
    return None if row is None else Point(row.at, row.lat_e7, row.lon_e7)
