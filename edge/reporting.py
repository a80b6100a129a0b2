"""What the agent tells of itself: to people (log, status.json), to live screens (now), to the hub (health)."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from edge import status as status_file
from edge.clock import Clock
from edge.config import Settings
from edge.errors import EdgeError
from edge.log import Log
from edge.status import (
    AgentStatus,
    CertificateStatus,
    Message,
    PortStatus,
    PrinterStatus,
    SiteDataStatus,
    TerminalStatus,
)
from edge.store.commands import CommandLog
from edge.store.outbox import Outbox
from edge.store.room import Level, Room
from edge.uplink import Uplink
from edge.version import VERSION
from wire.messages import Fix, Health, Now

_HEALTH_EVERY_MS: Final = 60_000
_SAME_STATUS_MS: Final = 5_000
_SHOW_EVERY_MS: Final = 10_000
_MESSAGES: Final = 5
_SUPPLIES: Final = Path("/sys/class/power_supply")
_PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")

Ports = Callable[[], tuple[PortStatus, ...]]


class Reporter:
    """Asked once a second by the agent's main thread; `show` comes from the receivers' threads."""

    def __init__(self, settings: Settings, outbox: Outbox, uplink: Uplink, clock: Clock, log: Log) -> None:
        self._settings, self._outbox, self._uplink = settings, outbox, uplink
        self._clock, self._log = clock, log
        self.certificate: Callable[[], CertificateStatus | None] = _no_certificate
        """How this device's certificate stands."""
        self.site_data: Callable[[], SiteDataStatus | None] = _nothing_known
        """What the device knows of its site."""
        self.printer: Callable[[], PrinterStatus | None] = _nothing_known
        """How the printer stands."""
        self.terminal: Callable[[], TerminalStatus | None] = _nothing_known
        """How the terminal stands."""
        self._since = clock.now_ms()
        self._started = status_file.started(os.getpid())
        self._fix: Fix | None = None
        self._shown: Now | None = None
        self._shown_up = 0
        self._salvage_said: object = None
        self._room: Room | None = None
        self._room_said = Level.FREE
        self._next_health = clock.up_ms() + _HEALTH_EVERY_MS
        self._said: AgentStatus | None = None
        self._failing = False
        self._messages = CommandLog(outbox)
        self.configuration: Callable[[], str] = str
        """What of the hub's wishes is in force, for people."""

    def watch(self, ports: Ports) -> None:
        """Once a second."""
        self.say_salvage()
        self.say_room()
        self.say_status("running", ports)
        self._show_pending()
        if self._clock.up_ms() >= self._next_health:
            self._next_health = self._clock.up_ms() + _HEALTH_EVERY_MS
            try:
                self._outbox.append_telemetry([self.health()])
            except (EdgeError, OSError) as error:
                self._log.warning("health-not-stored", why=str(error))

    def show(self, fix: Fix) -> None:
        """A fix goes to live screens at once."""
        self._fix = fix
        self._uplink.set_now(self._newest(fix.at))

    def say_salvage(self) -> None:
        """A damaged outbox is said loudly, once, also when it happens in the middle of a run."""
        report = self._outbox.salvage
        if report is not None and report is not self._salvage_said:
            self._salvage_said = report
            self._log.error("outbox-salvaged", what=str(report), next="scanning goes on in the new file")

    def say_room(self) -> None:
        """A filling outbox is said in time, a full one loudly, once each; and when there is room again."""
        try:
            room = self._room = self._outbox.room()
        except (EdgeError, OSError):  # said by whoever writes
            return
        if room.level is self._room_said:
            return
        if room.level is Level.FULL:
            self._log.error("outbox-full", what=str(room), answered="NAK: each scan is refused, none is lost")
        elif room.level is Level.TIGHT:
            self._log.warning("outbox-tight", what=str(room), left_bytes=room.left_bytes)
        else:
            self._log.info("outbox-has-room", left_bytes=room.left_bytes)
        self._room_said = room.level

    def is_tight(self) -> bool:
        """Whether there was little room when it was looked at last."""
        return self._room_said is Level.TIGHT

    def say_status(self, state: str, ports: Ports) -> None:
        """Write status.json if something changed, else every few seconds: a disk wears out."""
        status, before = self._status(state, ports()), self._said
        if before and status.up - before.up < _SAME_STATUS_MS and _same(status, before):
            return
        try:
            status_file.write(self._settings.status, status)
        except OSError as error:
            if not self._failing:
                self._log.warning("status-not-written", why=f"{error.strerror}: {self._settings.status}")
            self._failing = True
            return
        self._failing = False
        self._said = status

    def _show_pending(self) -> None:
        """How much waits is shown now and then, and whenever it changes."""
        now, before, up = self._newest(self._clock.now_ms()), self._shown, self._clock.up_ms()
        if before is None or up - self._shown_up >= _SHOW_EVERY_MS or now.pending_facts != before.pending_facts:
            self._shown, self._shown_up = now, up
            self._uplink.set_now(now)

    def _newest(self, at: int) -> Now:
        stats, fix = self._outbox.stats(), self._fix
        if fix is not None and self._clock.up_ms() - fix.up >= _SHOW_EVERY_MS:  # a wall clock may jump
            fix = None
        return Now(at=at, fix=fix, pending_facts=stats.pending_facts, pending_telemetry=stats.pending_telemetry)

    def health(self) -> Health:
        """How the device is doing, for the hub."""
        stats = self._outbox.stats()
        return Health(
            at=self._clock.now_ms(),
            up=self._clock.up_ms(),
            pending_facts=stats.pending_facts,
            pending_telemetry=stats.pending_telemetry,
            outbox_bytes=stats.bytes,
            disk_free_bytes=_free_bytes(self._settings.device.data),
            rss_bytes=_rss_bytes(),
            battery_pct=battery_pct(),
            version=VERSION,
            note=self._note(),
        )

    def _note(self) -> str:
        notes = [str(each) for each in (self._room, self._outbox.salvage) if each is not None]
        return "; ".join(filter(None, notes))[:1000]

    def messages(self) -> tuple[Message, ...]:
        """What the hub wrote to the person at the device, the newest first."""
        try:
            return tuple(Message(at=each.at, text=each.text) for each in self._messages.messages(_MESSAGES))
        except EdgeError:  # said by whoever writes
            return ()

    def _status(self, state: str, ports: tuple[PortStatus, ...]) -> AgentStatus:
        stats, uplink, settings = self._outbox.stats(), self._uplink.status(), self._settings
        return AgentStatus(
            pid=os.getpid(),
            started=self._started,
            device=settings.device.name,
            kind=settings.device.kind,
            version=VERSION,
            state=state,
            since=self._since,
            at=self._clock.now_ms(),
            up=self._clock.up_ms(),
            hub=f"{settings.hub.host}:{settings.hub.port}",
            connected=uplink.connected,
            delivery=uplink.phase,
            problem=uplink.problem or "",
            ledger=stats.ledger,
            foreign_ledger=uplink.foreign_ledger,
            last_receipt_age_s=uplink.last_receipt_age_s,
            pending_facts=stats.pending_facts,
            pending_telemetry=stats.pending_telemetry,
            accepted_facts=stats.accepted_facts,
            confirmed_facts=stats.confirmed_facts,
            outbox_bytes=stats.bytes,
            outbox_limit_bytes=self._outbox.limit_bytes,
            outbox_room=self._room_said.value,
            written_bytes=_written_bytes(),
            rss_bytes=_rss_bytes(),
            note=self._note(),
            configuration=self.configuration(),
            messages=self.messages(),
            ports=ports,
            certificate=self.certificate(),
            site_data=self.site_data(),
            printer=self.printer(),
            terminal=self.terminal(),
        )


