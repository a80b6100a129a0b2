"""How a device stands, for the pages of its terminal: what waits, whether the hub is there, what a person must know."""

import threading
from collections.abc import Callable
from typing import Final

from edge.clock import Clock
from edge.core.dialogue_state import Said, said
from edge.core.running_list import spoken
from edge.errors import EdgeError
from edge.store.outbox import Outbox
from edge.store.room import Level
from edge.terminal_telling import Standing
from edge.ui.messages import Hub, Room
from edge.uplink import Uplink

_FRESH_MS: Final = 500
_HUB: Final[dict[str, Hub]] = {"flowing": "flowing", "greeting": "greeting"}
_ROOM: Final[dict[Level, Room]] = {Level.FREE: "free", Level.TIGHT: "tight", Level.FULL: "full"}


class DeviceStanding:
    """Asked from many threads, often: looked at twice a second at most."""

    def __init__(self, outbox: Outbox, uplink: Uplink, clock: Clock) -> None:
        self.printer: Callable[[], tuple[int, str]] = lambda: (0, "")
        """How much waits for the printer, and why nothing is printed."""
        self.scanner: Callable[[], str] = str
        """Why the scanner that the terminal shares is not there; '' while it is."""
        self._outbox, self._uplink, self._clock = outbox, uplink, clock
        self._lock = threading.Lock()
        self._seen: Standing | None = None
        self._seen_up = self._seen_facts = 0

    def __call__(self) -> Standing:
        """How it stands now."""
        up, facts = self._clock.up_ms(), self._outbox.stats().pending_facts
        with self._lock:
            if self._seen is None or up - self._seen_up >= _FRESH_MS or facts != self._seen_facts:
                self._seen, self._seen_up, self._seen_facts = self._look(facts), up, facts
            return self._seen

    def _look(self, pending: int) -> Standing:
        delivery = self._uplink.status()
        heard = delivery.last_receipt_age_s
        room, oldest = self._room(), self._oldest_s() if pending else 0
        printing, printer = self.printer()
        return Standing(
            pending=pending,
            oldest_s=oldest,
            hub=_HUB.get(delivery.phase, "offline") if delivery.connected else "offline",
            heard_s=None if heard is None else max(0, int(heard)),
            room=room,
            problem=spoken(found) if (found := self._problem(room, printer)) is not None else None,
            printing=printing,
        )

    def _room(self) -> Room:
        try:
            return _ROOM[self._outbox.room().level]
        except EdgeError:
            return "full"  # it cannot even be measured: nothing can be stored now

    def _oldest_s(self) -> int:
        try:
            at = self._outbox.oldest_pending()
        except EdgeError:
            at = None
        return 0 if at is None else max(0, self._clock.now_ms() - at) // 1000

    def _problem(self, room: Room, printer: str) -> Said | None:
        """The worst first."""
        if room == "full":
            return said("trouble-full")
        if self._uplink.foreign_ledger is not None:
            return said("trouble-foreign")
        if self._uplink.refusal:
            return said("trouble-shut-out", why=self._uplink.refusal)
        if (scanner := self.scanner()) != "":
            return said("trouble-scanner", why=scanner)
        if printer:
            return said("trouble-printer", why=printer)
        return said("trouble-tight") if room == "tight" else None
