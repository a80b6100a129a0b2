r"""What a command is to a device: done once, before it expires, or never. Pure; the log on the disk remembers.

    heard --> ACCEPTED --did--------------------> DONE
                 |    \--began--> STARTED --worked--> DONE
                 |                    |-----broke---> FAILED
                 |                    \-----late----> EXPIRED
                 |--unfit, disowned--> REFUSED
                 \--late------------> EXPIRED
    unfit --> REFUSED          late --> EXPIRED          forgotten --> FAILED

Each change is one transaction: the row of the log, the effect where it is one of the database, and the fact that tells
the hub. So a crash finds a command before its effect or after it, never in between. An effect outside of the database
is marked STARTED before it begins; one that is found STARTED when the agent starts is settled and not begun again.

A command that the log knows is never done again, whoever repeats it. The log forgets one only after it has expired, and
an expired one is never done: so forgetting is safe. Expired is what the hub's clock may show already, at its latest. A
log that was damaged may have forgotten more: what was issued before is not done, and FAILED is said of it, because it
may have happened.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from edge.core.hubtime import Span
from wire.messages import Command, OutcomeState

MARGIN_MS: Final = 1_000
"""What an effect needs to reach the disk: one that cannot be there before the command expires is not begun."""
KEEP_MS: Final = 30 * 24 * 3_600_000
"""How long after its expiry the log knows a command, by the hub's time."""
LONGEST_TEXT: Final = 1000


class State(StrEnum):
    """A command in the log."""

    ACCEPTED = "accepted"
    STARTED = "started"
    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"
    EXPIRED = "expired"


class Event(StrEnum):
    """What happens to a command."""

    HEARD = "heard"
    UNFIT = "unfit"
    LATE = "late"
    FORGOTTEN = "forgotten"
    DISOWNED = "disowned"
    DID = "did"
    BEGAN = "began"
    WORKED = "worked"
    BROKE = "broke"


LIFE: Final[Mapping[tuple[State | None, Event], State]] = {
    (None, Event.HEARD): State.ACCEPTED,
    (None, Event.UNFIT): State.REFUSED,
    (None, Event.LATE): State.EXPIRED,
    (None, Event.FORGOTTEN): State.FAILED,
    (State.ACCEPTED, Event.DID): State.DONE,
    (State.ACCEPTED, Event.BEGAN): State.STARTED,
    (State.ACCEPTED, Event.UNFIT): State.REFUSED,
    (State.ACCEPTED, Event.DISOWNED): State.REFUSED,
    (State.ACCEPTED, Event.LATE): State.EXPIRED,
    (State.STARTED, Event.WORKED): State.DONE,
    (State.STARTED, Event.BROKE): State.FAILED,
    (State.STARTED, Event.LATE): State.EXPIRED,
}
"""Every change that there is: what is not here cannot happen."""

FINAL: Final = frozenset({State.DONE, State.FAILED, State.REFUSED, State.EXPIRED})
INSIDE: Final = frozenset({"message", "identify"})
"""Commands whose effect is a row of the outbox's own database."""
OUTSIDE: Final = frozenset({"report-health", "restart", "renew-certificate"})
SAYS: Final[Mapping[State, OutcomeState]] = {
    state: OutcomeState(state.value) for state in State if state is not State.STARTED
}
"""What the hub is told of each state; that an effect has begun is the device's own business."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A command as the log has it. `fact` is where the last outcome that was told is kept."""

    id: str
    ledger: str
    name: str
    args: Mapping[str, str]
    expires: int
    state: State
    detail: str = ""
    fact: int | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """What should happen to a command now, and why in words for people."""

    event: Event
    why: str = ""


def arrival(
    command: Command, *, ledger: str | None, span: Span | None, since: int | None, refuses: Mapping[str, str]
) -> Move | None:
    """What a command that the log does not know is to this device; None: nothing, it is as if it had not come.

    `since`: the log was damaged, and knows nothing of what was issued before this time of the hub. `refuses`: names
    that this device cannot do now, with the reason.
    """
    if command.ledger != ledger or span is None:
        return None
    if since is not None and command.issued < since:
        return Move(Event.FORGOTTEN, "the log of commands was damaged since this was issued; it may have happened")
    if _late(command.expires, span):
        return Move(Event.LATE)
    fault = unfit(command.name, command.args, refuses)
    return Move(Event.UNFIT, fault) if fault else Move(Event.HEARD)


def turn(kept: Kept, *, ledger: str | None, span: Span | None, refuses: Mapping[str, str]) -> Move | None:
    """What becomes of an accepted command now; None: it waits until the hub's time is known."""
    if ledger is not None and kept.ledger != ledger:
        return Move(Event.DISOWNED, "the device was given to another hub")
    if span is None or ledger is None:
        return None
    if _late(kept.expires, span):
        return Move(Event.LATE)
    fault = unfit(kept.name, kept.args, refuses)
    if fault:
        return Move(Event.UNFIT, fault)
    return Move(Event.DID if kept.name in INSIDE else Event.BEGAN)


def too_late(kept: Kept, span: Span | None) -> Move | None:
    """What becomes of a command that is marked as begun, just before its effect: the mark may have taken its time."""
    return Move(Event.LATE) if span is None or _late(kept.expires, span) else None


def found_started(kept: Kept) -> Move:
    """What a command comes to that had begun when the agent ended. A restart is done by that very fact."""
    if kept.name == "restart":
        return Move(Event.WORKED, "the agent started anew")
    return Move(Event.BROKE, "the agent ended while it was doing this; it may have happened")


def unfit(name: str, args: Mapping[str, str], refuses: Mapping[str, str]) -> str:
    """Why a command cannot be done by any device of this version, or by this one; empty if it can."""
    if name not in INSIDE | OUTSIDE:
        return f"this version knows no command {name!r}"
    wanted = {"text"} if name == "message" else set()
    if set(args) != wanted:
        return f"{name} takes {'the argument text' if wanted else 'no arguments'}, not {sorted(args)}"[:300]
    if name == "message" and not 1 <= len(args["text"].strip()) <= LONGEST_TEXT:
        return f"a message has 1 to {LONGEST_TEXT} characters"
    return refuses.get(name, "")


def moved(kept: Kept, move: Move, *, fresh: bool) -> Kept:
    """The command after a move; `fresh`: the log does not know it yet."""
    return replace(kept, state=LIFE[None if fresh else kept.state, move.event], detail=move.why[:1000])


def _late(expires: int, span: Span) -> bool:
    return span.latest + MARGIN_MS >= expires
