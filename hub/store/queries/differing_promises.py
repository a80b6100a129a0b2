"""What was announced or promised, and came or stands otherwise."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from hub.core.deliveries import OPEN, Came
from hub.core.discrepancies import Kind, Value
from hub.store.deliveries import Delivery, Line, whole
from hub.store.queries.deliveries import Seen, seen_of
from hub.store.queries.differing import Discrepancy, Found, Reading, Told
from hub.store.queries.overcommitted import overcommitted
from hub.store.queries.paging import Key
from hub.store.schema import delivery

AT_ONCE = 100


def received(reading: Reading, after: Key | None, limit: int) -> Sequence[Found]:
    """Lines of which more came than was announced, and of deliveries that are over those of which less did."""
    found: list[Found] = []
    start = "" if after is None else str(after[0])
    while len(found) < limit:
        query = select(delivery).where(delivery.c.id >= start, delivery.c.state != "cancelled").order_by(delivery.c.id)
        if reading.viewer.owner_filter is not None:
            query = query.where(delivery.c.owner == reading.viewer.owner_filter)
        if reading.viewer.site_filter is not None:
            query = query.where(delivery.c.site == reading.viewer.site_filter)
        rows = [Delivery(**row) for row in reading.connection.execute(query.limit(AT_ONCE)).mappings()]
        for seen in seen_of(reading.connection, whole(reading.connection, rows)):
            found += [row for row in _differing(reading, seen) if after is None or row[0] > after]
        if len(rows) < AT_ONCE:
            break
        start = rows[-1].id + "\x00"
    return found[:limit]


def _differing(reading: Reading, seen: Seen) -> Iterator[Found]:
    for line in seen.delivery.lines:
        came = seen.outcome.received[line.line]
        if came > line.n or (came < line.n and seen.state not in OPEN and seen.delivery.lines):
            yield (seen.delivery.id, line.line), _line(reading, seen.delivery, line, came)
    for number, one in enumerate(seen.unexpected if seen.delivery.lines else (), 1_000_000):
        yield (seen.delivery.id, number), _unexpected(reading, seen.delivery, one)


def _line(reading: Reading, told: Delivery, line: Line, came: int) -> Discrepancy:
    values: dict[str, Value] = {"delivery": told.id, "line": line.line, "announced": line.n, "received": came}
    about = (told.id, line.line)
    return reading.row(
        Kind.RECEIVED_DIFFERS, Told(about=about, code="received", values=values, story=(line.n, came)),
        site=told.site, item=line.item, lot=line.lot, owner=told.owner, quantity=came - line.n,
        since=told.announced_at,
    )  # fmt: skip


def _unexpected(reading: Reading, told: Delivery, came: Came) -> Discrepancy:
    values: dict[str, Value] = {"delivery": told.id, "received": came.n}
    about = (told.id, came.item, came.lot)
    return reading.row(
        Kind.RECEIVED_DIFFERS, Told(about=about, code="unexpected", values=values, story=(came.n,)),
        site=told.site, item=came.item, lot=came.lot, owner=told.owner, quantity=came.n, since=told.announced_at,
    )  # fmt: skip


def promised(reading: Reading, after: Key | None, limit: int) -> Sequence[Found]:
    """Goods of which more is reserved than stands there."""
    found: list[Found] = []
    for one in overcommitted(reading.connection, reading.now, sees=reading.may_see):
        if after is not None and tuple(one.key) <= after:
            continue
        if len(found) == limit:
            break
        told = Told(
            about=tuple(one.key), code="promised", values={"claimed": one.claimed, "stands": one.stands},
            story=(one.claimed, one.stands, one.promises[-1].id),
        )  # fmt: skip
        row = reading.row(
            Kind.OVERCOMMITTED, told, site=one.key.site, item=one.key.item, lot=one.key.lot, owner=one.key.owner,
            condition="good", quantity=one.stands - one.claimed, since=one.since,
        )  # fmt: skip
        found.append((tuple(one.key), row))
    return found
