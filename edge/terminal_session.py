"""One session at a terminal: the dialogue of its pages, its running list, and what each page is told.

What pages say comes from the threads of their connections, what the dialogue answers from whoever brought the reading,
which may be the thread of a serial scanner: so nothing in here waits, and what is sent goes into the pages' bounded
buffers (edge/terminal.py).
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import msgspec

from edge.config import Settings
from edge.core.dialogue import Said, said
from edge.core.knowledge import PrintUnit
from edge.core.running_list import LONGEST_LABEL, RunningList, is_digits, shown_as, spoken, spoken_of
from edge.core.todo import Site, todo
from edge.core.verbs import VERBS
from edge.drivers.conversation import Answered, Clocks, Conversation, Missing, Side, Unwanted
from edge.frames.scanner import Garbage, Reading
from edge.practice import STREAM
from edge.status import Message
from edge.ui import messages
from edge.ui.messages import Digits, Hello, Language, Row, Stored, Tasks, Verdict, Via, Words
from edge.version import VERSION
from wire import called
from wire.display import shown

STATE_EVERY_MS: Final = 2_000
TASKS_EVERY_MS: Final = 5_000
_TYPED: Final = "RR:KEY:"


class Page(Protocol):
    """A page that is connected."""

    def send(self, message: messages.ToPage) -> None:
        """Never waits. A page that reads nothing is cut off, and comes back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the device stands, for every page: see edge.ui.messages.State."""

    pending: int = 0
    oldest_s: int = 0
    hub: messages.Hub = "offline"
    heard_s: int | None = None
    room: messages.Room = "free"
    problem: Words | None = None
    printing: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A reading that a page brought."""

    frame: Reading | Unwanted
    id: str
    text: str
    via: Via


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
        with self._lock:
            self._tell_news()
            self.pages.append(page)
            page.send(self._hello())
            page.send(messages.List(rows=self._list.rows))
            page.send(self._todo())
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
        with self._lock:
            if not self.pages:
                return
            self._tell_state()
            up = self._clock.up_ms()
            if up - self._tasks_up >= TASKS_EVERY_MS:
                before, now = self._tasks, self._todo()
                if now != before:
                    self._send(now)
                self._tell_news()

    def said(self, message: messages.FromPage, beat: Callable[[], None]) -> None:
        """A page said something. `beat` is called while it lasts; pages of one session take turns."""
        with self._turn:
            self._said_in_turn(message, beat)

    def _said_in_turn(self, message: messages.FromPage, beat: Callable[[], None]) -> None:
        match message:
            case messages.Scan():
                text = message.data if message.via != "typed" else _TYPED + message.data
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
                self._send(_verdict(msgspec.structs.replace(again, id=id_)))
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
        unwanted = Unwanted(stream=wish.stream, seq=wish.seq)
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
                row = self._row(each, mine)
                text = mine.text if mine is not None else _text(each)
                self._list.add(
                    row, "" if each.outcome.secret else text, self._clock.up_ms(), private=each.outcome.private
                )
                self._send(_verdict(row))
                if each.missing is None:
                    undone = sum(self._list.undone(*which) for which in each.voided) > 0 or undone
            if undone:
                self._send(messages.List(rows=self._list.rows))
            self._tell_state()

    def _row(self, each: Answered, mine: Asked | None) -> Row:
        outcome, missing = each.outcome, each.missing
        text = mine.text if mine is not None else _text(each)
        only_undone = bool(each.voided) and each.place is None and missing is None
        verdict = shown_as(outcome, full=None if missing is None else missing is Missing.FULL)
        words = spoken_of(outcome)
        if missing is not None:
            words = spoken(said("trouble-full" if missing is Missing.FULL else "not-stored"))
        if only_undone and not words.en:
            verdict, words = "obeyed", spoken(said("undone-fact"))
        return Row(
            n=self._list.next(),
            at=each.at,
            label="" if outcome.secret or is_digits(text) else shown(text.removeprefix(_TYPED), LONGEST_LABEL),
            verdict=verdict,
            words=words,
            next=spoken(each.then),
            stored=Stored(stream=each.place.stream, seq=each.place.seq) if each.place is not None else None,
            via=mine.via if mine else "serial",
            secret=outcome.secret,
            do=each.do,
            id=mine.id if mine else "",
        )

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

    def _hello(self) -> Hello:
        settings, knows = self._settings, self._talk.knows
        site, terminal = knows.site, settings.terminal
        may: list[messages.Power] = ["practice"]
        may += ["print"] if settings.printer is not None else []
        may += ["pair"] if self.screen and terminal is not None and terminal.listen else []
        may += ["sign-on"] if self._talk.state.work.sign_on else []
        return Hello(
            run=self._run,
            device=settings.device.name,
            kind=settings.device.kind,
            site=site.id if site is not None else "",
            site_name=Words(en=site.name, zh=site.name_zh or site.name) if site is not None else Words(),
            zone=site.zone if site is not None else "UTC",
            language=self._language,
            version=VERSION,
            terminal="screen" if self.screen else self._name,
            screen=self.screen,
            practice=self._talk.practises,
            printer=settings.printer is not None,
            scanner=terminal.scanner if self.screen and terminal is not None else "",
            may=tuple(may),
            verbs=tuple(messages.Choice(verb=verb, title=_title(verb)) for verb in VERBS),
            now=self._clock.now_ms(),
        )

    def _todo(self) -> Tasks:
        self._tasks_up = self._clock.up_ms()
        self._tasks = Tasks(rows=todo(self._site, dict(self._talk.state.done)) if self._site is not None else ())
        return self._tasks

    def _tell_news(self) -> None:
        rows = tuple(messages.Note(at=each.at, text=shown(each.text)) for each in self._news_of())
        if rows != self._news.rows:
            self._news = messages.News(rows=rows)
            self._send(self._news)

    def _tell_state(self) -> None:
        state, up = self._state(), self._clock.up_ms()
        before = self._said
        if before is None or up - self._state_up >= STATE_EVERY_MS or not _same(state, before):
            self._said, self._state_up = state, up
            self._send(state)

    def _state(self) -> messages.State:
        state, standing, then = self._talk.state, self._standing(), self._talk.expects()
        digits, typed = _digits(then, state.verb, state.opening is not None), len(state.digits)
        if state.signing is not None:
            digits, typed = "pin", len(state.signing.pin)
        return messages.State(
            person=self._talk.person,
            do=state.verb,
            task=state.task or "",
            expects=spoken(then),
            wants=then.code,
            digits=digits,
            typed=typed,
            hand=len(state.hand) + len(state.parts),
            open=len(state.opening.parcels) if state.opening is not None else 0,
            pending=standing.pending,
            oldest_s=standing.oldest_s,
            hub=standing.hub,
            heard_s=standing.heard_s,
            room=standing.room,
            problem=standing.problem,
            printing=standing.printing,
            busy=self._busy,
            now=self._clock.now_ms(),
        )

    def _send(self, message: messages.ToPage) -> None:
        for page in tuple(self.pages):
            page.send(message)


def _digits(then: Said, verb: str, is_open: bool) -> Digits:
    if verb == "collect":
        return "" if is_open and then.code != "pin-more" else "code"
    return "number" if then.code in {"expect-number", "expect-confirm"} else ""


def _title(verb: str) -> Words:
    english, chinese = called.VERBS[verb]
    return Words(en=english, zh=chinese)


def _verdict(row: Row) -> Verdict:
    return Verdict(**msgspec.structs.asdict(row))


def _text(each: Answered) -> str:
    if isinstance(each.frame, Reading):
        return each.frame.text
    return each.frame.fault.value if isinstance(each.frame, Garbage) else ""


def _same(one: messages.State, other: messages.State) -> bool:
    """Whether nothing happened between them but time."""
    return msgspec.structs.replace(one, now=other.now, heard_s=other.heard_s, oldest_s=other.oldest_s) == other
