"""What follows when parcels come into another state: collection codes, and notices to their recipients."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection

from hub import collecting
from hub.core.lifecycles import OVER, Way
from hub.store.collecting import mark_of
from hub.store.lives import Change
from hub.store.relief import parcel
from hub.vault import Vault

CODED: Final = frozenset({Way.STATION, Way.VEHICLE})


def follow_up(connection: Connection, vault: Vault | None, changes: Iterable[Change], now: int) -> None:
    """See to what changes of parcels ask for. Without a vault there are neither codes nor notices."""


def new_codes(connection: Connection, vault: Vault | None, ids: Iterable[str], now: int) -> None:
    """Codes for parcels that were planned or re-routed, where they are collected with one."""
    if vault is None:
        return
    for id_ in ids:
        row = parcel(connection, id_)
        if row is not None and row.way in CODED and row.state not in OVER:
            vehicle = connection.exec_driver_sql(
                "SELECT vehicle FROM consignment WHERE seq = ?", (row.consignment,)
            ).scalar()
            station = row.station if row.way == Way.STATION else vehicle
            if station and mark_of(connection, station) is not None:
                collecting.issue(connection, vault, id_, station, now)
