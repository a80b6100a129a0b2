"""What an agent knows of its site and does for the people at it, beside reading ports and delivering.

Site data, signing on, numbers for handling units, printing: each works with the hub gone, over restarts, and none of
them ever keeps a scan back. What a dialogue needs of all this (edge.drivers.surroundings.Aid) is answered here.
"""

from collections.abc import Callable, Sequence
from typing import Final

from edge.clock import Clock
from edge.collection import Collection
from edge.config import Settings
from edge.core.dialogue import Said, said
from edge.core.knowledge import Answer, Ask, Before, CheckPin, Earlier, Knowledge, PinVerdict, Print, PrintHandover
from edge.core.parcels import CheckCode, CodeVerdict
from edge.core.printouts import SHIFT_MS, HandoverSlip, sheet
from edge.errors import EdgeError
from edge.log import Log
from edge.printing import PrintQueue
from edge.sign_on import SignOn
from edge.sitedata_watch import SiteDataWatch
from edge.status import PrinterStatus, SiteDataStatus
from edge.store.knowledge import NAME
from edge.store.known_site import KnownSite
from edge.store.outbox import Outbox
from edge.store.parcel_facts import ParcelFacts, Place
from edge.store.serials import Serials
from edge.store.shifts import Shifts
from edge.store.task_facts import earlier
from edge.store.undone_facts import UndoneFacts
from wire.messages import AnyItem

_SAY_EVERY_MS: Final = 60_000


class Knowing:
    """One run's part in it. `begin`, `tick`, `stop` come from the main thread, what is for dialogues from any."""

    def __init__(
        self, settings: Settings, outbox: Outbox, clock: Clock, log: Log, wake: Callable[[], None] = lambda: None
    ) -> None:
        """`wake` has `tick` called at once."""
        self._wake = wake
        self._device, self._outbox, self._clock, self._log = settings.device.name, outbox, clock, log
        self._parcels = ParcelFacts(outbox)
        self._undone = UndoneFacts(outbox)
        outbox.on_facts = self._kept
        vehicle = f"transit:{self._device}" if settings.device.kind == "vehicle" else None
        self._site = KnownSite(settings.device.data / NAME, self._true_ms, self._parcels.latest, vehicle, self._undone)
        self._serials = Serials(outbox)
        self._sign_on = SignOn(settings.hub.identity, self._site, outbox, clock, log)
        self._collection = Collection(settings, self._site, outbox, self._parcels, clock, log)
        self._shifts = Shifts(outbox)
        self._printing = PrintQueue(settings, outbox, clock, log)
        self.site_data = SiteDataWatch(settings.path, settings.hub, self._site, clock, log, self._serials)
        self.site_data.fetched = self._fetched
        self.greeted: Callable[[], bool] = _always
        """Whether a hub answered a hello in this run; no numbers are taken in before."""
        self.is_tight: Callable[[], bool] = bool
        """Whether the outbox or the disk will soon take no facts any more."""
        self._unoffered: bool | None = None
        """Whether the range that is held was fetched in this run, until it is offered."""
        self._muted_until = 0

    @property
    def knows(self) -> Knowledge:
        """What was fetched, or nothing."""
        return self._site

    @property
    def site(self) -> KnownSite:
        """The same, with what is to be done at it."""
        return self._site

    def begin(self) -> None:
        """The agent starts."""
        self._unoffered = False
        self._tried(self._offer)
        self._tried(lambda: self._shifts.end_all(self._clock.now_ms()))

    def tick(self) -> None:
        """Once a second."""
        self._tried(self.site_data.tick)
        self._tried(self._offer)
        self._tried(self._printing.tick)

    def stop(self) -> None:
        """End what runs beside the agent; nobody scans any more."""
        self.site_data.stop()
        self._printing.stop()
        self._site.close()

    def answer(self, ask: Ask, beat: Callable[[], None], /) -> Answer:
        """Check a PIN or a code, look up a task, or give a number.

        None where there is no number, or the disk could not burn it.
        """
        if isinstance(ask, CheckPin):
            verdict = self._sign_on.check(ask, beat)
            if verdict is PinVerdict.UNABLE:  # sealed for a key that this device has no more, perhaps
                self.site_data.want()
            return verdict
        if isinstance(ask, CheckCode):
            found = self._collection.check(ask, beat)
            if found.verdict is CodeVerdict.UNABLE:
                self.site_data.want()
            return found
        if isinstance(ask, Earlier):
            return self._earlier(ask.task)
        try:
            return self._serials.take()
        except EdgeError as error:
            self._log.error("number-not-burned", why=str(error))
            return None

    def _earlier(self, task: str) -> tuple[Before, ...]:
        try:
            return earlier(self._outbox, task)
        except EdgeError as error:
            self._log.warning("task-not-looked-up", task=task, why=str(error))
            return ()

    def prints(self, what: Print, /) -> bool:
        """Print it when the printer is there; whether it waits for that now."""
        waits = self._printing.put(self._slip(what.by) if isinstance(what, PrintHandover) else sheet(what))
        if waits:
            self._wake()
        return waits

    def at_work(self, port: str, name: str | None, /) -> None:
        """Somebody signed on, or off."""
        self._tried(lambda: self._shifts.change(port, name, self._clock.now_ms()))

    def caution(self) -> Said | None:
        """Little room is left."""
        return said("trouble-tight") if self.is_tight() else None

    def site_status(self) -> SiteDataStatus | None:
        """What is known of the site, for people; None where the disk does not say."""
        try:
            return self.site_data.status()
        except EdgeError:  # said by whoever writes
            return None

    def printer_status(self) -> PrinterStatus | None:
        """How the printer stands; None without one."""
        try:
            return self._printing.status()
        except EdgeError:  # said by whoever writes
            return None

    def _slip(self, by: str | None) -> HandoverSlip:
        """Of the shift since this person signed on first."""
        at = self._clock.now_ms()
        try:
            begun = self._shifts.begun(by, at - SHIFT_MS)
        except EdgeError:  # said by whoever writes
            begun = None
        return HandoverSlip(since=at - SHIFT_MS if begun is None else begun, at=at, by=by)

    def _kept(self, items: Sequence[AnyItem], places: Sequence[Place]) -> None:
        self._parcels.note(items, places)
        self._undone.note(items)

    def _fetched(self) -> None:
        self._unoffered = True
        self._tried(self._offer)

    def _offer(self) -> None:
        """What the hub shows, to the numbers: once, when it is certain whose they are."""
        if self._unoffered is None or not self.greeted():
            return
        shown = self._site.range_of(self._device)
        if shown is not None:
            self._serials.offer(shown, fresh=self._unoffered)
        self._unoffered = None

    def _tried(self, work: Callable[[], None]) -> None:
        """A disk that fails now is said now and then, and tried again by whoever comes next."""
        try:
            work()
        except EdgeError as error:
            up = self._clock.up_ms()
            if up >= self._muted_until:
                self._muted_until = up + _SAY_EVERY_MS
                self._log.warning("not-kept-beside", why=str(error))

    def _true_ms(self, at: int) -> int:
        """The hub's time of a moment just now, where it was heard in this boot; else no time that is past for sure."""
        found = self._outbox.hub_time(self._clock.up_ms())
        return max(at, self._outbox.earliest_ms) if found is None else found[0]


def _always() -> bool:
    """Nobody says otherwise."""
    return True
