"""Facts that devices numbered and nobody has."""

from collections.abc import Sequence

from sqlalchemy import select, tuple_

from hub.core.discrepancies import Kind
from hub.store.queries.devices import missing_facts
from hub.store.queries.differing import Found, Reading, Told
from hub.store.queries.paging import Key
from hub.store.schema import device, gap, lane


def gaps(reading: Reading, after: Key | None, limit: int) -> Sequence[Found]:
    query = (
        select(gap, lane.c.stream, device.c.id.label("device_id"), device.c.name)
        .join_from(gap, lane, lane.c.id == gap.c.lane_id)
        .join(device, device.c.id == lane.c.device_id)
        .where(lane.c.lane == "facts")
        .order_by(gap.c.lane_id, gap.c.first)
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(gap.c.lane_id, gap.c.first) > tuple_(*after))
    return [
        (
            (row.lane_id, row.first),
            reading.row(
                Kind.LOST_FACTS,
                Told(
                    about=(row.name, row.stream, row.first), code="declared-missing",
                    values={
                        "device": row.name, "first": row.first, "last": row.last, "stream": row.stream,
                        "reason": row.reason,
                    },
                    story=(row.last, row.reason),
                ),
                site=reading.waiting.site_of(row.device_id, row.name), quantity=row.last - row.first + 1,
                since=row.declared_at,
            ),
        )
        for row in reading.connection.execute(query).all()
    ]  # fmt: skip


def lost(reading: Reading, after: Key | None, limit: int) -> Sequence[Found]:
    missing = missing_facts(reading.connection)
    if not missing:
        return []
    query = select(device).where(device.c.id.in_(sorted(missing)), device.c.removed_at.is_(None)).order_by(device.c.id)
    if after is not None:
        query = query.where(device.c.id > after[0])
    found: list[Found] = []
    for row in reading.connection.execute(query).all():
        n = missing[row.id] - (row.pending_facts or 0)
        if n > 0 and len(found) < limit:
            told = Told(about=(row.name,), code="not-come", values={"device": row.name, "n": n}, story=(n,))
            site = reading.waiting.site_of(row.id, row.name)
            found.append(((row.id,), reading.row(Kind.LOST_FACTS, told, site=site, quantity=n, since=row.last_seen)))
    return found
