"""A device whose clocks are known for what they are: a quartz that wanders, a wall clock that jumps, a network."""

import random
from bisect import bisect_right
from dataclasses import dataclass, field

from edge.core.anchors import FASTEST, WANDER, Anchor, disciplined, exchanged, received

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
START_MS = 1_800_000_000_000


@dataclass
class Quartz:
    """True time as a function of uptime in one boot: a rate that changes every few hours, within WANDER."""

    rng: random.Random
    centre: float
    began: float
    length: float
    steps: list[tuple[float, float]] = field(default_factory=list)
    """Uptime, true time: straight lines between."""

    def __post_init__(self) -> None:
        up, true = 0.0, self.began
        self.steps.append((up, true))
        while up < self.length:
            part = self.rng.uniform(0.2, 12) * HOUR_MS
            rate = self.centre + self.rng.uniform(-WANDER / 2, WANDER / 2)
            up, true = up + part, true + part * (1 + rate)
            self.steps.append((up, true))

    def true(self, up: float) -> float:
        """Unix time, ms, at an uptime."""
        place = min(bisect_right(self.steps, up, key=lambda step: step[0]), len(self.steps) - 1)
        (a, x), (b, y) = self.steps[place - 1], self.steps[place]
        return x + (up - a) * (y - x) / (b - a)

    def ask_hub(self, up: float) -> Anchor:
        """A question and its answer, over a network that is slow each way as it likes."""
        there, back = (self.rng.choice([0.5, 20.0, 300.0]) * self.rng.random() for _ in range(2))
        return exchanged(int(self.true(up + there)), int(up), int(up + there + back))

    def hear_gnss(self, up: float) -> Anchor:
        """A receiver's sentence, some time after the moment that it names."""
        return received(int(self.true(up - self.rng.uniform(30, 1_400))), int(up))

    def read_ntp(self, up: float) -> Anchor:
        """A synchronised wall clock, and its claim of how wrong it is."""
        error = self.rng.uniform(1, 200)
        return disciplined(int(self.true(up) + self.rng.uniform(-error, error)), int(up), int(error))


def centre(rng: random.Random) -> float:
    """The rate of some device's quartz, up to 100 ppm either way."""
    return rng.uniform(-1, 1) * (FASTEST - WANDER / 2)
