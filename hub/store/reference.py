"""Reference data that people enter: sites, items, organisations, and the documents `roads` and `region`."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, bindparam, delete, insert, literal_column, select, true, update

from hub.core.packing import loop
from hub.errors import HubError
from hub.store import schema
from wire.collecting import MARKS
from wire.sitedata import Temperature


class ReferenceDataError(HubError):
    """Reference data that cannot be as it was entered."""


_AT_ONCE = 500
"""Keys in one statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A warehouse, station, hospital or camp; degrees times 1e7.

    `zone` is an IANA time zone, `rule_owner` owns what nobody named an owner for. Parcels wait `keep_days` for their
    recipients, who are reminded after `remind_days` (0: never). `mark` begins its collection codes; it is given.
    `hours` is when it is open, in words.
    """

    id: str
    name: str
    name_zh: str
    kind: str
    lat_e7: int
    lon_e7: int
    zone: str = "UTC"
    rule_owner: str | None = None
    warn_days: int = 30
    keep_days: int = 7
    remind_days: int = 3
    mark: int | None = None
    hours: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What a GTIN of 14 digits stands for.

    One contains `contains_n` of `contains_gtin`, or is a `kit` of (GTIN, how many). `shelf_days`: so long it has to be
    usable yet when somebody gets it.
    """

    gtin: str
    name: str
    name_zh: str
    unit: str
    category: str
    contains_gtin: str | None = None
    contains_n: int | None = None
    serial: bool = False
    temperature: Temperature = "ambient"
    shelf_days: int | None = None
    kit: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """Who owns goods."""

    id: str
    name: str
    name_zh: str


def sites(connection: Connection) -> list[Site]:
    """All sites, by id."""
    return [Site(**row) for row in connection.execute(select(schema.site).order_by(schema.site.c.id)).mappings()]


def items(connection: Connection) -> list[Item]:
    """All items, by GTIN."""
    return _items(connection, true(), true())


def items_of(connection: Connection, gtins: Collection[str]) -> list[Item]:
    """Those of these GTINs that there are."""
    gtin, kit = schema.item.c.gtin, schema.kit_part.c.kit
    slices = _slices(sorted(gtins))
    return [item for some in slices for item in _items(connection, gtin.in_(some), kit.in_(some))]


def _items(connection: Connection, which: ColumnElement[bool], of: ColumnElement[bool]) -> list[Item]:
    kits: dict[str, list[tuple[str, int]]] = {}
    part = schema.kit_part.c
    parts = select(part.kit, part.gtin, part.n).where(of).order_by(part.kit, part.gtin)
    for kit, gtin, n in connection.execute(parts):
        kits.setdefault(kit, []).append((gtin, n))
    rows = connection.execute(select(schema.item).where(which).order_by(schema.item.c.gtin)).mappings()
    return [Item(**{**row, "serial": bool(row["serial"])}, kit=tuple(kits.get(row["gtin"], ()))) for row in rows]


def organisations(connection: Connection) -> list[Organisation]:
    """All organisations, by id."""
    table = schema.organisation
    return [Organisation(**row) for row in connection.execute(select(table).order_by(table.c.id)).mappings()]


def check_owners(connection: Connection, owners: Iterable[str | None]) -> None:
    """Raises ReferenceDataError for the first that is no organisation; None and '' are nobody."""
    known = set(connection.execute(select(schema.organisation.c.id)).scalars())
    for owner in owners:
        if owner and owner not in known:
            raise ReferenceDataError(f"There is no organisation {owner}: enter it first, or correct the owner.")


def names_of(connection: Connection, gtins: Collection[str]) -> dict[str, tuple[str, str]]:
    """Name and Chinese name of those GTINs that are known."""
    if not gtins:
        return {}
    table = schema.item
    query = select(table.c.gtin, table.c.name, table.c.name_zh).where(table.c.gtin.in_(sorted(gtins)))
    return {gtin: (name, name_zh) for gtin, name, name_zh in connection.execute(query)}


