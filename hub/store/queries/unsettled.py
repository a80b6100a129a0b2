"""Facts that name no owner and for which none was settled; and counts, with what each changed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, exists, literal, or_, select, tuple_

from hub.core.viewer import Viewer
from hub.store.queries.facts import FactReader
from hub.store.queries.paging import Key, Page, Pager, Shape
from hub.store.queries.sight import Query, at_site, of_owner
from hub.store.schema import account, lot, move, sighting, tally
from wire.messages import Correct, Count, Kit, Scan

SHAPE: Shape = (int, int, int, int)
_source, _to = account.alias("source"), account.alias("target")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ownerless:
    """A fact whose goods belong to nobody yet; `at` in Unix ms. `said` is its action."""

    device: str
    stream: str
    seq: int
    at: int
    by: str | None
    said: str
    task: str | None
    item: str
    lot: str
    condition: str
    source: str
    to: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CountRow:
    """A count; `difference` is what it changed, `round` 2 and up for recounts; `warned` as in Count; `at`: Unix ms."""

    device: str
    stream: str
    seq: int
    at: int
    by: str | None
    task: str | None
    round: int
    account: str
    item: str
    lot: str
    owner: str
    condition: str
    counted: int
    difference: int
    warned: tuple[str, ...]
    voided: bool


def ownerless(
    connection: Connection, pager: Pager, viewer: Viewer, *, site: str | None, limit: int, cursor: str | None
) -> Page[Ownerless]:
    """Facts of goods in bulk first, then of things with a number of their own, then counts; by lot and time."""
    key = pager.key(cursor, (int, *SHAPE))
    at, after = (0, None) if key is None else (int(key[0]), key[1:])
    reader = FactReader(connection)
    found: list[tuple[Key, Ownerless]] = []
    if not viewer.may_see_owner(""):
        return pager.page(found, limit)
    for index in range(max(at, 0), len(_SOURCES)):
        query = _SOURCES[index](viewer, site, after if index == at else None).limit(limit + 1 - len(found))
        rows = connection.execute(query).all()
        found += [((index, row.lot_id, row.at, row.lane_id, row.seq), _ownerless(reader, row)) for row in rows]
        if len(found) > limit:
            break
    return pager.page(found, limit)


def counts(
    connection: Connection, pager: Pager, viewer: Viewer, *, site: str | None, limit: int, cursor: str | None
) -> Page[CountRow]:
    """Counts, the latest first."""
    key = (tally.c.at, tally.c.lane_id, tally.c.seq)
    query = (
        select(tally, account.c.code, lot.c.item, lot.c.lot, lot.c.owner, lot.c.condition)
        .join_from(tally, account, account.c.id == tally.c.account_id)
        .join(lot, lot.c.id == tally.c.lot_id)
        .where(of_owner(viewer), at_site(viewer, tally.c.account_id))
        .order_by(*(column.desc() for column in key))
        .limit(limit + 1)
    )
    if site is not None:
        query = query.where(account.c.site == site)
    after = pager.key(cursor, (int, int, int))
    if after is not None:
        query = query.where(tuple_(*key) < tuple_(*after))
    reader = FactReader(connection)
    rows = connection.execute(query).all()
    return pager.page([((row.at, row.lane_id, row.seq), _count(reader, row)) for row in rows], limit)


def _moves(viewer: Viewer, site: str | None, after: Key | None) -> Query:
    return _narrowed(select(move.c.lot_id, move.c.quantity, *_named(move)), move, viewer, site, after)


def _sightings(viewer: Viewer, site: str | None, after: Key | None) -> Query:
    """A thing with a number of its own has the owner that any of its sightings names."""
    other, named = sighting.alias("other"), lot.alias("named")
    owned = (
        exists()
        .where(other.c.unit == sighting.c.unit, other.c.voided == 0)
        .where(named.c.id == other.c.lot_id, named.c.owner != "")
    )
    query: Query = select(sighting.c.lot_id, literal(1).label("quantity"), *_named(sighting)).where(~owned)
    return _narrowed(query, sighting, viewer, site, after)


def _tallies(viewer: Viewer, site: str | None, after: Key | None) -> Query:
    names = (_source.c.code.label("source"), _source.c.code.label("target"))
    query: Query = select(
        tally.c.lot_id, tally.c.quantity, tally.c.at, tally.c.lane_id, tally.c.seq, *names, *_lot_names()
    )
    query = query.join_from(tally, lot, lot.c.id == tally.c.lot_id).join(_source, _source.c.id == tally.c.account_id)
    if site is not None:
        query = query.where(_source.c.site == site)
    return _in_order(query.where(at_site(viewer, tally.c.account_id)), tally, after)


def _named(table: Any) -> Sequence[Any]:
    ends = (_source.c.code.label("source"), _to.c.code.label("target"))
    return table.c.at, table.c.lane_id, table.c.seq, *ends, *_lot_names()


def _lot_names() -> Sequence[Any]:
    return lot.c.item, lot.c.lot, lot.c.condition


def _narrowed(query: Query, table: Any, viewer: Viewer, site: str | None, after: Key | None) -> Query:
    query = (
        query.join_from(table, lot, lot.c.id == table.c.lot_id)
        .join(_source, _source.c.id == table.c.source_id)
        .join(_to, _to.c.id == table.c.to_id)
        .where(or_(at_site(viewer, table.c.source_id), at_site(viewer, table.c.to_id)))
    )
    if site is not None:
        query = query.where(or_(_source.c.site == site, _to.c.site == site))
    return _in_order(query, table, after)


def _in_order(query: Query, table: Any, after: Key | None) -> Query:
    key = (table.c.lot_id, table.c.at, table.c.lane_id, table.c.seq)
    query = query.where(lot.c.owner == "", table.c.voided == 0).order_by(*key)
    return query if after is None else query.where(tuple_(*key) > tuple_(*after))


def _ownerless(reader: FactReader, row: Any) -> Ownerless:
    source, (by, said, task) = reader.source(row.lane_id), _told(_item(reader, row))
    return Ownerless(
        device=source.device, stream=source.stream, seq=row.seq, at=row.at, by=by, said=said, task=task,
        item=row.item, lot=row.lot, condition=row.condition, source=row.source, to=row.target, quantity=row.quantity,
    )  # fmt: skip


def _count(reader: FactReader, row: Any) -> CountRow:
    source, item = reader.source(row.lane_id), _item(reader, row)
    by, _, task = _told(item)
    again, warned = (item.round, item.warned) if isinstance(item, Count) else (1, ())
    return CountRow(
        device=source.device, stream=source.stream, seq=row.seq, at=row.at, by=by, task=task, round=again,
        account=row.code, item=row.item, lot=row.lot, owner=row.owner, condition=row.condition, counted=row.quantity,
        difference=row.adjustment, warned=warned, voided=bool(row.voided),
    )  # fmt: skip


def _item(reader: FactReader, row: Any) -> Any:
    fact = reader.find(row.lane_id, row.seq)
    return None if fact is None else fact.item


def _told(item: Any) -> tuple[str | None, str, str | None]:
    """Who did it, what was done, and its task."""
    if isinstance(item, Count):
        return item.by, "count", item.task
    if isinstance(item, Scan | Kit):
        return item.by, str(item.do), item.task
    return None, "" if item is None else str(item.__struct_config__.tag), None


_SOURCES: tuple[Callable[[Viewer, str | None, Key | None], Query], ...] = (_moves, _sightings, _tallies)


def unexplained(connection: Connection, facts: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Which of these facts (lane, sequence) have an owner, or are none that could have one."""
    reader = FactReader(connection)
    for lane_id, seq in facts:
        fact = reader.find(lane_id, seq)
        item = None if fact is None else fact.item
        if isinstance(item, Kit):
            owners = [part.owner for part in (item.made, *item.used)]
        else:
            owners = [item.owner] if isinstance(item, Scan | Count | Correct) else ["nobody's"]
        if all(owners) or _settled(connection, lane_id, seq):
            yield lane_id, seq


def _settled(connection: Connection, lane_id: int, seq: int) -> bool:
    query = "SELECT EXISTS (SELECT 1 FROM settle WHERE target_lane = ? AND target_seq = ? AND voided = 0)"
    return bool(connection.exec_driver_sql(query, (lane_id, seq)).scalar())
