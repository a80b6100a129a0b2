"""How often somebody may ask for people whom no line of theirs knows, by telephone number.

The number that a caller gives opens what another line knows of them, so numbers are not to be tried out: a few misses
at once, then slowly, for each who asks.
"""

import threading
from typing import Final

from hub.api.faults import ApiError
from hub.core.guesses import Allowance, Guesses

SEARCHES: Final = Allowance(burst=60, every_ms=10_000)
CALLS: Final = Allowance(burst=5, every_ms=120_000)
_UNLIMITED: Final = Allowance(burst=1_000_000, every_ms=0)


class Strangers:
    """Misses of one kind, by who asked. Thread-safe."""

    def __init__(self, each: Allowance) -> None:
        self._guesses = Guesses(each, _UNLIMITED)
        self._lock = threading.Lock()

    def check(self, who: str, now: int) -> None:
        """Raises ApiError (429) where somebody missed too often."""
        with self._lock:
            wait_s = -(-self._guesses.wait_ms(who, now) // 1000)
        if wait_s:
            hint, headers = f"Try again in {wait_s} s.", {"Retry-After": str(wait_s)}
            raise ApiError(429, "too-often", "Too many numbers that are nobody's here.", hint=hint, headers=headers)

    def missed(self, who: str, now: int) -> None:
        """A number was nobody's whom they know."""
        with self._lock:
            self._guesses.wrong(who, now)
