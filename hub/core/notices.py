"""The life of a notice: queued, sent, failed; when it is tried again, and when nobody needs it any more. Pure.

    queued --delivered--> sent
    queued --refused, given-up, overtaken--> failed --again--> queued

The adapter has it once it says so; an answer that it may have sent and the hub did not hear is asked for again under
the same id. A notice that could not be sent for `GIVE_UP_MS` is old news. One that a newer notice about the same thing
overtakes is not sent any more: its code may be void by then.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

GIVE_UP_MS: Final = 24 * 3_600_000
FIRST_WAIT_MS: Final = 10_000
LONGEST_WAIT_MS: Final = 15 * 60_000
KEPT_MS: Final = 7 * 86_400_000
"""How long the words are kept after they were sent, or could not be."""


class State(StrEnum):
    """Where a notice is."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


class Event(StrEnum):
    """What happens to it. `LATER`: the adapter could not take it now."""

    DELIVERED = "delivered"
    REFUSED = "refused"
    LATER = "later"
    GIVEN_UP = "given-up"
    OVERTAKEN = "overtaken"
    AGAIN = "again"


TABLE: Final[dict[tuple[State, Event], State]] = {
    (State.QUEUED, Event.DELIVERED): State.SENT,
    (State.QUEUED, Event.REFUSED): State.FAILED,
    (State.QUEUED, Event.LATER): State.QUEUED,
    (State.QUEUED, Event.GIVEN_UP): State.FAILED,
    (State.QUEUED, Event.OVERTAKEN): State.FAILED,
    (State.FAILED, Event.AGAIN): State.QUEUED,
}
"""Every pair that is not here cannot be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a try made of a notice; `due_at` is the next one."""

    state: State
    why: str
    due_at: int


def step(event: Event, why: str, *, tries: int, asked_at: int, now: int, jitter: float) -> Step:
    """What a queued notice is after its try number `tries` (from 1).

    Times are Unix ms; `jitter`, in [0, 1), keeps notices from coming all at once. Raises KeyError for what cannot be.
    """
    if event is Event.LATER and now - asked_at >= GIVE_UP_MS:
        event = Event.GIVEN_UP
    return Step(state=TABLE[State.QUEUED, event], why=why, due_at=now + wait_ms(tries, jitter))


def wait_ms(tries: int, jitter: float) -> int:
    """How long to wait after so many tries: twice as long each time, at most 15 minutes, give or take half."""
    plain = min(LONGEST_WAIT_MS, FIRST_WAIT_MS << min(16, max(0, tries - 1)))
    return int(plain * (0.5 + jitter))
