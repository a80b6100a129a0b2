"""Rows meet what is stored: balances, stories of units, counts, voids and the verdicts of fixes.

All of it runs inside the transaction that stores the facts, and comes out the same for any order of arrival: what
depends on other facts (the story of a unit, the adjustment of a count, the owner of goods that was settled, the verdict
of a fix) is derived again from all of them. The common case, new goods and new units that were never counted, voided
or settled, needs no look at the past.
"""

from sqlalchemy import Connection

from hub.ingest import answers, positions
from hub.ingest.balances import Changes
from hub.ingest.bulk import insert
from hub.ingest.counts import Counts
from hub.ingest.group import Rows
from hub.ingest.poster import EARLIEST, EXPIRE, LOTS, Poster
from hub.ingest.restating import Restating, write_tasks
from hub.ingest.units import Units


class Projector:
    """Writes rows into the projections of one connection. Its owner commits, or rolls back and calls load()."""

    def __init__(self, poster: Poster) -> None:
        self._changes = Changes(poster)
        self._units = Units(self._changes)
        self._counts = Counts(self._changes, self._units)
        self._restating = Restating(self._changes, self._units, self._counts)

    def load(self, connection: Connection) -> None:
        """Read again what is remembered of the database."""
        self._changes.load(connection)
        self._restating.load(connection)

    def apply(self, connection: Connection, rows: Rows) -> set[int]:
        """Write the rows. Returns the accounts whose balance changed."""
        changes = self._changes
        changes.begin()
        self._names(connection, rows)
        deltas = changes.deltas
        for (source, to, lot), quantity in rows.flows.items():
            if source != to:
                deltas[source, lot] -= quantity
                deltas[to, lot] += quantity
        self._units.add(connection, rows)
        self._moves(connection, rows)
        self._counts.add(connection, rows)
        write_tasks(connection, rows.tasks)
        self._restating.add(connection, rows)
        self._counts.reckon(connection)
        positions.place(connection, rows.fixes)
        answers.apply(connection, rows)
        return changes.write(connection)

    def _names(self, connection: Connection, rows: Rows) -> None:
        insert(connection, LOTS, rows.lots, EARLIEST)
        for lot, expiry in rows.expiries.items():
            connection.exec_driver_sql(EXPIRE, (expiry, expiry, lot))
        insert(connection, "INSERT INTO account (id, code, kind, site)", rows.accounts)

    def _moves(self, connection: Connection, rows: Rows) -> None:
        rows.moves.sort()
        head = "INSERT INTO move (lot_id, at, lane_id, seq, source_id, to_id, quantity, voided)"
        insert(connection, head, rows.moves)
        changes = self._changes
        for lot, at in {row[0]: row[1] for row in reversed(rows.moves)}.items():  # of each lot the first
            changes.touch(lot, at)
        touched = changes.counted.keys() & changes.deltas.keys()
        if touched:
            for lot, at, lane, seq, source, to, _, _ in rows.moves:
                for pair in ((source, lot), (to, lot)):
                    if pair in touched and (at, lane, seq) < changes.counted[pair]:
                        changes.recount.add(pair)
