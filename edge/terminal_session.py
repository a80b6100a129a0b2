"""One session at a terminal: the dialogue of its pages, its running list, and what each page is told.

What pages say comes from the threads of their connections, what the dialogue answers from whoever brought the reading,
which may be the thread of a serial scanner: so nothing in here waits, and what is sent goes into the pages' bounded
buffers (edge/terminal.py).
"""

import threading
from collections.abc import Callable, Sequence
from typing import Final, Protocol

import msgspec

from edge.config import Settings
from edge.core.dialogue import Said, said
from edge.core.knowledge import PrintUnit
from edge.core.running_list import LONGEST_LABEL, RunningList, spoken
from edge.core.todo import Site, todo
from edge.drivers.conversation import Answered, Conversation, Unwanted
from edge.drivers.surroundings import Clocks, Side
from edge.frames.scanner import Reading
from edge.practice import STREAM
from edge.status import Message
from edge.terminal_telling import (
    TYPED,
    Asked,
    Standing,
    hello,
    row_of,
    same,
    state_of,
    text_of,
    verdict_of,
)
from edge.ui import messages
from edge.ui.messages import Language, Row, Tasks, Verdict, Via
from wire.display import shown

STATE_EVERY_MS: Final = 2_000
TASKS_EVERY_MS: Final = 5_000


