"""What waits to be printed: a table beside the lanes of an outbox, so that it survives the agent and the power."""

import sqlite3
from dataclasses import dataclass
from typing import Final

import msgspec

from edge.core.printouts import Printout
from edge.store.errors import OutboxError
from edge.store.outbox import Outbox

MOST_WAITING: Final = 200
"""What a printer that is away for a day may leave; what comes then is refused, and said."""


class PrintQueueFullError(OutboxError):
    """Nothing more can wait for the printer."""

    def __init__(self) -> None:
        super().__init__(f"{MOST_WAITING} things wait for the printer already: see to it, then print again")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One thing; `id` is random, `what` JSON of a Printout."""

    id: str
    what: bytes


class Prints:
    """The table `prints` of an outbox. Every method raises OutboxError."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def put(self, id_: str, what: Printout, at_ms: int) -> None:
        """One more, durably. Raises PrintQueueFullError."""
        if self.count() >= MOST_WAITING:
            raise PrintQueueFullError
        row = (id_, at_ms, msgspec.json.encode(what))
        put = "INSERT INTO prints (id, at_ms, what) VALUES (?, ?, ?)"
        self._outbox.keep((), lambda db, _: _run(db, put, *row))

    def next(self) -> Waiting | None:
        """The oldest."""
        rows = self._outbox.ask("SELECT id, what FROM prints ORDER BY no LIMIT 1")
        return Waiting(id=rows[0][0], what=rows[0][1]) if rows else None

    def done(self, id_: str) -> None:
        """It waits no more."""
        if self._outbox.ask("SELECT 1 FROM prints WHERE id = ?", id_):
            self._outbox.keep((), lambda db, _: _run(db, "DELETE FROM prints WHERE id = ?", id_))

    def count(self) -> int:
        """How many wait."""
        return int(self._outbox.ask("SELECT count(*) FROM prints")[0][0])


def _run(db: sqlite3.Connection, query: str, *values: object) -> None:
    db.execute(query, values)
