"""When something was scanned, counted or seen: rows of move, sighting and tally, newest first.

Each lot is asked for by itself, in the order of the primary key, and the answers are merged: so a page of a lot with
a million moves reads a page of rows, and each further lot only what is newer than the page found so far.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, Select, Table, or_, select, tuple_

from hub.core.access import Viewer
from hub.store.queries.paging import Key
from hub.store.queries.targets import Target
from hub.store.schema import account, move, sighting, tally

LAST = 8
"""Sightings that are looked at to tell where a unit is."""

Query: TypeAlias = Select[*tuple[Any, ...]]

_source = account.alias("source")
_to = account.alias("to")


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One fact about a thing: `at` is the corrected time in Unix ms."""

    at: int
    lane_id: int
    seq: int
    source: str
    to: str
    quantity: int
    voided: bool
    lot_id: int | None
    counted: bool = False

    @property
    def key(self) -> Key:
        return self.at, self.lane_id, self.seq


@dataclass(frozen=True, slots=True, kw_only=True)
class _Window:
    """What to read: the newest `limit` from `to` downwards, and only above `floor`: older ones no longer count."""

    to: Key | None
    floor: Key | None
    limit: int
    site: str | None = None


def of(connection: Connection, target: Target, *, viewer: Viewer, to: Key | None, limit: int) -> list[Occurrence]:
    """The newest `limit` occurrences of a target, from the key `to` downwards, that one included.

    Who sees one site gets those that began or ended there.
    """
    window = _Window(to=to, floor=None, limit=limit, site=viewer.site_filter)
    if target.unit is not None:
        return _sightings(connection, sighting.c.unit == target.unit, window)
    if not target.lots:
        return []
    newest = _tallies(connection, target.lots, window)
    for lot_id in sorted(target.lots, reverse=True):
        for read in (_moves, _sightings_of_lot):
            merged = heapq.merge(newest, read(connection, lot_id, window), key=lambda row: row.key, reverse=True)
            newest = list(islice(merged, limit))
            if len(newest) == limit:
                window = replace(window, floor=newest[-1].key)
    return newest


def standing_last(connection: Connection, unit: str) -> list[Occurrence]:
    """The last sightings of a unit that were not undone, newest first."""
    chosen = (sighting.c.unit == unit) & (sighting.c.voided == 0)
    return _sightings(connection, chosen, _Window(to=None, floor=None, limit=LAST))


def _moves(connection: Connection, lot_id: int, window: _Window) -> list[Occurrence]:
    query: Query = select(
        move.c.at, move.c.lane_id, move.c.seq, _source.c.code, _to.c.code, move.c.quantity, move.c.voided, move.c.lot_id
    )
    query = _ends(query, move).where(move.c.lot_id == lot_id)
    return [_occurrence(row) for row in connection.execute(_paged(query, move, window))]


def _sightings(connection: Connection, chosen: ColumnElement[bool], window: _Window) -> list[Occurrence]:
    query: Query = select(
        sighting.c.at, sighting.c.lane_id, sighting.c.seq, _source.c.code, _to.c.code,
        sighting.c.voided, sighting.c.lot_id,
    )  # fmt: skip
    query = _ends(query, sighting).where(chosen)
    rows = connection.execute(_paged(query, sighting, window))
    return [_occurrence((*row[:5], 1, *row[5:])) for row in rows]


def _sightings_of_lot(connection: Connection, lot_id: int, window: _Window) -> list[Occurrence]:
    keys = select(sighting.c.unit, sighting.c.at, sighting.c.lane_id, sighting.c.seq)
    newest = _paged(keys.where(sighting.c.lot_id == lot_id), sighting, window).subquery()
    query = (
        select(
            sighting.c.at, sighting.c.lane_id, sighting.c.seq, _source.c.code, _to.c.code,
            sighting.c.voided, sighting.c.lot_id,
        )
        .select_from(newest)
        .join(
            sighting,
            (sighting.c.unit == newest.c.unit) & (sighting.c.at == newest.c.at)
            & (sighting.c.lane_id == newest.c.lane_id) & (sighting.c.seq == newest.c.seq),
        )
        .join(_source, _source.c.id == sighting.c.source_id)
        .join(_to, _to.c.id == sighting.c.to_id)
    )  # fmt: skip
    rows = connection.execute(query).all()
    found = [_occurrence((*row[:5], 1, *row[5:])) for row in rows]
    return sorted(found, key=lambda row: row.key, reverse=True)


def _tallies(connection: Connection, lots: tuple[int, ...], window: _Window) -> list[Occurrence]:
    query = (
        select(
            tally.c.at, tally.c.lane_id, tally.c.seq, account.c.code, account.c.code.label("same"),
            tally.c.quantity, tally.c.voided, tally.c.lot_id,
        )
        .join_from(tally, account, account.c.id == tally.c.account_id)
        .where(tally.c.lot_id.in_(lots))
    )  # fmt: skip
    return [_occurrence(row, counted=True) for row in connection.execute(_paged(query, tally, window))]


def _ends(query: Query, table: Table) -> Query:
    return (
        query.select_from(table).join(_source, _source.c.id == table.c.source_id).join(_to, _to.c.id == table.c.to_id)
    )


def _paged(query: Query, table: Table, window: _Window) -> Query:
    key = tuple_(table.c.at, table.c.lane_id, table.c.seq)
    if window.to is not None:
        query = query.where(key <= tuple_(*window.to))
    if window.site is not None:
        ends = [table.c[name] for name in ("source_id", "to_id", "account_id") if name in table.c]
        query = query.where(or_(*(end.in_(select(account.c.id).where(account.c.site == window.site)) for end in ends)))
    if window.floor is not None:
        query = query.where(key > tuple_(*window.floor))
    return query.order_by(table.c.at.desc(), table.c.lane_id.desc(), table.c.seq.desc()).limit(window.limit)


def _occurrence(row: Sequence[Any], *, counted: bool = False) -> Occurrence:
    at, lane_id, seq, source, to, quantity, voided, lot_id = row
    return Occurrence(
        at=at, lane_id=lane_id, seq=seq, source=source, to=to, quantity=quantity,
        voided=bool(voided), lot_id=lot_id, counted=counted,
    )  # fmt: skip