class Page(Protocol):
    """A page that is connected."""

    def send(self, message: messages.ToPage) -> None:
        """Never waits. A page that reads nothing is cut off, and comes back."""


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
        practice: Callable[[], Side],
        standing: Callable[[], Standing],
        news: Callable[[], tuple[Message, ...]] = tuple,
        site: Site | None = None,
        earlier: tuple[Row, ...] = (),
    ) -> None:
        self.pages: list[Page] = []
        self._name, self._settings, self._run, self.screen = name, settings, run, screen
        self._talk, self._clock = conversation, clock
        self._practice, self._standing, self._site = practice, standing, site
        self._news_of, self._news = news, messages.News(rows=())
        self._language: Language = "zh" if settings.device.language == "zh" else "en"
        self._list = RunningList(rows=earlier)
        self._real: RunningList | None = None
        self._lock = threading.RLock()
        self._mine: Asked | None = None
        """What a page brought and is under way."""
        self._turn = threading.Lock()
        self._busy = False
        self._said: messages.State | None = None
        self._tasks: Tasks | None = None
        self._state_up = self._tasks_up = 0
        conversation.hearers.append(self._hear)

    @property
    def idle(self) -> bool:
        """Whether nobody would miss it: no page, and nothing that is not kept yet."""
        return not self.pages and not self._talk.state.holds

    def close(self) -> None:
        """It hears no more of its dialogue."""
        self._talk.hearers.remove(self._hear)

    def join(self, page: Page) -> None:
        """A page came: it is told all there is."""
        tasks = self._todo()
        with self._lock:
            self._tell_news()
            self._tasks = tasks
            self.pages.append(page)
            page.send(self._hello())
            page.send(messages.List(rows=self._list.rows))
            page.send(tasks)
            page.send(self._news)
            state = self._state()
            page.send(state)
            if self._said is None:
                self._said, self._state_up = state, self._clock.up_ms()

    def leave(self, page: Page) -> None:
        with self._lock:
            if page in self.pages:
                self.pages.remove(page)

    def tick(self) -> None:
        """Once a second, by one thread: what time alone changes."""
        self._talk.quiet()
        if not self.pages:
            return
        due = self._clock.up_ms() - self._tasks_up >= TASKS_EVERY_MS
        tasks = self._todo() if due else self._tasks  # read outside of the lock: a verdict does not wait for it
        with self._lock:
            self._tell_state()
            if due:
                self._tell_news()
            if tasks is not None and tasks != self._tasks:
                self._tasks = tasks
                self._send(tasks)

    def said(self, message: messages.FromPage, beat: Callable[[], None]) -> None:
        """A page said something. `beat` is called while it lasts; pages of one session take turns."""
        with self._turn:
            self._said_in_turn(message, beat)

    def _said_in_turn(self, message: messages.FromPage, beat: Callable[[], None]) -> None:
        match message:
            case messages.Scan():
                text = message.data if message.via != "typed" else TYPED + message.data
                self._read(text, message.via, message.id, beat)
            case messages.Press():
                self._read(message.code, "button", message.id, beat)
            case messages.Undo():
                self._undo(message, beat)
            case messages.Print():
                done = self._talk.prints(PrintUnit(sscc=message.sscc))
                word = said("unit-again", sscc=message.sscc) if done else said("not-printed")
                self._answer(message.id, message.sscc, "obeyed" if done else "refused", word)
            case messages.Practice():
                self._practise(message.on, beat)
            case messages.Speak():
                with self._lock:
                    self._language = message.to
                    self._send(self._hello())
            case messages.Ping():
                pass  # answered by the connection

    def _read(self, text: str, via: Via, id_: str, beat: Callable[[], None]) -> None:
        with self._lock:
            again = self._list.stutter(text, via, self._clock.up_ms())
            if again is not None:
                self._send(verdict_of(msgspec.structs.replace(again, id=id_)))
                return
        reading = Reading(data=text.encode("utf-8", "replace"), text=text)
        self._taken(Asked(frame=reading, id=id_, text=text, via=via), beat)

    def _undo(self, wish: messages.Undo, beat: Callable[[], None]) -> None:
        with self._lock:
            row = self._list.of(wish.stream, wish.seq)
        mine = wish.stream == STREAM
        if row is None or row.undone or mine != self._talk.practises:
            self._answer(wish.id, "", "refused", said("nothing-to-undo"))
            return
        unwanted = Unwanted(facts=self._list.facts(row))
        self._taken(Asked(frame=unwanted, id=wish.id, text=row.label, via="button"), beat)

    def _taken(self, asked: Asked, beat: Callable[[], None]) -> None:
        def waiting() -> None:
            beat()
            self._busy = True
            with self._lock:
                self._tell_state()

        self._mine = asked
        try:
            for _ in self._talk.take((asked.frame,), waiting):
                pass
        finally:
            self._mine, self._busy = None, False
        with self._lock:
            self._tell_state()

    def _practise(self, on: bool, beat: Callable[[], None]) -> None:
        if on == self._talk.practises:
            return
        self._talk.practise(self._practice() if on else None, beat)
        with self._lock:
            if on:
                self._real, self._list = self._list, RunningList(count=self._list.count)
            elif self._real is not None:
                self._real.count = self._list.count
                self._list, self._real = self._real, None
            self._list.forget_last()
            self._send(self._hello())
            self._send(messages.List(rows=self._list.rows))
            self._tell_state()

    def _hear(self, group: Sequence[Answered]) -> None:
        """What came of readings, of a page of this session or of the scanner that it shares."""
        with self._lock:
            undone = False
            for each in group:
                mine = self._mine if self._mine is not None and each.frame is self._mine.frame else None
                row = row_of(each, mine, self._list.next())
                text = mine.text if mine is not None else text_of(each)
                self._list.add(
                    row,
                    "" if each.outcome.secret else text,
                    self._clock.up_ms(),
                    private=each.outcome.private,
                    facts=each.places,
                )
                self._send(verdict_of(row))
                if each.missing is None:
                    undone = sum(self._list.undone(which) for which in each.voided) > 0 or undone
            if undone:
                self._send(messages.List(rows=self._list.rows))
            self._tell_state()

    def _answer(self, id_: str, label: str, verdict: messages.Shown, word: Said) -> None:
        """A verdict on what is no reading; it is in no list."""
        with self._lock:
            state = self._talk.state
            self._send(
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

    def _todo(self) -> Tasks:
        self._tasks_up = self._clock.up_ms()
        return Tasks(rows=todo(self._site, dict(self._talk.state.done)) if self._site is not None else ())

    def _tell_news(self) -> None:
        rows = tuple(messages.Note(at=each.at, text=shown(each.text)) for each in self._news_of())
        if rows != self._news.rows:
            self._news = messages.News(rows=rows)
            self._send(self._news)

    def _tell_state(self) -> None:
        state, up = self._state(), self._clock.up_ms()
        before = self._said
        if before is None or up - self._state_up >= STATE_EVERY_MS or not same(state, before):
            self._said, self._state_up = state, up
            self._send(state)

    def _state(self) -> messages.State:
        return state_of(self._talk, self._standing(), busy=self._busy, now=self._clock.now_ms())

    def _send(self, message: messages.ToPage) -> None:
        for page in tuple(self.pages):
            page.send(message)
