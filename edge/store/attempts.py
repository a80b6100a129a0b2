"""Wrong PINs in a row, by badge, kept over restarts: a table beside the lanes of an outbox."""

import sqlite3
from typing import Final

from edge.core.lockout import Tried
from edge.store.outbox import Outbox

MOST_BADGES: Final = 2_000
"""More than a site has people; of more, those with the fewest failures are forgotten."""


class Attempts:
    """The table `attempts` of an outbox, by a badge's digest. Every method raises OutboxError."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def of(self, badge: str) -> Tried:
        """What is known of a badge."""
        rows = self._outbox.ask("SELECT failures, boot, until_ms FROM attempts WHERE badge = ?", badge)
        return Tried(failures=rows[0][0], boot=rows[0][1], until=rows[0][2]) if rows else Tried()

    def keep(self, badge: str, tried: Tried) -> None:
        """Know this of a badge from now on, durably."""

        def also(db: sqlite3.Connection, _: range) -> None:
            if not tried.failures:
                db.execute("DELETE FROM attempts WHERE badge = ?", (badge,))
                return
            row = (badge, tried.failures, tried.boot, tried.until)
            db.execute("INSERT OR REPLACE INTO attempts VALUES (?, ?, ?, ?)", row)
            over = "SELECT badge FROM attempts ORDER BY failures DESC, badge LIMIT -1 OFFSET ?"
            db.execute(f"DELETE FROM attempts WHERE badge IN ({over})", (MOST_BADGES,))  # noqa: S608

        self._outbox.keep((), also)
