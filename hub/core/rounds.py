r"""A courier's round to the doors: what stands for each parcel, in which order, and which facts follow. Pure.

    WAITING --taken--> OPEN --given--> GIVEN
       |                | \--refused--> REFUSED --back--> BACK
       |                 \--attempt--> AGAIN --taken, attempt, given, refused, back--> ...
        \--back--> BACK                              (left behind: nothing moved)

What a courier says happened at a door: it is never refused, also when it comes late, twice or in another order than it
happened. So every event has an answer in every state (`STOPS`), and what stands for a parcel follows from all that was
said of it, in the order of the corrected times. What is given stays given; what contradicts that is a fact
all the same, and the ledger shows it as a discrepancy.

A round has no buttons of its own: it is planned until the first parcel is taken, out while the courier has any, and
done when each one was given or came back.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from hub.core.areas import Point, distance_km
from wire import codes
from wire.actions import Action
from wire.messages import Proof, Scan


class RoundState(StrEnum):
    """Where a round is."""

    PLANNED = "planned"
    OUT = "out"
    DONE = "done"
    CANCELLED = "cancelled"


class StopState(StrEnum):
    """What stands for one parcel of a round."""

    WAITING = "waiting"
    """At the site: the courier has not taken it."""
    OPEN = "open"
    AGAIN = "again"
    """Somebody was there in vain: to be tried again, or brought back."""
    GIVEN = "given"
    REFUSED = "refused"
    """Still with the courier, and not wanted."""
    BACK = "back"


class Told(StrEnum):
    """What a courier says of a parcel."""

    TAKEN = "taken"
    GIVEN = "given"
    ATTEMPT = "attempt"
    REFUSED = "refused"
    BACK = "back"


def _answers(given: StopState, back: StopState) -> dict[Told, StopState]:
    return {
        Told.TAKEN: StopState.OPEN,
        Told.GIVEN: given,
        Told.ATTEMPT: StopState.AGAIN,
        Told.REFUSED: StopState.REFUSED,
        Told.BACK: back,
    }


_ANSWERS: Final[Mapping[StopState, Mapping[Told, StopState]]] = {
    StopState.WAITING: _answers(StopState.GIVEN, StopState.BACK),
    StopState.OPEN: _answers(StopState.GIVEN, StopState.BACK),
    StopState.AGAIN: _answers(StopState.GIVEN, StopState.BACK),
    StopState.REFUSED: _answers(StopState.GIVEN, StopState.BACK),
    StopState.BACK: _answers(StopState.GIVEN, StopState.BACK),
    StopState.GIVEN: dict.fromkeys(Told, StopState.GIVEN),
}
STOPS: Final[Mapping[tuple[StopState, Told], StopState]] = {
    (state, told): after for state, answers in _ANSWERS.items() for told, after in answers.items()
}
"""(state, what was said) -> state: total."""

IN_HAND: Final = frozenset({StopState.OPEN, StopState.AGAIN, StopState.REFUSED})
"""The courier has it."""
ENDED: Final = frozenset({StopState.GIVEN, StopState.BACK})
WHY: Final[Mapping[str, tuple[str, str]]] = {
    "nobody-there": ("nobody was there", "无人在家"),
    "wrong-address": ("we could not find the address", "未能找到地址"),
    "not-reachable": ("the way was closed", "道路不通"),
    "asked-later": ("another time was asked for", "要求改时间"),
    "danger": ("", ""),
    "other": ("", ""),
}
"""Why somebody was there in vain, and what the recipient is told: words of ours, a sentence could name people."""


class Stop(NamedTuple):
    """One parcel of a round, as facts need it."""

    parcel: str
    consignment: str
    at: str
    """The account in which it stands, as far as is known."""


def folded(told: Iterable[Told]) -> StopState:
    """What stands for a parcel after all that was said of it, in the order of its times."""
    state = StopState.WAITING
    for each in told:
        state = STOPS[state, each]
    return state


def state_of(stops: Iterable[StopState], *, cancelled: bool = False) -> RoundState:
    """Where a round is, by its parcels."""
    if cancelled:
        return RoundState.CANCELLED
    found = list(stops)
    if all(each is StopState.WAITING for each in found):
        return RoundState.PLANNED
    return RoundState.DONE if all(each in ENDED for each in found) else RoundState.OUT


def happened_at(at: int, sent: int, now: int, earliest: int) -> int:
    """When something happened by the hub's clock, all Unix ms.

    A telephone's clock may be wrong by any amount, but it is the same clock at the deed and when it is sent: what it
    says of the time between them holds. Never before the round was made, never after the hub was told.
    """
    return min(now, max(earliest, now - max(0, sent - at)))


def aboard(round_: str) -> str:
    """The account of what a courier carries on a round."""
    return f"transit:round-{round_}"


def facts(
    told: Told, stops: Sequence[Stop], *, carried: str, home: str, by: str, proof: Proof | None = None,
    warned: tuple[str, ...] = (),
) -> list[Scan]:  # fmt: skip
    """What is posted when this happened to parcels; times are set by whoever posts.

    `carried` is the account in which they are on their way, `home` where they go back to.
    """
    return [_fact(told, stop, carried, home, by, proof, warned) for stop in stops]


def _fact(
    told: Told, stop: Stop, carried: str, home: str, by: str, proof: Proof | None, warned: tuple[str, ...]
) -> Scan:
    do, source, to = {
        Told.TAKEN: (Action.LOAD, stop.at, carried),
        Told.GIVEN: (Action.HAND_OVER, carried, None),
        Told.ATTEMPT: (Action.ATTEMPT, carried, None),
        Told.REFUSED: (Action.REFUSE, carried, None),
        Told.BACK: (Action.UNLOAD, carried, home),
    }[told]
    return Scan(
        at=0, up=0, do=do, labels=(codes.write(codes.PARCEL, stop.parcel),), source=source, to=to, by=by[:100],
        task=f"consignment:{stop.consignment}", proof=proof if told is Told.GIVEN else None, warned=warned,
    )  # fmt: skip


def in_order(start: Point | None, doors: Mapping[str, Point | None]) -> list[str]:
    """The doors in the order in which to go: each time the nearest that is left, from where the courier stands.

    Doors of which nobody knows where they are come last, in the order given. Not the shortest way of all, but one that
    a person would find sensible, for any number of doors at once.
    """
    left = {key: point for key, point in doors.items() if point is not None}
    order: list[str] = []
    here = start
    while left:
        if here is None:
            key = next(iter(left))
        else:
            stand = here
            key = min(left, key=lambda each: (distance_km(stand, left[each]), each))
        here = left.pop(key)
        order.append(key)
    return order + [key for key, point in doors.items() if point is None]
