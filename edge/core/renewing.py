"""When a certificate is renewed, and when again after that failed. Pure; milliseconds.

Renewal is due when less than a third of the lifetime is left, by a time that can be trusted, or when the hub says
that the certificate has expired, whatever this device believes. So there are months for it to go wrong in.
"""

from dataclasses import dataclass

FIRST_RETRY_MS = 60_000
MOST_RETRY_MS = 6 * 3_600_000
LEAST_RETRY_MS = 1_000


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

    def failed(self, *, trusted: int, up: int, jitter: float) -> None:
        """A try came to nothing: wait longer each time, but not so long that the certificate ends meanwhile."""
        wait = min(MOST_RETRY_MS, FIRST_RETRY_MS * 2 ** min(self.failures, 20))
        left = max(0, self.expires - trusted)
        if left:
            wait = min(wait, max(LEAST_RETRY_MS, left // 8))
        self.failures += 1
        self._next_up = up + int(wait * (0.5 + 0.5 * jitter))
