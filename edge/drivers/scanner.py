"""A barcode scanner on a serial port: bytes to readings, and the answer on the same port only after their commit.

All that was read at once is one group of its dialogue (edge/drivers/conversation.py). If the commit fails, every
reading of the group is answered NAK. Where the outbox or the disk is full, a device with a display (`echo`) gets CAN
instead: a scan is not kept, and no repeating helps. How each verdict is answered is in edge/drivers/replies.py.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from edge.config import ScannerSettings
from edge.core.words import say
from edge.drivers.answered import Answered, Missing
from edge.drivers.conversation import Conversation
from edge.drivers.replies import ACK, CAN, NAK, reply
from edge.drivers.serial_port import Line
from edge.drivers.surroundings import Aid, Clocks, FactStore
from edge.drivers.tally import ScannerCounts
from edge.frames.scanner import Garbage, Reading, ScannerReader
from edge.log import Log

__all__ = ["ACK", "NAK", "QUIET_S", "ScannerSession"]

QUIET_S: Final = 3.0
"""After so long an unfinished frame is given up."""

_PATIENCE_S: Final = 2.0


class ScannerSession:
    """One scanner's dialogue, carried on over reconnections of its port."""

    def __init__(
        self, settings: ScannerSettings, outbox: FactStore, clock: Clocks, log: Log, aid: Aid | None = None
    ) -> None:
        self.beat: Callable[[], None] = lambda: None
        """Says that the thread is alive while it waits for an answer."""
        self.conversation = Conversation(settings.port, settings.work, outbox, clock, log, aid)
        self.conversation.says_next = bool(settings.language)
        self._settings = settings
        self._log = log
        self._reader = ScannerReader(prefix=settings.prefix, suffix=settings.suffix)
        self._heard = True

    @property
    def counts(self) -> ScannerCounts:
        return self.conversation.counts

    @property
    def person(self) -> str | None:
        """Who is signed on."""
        return self.conversation.person

    def expects(self) -> str:
        """What this scanner waits for, in words. Any thread may ask."""
        return say(self.conversation.expects(), self._settings.language or "en")

    def opened(self) -> None:
        self._reader.reset()
        self._heard = True

    def received(self, data: bytes, line: Line) -> None:
        self._take(self._reader.feed(data), line)

    def quiet(self, line: Line) -> None:
        self._take(self._reader.expire(), line)
        self.conversation.quiet()

    def closed(self) -> None:
        self._reader.reset()

    def _take(self, frames: Sequence[Reading | Garbage], line: Line) -> None:
        for group in self.conversation.take(frames, self.beat):
            if self._settings.confirm != "none":
                self._send(b"".join(self._reply(each) for each in group), line)

    def _reply(self, each: Answered) -> bytes:
        refusal = None
        if each.missing is not None:
            refusal = CAN if each.missing is Missing.FULL and self._settings.confirm == "echo" else NAK
        data = each.frame.data if isinstance(each.frame, Reading) else b""
        then = say(each.then, self._settings.language) if self._settings.language and each.then is not None else ""
        return reply(self._settings, each.outcome, data, refusal, then)

    def _send(self, replies: bytes, line: Line) -> None:
        """Write the answers. A scanner that reads none is waited for once, and then no more until it reads again."""
        heard = line.write(replies, _PATIENCE_S if self._heard else 0.0)
        if not heard:
            self.counts.unheard += 1
        if heard != self._heard:
            hint = 'the scans are stored; set confirm = "none" if this scanner cannot show answers'
            say_so: dict[str, Any] = {} if heard else {"hint": hint}
            (self._log.info if heard else self._log.warning)("answers-read" if heard else "answers-not-read", **say_so)
        self._heard = heard
