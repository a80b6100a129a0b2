"""Whether a device sends more than any sound one does, by a token bucket for each (the generic cell rate algorithm).

Every message costs 1, and 1 more for each UNIT_BYTES; 1,000 a second come back. A sound device has a window of few
batches on its way and waits for receipts, so it stays below both rates by far. Not thread-safe; times are milliseconds
of a clock that is never set.
"""

from enum import Enum
from typing import Final

BURST: Final = 5_000
UNIT_BYTES: Final = 32 * 1024
SHUT_MS: Final = 60_000
"""How long a device that floods is not listened to."""


class Heard(Enum):
    """What to do with a message."""

    TAKE = "take"
    FLOOD = "flood"
    """Drop it: with this one it became too much."""
    DROP = "drop"
    """Drop it: the device is not listened to for now."""


class Floods:
    """Counts the messages of all devices."""

    def __init__(self) -> None:
        self._full_at: dict[str, int] = {}
        self._shut_until: dict[str, int] = {}

    def hear(self, device: str, size: int, now: int) -> Heard:
        """What to do with a message of so many bytes."""
        if now < self._shut_until.get(device, now):
            return Heard.DROP
        full_at = max(self._full_at.get(device, now), now) + 1 + size // UNIT_BYTES
        if full_at - now <= BURST:
            self._full_at[device] = full_at
            return Heard.TAKE
        self._full_at.pop(device, None)
        self._shut_until[device] = now + SHUT_MS
        return Heard.FLOOD