def _no_certificate() -> None:
    """A device with a password has none."""


def _nothing_known() -> None:
    """Nobody looks after that."""


def _same(one: AgentStatus, other: AgentStatus) -> bool:
    """Whether nothing happened between them but time."""
    return (
        msgspec.structs.replace(
            one,
            at=other.at,
            up=other.up,
            last_receipt_age_s=other.last_receipt_age_s,
            rss_bytes=other.rss_bytes,
            written_bytes=other.written_bytes,
        )
        == other
    )


def _rss_bytes() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE_BYTES


def _written_bytes() -> int:
    """What this process had the disk write, from the kernel; 0 where the kernel does not count it."""
    try:
        text = Path("/proc/self/io").read_text(encoding="ascii")
    except OSError:
        return 0
    return int(dict(line.split(": ") for line in text.splitlines()).get("write_bytes", 0))


def _free_bytes(folder: Path) -> int:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0


def battery_pct(supplies: Path = _SUPPLIES) -> int | None:
    """How full the machine's own battery is, the emptiest of several; None where it has none.

    As the kernel tells it (Documentation/ABI/testing/sysfs-class-power): a supply whose scope is `Device` is the
    battery of a mouse.
    """
    try:
        own = [supply for supply in supplies.iterdir() if _line(supply / "type") == "Battery"]
        found = [int(_line(supply / "capacity")) for supply in own if _line(supply / "scope") != "Device"]
    except (OSError, ValueError):
        return None
    return max(0, min(100, *found)) if found else None


def _line(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except FileNotFoundError:
        return ""
