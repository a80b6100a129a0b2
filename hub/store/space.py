"""Room in warehouses: capacities and bookings, decided in one transaction each.

`connection` is of the writing side: BEGIN IMMEDIATE lets one decision in at a time, so what was read is still true when
it is written, however many ask. Every decision is noted in the log of decisions.
"""

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Row

from hub.core import space
from hub.core.days import later
from hub.core.instant import day as written
from hub.core.space import Event, Measure, Peak, Span, State, Temperature
from hub.errors import HubError
from hub.store import decisions
from hub.store.queries.goods import is_organisation, is_site, local_day

LONGEST_DAYS: Final = 3_660
"""A booking goes on for ten years at most."""
MOST_OPEN: Final = 1_000
"""Bookings of one organisation that nobody has decided."""
_LIST: Final = "waiting list"
"""By whom a booking is approved that got its room when it became free."""


class SpaceError(HubError):
    """Room cannot be booked, given or taken away as asked."""


class FullError(SpaceError):
    """There is not so much room on every day."""


class Room(NamedTuple):
    """What bookings compete for."""

    site: str
    temperature: Temperature
    measure: Measure

    def __str__(self) -> str:
        return f"{self.temperature} {self.measure} at {self.site}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBooking:
    """What an organisation asks for; days are yyyymmdd, the last included."""

    id: str
    organisation: str
    room: Room
    amount: int
    first: int
    last: int
    note: str
    by: str
    now: int


def set_capacity(connection: Connection, room: Room, amount: int, *, anyway: bool, by: str, now: int) -> list[str]:
    """Say how much room there is; bookings that were waiting for it are approved, and named.

    Raises SpaceError where more is approved already, unless `anyway` says that this is known.
    """
    if not is_site(connection, room.site):
        raise SpaceError(f"There is no site {room.site!r}; GET /api/v1/sites lists all.")
    today = local_day(connection, room.site, now)
    most = space.peak(_taken(connection, room, today), today, space_end(connection, room, today))
    over = most.amount > amount
    if over and not anyway:
        raise SpaceError(
            f"{most.amount:,} are approved of {room} on {written(most.day)}, more than {amount:,}."
            " Release bookings first, or say that it is overbooked."
        )
    connection.exec_driver_sql(
        "INSERT INTO space_capacity (site, temperature, measure, amount, overbooked, set_at, set_by)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (site, temperature, measure) DO UPDATE SET amount = excluded.amount,"
        " overbooked = excluded.overbooked, set_at = excluded.set_at, set_by = excluded.set_by",
        (*room, amount, int(over), now, by),
    )
    decisions.note(connection, by, "space-capacity-set", str(room), f"{amount}{' overbooked' if over else ''}", now)
    return _give_out(connection, room, today, now)


def ask(connection: Connection, asked: NewBooking) -> str:
    """Keep a request; its id. The same request under the same id is one request. Raises SpaceError."""
    known = connection.exec_driver_sql(f"{_SELECT} WHERE id = ?", (asked.id,)).first()
    if known is not None:
        same = (known.organisation, _room(known), *_span(known)) == (
            asked.organisation, asked.room, asked.first, asked.last, asked.amount
        )  # fmt: skip
        if same:
            return asked.id
        raise SpaceError(f"There is another booking {asked.id} already.")
    _check(connection, asked)
    connection.exec_driver_sql(
        "INSERT INTO booking (id, organisation, site, temperature, measure, amount, first_day, last_day, note, state,"
        " asked_at, asked_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'requested', ?, ?)",
        (asked.id, asked.organisation, *asked.room, asked.amount, asked.first, asked.last, asked.note, asked.now,
         asked.by),
    )  # fmt: skip
    detail = f"{asked.organisation}: {asked.amount} of {asked.room} from {asked.first} to {asked.last}"
    decisions.note(connection, asked.by, "booking-requested", asked.id, detail, asked.now)
    return asked.id


def decide(connection: Connection, id_: str, event: Event, *, by: str, now: int, reason: str = "") -> State:
    """Let something happen to a booking; its new state. Raises SpaceError, FullError with what is free."""
    row = connection.exec_driver_sql(f"{_SELECT} WHERE id = ?", (id_,)).one()
    room, span = _room(row), _span(row)
    today = local_day(connection, room.site, now)
    before = space.shown(State(row.state), span.last, today)
    after = space.step(before, event)
    if after is None:
        raise SpaceError(f"The booking {id_} is {before}: it is too late to {event} it.")
    if after is State.APPROVED:
        full = space.lacking(_capacity(connection, room), _taken(connection, room, today), _from(span, today))
        if full is not None:
            raise FullError(_no_room(room, span, full))
    _write(connection, id_, after, by=by, now=now, reason=reason)
    if before is State.APPROVED:
        _give_out(connection, room, today, now)
    return after


