"""Numbers for handling units (SSCC): taken one by one from ranges that the hub reserved for this device alone.

A number is burned durably before anybody sees it, so that none is ever given twice, whenever the power fails: one that
was burned and not used is lost, which nobody minds. The hub's ranges lie at random places, a later one often below an
earlier one; every range that was ever held stays known (a row for a thousand units), and nothing of it is taken in
again. Where it is not certain how far a range was used (the outbox was salvaged; it is an older copy, or the first one
of a machine that replaces another: the hub has facts or runs of this device that are not in it; the device went to
another hub) what is left of all ranges is given up, and the range that the hub still shows too. So a range is taken in
only when the hub has answered a hello of this run: before, nothing tells a copy from the newest (edge/knowing.py).

An SSCC is extension digit and company prefix, serial number and check digit, 18 digits (GS1 General Specifications,
section 3.3.1, AI 00).
"""

import sqlite3
from typing import Final

from edge.store.appending import Beside
from edge.store.outbox import Outbox
from edge.store.retention import DOUBT, doubt_serials
from wire.checkdigits import check_digit
from wire.sitedata import SsccRange

LOW: Final = 50
"""So few left: more are asked for."""
_DIGITS: Final = 17


class Serials:
    """The table `serials` of an outbox. Every method raises OutboxError."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    @property
    def low(self) -> bool:
        """Whether more should be asked for."""
        return self.left() <= LOW

    def left(self) -> int:
        """How many numbers may still be taken without the hub."""
        return int(self._outbox.ask("SELECT coalesce(sum(last + 1 - next), 0) FROM serials")[0][0])

    def offer(self, shown: SsccRange, *, fresh: bool = True) -> None:
        """The range that the hub shows for this device; one that was held already changes nothing.

        `fresh`: the hub shows it now. What it showed some time ago tells nothing where that is in doubt.
        """
        if shown.last >= 10 ** (_DIGITS - len(shown.prefix)):
            return
        query = "SELECT 1 FROM serials WHERE prefix = ? AND ? BETWEEN first AND last"
        held = self._outbox.ask(query, shown.prefix, shown.last)
        in_doubt = self._outbox.ask("SELECT 1 FROM meta WHERE key = ?", DOUBT)
        if fresh if in_doubt else not held:
            self._change(lambda db, _: _take_in(db, shown))

    def take(self) -> str | None:
        """Burn the next number; its SSCC, or None where none is left."""
        taken: list[tuple[str, int]] = []

        def also(db: sqlite3.Connection, _: range) -> None:
            taken.clear()
            query = "SELECT prefix, first, next FROM serials WHERE next <= last ORDER BY prefix, first LIMIT 1"
            for prefix, first, number in db.execute(query).fetchall():
                db.execute("UPDATE serials SET next = next + 1 WHERE prefix = ? AND first = ?", (prefix, first))
                taken.append((prefix, number))

        self._change(also)
        return sscc(*taken[0]) if taken else None

    def give_up(self) -> None:
        """How far the ranges were used is not certain any more: nothing of them is ever taken again."""
        self._change(lambda db, _: doubt_serials(db))

    def _change(self, also: Beside) -> None:
        self._outbox.keep((), also)


def _take_in(db: sqlite3.Connection, shown: SsccRange) -> None:
    """Decided in the transaction: a salvage may have come in between."""
    query = "SELECT max(last) FROM serials WHERE prefix = ? AND first <= ? AND last >= ?"
    (held,) = db.execute(query, (shown.prefix, shown.last, shown.first)).fetchone()
    first = shown.first if held is None else max(shown.first, held + 1)
    in_doubt = db.execute("DELETE FROM meta WHERE key = ?", (DOUBT,)).rowcount > 0
    if first <= shown.last:
        begin = shown.last + 1 if in_doubt else first
        db.execute("INSERT INTO serials VALUES (?, ?, ?, ?)", (shown.prefix, first, shown.last, begin))


def sscc(prefix: str, number: int) -> str:
    """The SSCC of a serial number: 18 digits."""
    digits = prefix + str(number).zfill(_DIGITS - len(prefix))
    return digits + check_digit(digits)
