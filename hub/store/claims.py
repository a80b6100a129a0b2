"""Claims: before a device hands parcels over it asks for them, and of all devices that are online one gets each.

Granted is what the site of the device hands out (or the device itself, where it is that of an unmanned vehicle), that
was not given out yet, and that no other device was granted before. What another device was granted stays its own until
the hub knows that nothing came of it: some minutes later, and after that device said again that it has no fact to
tell. A device that went away with a parcel that it was granted keeps it, so that nobody else opens it meanwhile.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection

from wire.actions import WITH_RECIPIENT
from wire.collecting import Claimed, GivenElsewhere

LEASE_MS: Final = 10 * 60_000
"""So long a claim stands in any case."""

_WHERE = (
    "SELECT parcel.station, consignment.vehicle, account.code FROM parcel"
    " JOIN consignment ON consignment.seq = parcel.consignment"
    " LEFT JOIN unit ON unit.code = 'parcel:' || parcel.id LEFT JOIN account ON account.id = unit.account_id"
    " WHERE parcel.id = ?"
)
_GIVEN = (
    "SELECT sighting.at, coalesce(place.site, device.site, ''), device.name FROM sighting"
    " JOIN account AS target ON target.id = sighting.to_id AND target.code = ?"
    " JOIN account AS place ON place.id = sighting.source_id"
    " JOIN lane ON lane.id = sighting.lane_id JOIN device ON device.id = lane.device_id"
    " WHERE sighting.unit = 'parcel:' || ? AND sighting.voided = 0 ORDER BY sighting.at DESC LIMIT 1"
)
_CLAIM = "SELECT device, site, at FROM parcel_claim WHERE parcel = ?"
_HEARD = "SELECT removed_at, last_seen, coalesce(pending_facts, 0) FROM device WHERE name = ?"
_TAKE = (
    "INSERT INTO parcel_claim (parcel, device, site, at) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (parcel) DO UPDATE SET device = excluded.device, site = excluded.site, at = excluded.at"
)


class _Held(NamedTuple):
    device: str
    site: str
    at: int


def claim(connection: Connection, device: str, site: str | None, parcels: Sequence[str], now: int) -> Claimed:
    """What a device that stands at a site is granted of these parcels, and what somebody else has, or got already.

    Asked again it is granted the same. Goes into one writing transaction.
    """
    granted, given = [], []
    for parcel in dict.fromkeys(parcels):
        row = connection.exec_driver_sql(_WHERE, (parcel,)).first()
        if row is None:
            continue
        station, vehicle, where = row
        other = _given(connection, parcel) if where == WITH_RECIPIENT else None
        other = other or _held(connection, parcel, device, now)
        if other is not None:
            given.append(GivenElsewhere(parcel=parcel, at=other.at, site=other.site, device=other.device))
        elif site is not None and (station == site or vehicle == device):
            connection.exec_driver_sql(_TAKE, (parcel, device, site, now))
            granted.append(parcel)
    return Claimed(granted=tuple(granted), given=tuple(given))


def release(connection: Connection, parcel: str) -> bool:
    """Somebody says that nothing came of a claim; whether there was one."""
    return connection.exec_driver_sql("DELETE FROM parcel_claim WHERE parcel = ?", (parcel,)).rowcount == 1


def _given(connection: Connection, parcel: str) -> _Held | None:
    row = connection.exec_driver_sql(_GIVEN, (WITH_RECIPIENT, parcel)).first()
    return None if row is None else _Held(device=row[2], site=row[1], at=row[0])


def _held(connection: Connection, parcel: str, device: str, now: int) -> _Held | None:
    """The claim of another device, as long as it stands."""
    row = connection.exec_driver_sql(_CLAIM, (parcel,)).first()
    if row is None or row[0] == device:
        return None
    heard = connection.exec_driver_sql(_HEARD, (row[0],)).first()
    until = row[2] + LEASE_MS
    silent = heard is not None and heard[0] is None and ((heard[1] or 0) < until or heard[2] > 0)
    return _Held(*row) if silent or now < until else None
