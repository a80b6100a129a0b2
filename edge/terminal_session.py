"""One session at a terminal: the dialogue of its pages, its running list, and what each page is told.

What pages say comes from the threads of their connections, what the dialogue answers from whoever brought the reading,
which may be the thread of a serial scanner: so nothing in here waits, and what is sent goes into the pages' bounded
buffers (edge/terminal.py).
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from edge.config import Settings
from edge.core.dialogue import Said, said
from edge.core.knowledge import PrintUnit
from edge.core.naming import TYPED
from edge.core.running_list import LONGEST_LABEL, RunningList, spoken
from edge.core.todo import Site
from edge.drivers.answered import Answered, Unwanted
from edge.drivers.conversation import Conversation
from edge.drivers.surroundings import Clocks, Side
from edge.frames.scanner import Reading
from edge.practice import STREAM
from edge.status import Message
from edge.terminal_audience import Audience, Page
from edge.terminal_telling import Asked, Standing, hello, row_of, state_of, text_of, verdict_of
from edge.ui import messages, wishes
from edge.ui.messages import Language, Row, Verdict, Via
from wire.display import shown

PRACTICE_UNSEEN_MS: Final = 15_000
"""After so long without a page practice ends: somebody may scan by the serial scanner that cannot know of it."""
MOST_IDS: Final = 500
"""So many of the latest wishes are known again."""


class Session:
    """One dialogue and its pages. `standing` is asked often, and answers at once."""

    def __init__(
        self,
        name: str,
        settings: Settings,
        conversation: Conversation,
        clock: Clocks,
        *,
        run: str,
        screen: bool,
        practice: Callable[[Callable[[], bool]], Side],
        standing: Callable[[], Standing],
        news: Callable[[], tuple[Message, ...]] = tuple,
        site: Site | None = None,
        earlier: tuple[Row, ...] = (),
    ) -> None:
        self._name, self._settings, self._run, self.screen = name, settings, run, screen
        self._talk, self._clock = conversation, clock
        self._practice, self._standing = practice, standing
        self._language: Language = "zh" if settings.device.language == "zh" else "en"
        self._list = RunningList(rows=earlier)
        self._real: RunningList | None = None
        self._lock = threading.RLock()
        self._mine: Asked | None = None
        """What a page brought and is under way."""
        self._turn = threading.Lock()
        self._busy = False
        self._left_up = 0
        self._ids: deque[str] = deque(maxlen=MOST_IDS)
        self._audience = Audience(
            clock, hello=self._hello, state=self._state, news=news, site=site, done=lambda: conversation.state.done
        )
        self.pages = self._audience.pages
        conversation.hearers.append(self._hear)

    @property
    def idle(self) -> bool:
        """Whether nobody would miss it: no page, and nothing that is not kept yet."""
        return not self.pages and not self._talk.state.holds

    def close(self) -> None:
        """It hears no more of its dialogue, which may go on without it: for real."""
        self._practise(False, _nothing)
        self._talk.hearers.remove(self._hear)

    def join(self, page: Page) -> None:
        """A page came: it is told all there is."""
        tasks = self._audience.todo()
        with self._lock:
            self._audience.join(page, self._list.rows, tasks)

    def leave(self, page: Page) -> None:
        with self._lock:
            if page in self.pages:
                self.pages.remove(page)
                self._left_up = self._clock.up_ms()

    def tick(self) -> None:
        """Once a second, by one thread: what time alone changes."""
        self._talk.quiet()
        if not self.pages:
            if self._clock.up_ms() - self._left_up >= PRACTICE_UNSEEN_MS:
                self._practise(False, _nothing)
            return
        tasks = self._audience.todo() if self._audience.due else None
        with self._lock:
            self._audience.tick(tasks)

    def said(self, message: wishes.FromPage, beat: Callable[[], None]) -> None:
        """A page said something. `beat` is called while it lasts; pages of one session take turns."""
        with self._turn:
            if not self._came_before(message):
                self._said_in_turn(message, beat)

    def _came_before(self, message: wishes.FromPage) -> bool:
        """Whether this very wish was taken already: then its verdict is told again, where it is in the list."""
        if not isinstance(message, wishes.Asked) or message.id == "":
            return False
        with self._lock:
            if message.id not in self._ids:
                self._ids.append(message.id)
                return False
            row = self._list.asked(message.id)
            if row is not None:
                self._audience.send(verdict_of(row))
        return True

    def _said_in_turn(self, message: wishes.FromPage, beat: Callable[[], None]) -> None:
        match message:
            case wishes.Scan():
                text = message.data if message.via != "typed" else TYPED + message.data
                self._read(text, message.via, message.id, beat)
            case wishes.Press():
                self._read(message.code, "button", message.id, beat)
            case wishes.Undo():
                self._undo(message, beat)
            case wishes.Print():
                self._print(message)
            case wishes.Practice():
                self._practise(message.on, beat)
            case wishes.Speak():
                with self._lock:
                    self._language = message.to
                    self._audience.greet()
            case wishes.Ping():
                pass  # answered by the connection

    def _print(self, wish: wishes.Print) -> None:
        """The label of a unit once more; not for who walks by."""
        if self._talk.locked:
            self._answer(wish.id, "", "refused", said("sign-on-first"))
            return
        done = self._talk.prints(PrintUnit(sscc=wish.sscc))
        word = said("unit-again", sscc=wish.sscc) if done else said("not-printed")
        self._answer(wish.id, wish.sscc, "obeyed" if done else "refused", word)

    def _read(self, text: str, via: Via, id_: str, beat: Callable[[], None]) -> None:
        with self._lock:
            again = self._list.stutter(text, via, self._clock.up_ms())
            if again is not None:
                self._audience.send(verdict_of(msgspec.structs.replace(again, id=id_)))
                return
        reading = Reading(data=text.encode("utf-8", "replace"), text=text)
        self._taken(Asked(frame=reading, id=id_, text=text, via=via), beat)

    def _undo(self, wish: wishes.Undo, beat: Callable[[], None]) -> None:
        row = self._still_standing(wish)
        mine = wish.stream == STREAM
        if row is None or row.undone or mine != self._talk.practises:
            self._answer(wish.id, "", "refused", said("nothing-to-undo"))
            return
        unwanted = Unwanted(facts=self._list.facts(row))
        self._taken(Asked(frame=unwanted, id=wish.id, text=row.label, via="button"), beat)

    def _still_standing(self, wish: wishes.Undo) -> Row | None:
        """The row of a fact, as it is with what was undone elsewhere on this device meanwhile."""
        with self._lock:
            row = self._list.of(wish.stream, wish.seq)
            elsewhere = [fact for fact in self._list.facts(row) if self._talk.knows.undone(*fact)] if row else []
            if row is None or not elsewhere:
                return row
            for fact in elsewhere:
                self._list.undone(fact)
            self._audience.send(messages.List(rows=self._list.rows))
            return self._list.of(wish.stream, wish.seq)

    def _taken(self, asked: Asked, beat: Callable[[], None]) -> None:
        def waiting() -> None:
            beat()
            self._busy = True
            with self._lock:
                self._audience.tell_state()

        self._mine = asked
        try:
            for _ in self._talk.take((asked.frame,), waiting):
                pass
        finally:
            self._mine, self._busy = None, False
        with self._lock:
            self._audience.tell_state()

    def _practise(self, on: bool, beat: Callable[[], None]) -> None:
        if on == self._talk.practises:
            return
        self._talk.practise(self._practice(lambda: bool(self.pages)) if on else None, beat)
        with self._lock:
            if on:
                self._real, self._list = self._list, RunningList(count=self._list.count)
            elif self._real is not None:
                self._real.count = self._list.count
                self._list, self._real = self._real, None
            self._list.forget_last()
            self._audience.greet()
            self._audience.send(messages.List(rows=self._list.rows))
            self._audience.tell_state()

    def _hear(self, group: Sequence[Answered]) -> None:
        """What came of readings, of a page of this session or of the scanner that it shares."""
        with self._lock:
            undone = False
            for each in group:
                mine = self._mine if self._mine is not None and each.frame is self._mine.frame else None
                voided = self._list.about(each.voided[-1]) if each.voided else None
                row = row_of(each, mine, self._list.next(), self._talk.knows, voided)
                text = mine.text if mine is not None else text_of(each)
                self._list.add(
                    row,
                    "" if each.outcome.secret else text,
                    self._clock.up_ms(),
                    private=each.outcome.private,
                    facts=each.places,
                )
                self._audience.send(verdict_of(row))
                if each.missing is None:
                    undone = sum(self._list.undone(which) for which in each.voided) > 0 or undone
            if undone:
                self._audience.send(messages.List(rows=self._list.rows))
            self._audience.tell_state()

    def _answer(self, id_: str, label: str, verdict: messages.Shown, word: Said) -> None:
        """A verdict on what is no reading; it is in no list."""
        with self._lock:
            state = self._talk.state
            self._audience.send(
                Verdict(
                    n=self._list.next(),
                    at=self._clock.now_ms(),
                    label=shown(label, LONGEST_LABEL),
                    verdict=verdict,
                    words=spoken(word),
                    next=spoken(self._talk.expects()),
                    stored=None,
                    via="button",
                    secret=False,
                    do=state.verb,
                    id=id_,
                )
            )

    def _hello(self) -> messages.Hello:
        return hello(
            self._settings,
            self._talk,
            run=self._run,
            terminal="screen" if self.screen else self._name,
            screen=self.screen,
            language=self._language,
            now=self._clock.now_ms(),
        )

    def _state(self) -> messages.State:
        return state_of(self._talk, self._standing(), busy=self._busy, now=self._clock.now_ms())


def _nothing() -> None:
    """No pulse hangs on it."""
