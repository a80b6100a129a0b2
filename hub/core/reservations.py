r"""What becomes of reservations, pick lists and needs. Pure.

    HELD --release--> PICKING --close--> CLOSED          OPEN --close--> CLOSED
      |\--time--> EXPIRED  \--cancel--> CANCELLED          \--cancel--> CANCELLED
       \--cancel--> CANCELLED
     (a reservation)                                     (a pick list)

A held reservation ends by itself: where its time is over it counts as gone in every query, whether or not anything was
written down. A reservation lays claim to goods: all of it while it is held, what was not picked yet while it is picked,
nothing after that. So a short pick gives the rest back when its list is closed. What was picked is the sum of facts,
also of those that come late: nothing here counts it.

How far a need is covered follows from its reservations, so nobody sets it either.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final, NamedTuple


class State(StrEnum):
    """A reservation."""

    HELD = "held"
    PICKING = "picking"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Event(StrEnum):
    """What happens to a reservation or to a pick list."""

    RELEASE = "release"
    CLOSE = "close"
    CANCEL = "cancel"
    TIME_OVER = "time-over"


LIFE: Final[Mapping[tuple[State, Event], State]] = {
    (State.HELD, Event.RELEASE): State.PICKING,
    (State.HELD, Event.CANCEL): State.CANCELLED,
    (State.HELD, Event.TIME_OVER): State.EXPIRED,
    (State.PICKING, Event.CLOSE): State.CLOSED,
    (State.PICKING, Event.CANCEL): State.CANCELLED,
}
"""(state, event) -> state; a pair that is not here is refused."""


class PickState(StrEnum):
    """A pick list. PICKED is what an open one is called whose every piece was picked."""

    OPEN = "open"
    PICKED = "picked"
    CLOSED = "closed"
    CANCELLED = "cancelled"


PICK_LIFE: Final[Mapping[tuple[PickState, Event], PickState]] = {
    (PickState.OPEN, Event.CLOSE): PickState.CLOSED,
    (PickState.OPEN, Event.CANCEL): PickState.CANCELLED,
}


class NeedState(StrEnum):
    """How far a need is covered by what is reserved, being picked, or picked."""

    OPEN = "open"
    PARTLY = "partly"
    MET = "met"
    CANCELLED = "cancelled"


class Share(NamedTuple):
    """So many units out of one bin; None where nobody knows which."""

    bin: str | None
    n: int


def shown(state: State, expires_at: int, now: int) -> State:
    """What a reservation is at a moment: a hold whose time is over has expired."""
    return State.EXPIRED if state is State.HELD and expires_at <= now else state


def need_state(n: int, covered: int, *, cancelled: bool) -> NeedState:
    """What a need is called."""
    if cancelled:
        return NeedState.CANCELLED
    if covered >= n:
        return NeedState.MET
    return NeedState.PARTLY if covered > 0 else NeedState.OPEN


def share(picked: int, before: int, n: int) -> int:
    """What a reservation of n gets of what its list fetched of its goods; `before`: what those before it wanted."""
    return min(n, max(0, picked - before))


def from_bins(standing: Iterable[tuple[str, int]], n: int) -> list[Share]:
    """From which bins to take n units of one lot: one that has just enough, else the fullest first.

    What no bin has is a share without a bin: whoever picks looks for it, or picks short.
    """
    bins = sorted(((code, there) for code, there in standing if there > 0), key=lambda one: (-one[1], one[0]))
    enough = [one for one in bins if one[1] >= n]
    if enough:
        return [Share(enough[-1][0], n)]
    shares = []
    for code, there in bins:
        part = min(there, n)
        shares.append(Share(code, part))
        n -= part
    return [*shares, Share(None, n)] if n else shares
