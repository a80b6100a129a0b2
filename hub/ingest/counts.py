"""Counts: what each one adds to the balance before it, reckoned again whenever the past changes."""

from collections.abc import Iterator

from sqlalchemy import Connection

from hub.core.counting import Key, adjustments
from hub.core.postings import GOOD
from hub.core.story import steps, valid
from hub.ingest.balances import Changes
from hub.ingest.bulk import insert
from hub.ingest.group import Rows
from hub.ingest.units import Units
from wire.actions import ADJUSTMENT

_TALLIES = (
    "SELECT at, lane_id, seq, quantity, adjustment, voided FROM tally"
    " WHERE account_id = ? AND lot_id = ? ORDER BY at, lane_id, seq"
)
_THINGS = (
    "SELECT DISTINCT named.unit FROM sighting AS named JOIN sighting AS seen ON seen.unit = named.unit"
    " WHERE named.lot_id = ? AND (seen.to_id = ? OR seen.source_id = ?)"
)
"""Of a lot: those that any scan named the account with, as where they were or where they went."""
_ADJUST = (
    "UPDATE tally SET adjustment = ? WHERE account_id = ? AND lot_id = ? AND at = ? AND lane_id = ? AND seq = ?"
)  # fmt: skip


class Counts:
    """Writes counts and their adjustments."""

    def __init__(self, changes: Changes, units: Units) -> None:
        self._changes = changes
        self._units = units

    def add(self, connection: Connection, rows: Rows) -> None:
        """Write new counts, their adjustments still 0."""
        head = "INSERT INTO tally (account_id, lot_id, at, lane_id, seq, quantity, adjustment, voided)"
        insert(connection, head, rows.tallies)
        for row in rows.tallies:
            self.note((row.account, row.lot), (row.at, row.lane, row.seq))

    def note(self, pair: tuple[int, int], key: Key) -> None:
        """A balance was counted."""
        counted = self._changes.counted
        self._changes.recount.add(pair)
        counted[pair] = max(counted.get(pair, key), key)

    def reckon(self, connection: Connection) -> None:
        """Bring the adjustments of all balances up to date whose past has changed."""
        if not self._changes.recount:
            return
        sink = self._changes.poster.accounts[ADJUSTMENT]
        for account, lot in sorted(self._changes.recount):
            self._count(connection, account, lot, sink)

    def _count(self, connection: Connection, account: int, lot: int, sink: int) -> None:
        tallies = connection.exec_driver_sql(_TALLIES, (account, lot)).all()
        counts = [((r[0], r[1], r[2]), r[3]) for r in tallies if not r[5]]
        found = dict(
            zip((key for key, _ in counts), adjustments(self._moves(connection, account, lot), counts), strict=True)
        )
        for row in tallies:
            key = (row[0], row[1], row[2])
            new = found.get(key, 0)
            if new != row[4]:
                connection.exec_driver_sql(_ADJUST, (new, account, lot, *key))
                self._changes.touch(lot, row[0])
                self._changes.flow(sink, account, lot, new - row[4])

    def _moves(self, connection: Connection, account: int, lot: int) -> Iterator[tuple[Key, int]]:
        """The signed quantities that facts moved into an account, with their times."""
        query = (
            "SELECT at, lane_id, seq, quantity * ((to_id = ?) - (source_id = ?)) FROM move"
            " WHERE lot_id = ? AND voided = 0 AND (to_id = ? OR source_id = ?)"
        )
        for row in connection.exec_driver_sql(query, (account, account, lot, account, account)):
            yield (row[0], row[1], row[2]), row[3]
        name = self._changes.name(connection, lot)
        plain = lot if name.condition == GOOD else self._changes.poster.lots.get(name._replace(condition=GOOD))
        units = connection.exec_driver_sql(_THINGS, (plain, account, account)).scalars()
        for story in self._units.stories(connection, units.all()).values():
            told = valid(story)
            if self._units.lots_of(connection, told).get(name.condition) != lot:
                continue
            here = (account, name.condition)
            for seen, before, after in steps(told):
                change = (after == here) - (before == here)
                if change:
                    yield (seen.at, seen.lane, seen.seq), change
