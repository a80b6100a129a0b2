"""How fast to send and how long to wait: the window, the receipt time, backoff. Pure; times are milliseconds."""

from dataclasses import dataclass

from wire.limits import BATCH_BYTES, WINDOW_BATCHES

FIRST_WINDOW = 2
FIRST_SILENCE_MS = 5_000
LEAST_SILENCE_MS = 2_000
MOST_SILENCE_MS = 60_000
FIRST_BACKOFF_MS = 200
MOST_BACKOFF_MS = 30_000
IDLE_MS = 600_000
FIRST_RETRY_MS = 250
MOST_RETRY_MS = 30_000


@dataclass(slots=True)
class Window:
    """What may be in flight, in batches of the greatest size: one more per receipt, half on silence and go-back."""

    batches: int = FIRST_WINDOW
    bytes_flying: int = 0
    batches_flying: int = 0

    def has_room(self) -> bool:
        """Whether one more batch of the greatest size fits."""
        return self.batches_flying < WINDOW_BATCHES and self.bytes_flying + BATCH_BYTES <= self.batches * BATCH_BYTES

    def sent(self, size: int) -> None:
        self.bytes_flying += size
        self.batches_flying += 1

    def landed(self, size: int) -> None:
        self.bytes_flying -= size
        self.batches_flying -= 1

    def grow(self) -> None:
        self.batches = min(WINDOW_BATCHES, self.batches + 1)

    def halve(self) -> None:
        self.batches = max(1, self.batches // 2)

    def clear(self) -> None:
        self.bytes_flying = self.batches_flying = 0


@dataclass(slots=True)
class ReceiptTime:
    """How long receipts take: a running mean and deviation (RFC 6298, sections 2.2 and 2.3)."""

    mean_ms: float | None = None
    spread_ms: float = 0.0

    def measured(self, took_ms: int) -> None:
        if self.mean_ms is None:
            self.mean_ms, self.spread_ms = float(took_ms), took_ms / 2
        else:
            self.spread_ms += (abs(took_ms - self.mean_ms) - self.spread_ms) / 4
            self.mean_ms += (took_ms - self.mean_ms) / 8

    def silence_ms(self) -> int:
        """How long nothing may come before it counts as silence."""
        if self.mean_ms is None:
            return FIRST_SILENCE_MS
        return int(min(MOST_SILENCE_MS, max(LEAST_SILENCE_MS, 4 * (self.mean_ms + self.spread_ms))))


def backoff_ms(strikes: int, jitter: float) -> int:
    """A wait after so many tries without progress: capped, with full jitter (0 to 1)."""
    return int(jitter * min(MOST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** min(strikes, 16)))


def idle_ms(jitter: float) -> int:
    """When an idle device says hello again: ten minutes, give or take two."""
    return int(IDLE_MS * (0.8 + 0.4 * jitter))


def retry_ms(failures: int, jitter: float) -> int:
    """A wait before the next connection after so many that came to nothing: a whole herd must not come at once."""
    return int(jitter * min(MOST_RETRY_MS, FIRST_RETRY_MS * 2 ** min(failures, 10)))
