"""When something was scanned, counted or seen: rows of move, sighting and tally, newest first.

Each lot is asked for by itself, in the order of an index, and the answers are merged, those lots first that were met
last: a page of a lot with a million moves reads a page of rows, and of an item with thousands of lots only those that
may have something on the page, and of them only what is newer than the page found so far.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final, TypeAlias

import msgspec
from sqlalchemy import Connection, Row

from hub.core.viewer import Viewer
from hub.store.queries.paging import Key
from hub.store.queries.targets import Target

LAST = 8
"""Sightings that are looked at to tell where a unit is."""

_Row: TypeAlias = Row[*tuple[Any, ...]]
_KEY: Final = itemgetter(0, 1, 2)
_GREATEST: Final = 2**63 - 1
_END: Final = (_GREATEST, _GREATEST, _GREATEST)
_BEGINNING: Final = (-_GREATEST, -_GREATEST, -_GREATEST)
_ENDS = "JOIN account AS source ON source.id = source_id JOIN account AS target ON target.id = to_id"
_ROW = "SELECT at, lane_id, seq, source.code, target.code"
_HERE = "SELECT id FROM account WHERE site = :site"
_PAGE = (
    "AND (at, lane_id, seq) <= (:t, :l, :s) AND (at, lane_id, seq) > (:ft, :fl, :fs) {site}"
    " ORDER BY at DESC, lane_id DESC, seq DESC LIMIT :limit"
)
_BETWEEN = f"AND (:site IS NULL OR source_id IN ({_HERE}) OR to_id IN ({_HERE}))"
_AT = f"AND (:site IS NULL OR account_id IN ({_HERE}))"
_MOVES = f"{_ROW}, quantity, voided, lot_id, 0 FROM move {_ENDS} WHERE lot_id = :lot {_PAGE.format(site=_BETWEEN)}"
_SEEN = f"{_ROW}, 1, voided, lot_id, 0 FROM sighting {_ENDS} WHERE {{what}} {_PAGE.format(site=_BETWEEN)}"
_OF_LOT = _SEEN.format(what="lot_id = :lot")
_OF_UNIT = _SEEN.format(what="unit = :unit")
_VALID_OF_UNIT = _SEEN.format(what="unit = :unit AND voided = 0")
_TALLIES = (
    "SELECT at, lane_id, seq, code, code, quantity, voided, lot_id, 1 FROM tally"
    f" JOIN account ON account.id = account_id WHERE lot_id = :lot {_PAGE.format(site=_AT)}"
)
_HEADS = "SELECT value, (SELECT max(at) FROM {table} WHERE lot_id = value AND at <= :t) FROM json_each(:lots)"
_TABLES = (("move", _MOVES), ("sighting", _OF_LOT), ("tally", _TALLIES))


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


def of(connection: Connection, target: Target, *, viewer: Viewer, to: Key | None, limit: int) -> list[Occurrence]:
    """The newest `limit` occurrences of a target, from the key `to` downwards, that one included.

    Who sees one site gets those that began or ended there.
    """
    asked = _asked(to, limit, viewer.site_filter)
    if target.unit is not None:
        return _told(_read(connection, _OF_UNIT, asked | {"unit": target.unit}))
    newest: list[_Row] = []
    for head, lot, query in _by_head(connection, target.lots, asked["t"]):
        if len(newest) == limit:
            if head < newest[-1][0]:
                break
            asked |= dict(zip(("ft", "fl", "fs"), newest[-1], strict=False))
        newest = sorted([*newest, *_read(connection, query, asked | {"lot": lot})], key=_KEY, reverse=True)[:limit]
    return _told(newest)


def standing_last(connection: Connection, unit: str) -> list[Occurrence]:
    """The last sightings of a unit that were not undone, newest first."""
    return _told(_read(connection, _VALID_OF_UNIT, _asked(None, LAST, None) | {"unit": unit}))


def _by_head(connection: Connection, lots: Sequence[int], to: int) -> list[tuple[int, int, str]]:
    """When each lot was last met in each table, at `to` or before; the latest first."""
    asked = {"t": to, "lots": msgspec.json.encode(lots).decode()}
    found = [
        (head, lot, query)
        for table, query in _TABLES
        for lot, head in connection.exec_driver_sql(_HEADS.format(table=table), asked)
        if head is not None
    ]
    return sorted(found, reverse=True)


def _asked(to: Key | None, limit: int, site: str | None) -> dict[str, Any]:
    """What the queries are given."""
    highest = dict(zip(("t", "l", "s"), to or _END, strict=True))
    return {**highest, **dict(zip(("ft", "fl", "fs"), _BEGINNING, strict=True)), "limit": limit, "site": site}


def _read(connection: Connection, query: str, asked: dict[str, Any]) -> Sequence[_Row]:
    return connection.exec_driver_sql(query, asked).all()


def _told(rows: Sequence[_Row]) -> list[Occurrence]:
    return [
        Occurrence(
            at=at, lane_id=lane_id, seq=seq, source=source, to=to, quantity=quantity, voided=bool(voided),
            lot_id=lot_id, counted=bool(counted),
        )
        for at, lane_id, seq, source, to, quantity, voided, lot_id, counted in rows
    ]  # fmt: skip
