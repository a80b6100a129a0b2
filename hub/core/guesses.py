"""How often strangers may be wrong: a few times at once, then slowly, each by itself and all of them together.

A token bucket for each source and one for all (the generic cell rate algorithm: a bucket is one number, the time at
which it would be full again). With the numbers here an hour of guessing at one open invitation by any number of
sources, 36,100 tries at 40 random bits, succeeds once in 30 million times.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

MOST_SOURCES: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """So many at once, then one each `every_ms`."""

    burst: int
    every_ms: int

    def wait_ms(self, full_at: int, now: int) -> int:
        """How long until one more is allowed; 0: it is allowed now."""
        return max(0, full_at - now - (self.burst - 1) * self.every_ms)

    def spent(self, full_at: int, now: int) -> int:
        """The bucket after one more."""
        return max(full_at, now) + self.every_ms


EACH: Final = Allowance(burst=10, every_ms=30_000)
ALL: Final = Allowance(burst=100, every_ms=100)


class Guesses:
    """Counts wrong tries by source. Not thread-safe. A clock that was set back forgets what it cannot have seen."""

    def __init__(self, each: Allowance = EACH, together: Allowance = ALL) -> None:
        self._each = each
        self._all = together
        self._sources: OrderedDict[str, int] = OrderedDict()
        self._together = 0

    def wait_ms(self, source: str, now: int) -> int:
        """How long a source has to wait before it may try again; 0: it may try now."""
        own = self._each.wait_ms(_sane(self._sources.get(source, 0), self._each, now), now)
        return max(own, self._all.wait_ms(_sane(self._together, self._all, now), now))

    def wrong(self, source: str, now: int) -> None:
        """Note a wrong try."""
        self._sources[source] = self._each.spent(_sane(self._sources.get(source, 0), self._each, now), now)
        self._sources.move_to_end(source)
        if len(self._sources) > MOST_SOURCES:
            self._sources.popitem(last=False)
        self._together = self._all.spent(_sane(self._together, self._all, now), now)


def _sane(full_at: int, allowance: Allowance, now: int) -> int:
    return min(full_at, now + (allowance.burst + 1) * allowance.every_ms)
