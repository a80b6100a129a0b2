"""Custody of consignments (hub.core.custody), read from the ledger."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, select

from hub.core.custody import DEEPEST, UNIT, Facts, Flow, Goods, LineCustody, Row, Seen, Way
from hub.core.custody import custody as reckoned
from hub.store.schema import consignment
from wire.label import is_handling_unit

__all__ = ["LineCustody", "custody"]

TASK: Final = "consignment:"
_ENDS: Final = "JOIN account AS source ON source.id = {0}.source_id JOIN account AS target ON target.id = {0}.to_id"
_ROWS: Final = (
    "SELECT at, lane_id, seq, unit, item, lot.lot, owner, condition, source.code, target.code, quantity"
    f" FROM task_fact AS fact LEFT JOIN lot ON lot.id = lot_id {_ENDS.format('fact')}"
    " WHERE task = :task AND voided = 0 ORDER BY at, lane_id, seq, part"
)
_AMONG: Final = "IN (SELECT value FROM json_each(:keys))"
_OTHER: Final = (
    "EXISTS (SELECT 1 FROM task_fact AS other WHERE other.unit = seen.unit AND other.lane_id = seen.lane_id"
    " AND other.seq = seen.seq AND other.task >= 'consignment:' AND other.task < 'consignment;'"
    " AND other.task <> :task)"
)
_STORY: Final = (
    f"SELECT unit, at, lane_id, seq, source.code, target.code, {_OTHER} FROM sighting AS seen {_ENDS.format('seen')}"
    f" WHERE voided = 0 AND unit {_AMONG}"
)
_WITHIN: Final = (
    "SELECT DISTINCT unit FROM account JOIN sighting ON to_id = account.id"
    f" WHERE lot_id IS NULL AND voided = 0 AND account.code {_AMONG}"
)
_HELD: Final = (
    "SELECT account.code, account.id, lot_id, quantity FROM account JOIN balance ON account_id = account.id"
    f" WHERE account.code {_AMONG}"
)
_LOT: Final = f"SELECT id, item, lot, owner, condition FROM lot WHERE id {_AMONG}"
_HERE: Final = "IN (SELECT value FROM json_each(:accounts))"
_MOVED: Final = (
    f"SELECT move.at, move.lane_id, move.seq, lot_id, source_id, to_id, quantity FROM move WHERE lot_id {_AMONG}"
    f" AND voided = 0 AND source_id <> to_id AND (source_id {_HERE} OR to_id {_HERE}) AND NOT EXISTS"
    " (SELECT 1 FROM task_fact AS own WHERE own.task = :task AND own.lane_id = move.lane_id AND own.seq = move.seq)"
)
_PARCEL: Final = "parcel:"
_FILLING: Final = (
    "SELECT move.at, move.lane_id, move.seq, lot_id, source_id, to_id, quantity FROM life_event AS told"
    " CROSS JOIN json_each(told.goods) AS named CROSS JOIN lot"
    " ON lot.item = named.value ->> 0 AND lot.lot = named.value ->> 1"
    " CROSS JOIN move ON move.lot_id = lot.id AND move.at = told.at AND move.lane_id = told.lane_id"
    " AND move.seq = told.fact_seq WHERE told.kind = 'parcel' AND content <> 0 AND told.voided = 0"
    f" AND move.voided = 0 AND source_id <> to_id AND told.about {_AMONG}"
)
"""What put goods into parcels, or took them out."""
_OWN_LOTS: Final = "SELECT DISTINCT lot_id FROM task_fact WHERE task = :task AND voided = 0 AND lot_id IS NOT NULL"
_ACCOUNTS: Final = f"SELECT code, id FROM account WHERE code {_AMONG}"
_THINGS: Final = f"SELECT DISTINCT unit FROM sighting WHERE lot_id IS NOT NULL AND voided = 0 AND to_id {_AMONG}"
_THING: Final = f"SELECT unit, at, lane_id, seq, lot_id, to_id FROM sighting WHERE voided = 0 AND unit {_AMONG}"
_RE_ROUTED: Final = (
    "SELECT 'parcel:' || parcel.id, station FROM consignment JOIN parcel ON parcel.consignment = consignment.seq"
    " WHERE consignment.id = ? AND station IS NOT NULL AND station IS NOT to_site"
)


def custody(connection: Connection, id_: str) -> tuple[LineCustody, ...]:
    """The lines of a consignment by its id; none for one that nobody made."""
    return reckoning(connection, id_)[0]


def reckoning(connection: Connection, id_: str) -> tuple[tuple[LineCustody, ...], frozenset[str]]:
    """The lines of a consignment, and the units and things whose facts bear on them, whatever these name."""
    way = way_of(connection, id_)
    if way is None:
        return (), frozenset()
    bearing: set[str] = set()
    return reckoned(way, facts(connection, id_, bearing)), frozenset(bearing)


def way_of(connection: Connection, id_: str) -> Way | None:
    """From where to where it goes."""
    query = select(consignment.c.from_site, consignment.c.to_site).where(consignment.c.id == id_)
    row = connection.execute(query).one_or_none()
    return None if row is None else Way(source=row.from_site, to=row.to_site)


def facts(connection: Connection, id_: str, bearing: set[str]) -> Facts:
    """All facts that bear on a consignment. Those units and things are added to `bearing` of which it was asked."""
    task = TASK + id_
    rows = [_row(row) for row in connection.exec_driver_sql(_ROWS, {"task": task})]
    units = {row.unit for row in rows if row.unit is not None and is_handling_unit(row.unit)}
    units |= {end.removeprefix(UNIT) for row in rows for end in (row.source, row.to) if end.startswith(UNIT)}
    stories = _stories(connection, task, units, bearing)
    stations = {row[0]: row[1] for row in connection.exec_driver_sql(_RE_ROUTED, (id_,))}
    flows = _flows(connection, task, rows, stories, bearing)
    return Facts(rows=rows, stories=stories, flows=flows, stations=stations)


def _row(row: Any) -> Row:
    at, lane, seq, unit, item, lot, owner, condition, source, to, n = row
    goods = None if item is None else Goods(item, lot, owner, condition)
    return Row((at, lane, seq), unit, goods, source, to, n)


def _stories(
    connection: Connection, task: str, units: Iterable[str], bearing: set[str]
) -> Mapping[str, Sequence[Seen]]:
    """Of these units, of all that they ever were in, and of all that ever was in those of the consignment."""
    own = set(units)
    found: dict[str, list[Seen]] = defaultdict(list)
    todo, level = set(own), set(own)
    for _ in range(DEEPEST):
        bearing |= todo
        rows = _among(connection, _STORY, sorted(todo), task=task)
        for unit, at, lane, seq, source, to, other in rows:
            found[unit].append(Seen((at, lane, seq), source, to, bool(other)))
        level = {row[0] for row in _among(connection, _WITHIN, sorted(UNIT + unit for unit in level))} - own
        own |= level
        around = {end.removeprefix(UNIT) for row in rows for end in (row[4], row[5]) if end.startswith(UNIT)}
        todo = (around | level) - found.keys() - todo
        if not todo:
            break
    return {unit: sorted(story) for unit, story in found.items()}


def _flows(
    connection: Connection, task: str, rows: Sequence[Row], stories: Mapping[str, object], bearing: set[str]
) -> Mapping[str, Sequence[Flow]]:
    """What other facts put into units and took out of them.

    Of parcels the follower wrote down which facts did. Of pallets and cartons it is looked up where what is in them is
    not what the consignment's own facts say; balances of nothing are no sign, they may be there or not.
    """
    codes = sorted(UNIT + unit for unit in stories)
    accounts = {account: code.removeprefix(UNIT) for code, account in _among(connection, _ACCOUNTS, codes)}
    untold = _untold(connection, task, rows, accounts)
    own = {row.when for row in rows}
    ids = sorted(unit.removeprefix(_PARCEL) for unit in stories if unit.startswith(_PARCEL))
    moves = {tuple(row) for row in _among(connection, _FILLING, ids) if tuple(row[:3]) not in own}
    if untold:
        some = sorted({lot for _, lot in untold})
        here = msgspec.json.encode(sorted({account for account, _ in untold})).decode()
        moves |= {tuple(row) for row in _among(connection, _MOVED, some, task=task, accounts=here)}
    lots = _lots(connection, {move[3] for move in moves})
    found: dict[str, list[Flow]] = defaultdict(list)
    for at, lane, seq, lot, source, to, n in moves:
        for account, sign in ((source, -1), (to, 1)):
            if account in accounts:
                found[accounts[account]].append(Flow((at, lane, seq), lots[lot], sign * n))
    things = {row[0] for row in _among(connection, _THINGS, sorted(accounts))} - {row.unit for row in rows}
    bearing |= things
    for unit, flow in _of_things(connection, accounts, things):
        found[unit].append(flow)
    return {unit: sorted(flows) for unit, flows in found.items()}


def _untold(
    connection: Connection, task: str, rows: Sequence[Row], accounts: Mapping[int, str]
) -> set[tuple[int, int]]:
    """Accounts and lots of which another sum stands there than the consignment's own facts come to."""
    told: dict[tuple[str, Goods], int] = defaultdict(int)
    for row in rows:
        if row.unit is None and row.goods is not None:
            told[row.source, row.goods] -= row.n
            told[row.to, row.goods] += row.n
    held = {
        (row[1], row[2]): row[3] for row in _among(connection, _HELD, sorted(UNIT + unit for unit in accounts.values()))
    }
    own = connection.exec_driver_sql(_OWN_LOTS, {"task": task}).scalars()
    lots = _lots(connection, {lot for _, lot in held} | set(own))
    ids = {goods: lot for lot, goods in lots.items()}
    by_code = {UNIT + unit: account for account, unit in accounts.items()}
    said = {(by_code[code], ids[goods]): n for (code, goods), n in told.items() if code in by_code}
    return {pair for pair in held.keys() | said.keys() if held.get(pair, 0) != said.get(pair, 0)}


