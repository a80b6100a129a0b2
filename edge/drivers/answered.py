"""What is read in one dialogue, and what came of each reading."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from edge.core.dialogue import Outcome, Said
from edge.frames.scanner import Garbage, Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwanted:
    """What a person chose from a list, to be voided: facts by stream and sequence."""

    facts: tuple[tuple[str, int], ...]


Frame = Reading | Garbage | Unwanted
Frames = Sequence[Frame]


class Missing(StrEnum):
    """Why a group is not kept."""

    FAILED = "failed"
    FULL = "full"
    """The outbox or the disk is full: no repeating helps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came of one reading: `places` are where its facts stand, `then` is what is expected next.

    `voided` are the facts that it took back. Both as (stream, sequence).
    """

    frame: Frame
    outcome: Outcome
    at: int
    do: str
    then: Said | None
    places: tuple[tuple[str, int], ...] = ()
    voided: tuple[tuple[str, int], ...] = ()
    missing: Missing | None = None


Hearer = Callable[[Sequence[Answered]], None]