def wanted_from(state: State) -> Event:
    """What it is called when the organisation itself does not want a booking any more."""
    return Event.RELEASE if state is State.APPROVED else Event.WITHDRAW


def space_end(connection: Connection, room: Room, today: int) -> int:
    """The last day on which anything is approved of a room."""
    query = f"SELECT max(last_day) FROM booking WHERE {_OF_ROOM} AND state = 'approved'"
    return max(today, connection.exec_driver_sql(query, tuple(room)).scalar() or today)


_SELECT: Final = "SELECT * FROM booking"
_OF_ROOM: Final = "site = ? AND temperature = ? AND measure = ?"


def _check(connection: Connection, asked: NewBooking) -> None:
    today = local_day(connection, asked.room.site, asked.now)
    if asked.last < asked.first or asked.last < today:
        raise SpaceError("A booking ends on or after the day on which it begins, and not in the past.")
    if asked.last > later(asked.first, LONGEST_DAYS):
        raise SpaceError(f"A booking goes on for {LONGEST_DAYS:,} days at most.")
    if not is_organisation(connection, asked.organisation):
        raise SpaceError(f"There is no organisation {asked.organisation!r}; an administrator adds it.")
    capacity = _capacity(connection, asked.room)
    if asked.amount > capacity:
        raise SpaceError(
            f"There is never so much room: {asked.room} has {capacity:,}. GET /api/v1/space/capacities lists all rooms."
        )
    query = "SELECT count(*) FROM booking WHERE organisation = ? AND state = 'requested'"
    if int(connection.exec_driver_sql(query, (asked.organisation,)).scalar_one()) >= MOST_OPEN:
        raise SpaceError(f"{MOST_OPEN:,} requests of {asked.organisation} are undecided; wait, or withdraw some.")


def _capacity(connection: Connection, room: Room) -> int:
    query = f"SELECT amount FROM space_capacity WHERE {_OF_ROOM}"
    return int(connection.exec_driver_sql(query, tuple(room)).scalar() or 0)


def _taken(connection: Connection, room: Room, today: int) -> list[Span]:
    query = f"SELECT first_day, last_day, amount FROM booking WHERE {_OF_ROOM} AND last_day >= ? AND state = 'approved'"
    return [Span(*row) for row in connection.exec_driver_sql(query, (*room, today))]


def _give_out(connection: Connection, room: Room, today: int, now: int) -> list[str]:
    """Approve what of the waiting list fits now, in the order of asking; their ids."""
    query = (
        f"SELECT id, first_day, last_day, amount FROM booking WHERE {_OF_ROOM} AND last_day >= ?"
        " AND state = 'waiting' ORDER BY seq"
    )
    rows = connection.exec_driver_sql(query, (*room, today)).all()
    waiting = [(row.id, _from(Span(row.first_day, row.last_day, row.amount), today)) for row in rows]
    given = list(space.fitting(_capacity(connection, room), _taken(connection, room, today), waiting))
    for id_ in given:
        _write(connection, id_, State.APPROVED, by=_LIST, now=now, reason="")
    return given


def _write(connection: Connection, id_: str, state: State, *, by: str, now: int, reason: str) -> None:
    connection.exec_driver_sql(
        "UPDATE booking SET state = ?, decided_at = ?, decided_by = ?, reason = ? WHERE id = ?",
        (state.value, now, by, reason, id_),
    )
    decisions.note(connection, by, f"booking-{state}", id_, reason, now)


def _from(span: Span, today: int) -> Span:
    """What of a span is still to come: days that are over need no room."""
    return span._replace(first=max(span.first, today))


def _room(row: "Row[Any]") -> Room:
    return Room(row.site, Temperature(row.temperature), Measure(row.measure))


def _span(row: "Row[Any]") -> Span:
    return Span(row.first_day, row.last_day, row.amount)


def _no_room(room: Room, span: Span, full: Peak) -> str:
    return (
        f"{span.amount:,} of {room} do not fit: on {written(full.day)} {full.amount:,} are free."
        " Put it on the waiting list, or refuse it."
    )
