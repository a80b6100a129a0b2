"""The journal as a list of items, in the order in which the hub stored them."""

from collections.abc import Iterator

from sqlalchemy import Connection, select

from hub.core.viewer import Viewer
from hub.store.queries.facts import COLUMNS, Fact, FactReader
from hub.store.queries.paging import Key, Page, Pager
from hub.store.schema import device as device_table
from hub.store.schema import journal, lane

CHUNK = 16
"""Batches read at a time: up to 256 KiB each."""


def entries(
    connection: Connection, pager: Pager, *, viewer: Viewer, device: str | None, lane_name: str | None, limit: int,
    cursor: str | None,
) -> Page[Fact]:  # fmt: skip
    """Items as they came, oldest first; those in quarantine are left out.

    An item may name goods of several owners at several sites: who does not see all sees none.
    """
    if not viewer.sees_all:
        return Page([], None)
    after = pager.key(cursor, (int, int))
    rows: list[tuple[Key, Fact]] = []
    for key, fact in _walk(connection, device, lane_name, after):
        rows.append((key, fact))
        if len(rows) > limit:
            break
    return pager.page(rows, limit)


def _walk(
    connection: Connection, device: str | None, lane_name: str | None, after: Key | None
) -> Iterator[tuple[Key, Fact]]:
    reader = FactReader(connection)
    first, skip = (0, 0) if after is None else (int(after[0]), int(after[1]))
    query = select(*COLUMNS).order_by(journal.c.id).limit(CHUNK)
    if device is not None or lane_name is not None:
        lanes = select(lane.c.id)
        if device is not None:
            lanes = lanes.join(device_table, device_table.c.id == lane.c.device_id).where(device_table.c.name == device)
        if lane_name is not None:
            lanes = lanes.where(lane.c.lane == lane_name)
        query = query.where(journal.c.lane_id.in_(lanes))
    while rows := connection.execute(query.where(journal.c.id >= first)).all():
        for row in rows:
            stored = reader.open(row)
            for seq in sorted(stored.items):
                if row.id != first or seq > skip:
                    yield (row.id, seq), reader.fact(stored, seq)
        first, skip = rows[-1].id + 1, 0
        reader = FactReader(connection)
