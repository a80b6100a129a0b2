"""How long something takes: counts per bucket, as Prometheus' histograms want them."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

BOUNDS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the buckets for commits, in seconds; the last bucket has none."""


class Timing:
    """Durations, counted by one thread and read by any."""

    def __init__(self, bounds_s: Sequence[float] = BOUNDS_S) -> None:
        self.bounds_s = bounds_s
        self.counts = [0] * (len(bounds_s) + 1)
        self.total_s = 0.0

    def took(self, seconds: float) -> None:
        self.counts[bisect_left(self.bounds_s, seconds)] += 1
        self.total_s += seconds

    def buckets(self) -> list[tuple[str, float]]:
        """Cumulative: (upper bound, how many took no longer), the last one `+Inf`."""
        found: list[tuple[str, float]] = []
        sum_ = 0
        for bound, count in zip((*map(str, self.bounds_s), "+Inf"), self.counts, strict=True):
            sum_ += count
            found.append((bound, float(sum_)))
        return found
