"""Who was signed on at which scanner, from when to when: a table beside the lanes of an outbox."""

import sqlite3
from dataclasses import dataclass
from typing import Final

from edge.store.outbox import Outbox

MOST_SHIFTS: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One person at one scanner; Unix ms by the device's clock. `to` None: still there."""

    port: str
    name: str
    begun: int
    to: int | None


class Shifts:
    """The table `shifts` of an outbox. Every method raises OutboxError."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def change(self, port: str, name: str | None, at_ms: int) -> None:
        """Somebody signed on at a scanner, or (None) off: whoever was there before has gone."""

        def also(db: sqlite3.Connection, _: range) -> None:
            db.execute("UPDATE shifts SET to_ms = ? WHERE port = ? AND to_ms IS NULL", (at_ms, port))
            if name is not None:
                db.execute("INSERT INTO shifts (port, name, from_ms) VALUES (?, ?, ?)", (port, name, at_ms))
                db.execute("DELETE FROM shifts WHERE no <= (SELECT max(no) FROM shifts) - ?", (MOST_SHIFTS,))

        self._outbox.keep((), also)

    def begun(self, name: str | None, after_ms: int) -> int | None:
        """When somebody, or anybody (None), signed on first since a time; None: nobody did.

        Whoever went for lunch, or was signed off by a crash, is in the same shift after it.
        """
        query = "SELECT min(from_ms) FROM shifts WHERE from_ms >= ? AND coalesce(?, name) = name"
        found = self._outbox.ask(query, after_ms, name)[0][0]
        return None if found is None else int(found)

    def end_all(self, at_ms: int) -> None:
        """The agent starts: nobody is signed on."""
        if self._outbox.ask("SELECT 1 FROM shifts WHERE to_ms IS NULL LIMIT 1"):
            end = "UPDATE shifts SET to_ms = ? WHERE to_ms IS NULL"
            self._outbox.keep((), lambda db, _: _run(db, end, at_ms))


def read(db: sqlite3.Connection, most: int) -> list[Shift]:
    """The newest, newest first, by any connection. Raises sqlite3.Error."""
    rows = db.execute("SELECT port, name, from_ms, to_ms FROM shifts ORDER BY no DESC LIMIT ?", (most,))
    return [Shift(port=port, name=name, begun=begun, to=to) for port, name, begun, to in rows]


def _run(db: sqlite3.Connection, query: str, *values: object) -> None:
    db.execute(query, values)
