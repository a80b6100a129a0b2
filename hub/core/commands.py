r"""What the hub knows of a command and of a configuration: only what the device says itself. Pure.

    WAITING --accepted--> DELIVERED --done, failed, refused, expired--> that, the end
       \------------------done, failed, refused, expired---------------> that, the end

A hub that sent something knows nothing; that the broker took it says nothing. Facts may come in any order and more than
once, and a device whose disk was lost may tell of one command twice: so of all that was said the most telling counts,
and the state is the same for any order of arrival.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from wire.messages import OutcomeState, ReportState

ASK_MS: Final = 7 * 24 * 3_600_000
"""How long after a command's expiry its device is still asked what became of it."""
LONGEST_MS: Final = 30 * 24 * 3_600_000
"""The longest time for which a command may be good."""
MOST_OPEN: Final = 1_000
"""Commands of one device that wait for its word."""


class State(StrEnum):
    """A command, as far as its device said."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    EXPIRED = "expired"
    REFUSED = "refused"
    FAILED = "failed"
    DONE = "done"


_WAITING, _DELIVERED = State.WAITING, State.DELIVERED
_EXPIRED, _REFUSED, _FAILED, _DONE = State.EXPIRED, State.REFUSED, State.FAILED, State.DONE
_SAID: Final = {
    OutcomeState.ACCEPTED: (_DELIVERED, _DELIVERED, _EXPIRED, _REFUSED, _FAILED, _DONE),
    OutcomeState.EXPIRED: (_EXPIRED, _EXPIRED, _EXPIRED, _REFUSED, _FAILED, _DONE),
    OutcomeState.REFUSED: (_REFUSED, _REFUSED, _REFUSED, _REFUSED, _FAILED, _DONE),
    OutcomeState.FAILED: (_FAILED, _FAILED, _FAILED, _FAILED, _FAILED, _DONE),
    OutcomeState.DONE: (_DONE, _DONE, _DONE, _DONE, _DONE, _DONE),
}
LIFE: Final[Mapping[tuple[State, OutcomeState], State]] = {
    (before, said): after for said, row in _SAID.items() for before, after in zip(State, row, strict=True)
}
"""(state, what the device says) -> state, for every pair. Written by what is said, over the states in their order."""


class Wish(StrEnum):
    """A desired configuration, as far as its device said."""

    WAITING = "waiting"
    ROLLED_BACK = "rolled-back"
    REFUSED = "refused"
    APPLIED = "applied"


WISH_LIFE: Final[Mapping[tuple[Wish, ReportState], Wish]] = {
    (Wish.WAITING, ReportState.APPLIED): Wish.APPLIED,
    (Wish.WAITING, ReportState.REFUSED): Wish.REFUSED,
    (Wish.WAITING, ReportState.ROLLED_BACK): Wish.ROLLED_BACK,
    (Wish.ROLLED_BACK, ReportState.APPLIED): Wish.APPLIED,
    (Wish.ROLLED_BACK, ReportState.REFUSED): Wish.REFUSED,
    (Wish.ROLLED_BACK, ReportState.ROLLED_BACK): Wish.ROLLED_BACK,
    (Wish.REFUSED, ReportState.APPLIED): Wish.APPLIED,
    (Wish.REFUSED, ReportState.REFUSED): Wish.REFUSED,
    (Wish.REFUSED, ReportState.ROLLED_BACK): Wish.REFUSED,
    (Wish.APPLIED, ReportState.APPLIED): Wish.APPLIED,
    (Wish.APPLIED, ReportState.REFUSED): Wish.APPLIED,
    (Wish.APPLIED, ReportState.ROLLED_BACK): Wish.APPLIED,
}


def to_ask(state: State, expires: int, now: int) -> bool:
    """Whether the hub says a command to its device (again): until the first word of it, and not for ever."""
    return state is State.WAITING and now < expires + ASK_MS


def said_nothing(state: State, expires: int, now: int) -> bool:
    """Whether a command's time is over and its device has not said that it did it, nor that it did not."""
    return state in {State.WAITING, State.DELIVERED} and now >= expires
