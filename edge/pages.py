"""A device's terminal, where it is configured: its sessions, and the process that serves its page.

A device without one loads nothing of it.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from edge.clock import Clock
from edge.config import Settings
from edge.crew import Crew, Pulse
from edge.intake import Intake
from edge.knowing import Knowing
from edge.log import LineLog
from edge.status import Message, TerminalStatus
from edge.store.outbox import Outbox
from edge.uplink import Uplink

if TYPE_CHECKING:
    from edge.page_process import PageProcess as _PageProcess
    from edge.terminal import Terminal as _Terminal


class Pages:
    """By the agent's main thread."""

    def __init__(
        self,
        settings: Settings,
        outbox: Outbox,
        clock: Clock,
        log: LineLog,
        knowing: Knowing,
        uplink: Uplink,
        intake: Intake,
        news: Callable[[], tuple[Message, ...]],
    ) -> None:
        self._terminal: _Terminal | None = None
        self._process: _PageProcess | None = None
        self._port = settings.terminal.port if settings.terminal is not None else 0
        self._problem = ""
        if settings.terminal is None:
            return
        from edge.page_process import PageProcess  # noqa: PLC0415 - see above
        from edge.terminal import Terminal  # noqa: PLC0415
        from edge.terminal_standing import DeviceStanding  # noqa: PLC0415

        standing = DeviceStanding(outbox, uplink, clock)
        standing.printer = lambda: (
            (status.waiting, status.problem) if (status := knowing.printer_status()) is not None else (0, "")
        )
        port = settings.terminal.scanner
        standing.scanner = lambda: next((each.why for each in intake.status() if port and each.port == port), "")
        bound = log.bind(part="terminal")
        try:
            self._terminal = Terminal(
                settings,
                settings.terminal,
                outbox,
                clock,
                bound,
                knowing,
                stop=intake.stop,
                standing=standing,
                shared=intake.conversation,
                news=news,
            )
        except OSError as error:  # scanning goes on without it
            self._problem = f"cannot be served: {settings.terminal_socket}: {error.strerror or error}"
            bound.error("terminal-not-served", why=self._problem)
            return
        self._process = PageProcess(settings.path, clock, bound)

    def start(self, crew: Crew) -> None:
        """Begin."""
        if self._terminal is not None:
            crew.hire("terminal", self._terminal.run)
        self.tick()

    def tick(self) -> None:
        """Once a second."""
        if self._process is not None:
            self._process.tick()

    def stop(self) -> None:
        """End the process; the sessions end with the ports."""
        if self._process is not None:
            self._process.stop()

    def status(self) -> TerminalStatus | None:
        """How it stands; None where there is none."""
        if self._terminal is None or self._process is None:
            return TerminalStatus(port=self._port, problem=self._problem) if self._problem else None
        sessions, pages = self._terminal.counts()
        return TerminalStatus(port=self._port, sessions=sessions, pages=pages, problem=self._process.problem)

    def pulses(self) -> dict[str, Pulse]:
        """The sign of life of its thread."""
        return {"terminal": self._terminal.pulse} if self._terminal is not None else {}
