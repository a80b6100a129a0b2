"""The life of a delivery that somebody announced, and what came of it, line by line. Pure.

Facts and decisions are kept apart. People announce, change, cancel and close; that goods are arriving follows from the
facts that name the task `delivery:<id>`, in whatever order and however late they come, and goes again when they are
voided. So the state that is stored is what people decided, and ARRIVING is what is seen of ANNOUNCED while there is
something. A delivery is closed by a person: as RECEIVED where every line came as announced, else as CLOSED, with a
reason. Facts that come later change the sums of a closed one, never its state: the difference shows as a discrepancy.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Where a delivery is."""

    ANNOUNCED = "announced"
    ARRIVING = "arriving"
    RECEIVED = "received"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Event(StrEnum):
    """What happens to it: the first two by facts, the others by people."""

    CAME = "came"
    WENT = "went"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    CLOSED_EVEN = "closed-even"
    CLOSED_DIFFERENT = "closed-different"


MOVES: Final[Mapping[tuple[State, Event], State]] = {
    (State.ANNOUNCED, Event.CAME): State.ARRIVING,
    (State.ARRIVING, Event.CAME): State.ARRIVING,
    (State.ARRIVING, Event.WENT): State.ANNOUNCED,
    (State.ANNOUNCED, Event.CHANGED): State.ANNOUNCED,
    (State.ANNOUNCED, Event.CANCELLED): State.CANCELLED,
    (State.ANNOUNCED, Event.CLOSED_DIFFERENT): State.CLOSED,
    (State.ARRIVING, Event.CLOSED_EVEN): State.RECEIVED,
    (State.ARRIVING, Event.CLOSED_DIFFERENT): State.CLOSED,
}
"""Whatever does not stand here cannot happen: what is over stays over."""

OPEN: Final = frozenset({State.ANNOUNCED, State.ARRIVING})
STORED: Final = frozenset(State) - {State.ARRIVING}


def after(state: State, event: Event) -> State | None:
    """Where a delivery is after an event; None: the event cannot happen to it."""
    return MOVES.get((state, event))


def seen(stored: State, *, something_came: bool) -> State:
    """Where a delivery is, from what people decided and whether facts say that something of it came."""
    return MOVES.get((stored, Event.CAME), stored) if something_came else stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """A line: goods by the ledger's item key; no lot: any."""

    line: int
    item: str
    lot: str | None
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """So much of a lot came."""

    item: str
    lot: str
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of each line, by its number, and what came that no line speaks of."""

    received: Mapping[int, int]
    unexpected: Sequence[Came]
    even: bool
    """Whether everything came as it was announced, and nothing else."""


def compare(
    lines: Sequence[Announced], came: Sequence[Came], packs: Mapping[str, tuple[str, int]] | None = None
) -> Outcome:
    """What came against what was announced.

    Goods count for the line of their own lot first, in the order of the lines, then for one that names no lot; what is
    too much counts for the last line that it fits. Where no line speaks of an item, but one does of what is in it
    (`packs`: item -> (the item inside, how many)), it counts as that many: cases for pieces, exactly.
    """
    known = {line.item for line in lines}
    received = {line.line: 0 for line in lines}
    unexpected = []
    for one in sorted(came, key=lambda one: (one.item, one.lot)):
        item, left = _in_terms_of(known, one, packs or {})
        own = [line for line in lines if line.item == item and line.lot == one.lot]
        fitting = [*own, *(line for line in lines if line.item == item and line.lot is None)]
        if not fitting:
            unexpected.append(one)
            continue
        for line in fitting:
            taken = min(left, max(0, line.n - received[line.line]))
            received[line.line] += taken
            left -= taken
        received[fitting[-1].line] += left
    even = not unexpected and all(received[line.line] == line.n for line in lines)
    return Outcome(received=received, unexpected=tuple(unexpected), even=even)


def _in_terms_of(known: set[str], one: Came, packs: Mapping[str, tuple[str, int]]) -> tuple[str, int]:
    """Goods as an item that a line speaks of, and how many; as they are where there is none."""
    item, n = one.item, one.n
    passed: set[str] = set()
    while item not in known and item in packs and item not in passed:
        passed.add(item)
        item, inside = packs[item]
        n *= inside
    return (item, n) if item in known else (one.item, one.n)
