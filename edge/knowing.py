"""What an agent knows of its site and does for the people at it, beside reading ports and delivering.

Site data, signing on, numbers for handling units, printing: each works with the hub gone, over restarts, and none of
them ever keeps a scan back.
"""

from edge.clock import Clock
from edge.config import Settings
from edge.errors import EdgeError
from edge.log import Log
from edge.sign_on import SignOn
from edge.sitedata_watch import SiteDataWatch
from edge.status import SiteDataStatus
from edge.store.knowledge import NAME
from edge.store.known_site import KnownSite
from edge.store.outbox import Outbox
from edge.store.serials import Serials
from edge.store.shifts import Shifts


class Knowing:
    """One run's part in it. `tick` and `stop` come from the main thread."""

    def __init__(self, settings: Settings, outbox: Outbox, clock: Clock, log: Log) -> None:
        self._device, self._outbox, self._clock, self._log = settings.device.name, outbox, clock, log
        self.site = KnownSite(settings.device.data / NAME, self._true_ms)
        self.serials = Serials(outbox)
        self.sign_on = SignOn(settings.hub.identity, self.site, outbox, clock, log)
        self.shifts = Shifts(outbox)
        self.site_data = SiteDataWatch(settings.path, settings.hub, self.site, clock, log, self.serials)
        self.site_data.fetched = self._fetched

    def begin(self) -> None:
        """The agent starts."""
        self._fetched()
        try:
            self.shifts.end_all(self._clock.now_ms())
        except EdgeError as error:
            self._log.warning("shifts-not-ended", why=str(error))

    def tick(self) -> None:
        """Once a second."""
        try:
            self.site_data.tick()
        except EdgeError as error:
            self._log.warning("site-data-not-looked-at", why=str(error))

    def stop(self) -> None:
        """End what runs beside the agent."""
        self.site_data.stop()
        self.site.close()

    def status(self) -> SiteDataStatus:
        """For people."""
        return self.site_data.status()

    def _fetched(self) -> None:
        shown = self.site.range_of(self._device)
        if shown is None:
            return
        try:
            self.serials.offer(shown)
        except EdgeError as error:
            self._log.warning("numbers-not-taken-in", why=str(error))

    def _true_ms(self, at: int) -> int:
        """The hub's time of a moment just now, where it was ever heard."""
        found = self._outbox.hub_time(self._clock.up_ms())
        return at if found is None else found[0]
