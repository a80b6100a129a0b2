"""Both stories of something that does not fit: who said what, on which device, when.

Each side is a fact with the person and device that it names, or what somebody announced or promised at the hub. Facts
are the latest few that bear on it, newest first: the rest is in the trace.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection, select

from hub.core.discrepancies import Kind
from hub.store.queries.differing import Discrepancy
from hub.store.queries.facts import FactReader
from hub.store.queries.overcommitted import overcommitted
from hub.store.schema import consignment, delivery, shelf_count
from wire.actions import WITH_RECIPIENT
from wire.messages import Correct, Count, Kit, Scan, Transfer

MOST: Final = 5
"""Facts of one side."""
_ENDS = "source.code AS source, target.code AS target"
_JOIN = "JOIN account AS source ON source.id = source_id JOIN account AS target ON target.id = to_id"
_LAST = f"ORDER BY at DESC, lane_id DESC, seq DESC LIMIT {MOST}"
_LOTS = (
    "SELECT id FROM lot WHERE item = :item AND lot = coalesce(:lot, lot) AND owner = coalesce(:owner, owner)"
    " AND condition = coalesce(:condition, condition)"
)
_MOVES = (
    f"SELECT at, lane_id, seq, {_ENDS}, quantity FROM move {_JOIN}"
    f" WHERE lot_id IN ({_LOTS}) AND voided = 0 AND %s = :account {_LAST}"
)
_SEEN = (
    f"SELECT at, lane_id, seq, {_ENDS}, 1 AS quantity FROM sighting {_JOIN}"
    f" WHERE lot_id IN ({_LOTS}) AND voided = 0 AND %s = :account {_LAST}"
)
_COUNTS = (
    "SELECT at, lane_id, seq, code AS source, code AS target, quantity FROM tally"
    f" JOIN account ON account.id = account_id WHERE lot_id IN ({_LOTS}) AND voided = 0 AND code = :account {_LAST}"
)
_UNIT = f"SELECT at, lane_id, seq, {_ENDS}, 1 AS quantity FROM sighting {_JOIN} WHERE unit = :unit AND voided = 0"
_TASK = (
    f"SELECT at, lane_id, seq, {_ENDS}, quantity FROM task_fact {_JOIN} JOIN lot ON lot.id = lot_id"
    f" WHERE task = :task AND item = :item AND lot.lot = coalesce(:lot, lot.lot) AND voided = 0 {_LAST}"
)

_CONSIGNED = (
    f"SELECT at, lane_id, seq, {_ENDS}, quantity FROM task_fact {_JOIN} LEFT JOIN lot ON lot.id = lot_id"
    " WHERE task = :task AND voided = 0 AND (lot_id IS NULL OR :item IS NULL OR item = :item)"
    " AND (:lot IS NULL OR lot_id IS NULL OR lot.lot = :lot)"
)
_HOME = "(coalesce(source.site = :site, 0) OR source.code = 'virtual:donor-in')"
_SENT = f"{_CONSIGNED} AND {_HOME} {_LAST}"
_CAME = f"{_CONSIGNED} AND NOT {_HOME} {_LAST}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What somebody said, at a time in Unix ms.

    `role` is in, out, counted, before, after, sent, came, announced, planned or promised. A fact has device, stream and
    seq; `said` is its action; `by` the person that it names, or who decided at the hub.
    """

    role: str
    at: int
    by: str | None
    said: str
    quantity: int | None = None
    source: str | None = None
    to: str | None = None
    device: str | None = None
    stream: str | None = None
    seq: int | None = None
    task: str | None = None


def sides(connection: Connection, row: Discrepancy, now: int) -> list[Side]:
    """The sides of a discrepancy."""
    reader = FactReader(connection)
    return list(_sides(connection, reader, row, now))


def _sides(connection: Connection, reader: FactReader, row: Discrepancy, now: int) -> Iterator[Side]:
    goods = {name: getattr(row, name) for name in ("item", "lot", "owner", "condition", "account")}
    match row.kind:
        case Kind.NEGATIVE | Kind.UNKNOWN_PLACE:
            yield from _through(connection, reader, goods)
        case Kind.COUNT_DIFFERENCE:
            yield from _facts(connection, reader, "counted", _COUNTS, goods)
            yield from _through(connection, reader, goods)
        case Kind.BROKEN_STORY:
            yield from _around(connection, reader, row)
        case Kind.INSIDE_ITSELF:
            yield from _facts(connection, reader, "after", f"{_UNIT} {_LAST}", {"unit": row.item})
        case Kind.RECEIVED_DIFFERS:
            yield from _announced(connection, reader, row)
        case Kind.OVERCOMMITTED:
            yield from _promised(connection, row, now)
        case _:
            yield from _on_the_way(connection, reader, row)


