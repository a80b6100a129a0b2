"""One lane of one stream as the device sees it on the wire: how far the hub is, what is in flight, how it fares."""

from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

from wire.messages import Lane

MOST_ITEMS = 4096
HALVE_AFTER = 3
ALONE_AFTER = 2
SMALL_ITEMS = 100
SMALL_FLYING = 4


class Flight(NamedTuple):
    """A batch that was sent and not yet received for: it covers (after, last]."""

    after: int
    last: int
    items: int
    size: int
    at_ms: int


@dataclass(slots=True)
class LaneProgress:
    """Sequences up to `through` are at the hub, up to `head` they were sent, up to `last` they exist."""

    stream: str
    lane: Lane
    last: int = 0
    through: int = 0
    head: int = 0
    known: bool = False
    """Whether the hub said where it stands since this agent started."""
    turn: int = 0
    limit: int = MOST_ITEMS
    misses: int = 0
    """Passes from `through` that brought no progress."""
    opaque: bool = False
    back_at: int = -1
    """Where the latest immediate go-back was made."""
    stalled: bool = False
    """Nothing more is sent before the next hello is answered."""
    flying: deque[Flight] = field(default_factory=deque)

    @property
    def waiting(self) -> bool:
        """Whether anything is not at the hub yet."""
        return self.through < self.last

    @property
    def suspect(self) -> bool:
        """Whether what comes next may be poison: then it is sent alone."""
        return self.misses >= ALONE_AFTER

    def sendable(self) -> bool:
        """Whether there is something to send now; a small batch waits for its forerunners, to become larger."""
        left = self.last - self.head
        return left > 0 and not self.stalled and (left >= SMALL_ITEMS or len(self.flying) < SMALL_FLYING)

    def landed(self, through: int) -> list[Flight]:
        """The hub has more: what is no longer in flight, in order."""
        gone = []
        while self.flying and self.flying[0].last <= through:
            gone.append(self.flying.popleft())
        self.through = through
        self.head = max(self.head, through)
        self._progressed()
        return gone

    def restart(self, through: int) -> None:
        """Send again from where the hub says that it is: another pass."""
        first = self.flying[0] if self.flying else None
        if through != self.through:
            self._progressed()
            if through < self.through:
                self.limit = MOST_ITEMS
        elif first is not None and first.after == through:
            self._failed(first.items)
        self.through = self.head = through
        self.flying.clear()
        self.stalled = False
        self.known = True

    def _progressed(self) -> None:
        self.misses = 0
        self.opaque = self.stalled = False
        self.back_at = -1
        self.limit = min(MOST_ITEMS, self.limit * 2)

    def _failed(self, items: int) -> None:
        self.misses += 1
        if self.misses >= HALVE_AFTER:
            self.opaque = items == 1
            self.limit = max(1, items // 2)
