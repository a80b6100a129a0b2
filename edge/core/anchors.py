"""Moments at which uptime and true time met: what a device's clock is corrected by. Pure.

An anchor says that at uptime `up` the offset, Unix time less uptime, lay between `low` and `high`. Its bounds are
hard: the error is in their width, not in a probability. Three things give anchors:

- A question to the hub and its answer. The hub read its clock at some time between the two, whatever way the network
  took in each direction, so half of the round trip is the error (after Cristian, Probabilistic clock
  synchronization, 1989).
- A GNSS receiver. Its sentences come after the moment of which they speak, never before it, and within LATENCY_MS.
- NTP, by the kernel's own bound of its error (adjtimex(2)), where the system says that it is synchronised.

Where they contradict each other the hub is right, because receipts and all other devices go by its clock; then GNSS.
Uptime is CLOCK_BOOTTIME; times are milliseconds.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import combinations
from math import ceil
from typing import Final, NamedTuple

FASTEST: Final = 1e-4
"""How far a cheap quartz may run off, as a ratio: 100 ppm, cold, hot or old."""
WANDER: Final = 5e-6
"""How far apart the rates of one quartz lie over days and weather, as a ratio. A plain AT-cut crystal moves by some
0.2 ppm a kelvin around room temperature; the room and a cold night are 25 K apart."""
LATENCY_MS: Final = 1_500
"""A receiver at 4800 baud needs up to a second for the sentences of one moment, and some hundred ms before them."""
NTP_SLACK_MS: Final = 100
"""Some daemons report no error at all between two polls."""
MOST: Final = 48
"""Anchors of one boot that are kept: two days of one an hour, longer ones further apart."""
TICK_MS: Final = 1
"""Uptimes and times are whole milliseconds, rounded down."""


class Source(StrEnum):
    """Where an anchor comes from, the most trusted first."""

    HUB = "hub"
    GNSS = "gnss"
    NTP = "ntp"


class Anchor(NamedTuple):
    """At uptime `up` Unix time was uptime plus something from `low` to `high`."""

    up: int
    low: int
    high: int
    source: Source = Source.HUB

    @property
    def width(self) -> int:
        return self.high - self.low


class Rate(NamedTuple):
    """How fast the offset may grow, as a ratio: what the quartz is slow."""

    low: float
    high: float

    @property
    def width(self) -> float:
        return self.high - self.low

    def meet(self, other: "Rate") -> "Rate | None":
        """What both allow."""
        met = Rate(max(self.low, other.low), min(self.high, other.high))
        return met if met.low <= met.high else None

    def join(self, other: "Rate") -> "Rate":
        """What either allows."""
        return Rate(min(self.low, other.low), max(self.high, other.high))


ANY: Final = Rate(-FASTEST, FASTEST)


def exchanged(hub_ms: int, sent: int, heard: int) -> Anchor:
    """The hub's clock said `hub_ms` at some time between `sent` and `heard`, of uptime."""
    slack = ceil((heard - sent) * FASTEST) + TICK_MS
    return Anchor(heard, hub_ms - heard - slack, hub_ms - sent + slack, Source.HUB)


def received(t_ms: int, heard: int) -> Anchor:
    """A receiver spoke at uptime `heard` of the moment `t_ms`."""
    return Anchor(heard, t_ms - heard - TICK_MS, t_ms - heard + LATENCY_MS, Source.GNSS)


class Soonest:
    """Of so many sentences the one that came the soonest after its moment: delays on the way only ever add."""

    def __init__(self, out_of: int = 3) -> None:
        self._out_of, self._count = out_of, 0
        self._best: Anchor | None = None

    def add(self, anchor: Anchor) -> Anchor | None:
        """The soonest, once there were enough; then it begins anew."""
        self._count += 1
        if self._best is None or reach(self._best, anchor.up)[0] < anchor.low:
            self._best = anchor
        if self._count < self._out_of:
            return None
        best, self._best, self._count = self._best, None, 0
        return best


def disciplined(wall_ms: int, up: int, error_ms: int) -> Anchor:
    """The wall clock is synchronised, says the kernel, within `error_ms`."""
    slack = error_ms + NTP_SLACK_MS
    return Anchor(up, wall_ms - up - slack, wall_ms - up + slack, Source.NTP)


def reach(anchor: Anchor, up: int, rate: Rate = ANY) -> tuple[float, float]:
    """Between what the offset lies at another uptime, as far as one anchor tells."""
    away = up - anchor.up
    slow, fast = (rate.low, rate.high) if away >= 0 else (rate.high, rate.low)
    return anchor.low + slow * away, anchor.high + fast * away


def agree(one: Anchor, other: Anchor) -> bool:
    """Whether one quartz can have been at both."""
    low, high = reach(one, other.up)
    return low <= other.high and other.low <= high


def trusted(anchors: Iterable[Anchor]) -> list[Anchor]:
    """By uptime, without those that contradict a more trusted neighbour."""
    found = list(anchors)
    kept: list[Anchor] = []
    for source in Source:
        better = kept
        mine = [one for one in found if one.source == source]
        kept = sorted([*kept, *(one for one in mine if all(agree(one, near) for near in _around(better, one.up)))])
    return kept


def runs(anchors: Sequence[Anchor]) -> Iterator[list[Anchor]]:
    """Neighbours that agree, together; between two runs the hub's clock or the uptime itself jumped."""
    run: list[Anchor] = []
    for anchor in anchors:
        if run and not agree(run[-1], anchor):
            yield run
            run = []
        run.append(anchor)
    if run:
        yield run


def rate_of(run: Sequence[Anchor]) -> Rate:
    """How fast the offset grew at any moment of a run.

    Between two anchors the mean rate is known, and at no moment it was further from that than WANDER. Pairs that
    contradict each other show a quartz that wanders more: then all that they say is allowed.
    """
    found = ANY
    pairs = [Rate(*_mean(a, b)) for a, b in combinations(run, 2) if b.up > a.up]
    for mean in sorted(pairs, key=lambda pair: pair.width):
        near = Rate(mean.low - WANDER, mean.high + WANDER)
        found = found.meet(near) or found.join(near).meet(ANY) or ANY
    return found


def tightened(run: Sequence[Anchor], rate: Rate) -> list[Anchor]:
    """Each anchor of a run with what the others tell about it, forwards and backwards."""
    return _passed(_passed(list(run), rate)[::-1], rate)[::-1]


def _passed(run: list[Anchor], rate: Rate) -> list[Anchor]:
    told = run[:1]
    for anchor in run[1:]:
        low, high = reach(told[-1], anchor.up, rate)
        closer = anchor._replace(low=max(anchor.low, int(low) - 1), high=min(anchor.high, ceil(high) + 1))
        told.append(closer if closer.low <= closer.high else anchor)
    return told


def _mean(a: Anchor, b: Anchor) -> tuple[float, float]:
    span = b.up - a.up
    return (b.low - a.high) / span, (b.high - a.low) / span


def _around(anchors: Sequence[Anchor], up: int) -> Iterator[Anchor]:
    before = [one for one in anchors if one.up <= up]
    yield from before[-1:]
    yield from anchors[len(before) : len(before) + 1]


def thinned(anchors: list[Anchor]) -> list[Anchor]:
    """Anchors by uptime, every second of the older half left out where there are too many."""
    if len(anchors) <= MOST:
        return anchors
    half = len(anchors) // 2
    return [*anchors[:1], *anchors[2:half:2], *anchors[half:]]
