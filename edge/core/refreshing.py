"""When the site data is asked for: at start, every hour, and when the hub says that there is news. Pure; milliseconds.

Failures wait longer each time, with full jitter: when a hub comes back after a day, its devices do not come all at
once (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). News is asked for at once, but one
version for the sake of news only once: a hub that says it again and again and then fails is not asked again and again.
"""

from dataclasses import dataclass
from typing import Final

import msgspec

EVERY_MS: Final = 3_600_000
FIRST_RETRY_MS: Final = 10_000
NEWS_MS: Final = 1_000
"""News is asked for within so long, so that not all devices of a site ask in the same moment."""

LOST_MS: Final = 60_000


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a question: the version that is held now, and how many records changed, or were not understood."""

    generation: str
    version: int
    changed: int = 0
    misread: int = 0


@dataclass(slots=True)
class Refreshing:
    """The tries of one run of the agent. `next_up` is when to ask, in uptime."""

    failures: int = 0
    next_up: int = 0
    _heard: tuple[str, int] = ("", 0)

    def due(self, up: int) -> bool:
        """Whether to ask now."""
        return up >= self.next_up

    def hears(self, generation: str, version: int, *, held: tuple[str, int], up: int, jitter: float) -> None:
        """The hub says which version is the newest; `held` is the one that counts here."""
        told = (generation, version)
        news = generation != held[0] or version > held[1]
        if news and told != self._heard:
            self._heard = told
            self.next_up = min(self.next_up, up + int(NEWS_MS * jitter))

    def wants(self, up: int) -> None:
        """A person, or an empty range of numbers, wants it asked for now, unless it fails just then."""
        if not self.failures:
            self.next_up = min(self.next_up, up)

    def lost(self, up: int) -> None:
        """What was held is there no longer: ask anew soon, but not again and again where the disk breaks each copy."""
        self.next_up = min(self.next_up, up + LOST_MS)

    def went_well(self, *, up: int, jitter: float) -> None:
        """It came."""
        self.failures = 0
        self.next_up = up + int(EVERY_MS * (0.75 + 0.5 * jitter))

    def failed(self, *, up: int, jitter: float) -> None:
        """It did not."""
        most = min(EVERY_MS, FIRST_RETRY_MS << min(self.failures, 20))
        self.failures += 1
        self.next_up = up + max(NEWS_MS, int(most * jitter))
