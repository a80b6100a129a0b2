"""When a certificate is renewed, and by which time. Pure; milliseconds.

Renewal is due when less than a third of the lifetime is left, by a time that can be trusted, or when the hub says
that the certificate has expired, whatever this device believes. So there are months for it to go wrong in.

The time is the hub's, but not at its first word: were its clock set to next year for a moment, every device would
renew at once, by certificates that begin next year, and would hold this year's server certificate for an old one.
"""

from dataclasses import dataclass

FIRST_RETRY_MS = 60_000
MOST_RETRY_MS = 6 * 3_600_000
LEAST_RETRY_MS = 1_000
HOLD_MS = 3_600_000
JUMP_MS = 60_000
"""More than a quartz runs off between two looks at it."""


@dataclass(slots=True)
class Renewing:
    """The tries for one certificate."""

    issued: int
    expires: int
    failures: int = 0
    _next_up: int = 0

    def due(self, *, trusted: int, up: int, expired: bool) -> bool:
        """Whether to try now; `trusted` is a Unix time that is certainly past, `expired` what the hub says."""
        third = (self.expires - self.issued) // 3
        return up >= self._next_up and (expired or self.expires - trusted <= third)

    def came_about(self, *, up: int) -> None:
        """Its certificate is new: it is not renewed at once again, whatever the time is said to be."""
        self._next_up = up + min(MOST_RETRY_MS, (self.expires - self.issued) // 3)

    def failed(self, *, trusted: int, up: int, jitter: float) -> None:
        """A try came to nothing: wait longer each time, but not so long that the certificate ends meanwhile."""
        wait = min(MOST_RETRY_MS, FIRST_RETRY_MS * 2 ** min(self.failures, 20))
        left = max(0, self.expires - trusted)
        if left:
            wait = min(wait, max(LEAST_RETRY_MS, left // 8))
        self.failures += 1
        self._next_up = up + int(wait * (0.5 + 0.5 * jitter))


@dataclass(slots=True)
class HeldTime:
    """The hub's time, believed once it went on for an hour of this device's uptime without a jump."""

    _offset: int | None = None
    _since: int = 0

    def heard(self, hub_ms: int, up: int) -> int | None:
        """The hub's time now, when it has held for long enough; None if it has not."""
        offset = hub_ms - up
        if self._offset is None or abs(offset - self._offset) > JUMP_MS:
            self._since = up
        self._offset = offset
        return hub_ms if up - self._since >= HOLD_MS else None
