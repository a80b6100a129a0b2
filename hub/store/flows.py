"""Reckons what flowed: reads what the ledger says of due items since they changed, folds it, and puts it in place.

Ingest notes of which lots and handling units facts came, and since when (flow_due, flow_hop), in the transaction of the
facts. Here whole items are reckoned again from that time on, because a thing's lot follows from all that was seen of
it, so that the outcome is the same for any order of arrival. What no unit is part of, the database itself sums up.

Plain sums go by (lot, at); the rest costs what moved since then. Reading and writing are two transactions, so that
ingest waits for the writing alone: what comes in between makes the item due again.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from hub.core.flows import QUARTER_MS, End, Flows, Hop, Moved, Yard, end_of, fold, quarter
from hub.core.story import GOOD, Sighting, lot_of, steps, valid
from hub.store.database import Database
from wire.actions import ADJUSTMENT, REGRADED

AT_ONCE: Final = 500
"""Due lots in one go, or all of one item: their items are read whole, each once."""
_NOTES: Final = """
SELECT lot_id, since, times, item FROM flow_due JOIN lot ON lot.id = lot_id ORDER BY since LIMIT 20000
"""
_HOPPED: Final = """
WITH RECURSIVE inside(code, since, times) AS (
  SELECT unit, since, times FROM flow_hop
  UNION
  SELECT other.unit, inside.since, 0 FROM inside JOIN account ON account.code = 'unit:' || inside.code
    JOIN sighting AS other ON other.to_id = account.id AND other.lot_id IS NULL
)
INSERT INTO flow_due (lot_id, since)
SELECT balance.lot_id, min(since) FROM inside JOIN account ON account.code = 'unit:' || inside.code
  JOIN balance ON balance.account_id = account.id GROUP BY balance.lot_id
ON CONFLICT (lot_id) DO UPDATE SET since = min(since, excluded.since), times = times + 1
"""
"""Whatever was ever in a unit that was moved, or in a unit that was ever in it, is due since then."""
_KIN: Final = """
SELECT id FROM lot WHERE item IN (SELECT item FROM lot WHERE id IN (SELECT value FROM json_each(?))) ORDER BY id
"""
_PLAIN: Final = f"""
SELECT lot_id, (at + 36000000000000000) / {QUARTER_MS} - 40000000000 AS quarter, source_id, to_id, sum(quantity)
FROM move JOIN account AS source ON source.id = source_id JOIN account AS target ON target.id = to_id
WHERE lot_id IN (SELECT value FROM json_each(:lots)) AND at >= :since AND voided = 0
  AND source.kind <> 'unit' AND target.kind <> 'unit' AND source_id <> to_id GROUP BY 1, 2, 3, 4
UNION ALL
SELECT lot_id, (at + 36000000000000000) / {QUARTER_MS} - 40000000000 AS quarter, source_id, to_id, count(*)
FROM sighting JOIN account AS source ON source.id = source_id JOIN account AS target ON target.id = to_id
WHERE lot_id IN (SELECT value FROM json_each(:lots)) AND at >= :since AND voided = 0
  AND source.kind <> 'unit' AND target.kind <> 'unit' AND source_id <> to_id AND coalesce(grade, 'good') = 'good'
  AND NOT EXISTS (SELECT 1 FROM sighting AS other WHERE other.unit = sighting.unit AND other.rowid <> sighting.rowid)
GROUP BY 1, 2, 3, 4
"""
_IN_UNITS: Final = """
SELECT at, lane_id, seq, lot_id, source_id, to_id, quantity
FROM move JOIN account AS source ON source.id = source_id JOIN account AS target ON target.id = to_id
WHERE lot_id IN (SELECT value FROM json_each(:lots)) AND at >= :since AND voided = 0
  AND (source.kind = 'unit' OR target.kind = 'unit') AND source_id <> to_id
"""
_COUNTED: Final = """
SELECT at, lane_id, seq, lot_id, account_id, adjustment FROM tally
WHERE lot_id IN (SELECT value FROM json_each(:lots)) AND at >= :since AND voided = 0 AND adjustment <> 0
"""
_THINGS: Final = """
SELECT unit, at, lane_id, seq, lot_id, source_id, to_id, voided, grade FROM sighting WHERE unit IN (
  SELECT seen.unit FROM sighting AS seen JOIN account AS source ON source.id = seen.source_id
    JOIN account AS target ON target.id = seen.to_id
  WHERE seen.lot_id IN (SELECT value FROM json_each(:lots)) AND seen.at >= :since
    AND (source.kind = 'unit' OR target.kind = 'unit' OR coalesce(seen.grade, 'good') <> 'good' OR EXISTS (
      SELECT 1 FROM sighting AS other WHERE other.unit = seen.unit AND other.rowid <> seen.rowid)))
"""
_HOPS: Final = """
SELECT unit, at, lane_id, seq, lot_id, source_id, to_id, voided, grade FROM sighting WHERE unit IN (
  SELECT unit FROM sighting WHERE lot_id IS NULL AND at >= :since)