def _on_the_way(connection: Connection, reader: FactReader, row: Discrepancy) -> Iterator[Side]:
    """The sides of what does not fit between a warehouse and a recipient."""
    match row.kind:
        case Kind.CONSIGNMENT_SHORT | Kind.CONSIGNMENT_OVER | Kind.CONSIGNMENT_DAMAGED | Kind.OVERDUE:
            yield from _consigned(connection, reader, row)
        case Kind.GIVEN_TWICE:
            found = list(_facts(connection, reader, "after", f"{_UNIT} AND target.code = :account {_LAST}", {
                "unit": row.item, "account": WITH_RECIPIENT,
            }))  # fmt: skip
            yield from (replace(one, role="before" if one is found[-1] else "after") for one in found)
        case Kind.WRONG_UNIT:
            yield from _facts(connection, reader, "after", f"{_UNIT} {_LAST}", {"unit": row.item})
        case Kind.PARCEL_MISSING:
            yield from _unseen(connection, row)
            yield from _facts(connection, reader, "came", f"{_UNIT} {_LAST}", {"unit": row.item})
        case _:
            return


def _through(connection: Connection, reader: FactReader, goods: dict[str, Any]) -> Iterator[Side]:
    """The last facts that brought goods in, and that took them out."""
    for role, end in (("in", "target.code"), ("out", "source.code")):
        for query in (_MOVES, _SEEN):
            yield from _facts(connection, reader, role, query % end, goods)


def _around(connection: Connection, reader: FactReader, row: Discrepancy) -> Iterator[Side]:
    """The fact that left another place, and the one before it."""
    query = f"{_UNIT} AND at <= :at {_LAST}"
    found = list(_facts(connection, reader, "after", query, {"unit": row.item, "at": row.since}))
    said, expected = row.values["said"], row.values["expected"]
    left = next((at for at, side in enumerate(found) if side.source == said), 0)
    yield found[left]
    for before in found[left + 1 : left + 2]:
        yield replace(before, role="before", to=str(expected))


def _announced(connection: Connection, reader: FactReader, row: Discrepancy) -> Iterator[Side]:
    key = row.values["delivery"]
    told = connection.execute(select(delivery).where(delivery.c.id == key)).one_or_none()
    if told is not None and "announced" in row.values:
        yield Side(
            role="announced", at=told.announced_at, by=told.announced_by, said="announce",
            quantity=int(row.values["announced"]), task=f"delivery:{key}",
        )  # fmt: skip
    wanted = {"task": f"delivery:{key}", "item": row.item, "lot": row.lot}
    yield from _facts(connection, reader, "came", _TASK, wanted)


def _promised(connection: Connection, row: Discrepancy, now: int) -> Iterator[Side]:
    for one in overcommitted(connection, now, sees=lambda site, _owner: site == row.site):
        if (one.key.item, one.key.lot, one.key.owner) == (row.item, row.lot, row.owner):
            for promise in one.promises:
                yield Side(
                    role="promised", at=promise.made_at, by=promise.made_by, said=promise.state, quantity=promise.n,
                    task=f"reservation:{promise.id}",
                )  # fmt: skip


def _consigned(connection: Connection, reader: FactReader, row: Discrepancy) -> Iterator[Side]:
    """Who planned it, what left with it, and what came: scans of the goods, and of units that may hold them."""
    told = connection.execute(select(consignment).where(consignment.c.id == row.values["consignment"])).one()
    planned = row.values.get("planned")
    yield Side(
        role="planned", at=told.made_at, by=told.made_by, said=told.state, task=f"consignment:{told.id}",
        quantity=None if planned is None else int(planned),
    )  # fmt: skip
    asked = {"task": f"consignment:{told.id}", "item": row.item, "lot": row.lot, "site": told.from_site}
    yield from _facts(connection, reader, "sent", _SENT, asked)
    yield from _facts(connection, reader, "came", _CAME, asked)


def _unseen(connection: Connection, row: Discrepancy) -> Iterator[Side]:
    query = select(shelf_count).where(shelf_count.c.id == row.values["count"])
    for told in connection.execute(query):
        yield Side(
            role="counted", at=told.closed_at, by=told.closed_by, said="count", quantity=0, task=f"count:{told.id}"
        )


def _facts(connection: Connection, reader: FactReader, role: str, query: str, values: dict[str, Any]) -> Iterator[Side]:
    for row in connection.exec_driver_sql(query, values).all():
        fact, source = reader.find(row.lane_id, row.seq), reader.source(row.lane_id)
        item = None if fact is None else fact.item
        said = item.do if isinstance(item, Scan | Kit) else "" if item is None else item.__struct_config__.tag
        task = item.task if isinstance(item, Scan | Kit | Count) else None
        yield Side(
            role=role, at=row.at, by=item.by if isinstance(item, Scan | Count | Kit | Transfer | Correct) else None,
            said=str(said), quantity=row.quantity, source=row.source, to=row.target, device=source.device,
            stream=source.stream, seq=row.seq, task=task,
        )  # fmt: skip
