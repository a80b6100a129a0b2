"""Deliveries that were announced, their lines and units, and what people did with them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, Table, delete, insert, select, update

from hub.store import schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Goods of a delivery, by the ledger's item key; no lot: any."""

    line: int
    item: str
    lot: str | None
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What somebody says will come. `state` is what people decided; `expected` is the site's day, yyyymmdd."""

    id: str
    owner: str
    site: str
    expected: int
    state: str
    note: str
    announced_at: int
    announced_by: str
    lines: Sequence[Line] = ()
    units: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """Something that a person did with a delivery; `at` in Unix ms."""

    at: int
    who: str
    event: str
    reason: str


def add(connection: Connection, wanted: Delivery) -> None:
    """Keep a new delivery."""
    row = {name: getattr(wanted, name) for name in Delivery.__slots__ if name not in ("lines", "units")}
    connection.execute(insert(schema.delivery).values(row))
    _add_parts(connection, wanted)


def change(connection: Connection, wanted: Delivery) -> None:
    """Put what was announced anew in place of what was announced before; who announced it first stays."""
    table = schema.delivery
    values = {"owner": wanted.owner, "site": wanted.site, "expected": wanted.expected, "note": wanted.note}
    connection.execute(update(table).where(table.c.id == wanted.id).values(values))
    for part in (schema.delivery_line, schema.delivery_unit):
        connection.execute(delete(part).where(part.c.delivery == wanted.id))
    _add_parts(connection, wanted)


def decide(connection: Connection, key: str, state: str) -> None:
    """Note what a person decided."""
    table = schema.delivery
    connection.execute(update(table).where(table.c.id == key).values(state=state))


def remember(connection: Connection, key: str, done: Done) -> None:
    """Add to a delivery's history."""
    values = {"delivery": key, "at": done.at, "who": done.who, "event": done.event, "reason": done.reason}
    connection.execute(insert(schema.delivery_event).values(values))


def find(connection: Connection, key: str) -> Delivery | None:
    """One delivery with its lines and units."""
    rows = connection.execute(select(schema.delivery).where(schema.delivery.c.id == key)).mappings().all()
    return next(iter(whole(connection, [Delivery(**row) for row in rows])), None)


def open_at(connection: Connection, site: str, most: int) -> list[Delivery]:
    """The deliveries that a site still expects, the earliest first."""
    table = schema.delivery
    query = select(table).where(table.c.site == site, table.c.state == "announced")
    rows = connection.execute(query.order_by(table.c.expected, table.c.id).limit(most)).mappings()
    return whole(connection, [Delivery(**row) for row in rows])


def whole(connection: Connection, rows: Sequence[Delivery]) -> list[Delivery]:
    """The same with their lines and units."""
    keys = [row.id for row in rows]
    lines: dict[str, list[Line]] = {}
    units: dict[str, list[str]] = {}
    line, unit = schema.delivery_line.c, schema.delivery_unit.c
    for some in (keys[at : at + 500] for at in range(0, len(keys), 500)):
        query = select(line.delivery, line.line, line.item, line.lot, line.n).where(line.delivery.in_(some))
        for key, number, item, lot, n in connection.execute(query.order_by(line.delivery, line.line)):
            lines.setdefault(key, []).append(Line(line=number, item=item, lot=lot, n=n))
        held = select(unit.delivery, unit.sscc).where(unit.delivery.in_(some)).order_by(unit.sscc)
        for key, sscc in connection.execute(held):
            units.setdefault(key, []).append(sscc)
    return [replace(row, lines=tuple(lines.get(row.id, ())), units=tuple(units.get(row.id, ()))) for row in rows]


def history(connection: Connection, key: str) -> list[Done]:
    """What people did with a delivery, in order."""
    table = schema.delivery_event.c
    query = select(table.at, table.who, table.event, table.reason).where(table.delivery == key).order_by(table.id)
    return [Done(**row) for row in connection.execute(query).mappings()]


def owner_of(connection: Connection, key: str) -> str | None:
    """Who owns what a delivery brings; None: there is no such delivery."""
    return connection.execute(select(schema.delivery.c.owner).where(schema.delivery.c.id == key)).scalar()


def _add_parts(connection: Connection, wanted: Delivery) -> None:
    _rows(connection, schema.delivery_line, wanted.id, (
        {"line": line.line, "item": line.item, "lot": line.lot, "n": line.n} for line in wanted.lines
    ))  # fmt: skip
    _rows(connection, schema.delivery_unit, wanted.id, ({"sscc": sscc} for sscc in wanted.units))


def _rows(connection: Connection, table: Table, key: str, rows: Iterable[dict[str, object]]) -> None:
    found = [{"delivery": key, **row} for row in rows]
    if found:
        connection.execute(insert(table), found)
