"""One dialogue and what is around it: readings come in, facts are committed, and only then is anybody answered.

All readings that are taken at once are one group: one transaction, then its answers in the order of the readings. If
the commit fails, none of the group has happened, commands neither. What the dialogue asks of the device around it (is
this the PIN, a number for a unit) is done between two groups, and what it has printed follows the commit.

A serial scanner has a dialogue (edge/drivers/scanner.py), a terminal's page has one (edge/terminal_session.py), and a
terminal that names a scanner shares its: readings of both take turns, and both hear what came of each.

In practice the same dialogue goes on over a store in memory, from a fresh beginning; what it was before comes back
when practice ends. Nothing of it reaches the outbox, the printer, or the numbers that are kept.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from threading import RLock
from typing import Final

from edge.core.dialogue import (
    Outcome,
    Place,
    Said,
    State,
    Verdict,
    Work,
    awake,
    begin,
    committed,
    expects,
    practised,
    resume,
    returned,
    said,
    step,
    undo,
)
from edge.core.knowledge import Knowledge, Print, PrintHandover
from edge.drivers.answered import Answered, Frame, Frames, Hearer, Missing, Unwanted
from edge.drivers.surroundings import Aid, Clocks, FactStore, Side, Unaided
from edge.drivers.tally import ScannerCounts, Tally
from edge.errors import EdgeError
from edge.frames.scanner import Garbage
from edge.log import Log
from edge.store.errors import OutboxFullError
from wire.messages import Void

_TURN_S: Final = 1.0
CAUTION_EVERY_MS: Final = 300_000
"""So often a scanner's person is told of the device itself: at each scan it would not be heard any more."""


