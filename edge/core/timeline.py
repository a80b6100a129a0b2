"""The offset of one boot's uptime, as a function of uptime: between what it lies at each moment. Pure.

Left and right of an anchor the offset lies in a cone whose slopes are the slowest and fastest rate that the quartz
can have had; between two anchors, in both cones at once. So the bounds are tight at anchors, widest half-way between
two, and straight in between. Where two neighbours contradict each other something jumped between them, nobody knows
when, and all of both cones is possible.

A boot without anchors is given the moments before and after which it must lie, by its neighbours.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor
from typing import Final, NamedTuple, Protocol

from edge.core.anchors import FASTEST, Anchor, Rate, rate_of, reach, runs, tightened, trusted

FINE_MS: Final = 2
"""A straight line may leave out so much of a bent one; the bounds are widened by it."""


class Stretch(NamedTuple):
    """The offset at one uptime, between `low` and `high`; straight lines lead from one stretch to the next."""

    up: int
    low: float
    high: float


class Line(Protocol):
    """What a boot's offset was."""

    def at(self, up: int) -> tuple[float, float]:
        """Between what it lay at an uptime."""

    def bends(self, first: int, last: int) -> Iterator[int]:
        """Uptimes between two others at which the bounds are not straight."""


class Timeline:
    """The offset of a boot with at least one anchor. `learnt` is the rate that other boots of the device showed."""

    def __init__(self, anchors: Sequence[Anchor], learnt: Rate | None = None) -> None:
        self._runs: list[tuple[list[Anchor], Rate]] = []
        for run in runs(trusted(anchors)):
            own = rate_of(run)
            rate = own if learnt is None else own.meet(learnt) or own
            self._runs.append((tightened(run, rate), rate))
        self._starts = [run[0].up for run, _ in self._runs]

    @property
    def rate(self) -> Rate:
        """The rate in the longest run."""
        return max(self._runs, key=lambda each: each[0][-1].up - each[0][0].up)[1]

    @property
    def newest(self) -> int:
        """The uptime of the last anchor."""
        return self._runs[-1][0][-1].up

    def at(self, up: int) -> tuple[float, float]:
        """Between what the offset lay at an uptime."""
        left, right, joined = self._beside(up)
        cones = [reach(anchor, up, rate) for anchor, rate in (left, right) if anchor is not None]
        lows, highs = [cone[0] for cone in cones], [cone[1] for cone in cones]
        if joined and max(lows) <= min(highs):
            return max(lows), min(highs)
        return min(lows), max(highs)

    def bends(self, first: int, last: int) -> Iterator[int]:
        """Uptimes between two others at which the bounds are not straight, in order; the last before a jump, too."""
        ups = {anchor.up for run, _ in self._runs for anchor in run} | {start - 1 for start in self._starts}
        edges = [first, *sorted(up for up in ups if first < up < last), last]
        for start, end in pairwise(edges):
            if start != first:
                yield start
            yield from sorted(up for up in set(self._crossings(start, end)) if start < up < end)

    def _crossings(self, start: int, end: int) -> Iterator[int]:
        """Where one cone's edge leaves the other's, between two neighbours."""
        (left, rate), (right, other), _ = self._beside((start + end) // 2)
        if left is None or right is None:
            return
        for a, b, slope, back in (
            (left.low, right.low, rate.low, other.high),
            (left.high, right.high, rate.high, other.low),
        ):
            if slope != back:
                up = (a - slope * left.up - b + back * right.up) / (back - slope)
                yield floor(up)
                yield ceil(up)

    def _beside(self, up: int) -> tuple[tuple[Anchor | None, Rate], tuple[Anchor | None, Rate], bool]:
        """The anchors before and after an uptime, each with its rate, and whether they are of one run."""
        place = max(0, bisect_right(self._starts, up) - 1)
        run, rate = self._runs[place]
        inside = bisect_right(run, up, key=lambda anchor: anchor.up)
        left = run[inside - 1] if inside else None
        if inside < len(run):
            return (left, rate), (run[inside], rate), True
        if place + 1 < len(self._runs):
            after, faster = self._runs[place + 1]
            return (left, rate), (after[0], faster), False
        return (left, rate), (None, rate), True


@dataclass(frozen=True, slots=True)
class Between:
    """The offset of a boot that nobody told the time.

    It began after `since` and was alive, at `last` of uptime, before `until`, both Unix ms.
    """

    since: float
    until: float
    last: int

    def at(self, up: int) -> tuple[float, float]:
        """Between what the offset lay at an uptime; the right end alone where the two contradict each other."""
        high = self.until - max(self.last, up) + FASTEST * max(0, self.last - up)
        return min(self.since - FASTEST * up, high), high

    def bends(self, first: int, last: int) -> Iterator[int]:
        """Where nothing is known of what followed any more."""
        if first < self.last < last:
            yield self.last


def stretches(line: Line, first: int, last: int, most: int) -> list[Stretch]:
    """A few straight lines, `most` points at most, that hold all of a line between two uptimes.

    The point that sticks out furthest is added until none does, or there are enough; the bounds are then widened by
    what still sticks out.
    """
    bends = line.bends(first, last) if last > first else ()
    every = [Stretch(up, *line.at(up)) for up in sorted({first, *bends, last})]
    chosen = sorted({0, len(every) - 1})
    while True:
        out, place = max((_sticks_out(every, chosen, at), at) for at in range(len(every)))
        if out <= FINE_MS or len(chosen) >= most:
            return [Stretch(s.up, s.low - out, s.high + out) for s in (every[at] for at in chosen)]
        chosen = sorted({*chosen, place})


def _sticks_out(every: list[Stretch], chosen: list[int], at: int) -> float:
    """How far one point leaves the lines between the chosen ones, on either side."""
    place = bisect_right(chosen, at)
    p = every[chosen[place - 1]]
    if place == len(chosen):
        return 0.0
    q, mine = every[chosen[place]], every[at]
    part = (mine.up - p.up) / max(1, q.up - p.up)
    low, high = p.low + (q.low - p.low) * part, p.high + (q.high - p.high) * part
    return max(0.0, low - mine.low, mine.high - high)
