"""Wrong collection codes, by parcel and round, and what codes opened: a table beside the lanes of an outbox.

The seal of a code that opened its parcel is kept, because the hub soon says no more of a parcel that was given out than
that; so who comes with the same code again is told so.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from edge.store.outbox import Outbox
from wire.messages import Scan

MOST_CODES: Final = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A code, by its parcel and its round; `sealed` where it opened the parcel."""

    parcel: str
    round: int
    failures: int
    sealed: str


class CodeTries:
    """The table `codes` of an outbox. Every method raises OutboxError."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def newest(self) -> tuple[Tried, ...]:
        """Every code that was tried wrongly, or opened something, newest first."""
        rows = self._outbox.ask("SELECT parcel, round, failures, sealed FROM codes ORDER BY at_ms DESC, parcel, round")
        return tuple(Tried(parcel=row[0], round=row[1], failures=row[2], sealed=row[3]) for row in rows)

    def wrong(self, codes: Sequence[tuple[str, int]], at_ms: int, facts: Sequence[Scan]) -> None:
        """One more wrong try for each of these (parcel, round), and the facts that some are locked, in one commit."""
        rows = [(parcel, round_, at_ms) for parcel, round_ in codes]

        def also(db: sqlite3.Connection, _: range) -> None:
            db.executemany(
                "INSERT INTO codes VALUES (?, ?, 1, '', ?) ON CONFLICT DO UPDATE SET failures = failures + 1,"
                " at_ms = excluded.at_ms",
                rows,
            )
            _trim(db)

        self._outbox.keep(facts, also)

    def opened(self, parcel: str, round_: int, sealed: str, at_ms: int) -> None:
        """A code opened its parcel: this was its seal. Its wrong tries are forgotten."""

        def also(db: sqlite3.Connection, _: range) -> None:
            db.execute("INSERT OR REPLACE INTO codes VALUES (?, ?, 0, ?, ?)", (parcel, round_, sealed, at_ms))
            _trim(db)

        self._outbox.keep((), also)


def _trim(db: sqlite3.Connection) -> None:
    over = "SELECT parcel, round FROM codes ORDER BY at_ms DESC, parcel, round LIMIT -1 OFFSET ?"
    db.execute(f"DELETE FROM codes WHERE (parcel, round) IN ({over})", (MOST_CODES,))  # noqa: S608
