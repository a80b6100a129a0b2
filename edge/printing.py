"""The print queue beside a running agent: what waits is printed one by one, when the printer is there.

Drawing takes libraries and a font, so each thing is drawn and sent by a program of its own (edge/print_job.py). What
it printed leaves the queue, also where the agent dies in between, by the note that the program leaves; what it could
not print stays and is tried again; what can never be drawn is said loudly and goes, or nothing would follow it.
"""

import os
from typing import Final, Protocol

import msgspec

from edge.child import Child, ChildError, Ended
from edge.config import Settings
from edge.core.printouts import Printout
from edge.errors import EdgeError
from edge.log import Log
from edge.status import PrinterStatus
from edge.store.outbox import Outbox
from edge.store.prints import Prints, Waiting

NOTE: Final = "printed"
"""A file that holds the id of what was printed last."""
LONGEST_S: Final = 130.0
"""A little longer than the program gives itself."""
UNDRAWABLE: Final = 3
"""The exit code that says: it cannot be drawn."""
FIRST_RETRY_MS: Final = 2_000
LAST_RETRY_MS: Final = 60_000


class Clocks(Protocol):
    """Unix time and uptime, in ms."""

    def now_ms(self) -> int: ...
    def up_ms(self) -> int: ...


class PrintQueue:
    """`put` from any thread, the rest by the agent's main thread. A device without a printer prints nothing."""

    def __init__(self, settings: Settings, outbox: Outbox, clock: Clocks, log: Log) -> None:
        self._config, self._printer = settings.path, settings.printer
        self._note = settings.device.data / NOTE
        self._clock, self._log = clock, log
        self._prints = Prints(outbox)
        self._child: Child | None = None
        self._now: Waiting | None = None
        self._retry_ms, self._next_up = FIRST_RETRY_MS, 0
        self._problem = ""
        self._printed = 0
        self._fresh = True
        self._sent = ""
        """What was printed and could not be taken out of the queue yet, as on a full disk."""

    def put(self, what: Printout) -> bool:
        """Print it when the printer is there. Whether it waits now, durably; if not, the log says why."""
        if self._printer is None:
            self._log.info("not-printed", why="this device has no [printer] in its configuration")
            return False
        try:
            self._prints.put(os.urandom(8).hex(), what, self._clock.now_ms())
        except EdgeError as error:
            self._log.error("not-printed", why=str(error))
            return False
        self._fresh = True
        return True

    def status(self) -> PrinterStatus | None:
        """How it stands; None without a printer."""
        if self._printer is None:
            return None
        return PrinterStatus(
            port=self._printer.port, waiting=self._prints.count(), printed=self._printed, problem=self._problem
        )

    def tick(self) -> None:
        """Start what is due, and see to what runs. Raises OutboxError."""
        if self._printer is None:
            return
        if self._child is not None and self._now is not None:
            ended = self._child.poll()
            if ended is not None:
                self._child = None
                self._end(ended, self._now)
            return
        up = self._clock.up_ms()
        if self._fresh or up >= self._next_up:
            self._begin(up)

    def stop(self) -> None:
        """End what prints: it waits on, unless it was printed just then."""
        child, self._child = self._child, None
        if child is not None:
            child.end()

    def _begin(self, up: int) -> None:
        self._fresh = False
        self._next_up = up + LAST_RETRY_MS
        self._forget_printed()
        waiting = self._now = self._prints.next()
        if waiting is None:
            return
        question = msgspec.json.encode({"id": waiting.id, "what": msgspec.Raw(waiting.what)})
        try:
            self._child = Child("edge.print_job", "--config", str(self._config), question=question, longest_s=LONGEST_S)
        except ChildError as error:
            self._failed(str(error), up)

    def _end(self, ended: Ended, now: Waiting) -> None:
        up = self._clock.up_ms()
        if ended.code not in {0, UNDRAWABLE}:
            self._failed(ended.said, up)
            return
        if ended.code == UNDRAWABLE:
            self._log.error("not-printable", why=ended.said, what=now.what.decode("utf-8", "replace")[:200])
        else:
            self._printed += 1
            if self._problem:
                self._log.info("printer-goes-on")
            self._problem = ""
        self._sent = now.id
        self._forget_printed()
        self._retry_ms, self._fresh = FIRST_RETRY_MS, True

    def _failed(self, why: str, up: int) -> None:
        if why != self._problem:
            self._log.warning("not-printed-yet", why=why, next="it waits, and is tried again")
        self._problem = why
        self._next_up = up + self._retry_ms
        self._retry_ms = min(LAST_RETRY_MS, self._retry_ms * 2)

    def _forget_printed(self) -> None:
        """What was printed, also what the program noted while nobody looked. Raises OutboxError: nothing is begun."""
        if self._sent:
            self._prints.done(self._sent)
            self._sent = ""
        try:
            noted = self._note.read_text(encoding="ascii")
        except (OSError, ValueError):
            return
        self._prints.done(noted.strip())