"""
_NOW: Final = """
SELECT account.id, unit.account_id FROM unit JOIN account ON account.code = 'unit:' || unit.code
WHERE account.id IN (SELECT value FROM json_each(:some))
"""
_INSIDE: Final = """
SELECT account.id, unit.account_id FROM unit JOIN account ON account.code = 'unit:' || unit.code
WHERE unit.account_id IN (SELECT value FROM json_each(:some))
"""
_HELD: Final = """
SELECT account_id, lot_id, quantity FROM balance WHERE account_id IN (SELECT value FROM json_each(:some))
  AND lot_id IN (SELECT value FROM json_each(:lots)) AND quantity <> 0
"""


def reckon(database: Database, *, most: int | None = None) -> int:
    """Reckon what is due, in at most `most` goes; how many lots that were. One thread at a time. Raises DBAPIError."""
    _spread(database)
    done = goes = 0
    while most is None or goes < most:
        goes += 1
        with database.read() as connection:
            due = _next(connection)
            found = None if due is None else _fold(connection, due)
        if due is None or found is None:
            break
        with database.write() as connection:
            _put(connection, due, found)
        done += len(due.lots)
    return done


@dataclass(frozen=True, slots=True, kw_only=True)
class _Due:
    """Lots to reckon since a time (Unix ms, the beginning of a quarter), and the notes that say so."""

    since: int
    lots: list[int]
    notes: list[tuple[int, int]]

    def values(self, **more: object) -> dict[str, Any]:
        return {"since": self.since, "lots": msgspec.json.encode(self.lots).decode(), **more}


def _spread(database: Database) -> None:
    """What is in units that were moved is due."""
    with database.read() as connection:
        if connection.exec_driver_sql("SELECT EXISTS (SELECT 1 FROM flow_hop)").scalar_one() == 0:
            return
    with database.write() as connection:
        connection.exec_driver_sql(_HOPPED)
        connection.exec_driver_sql("DELETE FROM flow_hop")


def _next(connection: Connection) -> _Due | None:
    """The item that is due the longest, and those that can go with it: due since the same quarter."""
    notes = connection.exec_driver_sql(_NOTES).all()
    if not notes:
        return None
    of_items: defaultdict[str, list[Any]] = defaultdict(list)
    for row in notes:
        of_items[row.item].append(row)
    first = quarter(notes[0].since)
    some: list[Any] = []
    for rows in of_items.values():  # by what of them is due the longest
        if some and (len(some) + len(rows) > AT_ONCE or quarter(rows[0].since) != first):
            break
        some += rows
    ids = msgspec.json.encode([row.lot_id for row in some]).decode()
    lots = list(connection.exec_driver_sql(_KIN, (ids,)).scalars())
    return _Due(since=first * QUARTER_MS, lots=lots, notes=[(row.lot_id, row.times) for row in some])


def _put(connection: Connection, due: _Due, flows: Flows) -> None:
    away = "DELETE FROM flow WHERE lot_id IN (SELECT value FROM json_each(:lots)) AND quarter >= :quarter"
    connection.exec_driver_sql(away, due.values(quarter=quarter(due.since)))
    rows = sorted((one.lot, one.quarter, one.site, one.cause, *sums) for one, sums in flows.items())
    if rows:
        head = "INSERT INTO flow (lot_id, quarter, site, cause, came, went) VALUES (?, ?, ?, ?, ?, ?)"
        connection.exec_driver_sql(head, rows)
    connection.exec_driver_sql("DELETE FROM flow_due WHERE lot_id = ? AND times = ?", due.notes)


def _fold(connection: Connection, due: _Due) -> Flows:
    """What flowed of the due lots since then."""
    return _Reckoning(connection, due).flows()


class _Reckoning:
    """One reading of the ledger for some lots."""

    def __init__(self, connection: Connection, due: _Due) -> None:
        self._connection = connection
        self._due = due
        self._ends: dict[int, End | None] = {}

    def flows(self) -> Flows:
        """What flowed, of all events."""
        events = [*self._plain(), *self._singly()]
        hops, parents = self._hops()
        said: list[Moved | Hop] = [*events, *hops]
        self._learn(account for event in said for account in (event.source, event.to))
        touched = {a for event in events for a in (event.source, event.to) if self._ends[a] is None}
        units = self._inside({hop.unit for hop in hops}) | touched
        self._rise(units | {a for hop in hops for a in (hop.source, hop.to)}, {hop.unit for hop in hops}, parents)
        content = self._content(units, events)
        return fold(Yard(self._ends, parents, content), said)

    def _ask(self, query: str, **more: object) -> Iterator[Any]:
        yield from self._connection.exec_driver_sql(query, self._due.values(**more))

    def _plain(self) -> Iterator[Moved]:
        for lot, when, source, to, n in self._ask(_PLAIN):
            yield Moved((when * QUARTER_MS, 0, 0), lot, source, to, n)

    def _singly(self) -> Iterator[Moved]:
        for at, lane, seq, lot, source, to, n in self._ask(_IN_UNITS):
            yield Moved((at, lane, seq), lot, source, to, n)
        sink = self._connection.exec_driver_sql("SELECT id FROM account WHERE code = ?", (ADJUSTMENT,)).scalar()
        for at, lane, seq, lot, account, n in self._ask(_COUNTED):
            yield Moved((at, lane, seq), lot, int(sink or 0), account, n)
        yield from self._things()

    def _things(self) -> Iterator[Moved]:
        """The steps of things that were seen more than once, or with more than a place to say."""
        stories = _stories(self._ask(_THINGS))
        if not stories:
            return
        query = "SELECT id, item, lot, owner, condition FROM lot WHERE id IN (SELECT value FROM json_each(:lots))"
        names = {row[0]: tuple(row[1:]) for row in self._ask(query)}
        ids = {name: lot for lot, name in names.items()}
        fullness = {lot: bool(name[1]) * 2 + bool(name[2]) for lot, name in names.items()}
        between = self._connection.exec_driver_sql("SELECT id FROM account WHERE code = ?", (REGRADED,)).scalar()
        for story in stories.values():
            told = valid(story)
            best = lot_of(told, fullness)
            if best is not None:
                lots = {fit: ids[(*names[best][:3], fit)] for fit in {GOOD, *(row.grade or GOOD for row in told)}}
                yield from self._steps(told, lots, int(between or 0))

    def _steps(self, story: list[Sighting], lots: dict[str, int], between: int) -> Iterator[Moved]:
        for row, (source, was), (to, fit) in steps(story):
            key = (row.at, row.lane, row.seq)
            if row.at < self._due.since:
                continue
            if was == fit:
                yield Moved(key, lots[fit], source, to, 1)
            else:
                yield Moved(key, lots[was], source, between, 1)
                yield Moved(key, lots[fit], between, to, 1)

    def _hops(self) -> tuple[list[Hop], dict[int, int]]:
        """What became of handling units since then, and where each of those was before."""
        stories = _stories(self._ask(_HOPS))
        codes = msgspec.json.encode([f"unit:{unit}" for unit in stories]).decode()
        query = "SELECT code, id FROM account WHERE code IN (SELECT value FROM json_each(:codes))"
        accounts = {row[0]: row[1] for row in self._ask(query, codes=codes)}
        hops: list[Hop] = []
        parents: dict[int, int] = {}
        for unit, story in stories.items():
            account = accounts.get(f"unit:{unit}")
            if account is None:
                continue  # nothing was ever put into it
            for row in valid(story):
                if row.at < self._due.since:
                    parents[account] = row.to
                else:
                    hops.append(Hop((row.at, row.lane, row.seq), account, row.source, row.to))
        return hops, parents

    def _inside(self, moving: set[int]) -> set[int]:
        """Units that move, and those that may be in them meanwhile."""
        found = set(moving)
        new: Collection[int] = moving
        while new:
            some = msgspec.json.encode(sorted(new)).decode()
            new = {row[0] for row in self._ask(_INSIDE, some=some)} - found
            found |= new
        return found

    def _rise(self, units: set[int], moving: set[int], parents: dict[int, int]) -> None:
        """What units stand in that did not move since then, outwards."""
        met: set[int] = set()
        new = units | set(parents.values())
        while new:
            self._learn(new)
            still = [one for one in new if self._ends[one] is None and one not in moving]
            met |= new
            rows = list(self._ask(_NOW, some=msgspec.json.encode(still).decode())) if still else []
            parents.update((row[0], row[1]) for row in rows)
            new = {row[1] for row in rows} - met

    def _content(self, units: set[int], events: Iterable[Moved]) -> dict[tuple[int, int], int]:
        """What was in units then: what is in them now, less what came since."""
        found: defaultdict[tuple[int, int], int] = defaultdict(int)
        for account, lot, n in self._ask(_HELD, some=msgspec.json.encode(sorted(units)).decode()):
            found[account, lot] = n
        for event in events:
            found[event.source, event.lot] += event.n
            found[event.to, event.lot] -= event.n
        return {pair: n for pair, n in found.items() if n and self._ends[pair[0]] is None}

    def _learn(self, accounts: Iterable[int]) -> None:
        """Where accounts are by themselves."""
        some = msgspec.json.encode(sorted(set(accounts) - self._ends.keys())).decode()
        query = "SELECT id, code, kind, site FROM account WHERE id IN (SELECT value FROM json_each(:some))"
        for id_, code, kind, site in self._ask(query, some=some):
            self._ends[id_] = end_of(code, kind, site)


def _stories(rows: Iterable[Any]) -> dict[str, list[Sighting]]:
    found: defaultdict[str, list[Sighting]] = defaultdict(list)
    for unit, at, lane, seq, lot, source, to, voided, grade in rows:
        found[unit].append(Sighting(at, lane, seq, lot, source, to, bool(voided), grade))
    return found
