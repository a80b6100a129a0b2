"""What does not add up of a story: the open discrepancies about its consignments, parcels and handling units.

A story looks first, by indices, whether there can be anything of its own, and has only those lists of discrepancies
(hub.store.queries.differing_relief) made that may hold it, of its own consignments and units.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from hub.core.viewer import Viewer
from hub.store.queries.differing import Discrepancy, Only, Source, reading
from hub.store.queries.differing_relief import (
    THROUGH,
    astray,
    damaged,
    given_twice,
    missing,
    over,
    overdue,
    short,
)
from hub.store.queries.story_scope import Scope
from hub.store.relief import marks

MOST: Final = 100
_LATE: Final = frozenset({"planned", "picking", "packed", "in-transit"})
_OFF: Final = (
    "SELECT EXISTS (SELECT 1 FROM custody WHERE consignment IN ({}) AND"
    " (damaged > 0 OR in_transit + elsewhere < 0 OR dispatched > planned OR ?"
    " AND (dispatched <> planned OR in_transit + elsewhere <> 0)))"
)
_UNSEEN: Final = "SELECT EXISTS (SELECT 1 FROM shelf_missing WHERE parcel IN ({}))"


def trouble(connection: Connection, viewer: Viewer, scope: Scope, now: int) -> list[Discrepancy]:
    """The open ones, up to MOST; `now` in Unix ms."""
    sources = list(_sources(connection, scope))
    if not sources:
        return []
    consignments = {row.id for row in scope.consignments}
    units = {f"parcel:{row.id}" for row in scope.parcels} | set(scope.units)
    only = Only(consignments=json.dumps([row.seq for row in scope.consignments]), units=json.dumps(sorted(units)))
    reader = replace(reading(connection, viewer, now), only=only)
    found = [row for source in sources for _, row in source(reader, None, 2**31)]
    own = [row for row in found if row.values.get("consignment") in consignments or row.item in units]
    return [row for row in own if reader.shows(row)][:MOST]


def _sources(connection: Connection, scope: Scope) -> Iterator[Source]:
    """Those that may have something of it."""
    seqs = [row.seq for row in scope.consignments]
    through = any(row.state in THROUGH for row in scope.consignments)
    if connection.exec_driver_sql(_OFF.format(marks(seqs)), (*seqs, through)).scalar():
        yield from (short, over, damaged)
    if any(row.due is not None and row.state in _LATE for row in scope.consignments):
        yield overdue
    if any(row.odd for row in scope.parcels):
        yield given_twice
    if scope.units or any(_elsewhere(row.placed, (row.station, row.home)) for row in scope.parcels):
        yield astray
    ids = [row.id for row in scope.parcels]
    if connection.exec_driver_sql(_UNSEEN.format(marks(ids)), tuple(ids)).scalar():
        yield missing


def _elsewhere(placed: str, sites: tuple[str | None, str | None]) -> bool:
    """Whether an account may be at another site."""
    kind, _, rest = placed.partition(":")
    return kind == "unit" or (kind == "place" and rest.partition("/")[0] not in sites)
