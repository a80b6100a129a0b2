"""What could not be understood, stored with its bytes.

Items of sound batches are all kept: they were answered for, and nobody else has them. A message that is no batch is
not: no receipt is owed for it, and a device that sends such messages without end, broken or hostile, must not fill the
disk. Of each device the first ones are kept, and of all others the number, in one row that says so.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection

from hub.ingest.bulk import insert
from hub.ingest.group import Quarantined
from wire.errors import Reason

MESSAGES_KEPT: Final = 100
"""Most messages that are no batch, of one device, that are kept with their bytes."""
MESSAGE_BYTES_KEPT: Final = 4 * 1024 * 1024
"""No more are kept, of one device, when those kept have this many bytes together."""
_INSERT: Final = "INSERT INTO quarantine (device, lane_id, seq, received_at, reason, detail, bytes, digest)"
_REST: Final = ""
"""Stands for the digest in the row that counts: no bytes have it."""


def set_aside(connection: Connection, quarantine: Iterable[Quarantined]) -> None:
    """Store what is quarantined; a whole message that comes again, or too many of them, is counted, not stored."""
    rows = list(quarantine)
    items = [_values(row, _digest(row.data)) for row in rows if row.lane is not None]
    insert(connection, _INSERT, items, "ON CONFLICT (lane_id, seq) DO NOTHING")
    for row in rows:
        if row.lane is None:
            _message(connection, row)


def _message(connection: Connection, row: Quarantined) -> None:
    key = _digest(row.data)
    if _came_again(connection, row, key) or _came_again(connection, row, _REST):
        return
    if _has_room(connection, row.device):
        insert(connection, _INSERT, [_values(row, key)])
    else:
        insert(connection, _INSERT, [_values(row._replace(reason=Reason.TOO_MANY, data=b""), _REST)])


def _came_again(connection: Connection, row: Quarantined, key: str) -> bool:
    done = connection.exec_driver_sql(
        "UPDATE quarantine SET times = times + 1 WHERE device = ? AND digest = ? AND lane_id IS NULL", (row.device, key)
    )
    return bool(done.rowcount)


def _has_room(connection: Connection, device: str) -> bool:
    """Asked for few messages of a device only: once there is a row for the rest, that is found first."""
    query = "SELECT count(*), coalesce(sum(length(bytes)), 0) FROM quarantine WHERE device = ? AND lane_id IS NULL"
    messages, size = connection.exec_driver_sql(query, (device,)).one()
    return bool(messages < MESSAGES_KEPT and size < MESSAGE_BYTES_KEPT)


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()[:32]


def _values(row: Quarantined, key: str) -> tuple[object, ...]:
    return row.device, row.lane, row.seq, row.received_at, row.reason.value, row.detail[:1000], row.data, key