class Conversation:
    """A dialogue that several may take part in, from threads of their own."""

    def __init__(
        self, name: str, work: Work, store: FactStore, clock: Clocks, log: Log, aid: Aid | None = None
    ) -> None:
        """`name`: the port or the terminal, for who works where."""
        self.hearers: list[Hearer] = []
        """Called after each group, in its order, by whoever brought it: they must be quick and wait for nobody."""
        self.says_next = False
        """Whether somebody wants to know what is expected next, though nobody hears."""
        self._name, self._work = name, work
        self._real = self._side = Side(store=store, aid=aid or Unaided())
        self._clock, self._log = clock, log
        self._tally = Tally(clock, log)
        self._state = begin(work)
        self._before: State | None = None
        self._cautioned_up: int | None = None
        self._lock = RLock()

    @property
    def counts(self) -> ScannerCounts:
        return self._tally.counts

    @property
    def state(self) -> State:
        """Where the dialogue stands. Any thread may ask."""
        return self._state

    @property
    def practises(self) -> bool:
        return self._before is not None

    @property
    def storing(self) -> bool:
        """Whether the last commit went well."""
        return self._tally.storing

    @property
    def knows(self) -> Knowledge:
        return self._side.aid.knows

    @property
    def person(self) -> str | None:
        """Who is signed on."""
        person = self._state.person
        return person.name if person is not None else None

    @property
    def locked(self) -> bool:
        """Whether somebody has to sign on before anything is done."""
        return self._state.work.sign_on and self._state.person is None

    def expects(self) -> Said:
        """What this dialogue waits for. Any thread may ask."""
        return self._expected(self._state)

    def quiet(self) -> None:
        """Time passed: an idle person is signed off. Not while somebody else's reading is under way."""
        if self._lock.acquire(blocking=False):
            try:
                self._enter(awake(self._state, self._clock.up_ms(), touched=False))
            finally:
                self._lock.release()

    def take(self, frames: Frames, beat: Callable[[], None]) -> Iterator[Sequence[Answered]]:
        """What came of them, group by group, after the commit of each. `beat` is called while anything lasts."""
        while frames:
            with self._turn(beat):
                group = self._group(frames, beat)
                for hear in tuple(self.hearers):
                    hear(group)
            yield group
            frames = frames[len(group) :]

    def practise(self, side: Side | None, beat: Callable[[], None]) -> None:
        """Begin to practise with this side, or end it (None); whoever is signed on stays so, and nobody else is."""
        with self._turn(beat):
            if side is not None and self._before is None:
                self._before, self._side = self._state, side
                self._state = practised(self._state)
            elif side is None and self._before is not None:
                now, self._state, self._before, self._side = self._state, self._before, None, self._real
                self._enter(returned(self._state, now))

    def prints(self, what: Print) -> bool:
        """Have something printed that a person asks for beside the dialogue; whether it will be."""
        return self._side.aid.prints(what)

    @contextmanager
    def _turn(self, beat: Callable[[], None]) -> Iterator[None]:
        while not self._lock.acquire(timeout=_TURN_S):
            beat()
        try:
            yield
        finally:
            self._lock.release()

    def _group(self, frames: Frames, beat: Callable[[], None]) -> list[Answered]:
        """What each of the frames comes to that can go into one commit, at least one, and that commit.

        If it fails, what follows in `frames` was meant to build on it (an undo would meet an earlier fact): all of
        them are answered alike.
        """
        state, group = self._decided(frames, beat)
        missing = self._store(group, state)
        if missing is None:
            return group
        lost = Outcome(verdict=Verdict.REFUSED, said=(said("not-stored"),))
        rest = [self._answered(frame, lost, self._state) for frame in frames[len(group) :]]
        group = [replace(each, missing=missing, then=None) for each in (*group, *rest)]
        self._tally.answered(group)
        return group

    def _decided(self, frames: Frames, beat: Callable[[], None]) -> tuple[State, list[Answered]]:
        at, up = self._clock.now_ms(), self._clock.up_ms()
        state, group = self._state, list[Answered]()
        self.counts.last_at = at
        for frame in frames:
            state, outcome = self._step(state, frame, at, up)
            if outcome.verdict is Verdict.SETTLE or (outcome.ask is not None and group):
                break
            if outcome.ask is not None:  # first of its group: what came before is committed
                beat()
                answer = self._side.aid.answer(outcome.ask, beat)
                state, outcome = resume(state, outcome.ask, answer, at=at, up=up, knows=self.knows)
            gone = tuple((each.stream, each.seq) for each in outcome.items if isinstance(each, Void))
            group.append(replace(self._answered(frame, outcome, state), at=at, voided=gone))
        return state, group

    def _step(self, state: State, frame: Frame, at: int, up: int) -> tuple[State, Outcome]:
        if isinstance(frame, Garbage):
            fault = said("garbage", fault=frame.fault.value, size=frame.size)
            self.counts.garbage += 1
            return state, Outcome(verdict=Verdict.REFUSED, said=(fault,))
        if isinstance(frame, Unwanted):
            return undo(state, frame.facts, at=at, up=up, knows=self.knows)
        return step(state, frame, at=at, up=up, knows=self.knows)

    def _answered(self, frame: Frame, outcome: Outcome, state: State) -> Answered:
        then = self._expected(state) if self.says_next or self.hearers else None
        return Answered(frame=frame, outcome=outcome, at=self._clock.now_ms(), do=state.verb, then=then)

    def _expected(self, state: State) -> Said:
        return expects(state, at=self._clock.now_ms(), up=self._clock.up_ms(), knows=self.knows)

    def _store(self, group: list[Answered], state: State) -> Missing | None:
        """Commit a group's facts and take its state. If that fails, the state before stays."""
        items = [item for each in group for item in each.outcome.items]
        places: list[Place] = []
        if items:
            try:
                stored = self._side.store.append_facts(items)
            except (EdgeError, OSError) as error:
                self._tally.not_stored(len(items), error)
                return Missing.FULL if isinstance(error, OutboxFullError) else Missing.FAILED
            places = [place for place, item in zip(stored, items, strict=True) if not isinstance(item, Void)]
            self._tally.stored(0 if self.practises else len(items))
        self._enter(committed(state, places))
        left = iter(places)
        for at, each in enumerate(group):
            kept = [next(left) for item in each.outcome.items if not isinstance(item, Void)]
            stand = tuple((place.stream, place.seq) for place in kept)
            outcome = self._printed(each.outcome)
            group[at] = replace(each, outcome=self._cautioned(outcome) if stand else outcome, places=stand)
        self._tally.answered(group)
        return None

    def _printed(self, outcome: Outcome) -> Outcome:
        """Have printed what follows from a reading. Nobody is told that a slip comes out where none will."""
        if all(self._side.aid.prints(what) for what in outcome.prints):
            return outcome
        if any(isinstance(what, PrintHandover) for what in outcome.prints):
            return replace(outcome, verdict=Verdict.REFUSED, said=(said("not-printed"),))
        return replace(outcome, said=(*outcome.said, said("not-printed")))

    def _cautioned(self, outcome: Outcome) -> Outcome:
        """A fact is kept, and its person is told now and then what else is to be known, as a warning."""
        up, caution = self._clock.up_ms(), self._side.aid.caution()
        if caution is None:
            self._cautioned_up = None
            return outcome
        if self._cautioned_up is not None and up - self._cautioned_up < CAUTION_EVERY_MS:
            return outcome
        self._cautioned_up = up
        verdict = Verdict.WARNED if outcome.verdict is Verdict.FACT else outcome.verdict
        return replace(outcome, verdict=verdict, said=(*outcome.said, caution))

    def _enter(self, state: State) -> None:
        before, self._state = self.person, state
        if self.person != before:
            self._log.info("signed-on" if self.person else "signed-off", name=self.person or before)
            self._side.aid.at_work(self._name, self.person)
