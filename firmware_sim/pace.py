"""When the next scan is due: an exact schedule that does not drift. Pure: times come in, seconds of one clock."""

import math

from firmware_sim.errors import SimError


class Pace:
    """`rate` a second, math.inf for as fast as possible; late ones are made up for at once, except after a pause."""

    def __init__(self, rate: float) -> None:
        if not rate > 0:
            raise SimError(f"a rate of {rate} scans per second is not possible: give a number above 0, or max")
        self._step = 0.0 if math.isinf(rate) else 1.0 / rate
        self._start: float | None = None
        self._made = 0

    def due(self, now: float) -> float:
        """When the next one is due; the first one at once."""
        if self._start is None:
            self._start = now
        return self._start + self._made * self._step

    def made(self) -> None:
        """One was made."""
        self._made += 1

    def pause(self, now: float) -> None:
        """Nothing can be made now: the schedule begins anew when `due` is asked next, not earlier than it was due."""
        if self._start is not None:
            left = max(0.0, self.due(now) - now)
            self._start, self._made = None, 0
            if left:
                self._start = now + left


def parse_rate(text: str) -> float:
    """A rate a second from `200`, `0.5` or `max`; raises SimError."""
    if text == "max":
        return math.inf
    try:
        rate = float(text)
    except ValueError:
        rate = math.nan
    if not 0 < rate <= 1_000_000:
        raise SimError(f"a rate of {text!r} is not possible: give a number above 0, for example 200, or max")
    return rate
