"""The ports of a device: what reads each of them, in which thread, and how they are doing."""

import time
from collections.abc import Callable
from typing import Protocol

import msgspec

from edge.clock import Clock
from edge.config import Settings
from edge.crew import Crew, Pulse
from edge.drivers.conversation import Conversation
from edge.drivers.finding import finder
from edge.drivers.gnss import QUIET_S as GNSS_QUIET_S
from edge.drivers.gnss import GnssSession, TelemetryStore
from edge.drivers.scanner import QUIET_S as SCANNER_QUIET_S
from edge.drivers.scanner import ScannerSession
from edge.drivers.serial_port import Port
from edge.drivers.stop import Stop
from edge.drivers.surroundings import Aid, FactStore
from edge.log import LineLog
from edge.status import PortStatus
from wire.messages import Fix


class Store(FactStore, TelemetryStore, Protocol):
    """What all ports together need of the outbox."""


class Intake:
    """All ports of one device."""

    def __init__(
        self,
        settings: Settings,
        outbox: Store,
        clock: Clock,
        show: Callable[[Fix], None],
        log: LineLog,
        aid: Aid | None = None,
    ) -> None:
        """`aid` is what the dialogues know and can have done; without it they know nothing."""
        self.stop = Stop()
        self._ports: list[tuple[str, Port, ScannerSession | GnssSession]] = []
        for each in settings.scanners:
            heard = log.bind(port=each.port)
            scanner = ScannerSession(each, outbox, clock, heard, aid)
            find = finder(each.port, "scanner", settings)
            port = Port(each.port, each.baud, scanner, quiet_s=SCANNER_QUIET_S, stop=self.stop, log=log, locate=find)
            scanner.beat = port.pulse.beat
            self._ports.append(("scanner", port, scanner))
        for receiver in settings.gnss:
            heard = log.bind(port=receiver.port)
            gnss = GnssSession(receiver, outbox, clock, show, heard)
            find = finder(receiver.port, "gnss", settings)
            port = Port(receiver.port, receiver.baud, gnss, quiet_s=GNSS_QUIET_S, stop=self.stop, log=log, locate=find)
            self._ports.append(("gnss", port, gnss))

    def start(self, crew: Crew, wait_s: float) -> None:
        """Start the threads, and wait a moment until each port was tried once."""
        for kind, port, _ in self._ports:
            crew.hire(f"{kind} {port.path}", port.run)
        deadline = time.monotonic() + wait_s
        for _, port, _ in self._ports:
            port.tried.wait(max(0.0, deadline - time.monotonic()))

    def conversation(self, port: str) -> Conversation | None:
        """The dialogue of the scanner on this port; None where there is none."""
        scanners = ((at.path, each) for _, at, each in self._ports if isinstance(each, ScannerSession))
        return next((each.conversation for path, each in scanners if path == port), None)

    def pulses(self) -> dict[str, Pulse]:
        """The sign of life of each port's thread, by its name."""
        return {f"{kind} {port.path}": port.pulse for kind, port, _ in self._ports}

    def status(self) -> tuple[PortStatus, ...]:
        """How each port is doing."""
        return tuple(
            PortStatus(
                kind=kind,
                port=port.path,
                up=port.up,
                why=port.why,
                opened=port.opened,
                counts=msgspec.structs.asdict(session.counts),
                expects=session.expects() if isinstance(session, ScannerSession) else "",
                person=session.person if isinstance(session, ScannerSession) else None,
            )
            for kind, port, session in self._ports
        )
