"""Rows meet what is stored: balances, stories of units, counts, voids and the verdicts of fixes.

All of it runs inside the transaction that stores the facts, and comes out the same for any order of arrival: what
depends on other facts (the story of a unit, the adjustment of a count, the verdict of a fix) is derived again from
all of them. The common case, new goods and new units that were never counted or voided, needs no look at the past.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter

from sqlalchemy import Connection

from hub.core.counting import Key, adjustments
from hub.core.fixes import Point, judge
from hub.core.postings import Counted, Moved, Sighted, post
from hub.core.story import Sighting, breaks, contributions, lot_of, steps, valid
from hub.ingest import answers
from hub.ingest.bulk import among, insert
from hub.ingest.group import FixRow, Rows
from hub.ingest.poster import Poster
from hub.ingest.replay import fact_at
from wire.actions import ADJUSTMENT, UNKNOWN
from wire.messages import Count, Scan

Pair = tuple[int, int]
"""An account and a lot."""
Target = tuple[int, int]
"""A lane and a sequence."""
_STORY = "SELECT unit, at, lane_id, seq, lot_id, source_id, to_id, voided FROM sighting WHERE unit"
_BALANCE = "ON CONFLICT (account_id, lot_id) DO UPDATE SET quantity = quantity + excluded.quantity"


class Projector:
    """Writes rows into the projections of one connection. Its owner commits, or rolls back and calls load()."""

    def __init__(self, poster: Poster) -> None:
        self.poster = poster
        self.counted: dict[Pair, Key] = {}
        self._deltas: dict[Pair, int] = defaultdict(int)
        self._recount: set[Pair] = set()

    def load(self, connection: Connection) -> None:
        """Read again which balances were ever counted."""
        query = "SELECT account_id, lot_id, at, lane_id, seq FROM tally ORDER BY at, lane_id, seq"
        self.counted = {(r[0], r[1]): (r[2], r[3], r[4]) for r in connection.exec_driver_sql(query)}

    def apply(self, connection: Connection, rows: Rows) -> set[int]:
        """Write the rows. Returns the accounts whose balance changed."""
        self._deltas.clear()
        self._recount.clear()
        self._names(connection, rows)
        for (source, to, lot), quantity in rows.flows.items():
            self._flow(source, to, lot, quantity)
        self._units(connection, rows)
        self._moves(connection, rows)
        self._tallies(connection, rows)
        for target in sorted(self._voids(connection, rows)):
            self._void(connection, target)
        self._counts(connection)
        self._fixes(connection, rows.fixes)
        answers.apply(connection, rows)
        changed = [(account, lot, delta) for (account, lot), delta in self._deltas.items() if delta]
        changed.sort()
        insert(connection, "INSERT INTO balance (account_id, lot_id, quantity)", changed, _BALANCE)
        return {account for account, _, _ in changed}

    def _names(self, connection: Connection, rows: Rows) -> None:
        insert(connection, "INSERT INTO lot (id, item, lot, owner, condition, expiry)", rows.lots)
        for lot, expiry in rows.expiries.items():
            connection.exec_driver_sql("UPDATE lot SET expiry = ? WHERE id = ?", (expiry, lot))
        insert(connection, "INSERT INTO account (id, code, kind, site)", rows.accounts)

    def _flow(self, source: int, to: int, lot: int, quantity: int) -> None:
        if source != to:
            self._deltas[source, lot] -= quantity
            self._deltas[to, lot] += quantity

    # Goods in bulk

    def _moves(self, connection: Connection, rows: Rows) -> None:
        rows.moves.sort()
        head = "INSERT INTO move (lot_id, at, lane_id, seq, source_id, to_id, quantity, voided)"
        insert(connection, head, rows.moves)
        touched = self.counted.keys() & self._deltas.keys()
        if touched:
            for lot, at, lane, seq, source, to, _, _ in rows.moves:
                for pair in ((source, lot), (to, lot)):
                    if pair in touched and (at, lane, seq) < self.counted[pair]:
                        self._recount.add(pair)

    # Units

    def _units(self, connection: Connection, rows: Rows) -> None:
        if not rows.seen:
            return
        rows.seen.sort()
        fresh = [row[0] for row in rows.seen if row[0] not in rows.again]
        known = {row[0] for row in among(connection, "SELECT unit FROM sighting WHERE unit", fresh)}
        slow = known | rows.again
        for unit, _, _, _, lot, source, to, _ in rows.seen if slow else ():
            if unit in slow and lot is not None:
                self._flow(source, to, lot, -1)
        before = self._stories(connection, slow)
        head = "INSERT INTO sighting (unit, at, lane_id, seq, lot_id, source_id, to_id, voided)"
        insert(connection, head, rows.seen)
        after = self._stories(connection, slow)
        for unit in sorted(slow):
            self._retell(connection, unit, before.get(unit, []), after.get(unit, []))
        for _, _, _, _, lot, source, to, _ in rows.seen if self.counted else ():
            if lot is not None:
                self._recount.update({(source, lot), (to, lot)} & self.counted.keys())

    def _stories(self, connection: Connection, units: Iterable[str]) -> dict[str, list[Sighting]]:
        found: dict[str, list[Sighting]] = defaultdict(list)
        for row in among(connection, _STORY, units):
            found[row[0]].append(Sighting(row[1], row[2], row[3], row[4], row[5], row[6], bool(row[7])))
        return found

    def _retell(self, connection: Connection, unit: str, old: list[Sighting], new: list[Sighting]) -> None:
        before, after = valid(old), valid(new)
        connection.exec_driver_sql("DELETE FROM story_break WHERE unit = ?", (unit,))
        free = frozenset({self.poster.accounts.get(UNKNOWN, 0)})
        broken = [(unit, b.at, b.lane, b.seq, b.expected, b.said) for b in breaks(after, free=free)]
        insert(connection, "INSERT INTO story_break (unit, at, lane_id, seq, expected_id, said_id)", broken)
        if unit.startswith("sscc:"):
            connection.exec_driver_sql("DELETE FROM unit WHERE code = ?", (unit,))
            if after:
                values = (unit, after[-1].to, after[-1].at)
                connection.exec_driver_sql("INSERT INTO unit (code, account_id, since) VALUES (?, ?, ?)", values)
            return
        for sign, story in ((-1, before), (1, after)):
            lot = self._lot_of(story)
            for pair, quantity in contributions(story, lot).items():
                self._deltas[pair] += sign * quantity
            if self.counted and lot is not None:
                self._recount.update(
                    {(end, lot) for row in story for end in (row.source, row.to)} & self.counted.keys()
                )

    def _lot_of(self, story: list[Sighting]) -> int | None:
        names = {row.lot for row in story if row.lot is not None}
        if len(names) < 2:
            return next(iter(names), None)
        return lot_of(story, self.poster.fullness)

    # Undo

    def _voids(self, connection: Connection, rows: Rows) -> set[Target]:
        """What to undo now: the targets of new voids, and new facts that were voided before they came."""
        head = "INSERT INTO void (target_lane, target_seq, lane_id, seq, at)"
        insert(connection, head, rows.voids)
        targets = {(row.target_lane, row.target_seq) for row in rows.voids}
        query = "SELECT target_seq FROM void WHERE target_lane = ? AND target_seq BETWEEN ? AND ?"
        for lane, first, last in rows.ranges:
            targets.update((lane, row[0]) for row in connection.exec_driver_sql(query, (lane, first, last)))
        return targets

    def _void(self, connection: Connection, target: Target) -> None:
        found = fact_at(connection, *target)
        if found is None or not isinstance(found.fact, Scan | Count):
            return
        posting = post(found.fact)
        key = (found.at, *target)
        if isinstance(posting, Moved):
            self._void_move(connection, key, posting)
        elif isinstance(posting, Counted):
            self._void_count(connection, key, posting)
        elif isinstance(posting, Sighted):
            self._void_sighting(connection, key, posting)

    # The journal may hold a fact that is not posted: it was refused, or a rebuild has not come to it yet.

    def _void_move(self, connection: Connection, key: Key, posting: Moved) -> None:
        lot = self.poster.lots.get(posting.lot, 0)
        mark = "UPDATE move SET voided = 1 WHERE voided = 0 AND lot_id = ? AND at = ? AND lane_id = ? AND seq = ?"
        if connection.exec_driver_sql(mark, (lot, *key)).rowcount:
            ends = (self.poster.accounts[posting.source], self.poster.accounts[posting.to])
            self._flow(*ends, lot, -posting.quantity)
            self._recount.update({(end, lot) for end in ends} & self.counted.keys())

    def _void_count(self, connection: Connection, key: Key, posting: Counted) -> None:
        pair = (self.poster.accounts.get(posting.account, 0), self.poster.lots.get(posting.lot, 0))
        mark = (
            "UPDATE tally SET voided = 1 WHERE voided = 0"
            " AND account_id = ? AND lot_id = ? AND at = ? AND lane_id = ? AND seq = ?"
        )
        if connection.exec_driver_sql(mark, (*pair, *key)).rowcount:
            self._recount.add(pair)

    def _void_sighting(self, connection: Connection, key: Key, posting: Sighted) -> None:
        before = self._stories(connection, [posting.unit])[posting.unit]
        mark = "UPDATE sighting SET voided = 1 WHERE voided = 0 AND unit = ? AND at = ? AND lane_id = ? AND seq = ?"
        if connection.exec_driver_sql(mark, (posting.unit, *key)).rowcount:
            after = self._stories(connection, [posting.unit])[posting.unit]
            self._retell(connection, posting.unit, before, after)

    # Counts

    def _tallies(self, connection: Connection, rows: Rows) -> None:
        head = "INSERT INTO tally (account_id, lot_id, at, lane_id, seq, quantity, adjustment, voided)"
        insert(connection, head, rows.tallies)
        for row in rows.tallies:
            pair = (row.account, row.lot)
            self._recount.add(pair)
            self.counted[pair] = max(self.counted.get(pair, (row.at, row.lane, row.seq)), (row.at, row.lane, row.seq))

    def _counts(self, connection: Connection) -> None:
        if not self._recount:
            return
        sink = self.poster.accounts[ADJUSTMENT]
        for account, lot in sorted(self._recount):
            self._count(connection, account, lot, sink)

    def _count(self, connection: Connection, account: int, lot: int, sink: int) -> None:
        query = (
            "SELECT at, lane_id, seq, quantity, adjustment, voided FROM tally"
            " WHERE account_id = ? AND lot_id = ? ORDER BY at, lane_id, seq"
        )
        tallies = connection.exec_driver_sql(query, (account, lot)).all()
        counts = [((r[0], r[1], r[2]), r[3]) for r in tallies if not r[5]]
        found = dict(
            zip((key for key, _ in counts), adjustments(self._changes(connection, account, lot), counts), strict=True)
        )
        for row in tallies:
            key = (row[0], row[1], row[2])
            new = found.get(key, 0)
            if new != row[4]:
                update = (
                    "UPDATE tally SET adjustment = ?"
                    " WHERE account_id = ? AND lot_id = ? AND at = ? AND lane_id = ? AND seq = ?"
                )
                connection.exec_driver_sql(update, (new, account, lot, *key))
                self._flow(sink, account, lot, new - row[4])

    def _changes(self, connection: Connection, account: int, lot: int) -> Iterator[tuple[Key, int]]:
        """The signed quantities that facts moved into an account, with their times."""
        query = (
            "SELECT at, lane_id, seq, quantity * ((to_id = ?) - (source_id = ?)) FROM move"
            " WHERE lot_id = ? AND voided = 0 AND (to_id = ? OR source_id = ?)"
        )
        for row in connection.exec_driver_sql(query, (account, account, lot, account, account)):
            yield (row[0], row[1], row[2]), row[3]
        units = connection.exec_driver_sql("SELECT DISTINCT unit FROM sighting WHERE lot_id = ?", (lot,)).scalars()
        for story in self._stories(connection, units.all()).values():
            told = valid(story)
            if self._lot_of(told) != lot:
                continue
            for seen, source, to in steps(told):
                change = (to == account) - (source == account)
                if change:
                    yield (seen.at, seen.lane, seen.seq), change

    # Positions

    def _fixes(self, connection: Connection, fixes: list[FixRow]) -> None:
        fixes.sort()
        for device, mine in groupby(fixes, key=attrgetter("device")):
            judged = list(self._judged(connection, device, list(mine)))
            insert(connection, f"INSERT INTO fix ({_FIX})", judged)

    def _judged(self, connection: Connection, device: int, new: list[FixRow]) -> Iterator[FixRow]:
        """New fixes with their verdicts; neighbours that were stored before are judged again."""
        before, inside, after = _around(connection, device, new[0].t, new[-1].t)
        stored = [*before, *inside, *after]
        chain = sorted([*stored, *(fix for fix in new if fix.verdict == "good")], key=_time)
        verdicts = judge([Point(fix.t, fix.lat_e7, fix.lon_e7, fix.speed_cms) for fix in chain])
        found = {_time(fix): verdict for fix, verdict in zip(chain, verdicts, strict=True)}
        unseen = {_time(side[-1]) for side in (before, after) if len(side) == NEIGHBOURS}
        for fix in stored:
            if _time(fix) not in unseen and found[_time(fix)] != fix.verdict:
                connection.exec_driver_sql(_REJUDGE, (found[_time(fix)], device, *_time(fix)))
        for fix in new:
            yield fix._replace(verdict=found.get(_time(fix), fix.verdict))


NEIGHBOURS = 3
"""How many stored fixes are read on either side: the outer one is only a neighbour of the inner ones."""
_FIX = "device_id, t, lane_id, seq, lat_e7, lon_e7, quality, speed_cms, heading_cd, received_at, verdict"
_JUDGED = f"SELECT {_FIX} FROM fix WHERE device_id = ? AND verdict IN ('good', 'jump', 'stuck') AND"
_REJUDGE = "UPDATE fix SET verdict = ? WHERE device_id = ? AND t = ? AND lane_id = ? AND seq = ?"
_time = attrgetter("t", "lane", "seq")


def _around(connection: Connection, device: int, first: int, last: int) -> tuple[list[FixRow], ...]:
    """Stored fixes that are good by themselves: before (latest first), inside and after a span of time."""
    parts = (
        (f"{_JUDGED} t < ? ORDER BY t DESC, lane_id DESC, seq DESC LIMIT {NEIGHBOURS}", (device, first)),
        (f"{_JUDGED} t BETWEEN ? AND ?", (device, first, last)),
        (f"{_JUDGED} t > ? ORDER BY t, lane_id, seq LIMIT {NEIGHBOURS}", (device, last)),
    )
    return tuple([FixRow(*row) for row in connection.exec_driver_sql(*part)] for part in parts)
