"""Recipients erased: after the time for which they are kept, or because somebody asks for it.

What is left of a recipient is its id, that it was erased, and who saw it before: requests, parcels and the ledger name
nothing else. Gone are its own key, with it everything sealed under it, the masked name, and every key by which it was
found. Bytes are overwritten in the database's file; copies in its log and in backups are sealed, and a restore erases
again whom the hub that it replaces had erased (hub.store.since).
"""

from typing import Final

from sqlalchemy import Connection

from hub.errors import HubError
from hub.store import decisions, photos

DAY_MS: Final = 86_400_000
BY_TIME: Final = "retention"
"""Who erased, in the log, where the time did."""
AT_ONCE: Final = 200

_OPEN: Final = "('draft', 'asked', 'approved', 'allocated', 'under-way', 'ready')"
_SERVED: Final = f"SELECT id FROM request WHERE recipient = ? AND state IN {_OPEN} LIMIT 1"
_OVER: Final = f"""
SELECT id FROM recipient AS r WHERE erased_at IS NULL AND touched_at < ?
  AND NOT EXISTS (SELECT 1 FROM request WHERE recipient = r.id AND (state IN {_OPEN} OR changed_at >= ?))
  AND NOT EXISTS (SELECT 1 FROM call WHERE recipient = r.seq AND due IS NOT NULL AND done_at IS NULL)
ORDER BY touched_at LIMIT ?
"""
_STATEMENTS: Final = """
UPDATE call SET sealed = NULL WHERE recipient = :seq;
DELETE FROM recipient_proxy WHERE recipient = :seq;
DELETE FROM recipient_trace WHERE recipient = :seq;
UPDATE recipient SET key = NULL, sealed = NULL, shown = '', last4 = '', erased_at = :now, erased_by = :by
WHERE seq = :seq;
UPDATE round_stop SET lat_e7 = NULL, lon_e7 = NULL
WHERE parcel IN (SELECT parcel.id FROM parcel WHERE parcel.recipient = :id)
"""
_FORGOTTEN: Final = tuple(_STATEMENTS.split(";"))


class ServedError(HubError):
    """Somebody is still being served: a request of theirs is open."""


def erase(connection: Connection, id_: str, *, by: str, now: int) -> bool:
    """Erase one recipient; False where nothing was kept any more. Raises ServedError.

    The files of their photos (hub.store.photos.showing) are for the caller to erase, before this is committed.
    """
    row = connection.exec_driver_sql("SELECT seq FROM recipient WHERE id = ? AND erased_at IS NULL", (id_,)).first()
    if row is None:
        return False
    request = connection.exec_driver_sql(_SERVED, (id_,)).scalar()
    if request is not None:
        raise ServedError(f"The request {request} of this recipient is open: cancel it, or wait until it is over.")
    forget(connection, id_, by=by, now=now)
    return True


def forget(connection: Connection, id_: str, *, by: str, now: int) -> None:
    """Erase a recipient whatever waits for them: what is sealed of them opens no more, or may not."""
    seq = connection.exec_driver_sql("SELECT seq FROM recipient WHERE id = ?", (id_,)).scalar_one()
    photos.forget(connection, photos.showing(connection, id_))
    connection.exec_driver_sql("PRAGMA secure_delete = ON").close()
    try:
        for statement in _FORGOTTEN:
            connection.exec_driver_sql(statement, {"seq": seq, "id": id_, "now": now, "by": by})
    finally:
        connection.exec_driver_sql("PRAGMA secure_delete = OFF").close()
    decisions.note(connection, by, "recipient-erased", id_, "", now)


def over(connection: Connection, *, keep_days: int, now: int) -> list[str]:
    """Recipients with whom nobody had to do for so many days, and who wait for nothing; the oldest, AT_ONCE at most."""
    before = now - keep_days * DAY_MS
    return [row[0] for row in connection.exec_driver_sql(_OVER, (before, before, AT_ONCE))]


def erase_calls(connection: Connection, *, keep_days: int, now: int) -> int:
    """Drop what callers said of whom nothing else is kept, so many days after; of how many calls."""
    query = (
        "UPDATE call SET sealed = NULL WHERE recipient IS NULL AND sealed IS NOT NULL AND at < ?"
        " AND (due IS NULL OR done_at IS NOT NULL)"
    )
    return connection.exec_driver_sql(query, (now - keep_days * DAY_MS,)).rowcount
