"""All that does not fit (hub.core.discrepancies), in one list: open ones, found by key, and counted.

They are projections: they clear themselves when the missing facts come. Until the devices of the site were heard,
each says whom it waits for. What was accepted is left out while its story stays as it was. No table holds them all, so
a list in another order than that of their kinds reads them all for each of its pages.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from heapq import nsmallest
from itertools import chain, islice
from operator import itemgetter

from sqlalchemy import Connection, func, select

from hub.core.discrepancies import Kind, Order, rank
from hub.core.viewer import Viewer
from hub.errors import HubError
from hub.store.queries.differing import Discrepancy, Found, Reading, Source, reading
from hub.store.queries.differing_devices import gaps, lost
from hub.store.queries.differing_goods import (
    counted,
    differing,
    negative,
    negatives,
    ownerless,
    placeless,
    unknown,
    unsettled,
)
from hub.store.queries.differing_promises import promised, received
from hub.store.queries.differing_relief import astray, damaged, given_twice, missing, over, overdue, short
from hub.store.queries.differing_units import broken, circling, inside_themselves, left_elsewhere
from hub.store.queries.paging import Key, Page, Pager, Shape
from hub.store.queries.searching import words
from hub.store.schema import gap, lane

__all__ = ["Discrepancy", "Sought", "TooManyError", "count", "discrepancies", "find"]

MOST_COUNTED = 1000
MOST_ORDERED = 20_000
SOURCES: tuple[tuple[Source, Shape, Kind], ...] = (
    (negatives, (int, int), Kind.NEGATIVE),
    (broken, (str, int, int, int), Kind.BROKEN_STORY),
    (inside_themselves, (str,), Kind.INSIDE_ITSELF),
    (placeless, (int,), Kind.UNKNOWN_PLACE),
    (gaps, (int, int), Kind.LOST_FACTS),
    (lost, (int,), Kind.LOST_FACTS),
    (counted, (int, int), Kind.COUNT_DIFFERENCE),
    (received, (str, int), Kind.RECEIVED_DIFFERS),
    (promised, (str, str, str, str), Kind.OVERCOMMITTED),
    (unsettled, (str, str, str, str), Kind.OWNER_UNSETTLED),
    (given_twice, (str,), Kind.GIVEN_TWICE),
    (astray, (str,), Kind.WRONG_UNIT),
    (missing, (str,), Kind.PARCEL_MISSING),
    (short, (int, str, str, str, str), Kind.CONSIGNMENT_SHORT),
    (over, (int, str, str, str, str), Kind.CONSIGNMENT_OVER),
    (damaged, (int, str, str, str, str), Kind.CONSIGNMENT_DAMAGED),
    (overdue, (int,), Kind.OVERDUE),
)


class TooManyError(HubError):
    """There are more of them than are put into an order: look for a kind, or for words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Which of them, and in which order; None: all, by kind."""

    kind: Kind | None = None
    text: str | None = None
    order: Order | None = None


ALL = Sought()


def discrepancies(
    connection: Connection,
    pager: Pager,
    *,
    viewer: Viewer,
    now: int,
    limit: int,
    cursor: str | None,
    sought: Sought = ALL,
) -> Page[Discrepancy]:
    """The open ones that are sought; `now` in Unix ms. Raises TooManyError for an order of more than MOST_ORDERED."""
    reader = replace(reading(connection, viewer, now), words=words(connection, sought.text))
    if sought.order is not None:
        return _ordered(pager, reader, sought, sought.order, limit=limit, cursor=cursor)
    key = pager.key(cursor, *((int, *shape) for _, shape, _ in SOURCES))
    at, after = (0, None) if key is None else (int(key[0]), key[1:])
    found: list[Found] = []
    for index in range(max(at, 0), len(SOURCES)):
        source, _, each = SOURCES[index]
        if sought.kind not in (None, each):
            continue
        rows = _shown(source, reader, after if index == at else None, limit + 1 - len(found))
        found.extend(((index, *row_key), row) for row_key, row in rows)
        if len(found) > limit:
            break
    return pager.page(found, limit)


def _ordered(
    pager: Pager, reader: Reading, sought: Sought, order: Order, *, limit: int, cursor: str | None
) -> Page[Discrepancy]:
    after = pager.key(cursor, (int, str))
    sources = [source for source, _, each in SOURCES if sought.kind in (None, each)]
    rows = chain.from_iterable(_open(source, reader, None, MOST_ORDERED + 1) for source in sources)
    found = [
        (rank(order, since=row.since, quantity=row.quantity), row.key, row) for _, row in islice(rows, MOST_ORDERED + 1)
    ]
    if len(found) > MOST_ORDERED:
        raise TooManyError(f"there are more than {MOST_ORDERED:,} of them")
    left = [((place, key), row) for place, key, row in found if after is None or (place, key) > after]
    return pager.page(nsmallest(limit + 1, left, key=itemgetter(0)), limit)


def find(connection: Connection, viewer: Viewer, key: str, *, now: int) -> Discrepancy | None:
    """The open one of a key that the viewer sees."""
    reader = replace(reading(connection, viewer, now), wanted=key)
    sources = [source for source, _, kind in SOURCES if key.startswith(f"{kind}.")]
    found = chain.from_iterable(_open(source, reader, None, MOST_COUNTED) for source in sources)
    return next((row for _, row in found), None)


def count(connection: Connection, viewer: Viewer, now: int) -> int:
    """How many are open; of those who do not see all, up to MOST_COUNTED of each kind."""
    reader = reading(connection, viewer, now)
    total = 0
    for source, _, kind in SOURCES:
        quick = QUICK.get(source) if viewer.sees_all and not reader.decided.accepted(kind) else None
        total += len(_shown(source, reader, None, MOST_COUNTED)) if quick is None else quick(connection)
    return total


def _shown(source: Source, reader: Reading, after: Key | None, limit: int) -> list[Found]:
    """The first rows of a source that are open and that the viewer may see."""
    return list(islice(_open(source, reader, after, min(limit, MOST_COUNTED)), max(0, limit)))


def _open(source: Source, reader: Reading, after: Key | None, most: int) -> Iterator[Found]:
    """All of them after a key; so many are read in one go."""
    more = most > 0
    while more:
        rows = source(reader, after, most)
        yield from (row for row in rows if reader.shows(row[1]))
        more = len(rows) == most
        after = rows[-1][0] if rows else None


def _negatives(connection: Connection) -> int:
    return int(connection.execute(negative().with_only_columns(func.count())).scalar_one())


def _unknown(connection: Connection) -> int:
    return int(connection.execute(unknown().with_only_columns(func.count())).scalar_one())


def _counted(connection: Connection) -> int:
    return int(connection.execute(differing().with_only_columns(func.count())).scalar_one())


def _ownerless(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(ownerless().subquery())).scalar_one())


def _breaks(connection: Connection) -> int:
    return int(connection.execute(left_elsewhere().with_only_columns(func.count())).scalar_one())


def _gaps(connection: Connection) -> int:
    query = select(func.count()).join_from(gap, lane, lane.c.id == gap.c.lane_id).where(lane.c.lane == "facts")
    return int(connection.execute(query).scalar_one())


def _circling(connection: Connection) -> int:
    return len(circling(connection))


QUICK: dict[Source, Callable[[Connection], int]] = {
    negatives: _negatives,
    placeless: _unknown,
    counted: _counted,
    unsettled: _ownerless,
    broken: _breaks,
    gaps: _gaps,
    inside_themselves: _circling,
}
"""How many there are, where it can be told without reading them."""
