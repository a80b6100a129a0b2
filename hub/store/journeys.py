"""Vehicles that depart and arrive: facts that move nothing, and say where all that is in them is.

They name the vehicle by its card and post nothing in the ledger. They are kept here, out of the journal, by whoever
follows it (hub/follower.py); what they mean for a parcel follows from when it was in the vehicle, so it is the same
whichever fact came first.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from sqlalchemy import Connection

from hub.core.parcel_story import Told
from hub.core.trips import TRANSIT
from wire.actions import JOURNEY
from wire.labels import parse
from wire.messages import AnyItem, Scan

_INSERT = (
    "INSERT OR IGNORE INTO journey (lane_id, seq, at, vehicle, action, device, by, voided) VALUES (?, ?, ?, ?, ?, ?, ?,"
    " (SELECT EXISTS (SELECT 1 FROM void WHERE target_lane = ? AND target_seq = ?)))"
)
_INSIDE = (
    "SELECT DISTINCT seen.unit FROM account CROSS JOIN sighting AS seen ON seen.to_id = account.id"
    " WHERE (account.code = ?1 OR account.code >= ?1 || '/' AND account.code < ?1 || '0') AND seen.lot_id IS NULL"
    " AND seen.voided = 0 AND seen.at <= ?2 AND NOT EXISTS (SELECT 1 FROM sighting AS later"
    " WHERE later.unit = seen.unit AND later.voided = 0 AND later.at > seen.at AND later.at < ?2)"
)
"""Handling units that were in a vehicle, or in a compartment of it ('0' comes after '/'), at a time."""
_OF_VEHICLE = (
    "SELECT at, lane_id, seq, action, device FROM journey WHERE vehicle = ? AND voided = 0 ORDER BY at, lane_id, seq"
)


class Fact(Protocol):
    """A fact of the journal: hub.store.life_facts.Fact."""

    @property
    def item(self) -> AnyItem: ...
    @property
    def at(self) -> int: ...
    @property
    def lane(self) -> int: ...
    @property
    def seq(self) -> int: ...
    @property
    def device(self) -> str: ...


def take(connection: Connection, facts: Iterable[Fact]) -> set[str]:
    """Keep what facts say of vehicles; the handling units that were in them then."""
    units: set[str] = set()
    for fact in facts:
        vehicle = vehicle_of(fact.item)
        if vehicle is not None and isinstance(fact.item, Scan):
            values = (
                fact.lane, fact.seq, fact.at, vehicle, fact.item.do.value, fact.device, fact.item.by or "", fact.lane,
                fact.seq,
            )  # fmt: skip
            connection.exec_driver_sql(_INSERT, values)
            units |= _inside(connection, vehicle, fact.at)
    return units


def undo(connection: Connection, places: Iterable[tuple[int, int]]) -> set[str]:
    """Facts at these places of lanes were undone; the handling units that were in their vehicles then."""
    query = "UPDATE journey SET voided = 1 WHERE lane_id = ? AND seq = ? RETURNING vehicle, at"
    rows = [row for place in places for row in connection.exec_driver_sql(query, place).all()]
    return {unit for vehicle, at in rows for unit in _inside(connection, vehicle, at)}


def along(connection: Connection, told: Sequence[Told], known: dict[str, list[Told]]) -> list[Told]:
    """A parcel's story with what the vehicles did while it was in them; `known` keeps what was read of each."""
    seen = sorted((one for one in told if one.event is None and not one.content), key=lambda one: one[:3])
    whole = list(told)
    for place, one in enumerate(seen):
        if not one.target.startswith(TRANSIT):
            continue
        until = seen[place + 1][:3] if place + 1 < len(seen) else None
        vehicle = one.target.removeprefix(TRANSIT).partition("/")[0]
        if vehicle not in known:
            rows = connection.exec_driver_sql(_OF_VEHICLE, (vehicle,))
            known[vehicle] = [
                Told(at, lane, seq, action=action, device=device) for at, lane, seq, action, device in rows
            ]
        whole += [
            each._replace(source=one.target, target=one.target)
            for each in known[vehicle]
            if each[:3] > one[:3] and (until is None or each[:3] < until)
        ]
    return whole


def vehicle_of(item: AnyItem) -> str | None:
    """The vehicle of which a fact says that it departed or arrived; None for any other fact."""
    if not isinstance(item, Scan) or item.do not in JOURNEY or parse(item.labels[0]).unit is not None:
        return None
    account = item.to or item.source or ""
    return account.removeprefix(TRANSIT).partition("/")[0] or None if account.startswith(TRANSIT) else None


def _inside(connection: Connection, vehicle: str, at: int) -> set[str]:
    return set(connection.exec_driver_sql(_INSIDE, (TRANSIT + vehicle, at)).scalars())
