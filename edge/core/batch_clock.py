"""What a batch says of its items' times, out of what is known of the boot that made them. Pure; milliseconds."""

from collections import deque
from math import ceil, floor
from typing import Final

from edge.core.timeline import Between, Line, Stretch, Timeline, stretches
from wire.messages import Clock, ClockPoint

MOST_POINTS: Final = 8
"""Of one batch, so that its head stays small."""
ONE_MS: Final = 10
"""One number serves for all items where points would make them no more than this, or a tenth, surer."""
LONGEST_HOLD_MS: Final = 10_000
"""An estimate that falls back by more is believed: a clock jumped. By less, time stands still until it is made up."""


class Told:
    """When the last items of a lane's batches were said to have been: what was made later is not told earlier.

    A batch that is sent again is held to those before it, so several ends are remembered.
    """

    def __init__(self) -> None:
        self._ends: deque[tuple[int, int]] = deque(maxlen=64)

    def floor(self, up: int) -> int:
        """Nothing that was made at this uptime, or later, is told to have been before."""
        return max((at for end, at in self._ends if end <= up), default=0)

    def add(self, up: int, at: int) -> None:
        """A batch ends so."""
        self._ends.append((up, at))


def clock_of(line: Timeline | Between, first: int, last: int, *, walls: tuple[int, ...] = (), told: Told) -> Clock:
    """The clock for items made between two uptimes.

    The estimate is the middle of what is possible. Where a boot never had contact, what its wall clock claimed is
    taken instead, the latest claim that is possible, else as near to it as possible.
    """
    first, last = min(first, last), max(first, last)
    whole = stretches(line, first, last, MOST_POINTS)
    estimated = isinstance(line, Between)
    claim = _claim(line, first, last, walls) if estimated else None
    least = told.floor(first)
    clock = _small([_held(_point(stretch, claim), least) for stretch in whole], estimated=estimated)
    told.add(last, last + (clock.points[-1].base if clock.points else clock.base))
    return clock


def now_of(line: Line, up: int) -> tuple[int, int]:
    """The true time at an uptime, Unix ms, and how wrong that may be."""
    low, high = line.at(up)
    base = floor((low + high) / 2)
    return up + base, ceil(max(high - base, base - low)) + 1


def _claim(line: Line, first: int, last: int, walls: tuple[int, ...]) -> int | None:
    """The wall clock's offset that serves for these items; None if it never claimed anything."""
    for wall in reversed(walls):
        if all(low <= wall <= high for low, high in (line.at(first), line.at(last))):
            return wall
    return walls[-1] if walls else None


def _point(stretch: Stretch, claim: int | None) -> ClockPoint:
    low, high = floor(stretch.low), ceil(stretch.high)
    base = (low + high) // 2 if claim is None else min(max(claim, low), high)
    return ClockPoint(stretch.up, base, base - low + 1, high - base + 1)


def _held(point: ClockPoint, least: int) -> ClockPoint:
    """Not earlier than an item that was made before: sequence tells the order better than an estimate that moved."""
    short = least - (point.up + point.base)
    if not 0 < short <= LONGEST_HOLD_MS:
        return point
    return ClockPoint(point.up, point.base + short, point.before + short, max(0, point.after - short))


def _small(points: list[ClockPoint], *, estimated: bool) -> Clock:
    """One number for all where that says nearly as much. For readers that know no points it stands in any case."""
    low = min(point.base - point.before for point in points)
    high = max(point.base + point.after for point in points)
    narrowest = min(point.before + point.after for point in points)
    if not estimated and high - low <= narrowest + max(ONE_MS, narrowest // 10):
        base = max(point.base for point in points)  # the greatest, so that none goes back behind an earlier item
        return Clock(base=base, error=max(high - base, base - low))
    middle = points[len(points) // 2].base
    return Clock(base=middle, error=max(high - middle, middle - low), points=tuple(points), estimated=estimated)
