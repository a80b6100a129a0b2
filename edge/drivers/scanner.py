"""A barcode scanner on a serial port: bytes to facts, and the answer on the same port only after their commit.

All that was read at once is one group: one transaction, then its answers in the order of the scans. If the commit
fails, every reading of the group is answered NAK and none of it has happened, commands neither. Where the outbox or
the disk is full, a device with a display (`echo`) gets CAN instead: a scan is not kept, and no repeating helps.

What the dialogue asks of the device around it (is this the PIN, a number for a unit) is done between two groups, and
what it has printed follows the commit. How each verdict is answered is in edge/drivers/replies.py.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final, Protocol

import msgspec

from edge.config import ScannerSettings
from edge.core.dialogue import Outcome, Place, State, Verdict, awake, begin, committed, expects, resume, said, step
from edge.core.knowledge import Answer, Ask, CheckPin, Knowledge, NothingKnown, PinVerdict, Print, PrintHandover
from edge.core.words import say, words
from edge.drivers.replies import ACK, CAN, NAK, reply
from edge.drivers.serial_port import Line
from edge.errors import EdgeError
from edge.frames.scanner import Garbage, Reading, ScannerReader
from edge.log import Log
from edge.store.errors import OutboxFullError
from wire.messages import AnyItem, Void

__all__ = ["ACK", "NAK", "QUIET_S", "Aid", "Clocks", "FactStore", "ScannerCounts", "ScannerSession", "Unaided"]

QUIET_S: Final = 3.0
"""After so long an unfinished frame is given up."""

_PATIENCE_S: Final = 2.0
_SAY_EVERY_MS: Final = 10_000

Frames = Sequence[Reading | Garbage]


class FactStore(Protocol):
    """What a scanner needs of the outbox."""

    def append_facts(self, items: Sequence[AnyItem], /) -> Sequence[Place]:
        """One durable commit of all of them before it returns. Raises EdgeError: none is stored."""


class Clocks(Protocol):
    """Unix time and uptime, in ms."""

    def now_ms(self) -> int: ...
    def up_ms(self) -> int: ...


class Aid(Protocol):
    """What a dialogue needs of the device around it. Nothing in it raises, and none of it keeps a fact back."""

    @property
    def knows(self) -> Knowledge: ...
    def answer(self, ask: Ask, beat: Callable[[], None], /) -> Answer:
        """Do what the dialogue waits for; `beat` is to be called every few seconds while it lasts."""

    def prints(self, what: Print, /) -> bool:
        """Have something printed, some time; whether it will be."""

    def at_work(self, port: str, name: str | None, /) -> None:
        """Somebody signed on at a scanner, or nobody is signed on there any more."""


class Unaided:
    """A device that knows nothing, checks no PINs, has no numbers to give, and no printer."""

    knows: Knowledge = NothingKnown()

    def answer(self, ask: Ask, _: Callable[[], None], /) -> Answer:
        """No answer."""
        return PinVerdict.UNABLE if isinstance(ask, CheckPin) else None

    def prints(self, what: Print, /) -> bool:  # noqa: ARG002
        return False

    def at_work(self, port: str, name: str | None, /) -> None: ...


class ScannerCounts(msgspec.Struct):
    """What happened at one scanner since the agent started."""

    facts: int = 0
    warned: int = 0
    held: int = 0
    commands: int = 0
    refused: int = 0
    garbage: int = 0
    not_stored: int = 0
    unheard: int = 0
    last_at: int | None = None


class ScannerSession:
    """One scanner's dialogue, carried on over reconnections of its port."""

    def __init__(
        self, settings: ScannerSettings, outbox: FactStore, clock: Clocks, log: Log, aid: Aid | None = None
    ) -> None:
        self.counts = ScannerCounts()
        self.beat: Callable[[], None] = lambda: None
        """Says that the thread is alive while it waits for an answer."""
        self._settings = settings
        self._outbox = outbox
        self._clock = clock
        self._log = log
        self._aid: Aid = aid or Unaided()
        self._reader = ScannerReader(prefix=settings.prefix, suffix=settings.suffix)
        self._state = begin(settings.work)
        self._storing = True
        self._heard = True
        self._muted_until = 0

    @property
    def person(self) -> str | None:
        """Who is signed on."""
        person = self._state.person
        return person.name if person is not None else None

    def expects(self) -> str:
        """What this scanner waits for, in words. Any thread may ask."""
        return self._expected(self._state, self._settings.language or "en")

    def opened(self) -> None:
        self._reader.reset()
        self._heard = True

    def received(self, data: bytes, line: Line) -> None:
        self._take(self._reader.feed(data), line)

    def quiet(self, line: Line) -> None:
        self._take(self._reader.expire(), line)
        self._enter(awake(self._state, self._clock.up_ms(), touched=False))

    def closed(self) -> None:
        self._reader.reset()

    def _take(self, frames: Frames, line: Line) -> None:
        while frames:
            outcomes, state, shown = self._group(frames)
            refusal = self._store(outcomes, state)
            if refusal:  # what follows was meant to build on it: an undo would meet an earlier fact
                missing = Outcome(verdict=Verdict.REFUSED, said=(said("not-stored"),))
                outcomes += [missing] * (len(frames) - len(outcomes))
            self._answer(frames[: len(outcomes)], outcomes, shown, line, refusal)
            frames = frames[len(outcomes) :]

    def _group(self, frames: Frames) -> tuple[list[Outcome], State, list[str]]:
        """What each of the frames comes to that can go into one commit, at least one, the state after it, and words."""
        at, up = self._clock.now_ms(), self._clock.up_ms()
        state = self._state
        outcomes: list[Outcome] = []
        shown: list[str] = []
        for frame in frames:
            if isinstance(frame, Garbage):
                fault = said("garbage", fault=frame.fault.value, size=frame.size)
                outcome = Outcome(verdict=Verdict.REFUSED, said=(fault,))
                self.counts.garbage += 1
            else:
                state, outcome = step(state, frame, at=at, up=up, knows=self._aid.knows)
            if outcome.verdict is Verdict.SETTLE or (outcome.ask is not None and outcomes):
                break
            if outcome.ask is not None:  # first of its group: what came before is committed
                answer = self._aid.answer(outcome.ask, self.beat)
                state, outcome = resume(state, outcome.ask, answer, at=at, up=up, knows=self._aid.knows)
            outcomes.append(outcome)
            shown.append(self._expected(state, self._settings.language) if self._settings.language else "")
        self.counts.last_at = at
        return outcomes, state, shown

    def _expected(self, state: State, language: str) -> str:
        at, up = self._clock.now_ms(), self._clock.up_ms()
        return say(expects(state, at=at, up=up, knows=self._aid.knows), language)

    def _store(self, outcomes: list[Outcome], state: State) -> bytes | None:
        """Commit a group's facts and take its state. If that fails, the state before stays: the answer to it all."""
        items = [item for outcome in outcomes for item in outcome.items]
        places: list[Place] = []
        if items:
            try:
                stored = self._outbox.append_facts(items)
            except (EdgeError, OSError) as error:
                return self._is_not_stored(len(items), error)
            places = [place for place, item in zip(stored, items, strict=True) if not isinstance(item, Void)]
            self.counts.facts += len(items)
            if not self._storing:
                self._log.info("scans-stored-again", not_stored=self.counts.not_stored)
            self._storing = True
        self._enter(committed(state, places))
        outcomes[:] = [self._printed(outcome) for outcome in outcomes]
        return None

    def _printed(self, outcome: Outcome) -> Outcome:
        """Have printed what follows from a reading. Nobody is told that a slip comes out where none will."""
        if all(self._aid.prints(what) for what in outcome.prints):
            return outcome
        if any(isinstance(what, PrintHandover) for what in outcome.prints):
            return replace(outcome, verdict=Verdict.REFUSED, said=(said("not-printed"),))
        return replace(outcome, said=(*outcome.said, said("not-printed")))

    def _is_not_stored(self, count: int, error: Exception) -> bytes:
        self.counts.not_stored += count
        if self._storing:
            self._log.error("scans-not-stored", why=str(error), answered="NAK: scan again when it is repaired")
        self._storing = False
        return CAN if isinstance(error, OutboxFullError) and self._settings.confirm == "echo" else NAK

    def _enter(self, state: State) -> None:
        before, self._state = self.person, state
        if self.person != before:
            self._log.info("signed-on" if self.person else "signed-off", name=self.person or before)
            self._aid.at_work(self._settings.port, self.person)

    def _answer(
        self, frames: Frames, outcomes: list[Outcome], shown: list[str], line: Line, refusal: bytes | None
    ) -> None:
        replies: list[bytes] = []
        for at, (frame, outcome) in enumerate(zip(frames, outcomes, strict=True)):
            verdict = outcome.verdict
            self.counts.commands += verdict is Verdict.COMMAND and not refusal
            self.counts.warned += verdict is Verdict.WARNED and not refusal
            self.counts.held += verdict is Verdict.HELD and not refusal
            if verdict is Verdict.REFUSED:
                self.counts.refused += 1
                self._say_refused(_for_the_log(outcome))
            elif verdict is not Verdict.FACT:
                self._log.debug(verdict.value, does=_for_the_log(outcome), taken=not refusal)
            data = frame.data if isinstance(frame, Reading) else b""
            expected = shown[at] if at < len(shown) else ""
            replies.append(reply(self._settings, outcome, data, refusal, expected))
        if self._settings.confirm != "none":
            self._send(b"".join(replies), line)

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

    def _say_refused(self, why: str) -> None:
        """In the log, but not faster than a person reads when a scanner sends garbage at full speed."""
        up = self._clock.up_ms()
        if up >= self._muted_until:
            self._muted_until = up + _SAY_EVERY_MS
            self._log.warning("refused", why=why, refused_so_far=self.counts.refused)


def _for_the_log(outcome: Outcome) -> str:
    """What was said; where it names somebody, only which sentences."""
    return ", ".join(each.code for each in outcome.said) if outcome.private else words(outcome)
