"""Facts that other facts speak of: undone ones, and those whose owner was settled.

Each is stated anew out of the journal, whole: what it says with all that is known of it takes the place of what stands
in the projections. So it comes out the same whichever of them arrived first. The journal may hold a fact that is not
posted (it was refused, it is in quarantine, a rebuild has not come to it yet): then there is nothing to state anew.
"""

from collections.abc import Iterable, Sequence
from operator import itemgetter

from sqlalchemy import Connection

from hub.core.counting import Key
from hub.core.postings import OF_GOODS, Counted, Goods, Moved, Posting, Sighted, post, task_of
from hub.ingest.balances import Changes
from hub.ingest.bulk import insert
from hub.ingest.counts import Counts
from hub.ingest.group import Rows, TaskRow
from hub.ingest.replay import fact_at
from hub.ingest.units import Units
from wire.actions import ADJUSTMENT
from wire.messages import AnyItem, Settle

Target = tuple[int, int]
"""A lane and a sequence."""
Said = dict[str, tuple[Posting, ...]]
"""What a fact posts, by every owner that was ever settled for it, and by '': none."""
_AT = "at = ? AND lane_id = ? AND seq = ?"


class Restating:
    """Applies voids and settled owners."""

    def __init__(self, changes: Changes, units: Units, counts: Counts) -> None:
        self._changes = changes
        self._units = units
        self._counts = counts
        self._settled: set[int] = set()

    def load(self, connection: Connection) -> None:
        """Read again of which lanes any fact was settled."""
        self._settled = set(connection.exec_driver_sql("SELECT DISTINCT target_lane FROM settle").scalars())

    def add(self, connection: Connection, rows: Rows) -> None:
        """Write what is said of facts, and state those anew: its targets, and new facts that it came before."""
        insert(connection, "INSERT INTO void (target_lane, target_seq, lane_id, seq, at)", rows.voids)
        head = "INSERT INTO settle (target_lane, target_seq, lane_id, seq, at, owner, voided)"
        insert(connection, head, rows.settles)
        self._settled.update(row.target_lane for row in rows.settles)
        targets = {(row.target_lane, row.target_seq) for row in rows.voids}
        targets |= {(row.target_lane, row.target_seq) for row in rows.settles}
        for lane, first, last in rows.ranges:
            for table in ("void", "settle") if lane in self._settled else ("void",):
                query = f"SELECT target_seq FROM {table} WHERE target_lane = ? AND target_seq BETWEEN ? AND ?"
                targets.update((lane, row[0]) for row in connection.exec_driver_sql(query, (lane, first, last)))
        for target in sorted(targets):
            self._restate(connection, target)

    def _restate(self, connection: Connection, target: Target) -> None:
        found = fact_at(connection, *target)
        if found is None:
            return
        if isinstance(found.fact, Settle):
            self._unsettle(connection, target)
        elif isinstance(found.fact, OF_GOODS):
            owners, settled = self._owners(connection, target)
            said = {owner: post(found.fact, owner) for owner in {"", *owners}}
            key = (found.at, *target)
            posted = [
                self._moved(connection, key, said, settled),
                self._counted(connection, key, said, settled),
                self._sighted(connection, key, said, settled),
            ]
            if any(posted):
                self._of_task(connection, key, found.fact, said[settled])

    def _unsettle(self, connection: Connection, target: Target) -> None:
        """A fact that settled an owner was undone."""
        voided = int(self._is_void(connection, target))
        mark = "UPDATE settle SET voided = ? WHERE lane_id = ? AND seq = ? AND voided <> ? RETURNING"
        query = f"{mark} target_lane, target_seq"
        for row in connection.exec_driver_sql(query, (voided, *target, voided)).all():
            self._restate(connection, (row[0], row[1]))

    def _owners(self, connection: Connection, target: Target) -> tuple[set[str], str]:
        """Every owner that was ever settled for a fact, and the one that counts; '' for none."""
        query = "SELECT owner, voided FROM settle WHERE target_lane = ? AND target_seq = ? ORDER BY at, lane_id, seq"
        rows = connection.exec_driver_sql(query, target).all()
        valid = [owner for owner, voided in rows if not voided]
        return {row[0] for row in rows}, valid[-1] if valid else ""

    def _is_void(self, connection: Connection, target: Target) -> bool:
        query = "SELECT EXISTS (SELECT 1 FROM void WHERE target_lane = ? AND target_seq = ?)"
        return bool(connection.exec_driver_sql(query, target).scalar())

    def _lots(self, said: Said, kind: type[Goods]) -> list[int]:
        """The lots that a fact may stand under at this moment."""
        lots = self._changes.poster.lots
        names = {p.lot for postings in said.values() for p in postings if isinstance(p, kind) and p.lot is not None}
        return sorted({lots[name] for name in names if name in lots})

    def _named(self, connection: Connection, said: Said) -> None:
        """Every lot that a settled owner made gets its name and expiry, so that both follow from the facts alone."""
        for owner, postings in said.items():
            for posting in postings if owner else ():
                if isinstance(posting, Moved | Sighted | Counted) and posting.lot is not None:
                    self._changes.poster.derive(connection, posting.lot, posting.expiry)

    # Goods in bulk

    def _moved(self, connection: Connection, key: Key, said: Said, settled: str) -> bool:
        old = []
        query = f"SELECT lot_id, source_id, to_id, quantity, voided FROM move WHERE lot_id = ? AND {_AT}"
        for lot in self._lots(said, Moved):
            old += [tuple(row) for row in connection.exec_driver_sql(query, (lot, *key))]
        if not old:
            return False
        self._named(connection, said)
        poster, voided = self._changes.poster, int(self._is_void(connection, key[1:]))
        new = [
            (poster.lots[p.lot], poster.accounts[p.source], poster.accounts[p.to], p.quantity, voided)
            for p in said[settled]
            if isinstance(p, Moved)
        ]
        if sorted(old) == sorted(new):
            return True
        connection.exec_driver_sql(f"DELETE FROM move WHERE lot_id = ? AND {_AT}", [(row[0], *key) for row in old])
        head = "INSERT INTO move (lot_id, at, lane_id, seq, source_id, to_id, quantity, voided)"
        insert(connection, head, [(row[0], *key, *row[1:]) for row in new])
        for sign, rows in ((-1, old), (1, new)):
            for lot, source, to, quantity, undone in rows:
                self._changes.flow(source, to, lot, 0 if undone else sign * quantity)
                self._changes.reckon((source, lot), (to, lot))
                self._changes.touch(lot, key[0])
        return True

    # Counts

    def _counted(self, connection: Connection, key: Key, said: Said, settled: str) -> bool:
        posting = next((p for p in said[settled] if isinstance(p, Counted)), None)
        if posting is None:
            return False
        poster = self._changes.poster
        account = poster.accounts.get(posting.account, 0)
        where = f"account_id = ? AND lot_id = ? AND {_AT}"
        for lot in self._lots(said, Counted):
            row = connection.exec_driver_sql(
                f"SELECT adjustment FROM tally WHERE {where}", (account, lot, *key)
            ).first()
            if row is None:
                continue
            self._named(connection, said)
            connection.exec_driver_sql(f"DELETE FROM tally WHERE {where}", (account, lot, *key))
            self._changes.flow(poster.accounts[ADJUSTMENT], account, lot, -row[0])
            self._changes.touch(lot, key[0])
            self._changes.recount.add((account, lot))
            head = "INSERT INTO tally (account_id, lot_id, at, lane_id, seq, quantity, adjustment, voided)"
            now = poster.lots[posting.lot]
            voided = int(self._is_void(connection, key[1:]))
            insert(connection, head, [(account, now, *key, posting.quantity, 0, voided)])
            self._counts.note((account, now), key)
            return True
        return False

    # Units

    def _sighted(self, connection: Connection, key: Key, said: Said, settled: str) -> bool:
        posted = False
        for posting in said[settled]:
            if isinstance(posting, Sighted) and self._seen(connection, key, posting):
                posted = True
        if posted:
            self._named(connection, said)
        return posted

    def _seen(self, connection: Connection, key: Key, posting: Sighted) -> bool:
        unit, where = posting.unit, f"unit = ? AND {_AT}"
        query = f"SELECT lot_id, voided FROM sighting WHERE {where}"
        row = connection.exec_driver_sql(query, (unit, *key)).first()
        if row is None:
            return False
        lot = None if posting.lot is None else self._changes.poster.derive(connection, posting.lot, posting.expiry)
        voided = int(self._is_void(connection, key[1:]))
        if (lot, voided) != tuple(row):
            before = self._units.stories(connection, [unit])[unit]
            mark = f"UPDATE sighting SET lot_id = ?, voided = ? WHERE {where}"
            connection.exec_driver_sql(mark, (lot, voided, unit, *key))
            after = self._units.stories(connection, [unit])[unit]
            self._units.retell(connection, [(unit, before, after)])
        return True

    # Tasks

    def _of_task(self, connection: Connection, key: Key, fact: AnyItem, postings: Iterable[Posting]) -> None:
        task = task_of(fact)
        if task is None:
            return
        place = (task, *key[1:])
        connection.exec_driver_sql("DELETE FROM task_fact WHERE task = ? AND lane_id = ? AND seq = ?", place)
        voided = int(self._is_void(connection, key[1:]))
        goods = [posting for posting in postings if isinstance(posting, Moved | Sighted)]
        rows = [
            (*place, part, key[0], *self._changes.poster.ends_of(posting), voided) for part, posting in enumerate(goods)
        ]
        write_tasks(connection, rows)


def write_tasks(connection: Connection, rows: Sequence[TaskRow]) -> None:
    """Write rows of task_fact."""
    head = "INSERT INTO task_fact (task, lane_id, seq, part, at, unit, lot_id, source_id, to_id, quantity, voided)"
    insert(connection, head, sorted(rows, key=itemgetter(0, 1, 2, 3)))
