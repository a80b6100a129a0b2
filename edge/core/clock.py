"""What the hub's answers tell of its time. Pure; milliseconds."""

from collections import deque
from dataclasses import dataclass, field

from edge.core.anchors import FASTEST, Anchor, exchanged
from wire.messages import Clock

MOST_HEARD = 16


@dataclass(slots=True)
class HubClock:
    """The best estimate of this boot's offset: Unix time = uptime + base, within error (after Cristian, 1989).

    `heard` are the questions and answers that nobody has written down yet; when there are many, the newest.
    """

    best: Clock | None = None
    heard: deque[Anchor] = field(default_factory=lambda: deque(maxlen=MOST_HEARD))
    _made_at: int = 0

    def measured(self, hub_ms: int, sent: int, now: int) -> None:
        """The hub's clock said `hub_ms` at some time between `sent` and `now`, of uptime."""
        self.heard.append(exchanged(hub_ms, sent, now))
        new = Clock(base=hub_ms - (sent + now) // 2, error=(now - sent + 1) // 2 + 1)
        if self.best is not None:
            aged = self.best.error + int((now - self._made_at) * FASTEST)
            agrees = abs(new.base - self.best.base) <= new.error + aged
            if agrees and new.error > aged:
                return
        self.best, self._made_at = new, now
