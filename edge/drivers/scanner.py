"""A barcode scanner on a serial port: bytes to facts, and the answer on the same port only after their commit.

All that was read at once is one group: one transaction, then its answers in the order of the scans. If the commit
fails, every reading of the group is answered NAK and none of it has happened, commands neither. Where the outbox or
the disk is full, a device with a display (`echo`) gets CAN instead: a scan is not kept, and no repeating helps.
"""

from collections.abc import Sequence
from typing import Any, Final, Protocol

import msgspec

from edge.config import ScannerSettings
from edge.core.dialogue import Outcome, Place, State, Verdict, begin, committed, step
from edge.drivers.serial_port import Line
from edge.errors import EdgeError
from edge.frames.scanner import Garbage, Reading, ScannerReader
from edge.log import Log
from edge.store.errors import OutboxFullError
from wire.messages import AnyItem, Void

ACK, NAK, BEL, CAN = b"\x06", b"\x15", b"\x07", b"\x18"
QUIET_S: Final = 3.0
"""After so long an unfinished frame is given up."""

_PATIENCE_S: Final = 2.0
_SAY_EVERY_MS: Final = 10_000
_REPLIES: Final = {Verdict.FACT: ACK, Verdict.COMMAND: BEL, Verdict.REFUSED: NAK}

Frames = Sequence[Reading | Garbage]


class FactStore(Protocol):
    """What a scanner needs of the outbox."""

    def append_facts(self, items: Sequence[AnyItem], /) -> Sequence[Place]:
        """One durable commit of all of them before it returns. Raises EdgeError: none is stored."""


class Clocks(Protocol):
    """Unix time and uptime, in ms."""

    def now_ms(self) -> int: ...
    def up_ms(self) -> int: ...


class ScannerCounts(msgspec.Struct):
    """What happened at one scanner since the agent started."""

    facts: int = 0
    commands: int = 0
    refused: int = 0
    garbage: int = 0
    not_stored: int = 0
    unheard: int = 0
    last_at: int | None = None


class ScannerSession:
    """One scanner's dialogue, carried on over reconnections of its port."""

    def __init__(self, settings: ScannerSettings, outbox: FactStore, clock: Clocks, log: Log) -> None:
        self.counts = ScannerCounts()
        self._settings = settings
        self._outbox = outbox
        self._clock = clock
        self._log = log
        self._reader = ScannerReader(prefix=settings.prefix, suffix=settings.suffix)
        self._state = begin(settings.work)
        self._storing = True
        self._heard = True
        self._muted_until = 0

    def opened(self) -> None:
        self._reader.reset()
        self._heard = True

    def received(self, data: bytes, line: Line) -> None:
        self._take(self._reader.feed(data), line)

    def quiet(self, line: Line) -> None:
        self._take(self._reader.expire(), line)

    def closed(self) -> None:
        self._reader.reset()

    def _take(self, frames: Frames, line: Line) -> None:
        while frames:
            outcomes, state = self._group(frames)
            refusal = self._store(outcomes, state)
            if refusal:  # what follows was meant to build on it: an undo would meet an earlier fact
                outcomes += [Outcome(verdict=Verdict.REFUSED, why="not stored")] * (len(frames) - len(outcomes))
            self._answer(frames[: len(outcomes)], outcomes, line, refusal)
            frames = frames[len(outcomes) :]

    def _group(self, frames: Frames) -> tuple[list[Outcome], State]:
        """What each of the frames comes to that can go into one commit, at least one, and the state after it."""
        at, up = self._clock.now_ms(), self._clock.up_ms()
        state = self._state
        outcomes: list[Outcome] = []
        for frame in frames:
            if isinstance(frame, Garbage):
                outcome = Outcome(verdict=Verdict.REFUSED, why=f"garbage, {frame.fault}: {frame.size} bytes and more")
                self.counts.garbage += 1
            else:
                state, outcome = step(state, frame, at=at, up=up)
            if outcome.verdict is Verdict.SETTLE:
                break
            outcomes.append(outcome)
        self.counts.last_at = at
        return outcomes, state

    def _store(self, outcomes: list[Outcome], state: State) -> bytes | None:
        """Commit a group's facts and take its state. If that fails, the state before stays: the answer to it all."""
        items = [outcome.item for outcome in outcomes if outcome.item is not None]
        places: list[Place] = []
        if items:
            try:
                stored = self._outbox.append_facts(items)
            except (EdgeError, OSError) as error:
                self.counts.not_stored += len(items)
                if self._storing:
                    self._log.error("scans-not-stored", why=str(error), answered="NAK: scan again when it is repaired")
                self._storing = False
                return CAN if isinstance(error, OutboxFullError) and self._settings.confirm == "echo" else NAK
            places = [place for place, item in zip(stored, items, strict=True) if not isinstance(item, Void)]
            self.counts.facts += len(items)
            if not self._storing:
                self._log.info("scans-stored-again", not_stored=self.counts.not_stored)
            self._storing = True
        self._state = committed(state, places)
        return None

    def _answer(self, frames: Frames, outcomes: list[Outcome], line: Line, refusal: bytes | None) -> None:
        replies: list[bytes] = []
        for frame, outcome in zip(frames, outcomes, strict=True):
            verdict = outcome.verdict
            if verdict is Verdict.COMMAND:
                self.counts.commands += not refusal
                self._log.debug("command", does=outcome.why, taken=not refusal)
            elif verdict is Verdict.REFUSED:
                self.counts.refused += 1
                self._say_refused(outcome.why)
            replies.append(self._reply(refusal or _REPLIES[verdict], frame))
        if self._settings.confirm != "none":
            self._send(b"".join(replies), line)

    def _reply(self, code: bytes, frame: Reading | Garbage) -> bytes:
        if self._settings.confirm == "ack":
            return code
        return code + (frame.data if isinstance(frame, Reading) else b"") + b"\r"

    def _send(self, replies: bytes, line: Line) -> None:
        """Write the answers. A scanner that reads none is waited for once, and then no more until it reads again."""
        heard = line.write(replies, _PATIENCE_S if self._heard else 0.0)
        if not heard:
            self.counts.unheard += 1
        if heard != self._heard:
            hint = 'the scans are stored; set confirm = "none" if this scanner cannot show answers'
            say: dict[str, Any] = {} if heard else {"hint": hint}
            (self._log.info if heard else self._log.warning)("answers-read" if heard else "answers-not-read", **say)
        self._heard = heard

    def _say_refused(self, why: str) -> None:
        """In the log, but not faster than a person reads when a scanner sends garbage at full speed."""
        up = self._clock.up_ms()
        if up >= self._muted_until:
            self._muted_until = up + _SAY_EVERY_MS
            self._log.warning("refused", why=why, refused_so_far=self.counts.refused)
