"""What time the hub has, by a hello's round trip. Pure; milliseconds."""

from dataclasses import dataclass

from wire.messages import Clock

DRIFT = 1e-4
"""How far a cheap quartz may run off, as a ratio: an old estimate is worth less."""


@dataclass(slots=True)
class HubClock:
    """The best estimate of this boot's offset: Unix time = uptime + base, within error (after Cristian, 1989)."""

    best: Clock | None = None
    _made_at: int = 0

    def measured(self, hub_ms: int, sent: int, now: int) -> None:
        """The hub's clock said `hub_ms` at some time between `sent` and `now`, of uptime."""
        new = Clock(base=hub_ms - (sent + now) // 2, error=(now - sent + 1) // 2 + 1)
        if self.best is not None:
            aged = self.best.error + int((now - self._made_at) * DRIFT)
            agrees = abs(new.base - self.best.base) <= new.error + aged
            if agrees and new.error > aged:
                return
        self.best, self._made_at = new, now
