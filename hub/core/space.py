r"""Room in warehouses: what a booking can become, and whether it fits. Pure.

    REQUESTED --approve--> APPROVED --release--> RELEASED
        |  \               ^      \---days over--> ENDED
        |   \--wait--> WAITING --refuse--> REFUSED,  --withdraw--> WITHDRAWN
        \--refuse, withdraw--> REFUSED, WITHDRAWN

A room is one site, one temperature class and one measure. A booking takes an amount of it from its first to its last
day, both included. Only APPROVED takes room. Nobody writes down that days are over: ENDED and LAPSED (never decided in
time) are what a booking is called once its last day has passed at its site.

The waiting list is people's consent in advance: whoever puts a booking there approves it for the moment at which it
fits. So whatever frees room (a release, a larger capacity) approves at once, in the order in which they were asked for,
each that fits. One that does not fit keeps its place and holds nobody else back.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from hub.core.days import each


class Temperature(StrEnum):
    """What goods bear: 15 to 25 degrees Celsius, 8 to 15, 2 to 8, and below -15."""

    AMBIENT = "ambient"
    COOL = "cool"
    COLD = "cold"
    FROZEN = "frozen"


class Measure(StrEnum):
    """What room is counted in: whole pallet places, or thousandths of a cubic metre."""

    PALLETS = "pallets"
    M3 = "m3"


class State(StrEnum):
    """A booking."""

    REQUESTED = "requested"
    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    RELEASED = "released"
    ENDED = "ended"
    LAPSED = "lapsed"


class Event(StrEnum):
    """What people decide, and what the calendar does."""

    APPROVE = "approve"
    WAIT = "wait"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    RELEASE = "release"
    DAYS_OVER = "days-over"


LIFE: Final[Mapping[tuple[State, Event], State]] = {
    (State.REQUESTED, Event.APPROVE): State.APPROVED,
    (State.REQUESTED, Event.WAIT): State.WAITING,
    (State.REQUESTED, Event.REFUSE): State.REFUSED,
    (State.REQUESTED, Event.WITHDRAW): State.WITHDRAWN,
    (State.REQUESTED, Event.DAYS_OVER): State.LAPSED,
    (State.WAITING, Event.APPROVE): State.APPROVED,
    (State.WAITING, Event.REFUSE): State.REFUSED,
    (State.WAITING, Event.WITHDRAW): State.WITHDRAWN,
    (State.WAITING, Event.DAYS_OVER): State.LAPSED,
    (State.APPROVED, Event.RELEASE): State.RELEASED,
    (State.APPROVED, Event.DAYS_OVER): State.ENDED,
}
"""(state, event) -> state; a pair that is not here is refused."""

STORED: Final = tuple(state for state in State if state not in (State.ENDED, State.LAPSED))
"""The states that are written down; the others follow from the day."""


class Span(NamedTuple):
    """So much room from a first to a last day (yyyymmdd), both included."""

    first: int
    last: int
    amount: int


class Peak(NamedTuple):
    """The most that is taken on any day, and the first day on which it is."""

    amount: int
    day: int


class Day(NamedTuple):
    """One day of a room: what is approved, and what of that belongs to whoever asks."""

    day: int
    taken: int
    own: int


def step(state: State, event: Event) -> State | None:
    """What a booking becomes; None where that cannot happen to it."""
    return LIFE.get((state, event))


def shown(state: State, last: int, today: int) -> State:
    """What a booking is called on a day at its site."""
    return LIFE.get((state, Event.DAYS_OVER), state) if last < today else state


def peak(taken: Iterable[Span], first: int, last: int) -> Peak:
    """The most that is taken on one day of a window. It is reached on the window's first day or on one that begins."""
    events: list[tuple[int, int, int]] = []
    for span in taken:
        if span.first <= last and span.last >= first:
            events.append((max(span.first, first), 0, span.amount))
            events.append((span.last, 1, -span.amount))  # on its last day it still takes room: ends come after begins
    best, now = Peak(0, first), 0
    for day, _, change in sorted(events):
        now += change
        if now > best.amount:
            best = Peak(now, day)
    return best


def lacking(capacity: int, taken: Iterable[Span], wanted: Span) -> Peak | None:
    """Where a booking does not fit: what is free on its fullest day, and that day. None where it fits."""
    found = peak(taken, wanted.first, wanted.last)
    if found.amount + wanted.amount <= capacity:
        return None
    return Peak(max(0, capacity - found.amount), found.day)


def fitting(capacity: int, taken: Sequence[Span], waiting: Iterable[tuple[str, Span]]) -> Iterator[str]:
    """Which of a waiting list fit now, in its order; each takes its room before the next is looked at."""
    full = list(taken)
    for name, span in waiting:
        if lacking(capacity, full, span) is None:
            full.append(span)
            yield name


def calendar(first: int, last: int, taken: Sequence[tuple[Span, bool]]) -> Iterator[Day]:
    """Every day of a window: what is taken of the room, and how much of it is marked as one's own."""
    change: dict[int, tuple[int, int]] = {}
    for span, own in taken:
        if span.first <= last and span.last >= first:
            _add(change, max(span.first, first), span.amount, own=own)
            _add(change, -span.last, -span.amount, own=own)
    total = mine = 0
    for day in each(first, last):
        more, more_own = change.get(day, (0, 0))
        total, mine = total + more, mine + more_own
        yield Day(day, total, mine)
        less, less_own = change.get(-day, (0, 0))
        total, mine = total + less, mine + less_own


def _add(change: dict[int, tuple[int, int]], key: int, amount: int, *, own: bool) -> None:
    """Note a change at the begin of a day, or, under its negative, at its end."""
    total, mine = change.get(key, (0, 0))
    change[key] = (total + amount, mine + (amount if own else 0))
