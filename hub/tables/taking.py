"""What a table without faults does to the hub: what it adds and changes, said first, then done in one transaction.

A column that the table lacks leaves what is there as it is; what the table does not name stays.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import Connection, select

from hub.store import bins, localities, reference, schema
from hub.tables.checking import Checked, Fault
from hub.tables.judging import Known, Record
from hub.tables.kinds import KINDS

MOST_CHANGES: Final = 100
"""So many rows are told one by one."""
PLACED: Final = frozenset({"sites", "settlements"})
"""Kinds whose rows have a position."""


class Change(Struct, frozen=True, kw_only=True):
    """One row that adds or changes something: the fields that become other."""

    row: int
    key: str
    added: bool
    fields: dict[str, str]


class Invited(Struct, frozen=True, kw_only=True):
    """Somebody who was added, and the one-time link for them: shown this once."""

    name: str
    path: str
    expires_at: int


class Outcome(Struct, frozen=True, kw_only=True):
    """What a table does, or did."""

    added: int = 0
    changed: int = 0
    same: int = 0
    changes: tuple[Change, ...] = ()
    faults: tuple[Fault, ...] = ()
    invited: tuple[Invited, ...] = ()


def known(connection: Connection) -> Known:
    """All that a table may refer to."""

    def column(table: Any) -> frozenset[str]:
        return frozenset(connection.execute(select(table)).scalars())

    places = connection.execute(select(schema.bin.c.site, schema.bin.c.code))
    return Known(
        sites=column(schema.site.c.id),
        organisations=column(schema.organisation.c.id),
        gtins=column(schema.item.c.gtin),
        codes=column(schema.goods_code.c.code),
        bins=frozenset((site, code) for site, code in places),
    )


def take(connection: Connection, kind: str, checked: Checked) -> Outcome:
    """Store the records of a table without faults, in the caller's transaction; what became of it.

    What the database refuses is told as a fault of the table as a whole: roll back then.
    """
    there, store = _KINDS[kind]
    key_of = KINDS[kind].key
    defaults = {column.name: column.default for column in KINDS[kind].columns}
    before = there(connection, [record for _, record in checked.records])
    counts = {"added": 0, "changed": 0, "same": 0}
    changes: list[Change] = []
    new: list[Record] = []
    for number, record in checked.records:
        key = tuple(record[name] for name in key_of)
        old = before.get(key)
        whole = _whole(kind, old, record, defaults)
        fields = _other(old, whole)
        what = "added" if old is None else "changed" if fields else "same"
        counts[what] += 1
        if fields:
            new.append(whole)
            if len(changes) < MOST_CHANGES:
                changes.append(Change(row=number, key=" ".join(key), added=old is None, fields=fields))
    lacking = [fault for number, record in checked.records for fault in _lacking(kind, number, record, before)]
    if lacking:
        return Outcome(faults=tuple(lacking[:MOST_CHANGES]))
    try:
        store(connection, new)
    except reference.ReferenceDataError as error:
        return Outcome(faults=(Fault(row=0, column="", value="", message=str(error), remedy="correct the table"),))
    return Outcome(added=counts["added"], changed=counts["changed"], same=counts["same"], changes=tuple(changes))


def _other(old: Record | None, whole: Record) -> dict[str, str]:
    """What becomes other, as people read it; of what is new, what is filled in."""
    if old is None:
        return {name: str(value)[:100] for name, value in whole.items() if value not in (None, "")}
    return {name: _said(value) for name, value in whole.items() if old[name] != value}


def _said(value: Any) -> str:
    return "" if value is None else str(value)[:100]


def _whole(kind: str, old: Record | None, record: Record, defaults: Mapping[str, Any]) -> Record:
    """A whole row: what the table says, then what is there, then what is usual."""
    said = dict(record)
    if kind in PLACED and said.get("lat") is not None:
        said |= {"lat_e7": round(said["lat"] * 1e7), "lon_e7": round(said["lon"] * 1e7)}
    base = {name: value for name, value in defaults.items() if name not in ("lat", "lon", "datum")}
    return {name: value for name, value in (base | (old or {}) | said).items() if name not in ("lat", "lon")}


def _lacking(kind: str, number: int, record: Record, before: Mapping[tuple[str, ...], Record]) -> Iterable[Fault]:
    if kind in PLACED and record.get("lat") is None and (record["id"],) not in before:
        remedy, message = "fill in lat, lon and datum", f"a new {kind.removesuffix('s')} needs its position"
        yield Fault(row=number, column="lat", value="", message=message, remedy=remedy)


def _sites(connection: Connection, _: Sequence[Record]) -> dict[tuple[str, ...], Record]:
    return {(one.id,): _flat(one) for one in reference.sites(connection)}


def _organisations(connection: Connection, _: Sequence[Record]) -> dict[tuple[str, ...], Record]:
    return {(one.id,): _flat(one) for one in reference.organisations(connection)}


def _localities(connection: Connection, _: Sequence[Record]) -> dict[tuple[str, ...], Record]:
    return {(one.id,): _flat(one) for one in localities.localities(connection)}


def _items(connection: Connection, named: Sequence[Record]) -> dict[tuple[str, ...], Record]:
    return {(one.gtin,): _flat(one) for one in reference.items_of(connection, {row["gtin"] for row in named})}


def _bins(connection: Connection, named: Sequence[Record]) -> dict[tuple[str, ...], Record]:
    sites = sorted({row["site"] for row in named})
    return {(site, one.code): {"site": site} | _flat(one) for site in sites for one in bins.bins(connection, site)}


def _flat(one: Any) -> Record:
    """As dataclasses.asdict(), which takes ten times as long because it copies what is inside."""
    return {name: getattr(one, name) for name in one.__slots__}


def _put_bins(connection: Connection, rows: Sequence[Record]) -> None:
    by_site: dict[str, list[bins.Bin]] = {}
    for row in rows:
        by_site.setdefault(row["site"], []).append(
            bins.Bin(**{name: value for name, value in row.items() if name != "site"})
        )
    for site, some in by_site.items():
        bins.put_bins(connection, site, some)


def _put_sites(connection: Connection, rows: Sequence[Record]) -> None:
    reference.put_sites(connection, [reference.Site(**row) for row in rows])


def _put_localities(connection: Connection, rows: Sequence[Record]) -> None:
    localities.put(connection, [localities.Locality(**row) for row in rows])


def _put_organisations(connection: Connection, rows: Sequence[Record]) -> None:
    reference.put_organisations(connection, [reference.Organisation(**row) for row in rows])


def _put_items(connection: Connection, rows: Sequence[Record]) -> None:
    reference.put_items(connection, [reference.Item(**row) for row in rows])


_There = Callable[[Connection, Sequence[Record]], dict[tuple[str, ...], Record]]
_Store = Callable[[Connection, Sequence[Record]], None]
_KINDS: Final[dict[str, tuple[_There, _Store]]] = {
    "organisations": (_organisations, _put_organisations),
    "sites": (_sites, _put_sites),
    "bins": (_bins, _put_bins),
    "catalogue": (_items, _put_items),
    "settlements": (_localities, _put_localities),
}
