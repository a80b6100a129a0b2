"""Whether a device sends more than any sound one does, by a token bucket for each (the generic cell rate algorithm).

A message costs MESSAGE_US and 1 us more for each BYTES_PER_US of it, so 5,000 messages or 125 MB a second cost what a
second gives back. A sound device has a window of few batches on its way and waits for receipts, so it stays below both
rates however fast the hub is. Not thread-safe; times are microseconds of a clock that is never set.
"""

from enum import Enum
from typing import Final

MESSAGE_US: Final = 200
BYTES_PER_US: Final = 125
BURST_US: Final = 5_000_000
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
        full_at = max(self._full_at.get(device, now), now) + MESSAGE_US + size // BYTES_PER_US
        if full_at - now <= BURST_US:
            self._full_at[device] = full_at
            return Heard.TAKE
        self._full_at.pop(device, None)
        self._shut_until[device] = now + SHUT_MS * 1000
        return Heard.FLOOD