def _lots(connection: Connection, ids: Iterable[int]) -> dict[int, Goods]:
    return {row[0]: Goods(*row[1:]) for row in _among(connection, _LOT, sorted(ids))}


def _of_things(
    connection: Connection, accounts: Mapping[int, str], things: Iterable[str]
) -> Iterable[tuple[str, Flow]]:
    """Things with serial numbers that went into units and came out of them; each has the most complete of its lots."""
    steps: dict[str, list[Any]] = defaultdict(list)
    for row in _among(connection, _THING, sorted(things)):
        steps[row[0]].append(row)
    lots = _lots(connection, {row[4] for story in steps.values() for row in story})
    for story in steps.values():
        story.sort(key=lambda row: (row[1], row[2], row[3]))
        goods = max((lots[row[4]] for row in story), key=lambda one: bool(one.lot) * 2 + bool(one.owner))
        before = 0
        for _, at, lane, seq, _, to in story:
            if to == before:
                continue
            for account, sign in ((before, -1), (to, 1)):
                if account in accounts:
                    yield accounts[account], Flow((at, lane, seq), goods, sign)
            before = to


def _among(connection: Connection, query: str, keys: Sequence[str | int], **more: str) -> Sequence[Any]:
    """All rows of a query over these keys."""
    if not keys:
        return ()
    return connection.exec_driver_sql(query, {"keys": msgspec.json.encode(keys).decode(), **more}).all()
