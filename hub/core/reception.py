"""What the hub does with a hello and with a batch, given its row of (device, stream, lane).

The hub keeps one row per (device, stream, lane): `through`, the sequence up to which everything was stored or
declared missing. A batch that starts beyond it is not stored, what lies at or below it is skipped, so a batch
may come any number of times, in any order, and each item is applied once, without a table of ids. The caller
moves the row by compare-and-set in the transaction that stores the items.

A gap that was declared in facts stays open: an item that arrives later for a sequence in it is applied, once,
because the same step closes that part of the gap.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from wire.errors import DecodeError
from wire.messages import Gap, GapReason, Hello, Lane, StreamState, combined

Range = tuple[int, int]
"""Sequences first to last, both included."""
Ranges = tuple[Range, ...]
Key = tuple[str, Lane]
"""A stream and a lane, of one device."""
T = TypeVar("T")


class ReceptionError(DecodeError):
    """A batch decodes, but what it declares is not allowed: it is refused as bad."""


@dataclass(frozen=True, slots=True)
class LaneState:
    """The hub's row: stored through here, greatest `last` ever heard of, fact gaps that are still open."""

    through: int = 0
    last: int = 0
    open: Ranges = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """A batch that joins on: the row's new state, the sequences to apply, the gaps declared for the first time."""

    state: LaneState
    fresh: Ranges
    declared: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Beyond:
    """A batch that starts beyond `through`: nothing of it is stored, its receipt is marked `beyond`."""

    through: int


NEW = LaneState()


def take(state: LaneState, *, lane: Lane, after: int, last: int, gaps: Sequence[Gap] = ()) -> Taken | Beyond:
    """What becomes of a batch that covers (after, last] and declares `gaps` (ascending, inside of it).

    Raises ReceptionError for facts declared as thinned, and for a batch that ends before it starts. Whether the
    gaps and the number of items add up was checked when the batch was decoded (wire.codec.sequences).
    """
    through = state.through
    if after == through and not gaps and not state.open and last > after:
        return Taken(LaneState(last, max(state.last, last)), ((after + 1, last),))
    if last < after:
        raise ReceptionError(f"a batch after {after} cannot end at {last}")
    if lane is Lane.FACTS and any(gap.reason is GapReason.THINNED for gap in gaps):
        raise ReceptionError("facts are never thinned")
    if after > through:
        return Beyond(through)
    declared = tuple(Gap(max(gap.first, through + 1), gap.last, gap.reason) for gap in gaps if gap.last > through)
    present = tuple(_present(after, last, gaps))
    fills = _overlap(present, state.open)
    new = tuple((max(first, through + 1), end) for first, end in present if end > through)
    still = _without(state.open, fills)
    if lane is Lane.FACTS:
        still = joined((*still, *((gap.first, gap.last) for gap in declared)))
    reached = max(through, last)
    return Taken(LaneState(reached, max(state.last, reached), still), joined((*fills, *new)), declared)


def greet(states: Mapping[Key, LaneState], hello: Hello) -> dict[Key, LaneState]:
    """The rows that one page of a hello creates or changes: each lane's greatest `last`. `through` never moves."""
    changed: dict[Key, LaneState] = {}
    for end in hello.streams:
        for key, last in (((end.stream, Lane.FACTS), end.facts), ((end.stream, Lane.TELEMETRY), end.telemetry)):
            state = changed.get(key) or states.get(key)
            if state is None:
                changed[key] = LaneState(0, last)
            elif last > state.last:
                changed[key] = LaneState(state.through, max(last, state.through), state.open)
    return changed


def answer(states: Mapping[Key, LaneState], hello: Hello) -> tuple[StreamState, ...]:
    """What the welcome to one page of a hello says: where each stream that it names stands, and its open gaps."""
    told = []
    room = MOST_OPEN
    for stream in dict.fromkeys(end.stream for end in hello.streams):
        facts = states.get((stream, Lane.FACTS), NEW)
        telemetry = states.get((stream, Lane.TELEMETRY), NEW)
        gaps = facts.open[:room]
        room -= len(gaps)
        told.append(StreamState(stream=stream, facts=facts.through, telemetry=telemetry.through, open=gaps))
    return tuple(told)


def every(known: Iterable[str], hello: Hello) -> str | None:
    """What the welcome to the last page of a hello says of all streams of the device, those `known` before and these.

    None on other pages: the hub may not have met the pages that follow.
    """
    if hello.page < hello.pages:
        return None
    return combined({*known, *(end.stream for end in hello.streams)})


def lost(state: LaneState, said: int) -> int:
    """How many sequences no disk holds: heard of once, not here, and above the `last` that the device names now."""
    return max(0, state.last - max(state.through, said))


def chosen(sequences: Sequence[int], items: Sequence[T], fresh: Ranges) -> Iterator[tuple[int, T]]:
    """The items to apply, with their sequences: those of a batch whose sequence is in `fresh`."""
    for first, last in fresh:
        start = bisect_left(sequences, first)
        end = bisect_left(sequences, last + 1, start)
        yield from zip(sequences[start:end], items[start:end], strict=True)


MOST_OPEN = 1000
"""Open gaps that one welcome names, so that it stays small; the others are named when these are filled."""


def joined(ranges: Iterable[Range]) -> Ranges:
    """Ranges in ascending order, with those that touch or overlap put together."""
    result: list[Range] = []
    for first, last in sorted(ranges):
        if result and first <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(last, result[-1][1]))
        else:
            result.append((first, last))
    return tuple(result)


def _present(after: int, last: int, gaps: Sequence[Gap]) -> Iterator[Range]:
    """The runs of (after, last] that no gap declares missing."""
    at = after
    for gap in gaps:
        if gap.first > at + 1:
            yield at + 1, gap.first - 1
        at = gap.last
    if last > at:
        yield at + 1, last


def _overlap(left: Ranges, right: Ranges) -> Ranges:
    """What two ascending lists of ranges have in common."""
    result: list[Range] = []
    i = j = 0
    while i < len(left) and j < len(right):
        first, last = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if first <= last:
            result.append((first, last))
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1
    return tuple(result)


def _without(ranges: Ranges, taken: Ranges) -> Ranges:
    """The ranges, less what is in `taken`; both ascending."""
    if not taken:
        return ranges
    result: list[Range] = []
    begin = 0
    for first, last in ranges:
        while begin < len(taken) and taken[begin][1] < first:
            begin += 1
        at, here = first, begin
        while here < len(taken) and taken[here][0] <= last:
            low, high = taken[here]
            if low > at:
                result.append((at, low - 1))
            at = high + 1
            here += 1
        if at <= last:
            result.append((at, last))
    return tuple(result)
