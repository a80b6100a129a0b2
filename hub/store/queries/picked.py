"""What pick lists have fetched: the sum of the facts that name their task, whenever these come.

Goods that go with a consignment may be packed for it straight from the shelf: facts that name a consignment count for
the list by which it is fetched, too.

Stock that may be given stands at places that are neither for staging nor for quarantine, and in handling units there.
Picked is what left it for a staging place, a vehicle, a recipient, or a unit that a pick list fills; what is put back
is picked no more. A thing with a number of its own is one thing, however often it was scanned. A handling unit that was
picked whole counts as what its account held at that moment (units inside of it are not looked into).
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Row

from wire.label import is_handling_unit


class Goods(NamedTuple):
    """What a reservation names, of whatever site."""

    item: str
    lot: str
    owner: str


def unfilled(account: str) -> str:
    """SQL: whether nothing that is on its way out stands in a unit, by the name of its row in `account`."""
    return (
        f"substr({account}.code, 1, 12) <> 'unit:parcel:'"
        f" AND NOT EXISTS (SELECT 1 FROM task_fact AS filled WHERE filled.to_id = {account}.id"
        " AND filled.task >= 'pick:' AND filled.task < 'pick;')"
    )


def stock(account: str, bin_: str) -> str:
    """SQL: whether an account's goods may be given, by the names of its row in `account` and in `bin` (outer join)."""
    return (
        f"CASE {account}.kind WHEN 'place' THEN coalesce({bin_}.kind, 'shelf') NOT IN ('staging', 'quarantine')"
        f" WHEN 'unit' THEN {unfilled(account)} ELSE 0 END"
    )


def bin_of(account: str, bin_: str) -> str:
    """SQL: the outer join from an account to its bin."""
    return (
        f"LEFT JOIN bin AS {bin_} ON {bin_}.site = {account}.site"
        f" AND {bin_}.code = substr({account}.code, length({account}.site) + 8)"
    )


_FACTS: Final = f"""
SELECT fact.task, fact.unit, fact.at, fact.quantity, lot.item, lot.lot, lot.owner,
       source.id AS source_id, target.kind AS kind, target.code AS code,
       {stock("source", "source_bin")} AS was_stock, {stock("target", "target_bin")} AS is_stock
FROM task_fact AS fact
LEFT JOIN lot ON lot.id = fact.lot_id
JOIN account AS source ON source.id = fact.source_id {bin_of("source", "source_bin")}
JOIN account AS target ON target.id = fact.to_id {bin_of("target", "target_bin")}
WHERE fact.task IN ({{tasks}}) AND fact.voided = 0 ORDER BY fact.at, fact.lane_id, fact.seq, fact.part
"""
_SENT: Final = (
    "SELECT 'consignment:' || consignment.id FROM consignment_pick"
    " JOIN consignment ON consignment.seq = consignment_pick.consignment WHERE pick = ?"
)
_CONTENT: Final = """
SELECT lot.item, lot.lot, lot.owner, sum(n) AS n FROM (
  SELECT move.lot_id, CASE WHEN move.to_id = inside.id THEN move.quantity ELSE -move.quantity END AS n
  FROM account AS inside JOIN balance ON balance.account_id = inside.id
  JOIN move ON move.lot_id = balance.lot_id AND move.at <= ? AND inside.id IN (move.source_id, move.to_id)
    AND move.source_id <> move.to_id AND move.voided = 0
  WHERE inside.code = ?
) AS moved JOIN lot ON lot.id = moved.lot_id GROUP BY lot.id HAVING sum(n) > 0
"""


def picked(connection: Connection, tasks: Collection[str]) -> dict[tuple[str, Goods], int]:
    """Units that were fetched for each of these tasks (`pick:ID`), by goods."""
    found: dict[tuple[str, Goods], int] = defaultdict(int)
    for task in tasks:
        for goods, n in _of_task(connection, task):
            found[task, goods] += n
    return found


def _of_task(connection: Connection, task: str) -> Iterator[tuple[Goods, int]]:
    things: dict[str, list[Row[Any]]] = defaultdict(list)
    filled: set[str] = set()
    tasks = (task, *connection.exec_driver_sql(_SENT, (task.removeprefix("pick:"),)).scalars())
    for row in connection.exec_driver_sql(_FACTS.format(tasks=", ".join("?" * len(tasks))), tasks):
        if row.unit is not None:
            things[row.unit].append(row)
        elif row.was_stock != row.is_stock and _for_good(row):
            filled.add(row.code)
            yield Goods(row.item, row.lot, row.owner), row.quantity if row.was_stock else -row.quantity
    for unit, rows in things.items():
        first, last = rows[0], rows[-1]
        if not first.was_stock or last.is_stock or not _for_good(last):
            continue
        if is_handling_unit(unit):
            if f"unit:{unit}" not in filled:
                for inside in connection.exec_driver_sql(_CONTENT, (first.at, f"unit:{unit}")):
                    yield Goods(inside.item, inside.lot, inside.owner), int(inside.n)
        elif last.item is not None:
            yield Goods(last.item, last.lot, last.owner), 1


def _for_good(row: "Row[Any]") -> bool:
    """Whether goods went out as a pick means it: what was found damaged or lost was not picked."""
    return bool(row.kind != "virtual" or row.code == "virtual:with-recipient")
