"""Room in warehouses as people see it: capacities, bookings, and what is free on which day.

Staff of an organisation see their own bookings whole; of all others they see only what these leave free. People of one
site see what is booked there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, select

from hub.core import space
from hub.core.space import Span, State
from hub.core.viewer import Viewer
from hub.store.queries.goods import local_day
from hub.store.queries.paging import Page, Pager
from hub.store.queries.searching import Columns, clause, search
from hub.store.schema import booking, space_capacity
from hub.store.space import Room

WORDS: Final = Columns(
    texts=("booking.id", "booking.note"), sites=("booking.site",), organisations=("booking.organisation",)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityRow:
    """How much of a room there is."""

    site: str
    temperature: str
    measure: str
    amount: int
    overbooked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingRow:
    """A booking; days are yyyymmdd, times Unix ms."""

    id: str
    organisation: str
    site: str
    temperature: str
    measure: str
    amount: int
    first_day: int
    last_day: int
    note: str
    state: State
    asked_at: int
    asked_by: str
    decided_at: int | None
    decided_by: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRow:
    """One day of a room. `over` is what is approved beyond what there is, None for staff."""

    day: int
    capacity: int
    free: int
    own: int
    over: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingFilter:
    """Which bookings to list; None: all that the viewer sees."""

    site: str | None = None
    organisation: str | None = None
    state: str | None = None
    words: str | None = None


def capacities(connection: Connection, viewer: Viewer) -> list[CapacityRow]:
    """All rooms that the viewer may know of."""
    table = space_capacity
    query = select(table).order_by(table.c.site, table.c.temperature, table.c.measure)
    return [
        CapacityRow(
            site=row.site, temperature=row.temperature, measure=row.measure, amount=row.amount,
            overbooked=bool(row.overbooked),
        )
        for row in connection.execute(query)
        if viewer.may_see_site(row.site)
    ]  # fmt: skip


def one(connection: Connection, viewer: Viewer, id_: str, *, now: int) -> BookingRow | None:
    """A booking, None for one that does not exist or that the viewer does not see."""
    row = connection.execute(select(booking).where(booking.c.id == id_)).mappings().first()
    if row is None or not viewer.may_see_owner(row["organisation"]) or not viewer.may_see_site(row["site"]):
        return None
    return _row(row, local_day(connection, row["site"], now))


def bookings(
    connection: Connection, pager: Pager, viewer: Viewer, wanted: BookingFilter, *, limit: int, cursor: str | None,
    now: int,
) -> Page[BookingRow]:  # fmt: skip
    """Bookings, newest first. `state` filters by what is written down: `approved` has those that have ended too."""
    table = booking
    query = select(table).order_by(table.c.seq.desc()).limit(limit + 1)
    for column, value in (
        (table.c.organisation, wanted.organisation), (table.c.organisation, viewer.owner_filter),
        (table.c.site, wanted.site), (table.c.site, viewer.site_filter), (table.c.state, wanted.state),
    ):  # fmt: skip
        if value is not None:
            query = query.where(column == value)
    query = query.where(clause(search(connection, wanted.words, WORDS)))
    after = pager.key(cursor, (int,))
    if after is not None:
        query = query.where(table.c.seq < after[0])
    days: dict[str, int] = {}
    rows = []
    for row in connection.execute(query).mappings():
        today = days.setdefault(row["site"], local_day(connection, row["site"], now))
        rows.append(((int(row["seq"]),), _row(row, today)))
    return pager.page(rows, limit)


def calendar(connection: Connection, viewer: Viewer, room: Room, first: int, last: int) -> list[DayRow]:
    """Every day of a window (yyyymmdd, both included): what there is, what is free, and what is one's own."""
    query = "SELECT amount FROM space_capacity WHERE site = ? AND temperature = ? AND measure = ?"
    capacity = int(connection.exec_driver_sql(query, tuple(room)).scalar() or 0)
    query = (
        "SELECT first_day, last_day, amount, organisation FROM booking WHERE site = ? AND temperature = ?"
        " AND measure = ? AND last_day >= ? AND first_day <= ? AND state = 'approved'"
    )
    taken = [
        (Span(row[0], row[1], row[2]), row[3] == viewer.organisation)
        for row in connection.exec_driver_sql(query, (*room, first, last))
    ]
    return [
        DayRow(
            day=day.day, capacity=capacity, free=max(0, capacity - day.taken), own=day.own,
            over=None if viewer.owner_filter is not None else max(0, day.taken - capacity),
        )
        for day in space.calendar(first, last, taken)
    ]  # fmt: skip


def _row(row: RowMapping, today: int) -> BookingRow:
    values: Mapping[str, Any] = {name: row[name] for name in BookingRow.__slots__}
    return BookingRow(**{**values, "state": space.shown(State(row["state"]), row["last_day"], today)})