def put_sites(connection: Connection, rows: Iterable[Site]) -> None:
    """Add sites, or replace those with the same id."""
    flat = [asdict(row) for row in rows]
    for row in flat:
        del row["mark"]
    _put(connection, schema.site, "id", flat)
    _give_marks(connection)


def _give_marks(connection: Connection) -> None:
    """A mark for each site that has none: the first of those that the fewest have."""
    site = schema.site
    given = Counter(connection.execute(select(site.c.mark).where(site.c.mark.is_not(None))).scalars())
    new = select(site.c.id).where(site.c.mark.is_(None)).order_by(literal_column("rowid"))
    rows = []
    for key in connection.execute(new).scalars():
        mark = min(MARKS, key=lambda one: (given[one], one))
        given[mark] += 1
        rows.append({"_id": key, "_mark": mark})
    if rows:
        connection.execute(update(site).where(site.c.id == bindparam("_id")).values(mark=bindparam("_mark")), rows)


def put_items(connection: Connection, rows: Iterable[Item]) -> None:
    """Add items, or replace those with the same GTIN. Raises ReferenceDataError where one would contain itself."""
    latest = {row.gtin: row for row in rows}
    part = schema.kit_part
    for some in _slices(sorted(latest)):
        connection.execute(delete(part).where(part.c.kit.in_(some)))
    columns = [name for name in Item.__slots__ if name != "kit"]
    flat = [{name: getattr(row, name) for name in columns} | {"serial": int(row.serial)} for row in latest.values()]
    _put(connection, schema.item, "gtin", flat)
    parts = [{"kit": row.gtin, "gtin": gtin, "n": n} for row in latest.values() for gtin, n in dict(row.kit).items()]
    if parts:
        connection.execute(insert(part), parts)
    if parts or any(row.contains_gtin for row in latest.values()):
        _refuse_loops(connection)


def _refuse_loops(connection: Connection) -> None:
    item, part = schema.item.c, schema.kit_part.c
    inside: dict[str, list[str]] = {}
    packs = select(item.gtin, item.contains_gtin).where(item.contains_gtin.is_not(None))
    for outer, inner in (*connection.execute(packs), *connection.execute(select(part.kit, part.gtin))):
        inside.setdefault(outer, []).append(inner)
    found = loop(inside)
    if found:
        raise ReferenceDataError(
            f"An item would contain itself: {' > '.join(found)}. Correct what one of them contains."
        )


def put_organisations(connection: Connection, rows: Iterable[Organisation]) -> None:
    """Add organisations, or replace those with the same id."""
    _put(connection, schema.organisation, "id", [asdict(row) for row in rows])


def document(connection: Connection, key: str) -> Any:
    """A JSON document, None where nobody has entered it."""
    table = schema.document
    body = connection.execute(select(table.c.body).where(table.c.key == key)).scalar()
    return None if body is None else json.loads(body)


def put_document(connection: Connection, key: str, value: object) -> None:
    """Store a JSON document in place of the one before it."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    _put(connection, schema.document, "key", [{"key": key, "body": body}])


def announce(connection: Connection, topic: str, data: object, now: int) -> None:
    """Put a row into the change log, which feeds the live screens."""
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    connection.execute(insert(schema.change).values(at=now, topic=topic, data=body))


def _slices(keys: Sequence[str]) -> Iterable[Sequence[str]]:
    return (keys[at : at + _AT_ONCE] for at in range(0, len(keys), _AT_ONCE))


def _put(connection: Connection, table: Table, key: str, rows: Sequence[dict[str, Any]]) -> None:
    """Update the rows that are there and insert the others; the last of equal keys stands."""
    latest = {row[key]: row for row in rows}
    if not latest:
        return
    known = set(connection.execute(select(table.c[key])).scalars())
    old = [{f"_{name}": value for name, value in latest[found].items()} for found in latest if found in known]
    new = [row for found, row in latest.items() if found not in known]
    others = [name for name in next(iter(latest.values())) if name != key]
    if old:
        change = update(table).where(table.c[key] == bindparam(f"_{key}"))
        connection.execute(change.values({name: bindparam(f"_{name}") for name in others}), old)
    if new:
        connection.execute(insert(table), new)
