"""The pages of one session at a terminal, and what all of them are told: at once on a change, else in its time."""

from collections.abc import Callable
from typing import Final, Protocol

from edge.core.todo import Site, todo
from edge.drivers.surroundings import Clocks
from edge.status import Message
from edge.terminal_telling import same
from edge.ui import messages
from edge.ui.messages import Row, Tasks
from wire.display import shown

STATE_EVERY_MS: Final = 2_000
TASKS_EVERY_MS: Final = 5_000


class Page(Protocol):
    """A page that is connected."""

    def send(self, message: messages.ToPage) -> None:
        """Never waits. A page that reads nothing is cut off, and comes back."""


class Audience:
    """From one thread at a time: whoever holds the session's lock. `due` and `todo` are for the one that ticks."""

    def __init__(
        self,
        clock: Clocks,
        *,
        hello: Callable[[], messages.Hello],
        state: Callable[[], messages.State],
        news: Callable[[], tuple[Message, ...]],
        site: Site | None,
        done: Callable[[], tuple[tuple[str, int], ...]],
    ) -> None:
        self.pages: list[Page] = []
        self._clock, self._hello, self._state = clock, hello, state
        self._news_of, self._news = news, messages.News(rows=())
        self._site, self._done = site, done
        self._said: messages.State | None = None
        self._tasks: Tasks | None = None
        self._state_up = self._tasks_up = 0

    def send(self, message: messages.ToPage) -> None:
        """To each of them."""
        for page in tuple(self.pages):
            page.send(message)

    def join(self, page: Page, rows: tuple[Row, ...], tasks: Tasks) -> None:
        """A page came: it is told all there is."""
        self._tell_news()
        self._tasks = tasks
        self.pages.append(page)
        state = self._state()
        for message in (self._hello(), messages.List(rows=rows), tasks, self._news, state):
            page.send(message)
        if self._said is None:
            self._said, self._state_up = state, self._clock.up_ms()

    def greet(self) -> None:
        """Something of the greeting changed."""
        self.send(self._hello())

    @property
    def due(self) -> bool:
        """Whether it is time to look for tasks again."""
        return self._clock.up_ms() - self._tasks_up >= TASKS_EVERY_MS

    def todo(self) -> Tasks:
        """What is to be done. It reads the disk: no lock is to be held."""
        self._tasks_up = self._clock.up_ms()
        return Tasks(rows=todo(self._site, dict(self._done())) if self._site is not None else ())

    def tick(self, tasks: Tasks | None) -> None:
        """What time alone changes; `tasks` where they were looked for."""
        self.tell_state()
        if tasks is None:
            return
        self._tell_news()
        if tasks != self._tasks:
            self._tasks = tasks
            self.send(tasks)

    def tell_state(self) -> None:
        """If it changed, or was not told for two seconds."""
        state, up = self._state(), self._clock.up_ms()
        before = self._said
        if before is None or up - self._state_up >= STATE_EVERY_MS or not same(state, before):
            self._said, self._state_up = state, up
            self.send(state)

    def _tell_news(self) -> None:
        rows = tuple(messages.Note(at=each.at, text=shown(each.text)) for each in self._news_of())
        if rows != self._news.rows:
            self._news = messages.News(rows=rows)
            self.send(self._news)
