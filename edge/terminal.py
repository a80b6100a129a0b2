"""The agent's side of its terminal's page: a Unix socket in the data folder, and the sessions behind it.

The page's process (edge/ui) opens one connection for each page; its first line says which session the page is of, then
both sides send lines of JSON (edge/ui/messages.py). One thread takes connections and keeps time; each connection has
one that reads, because a reading may take seconds (a PIN, a collection code) and no page is to wait for another's.

Bounds: MOST_SESSIONS sessions, MOST_PAGES pages of each; a session without a page gives way to a new one when nothing
of it waits. What a page does not read is kept for it up to MOST_UNREAD bytes; then it is cut off and comes back. Of a
page that says more than any scanner reads, the rest waits on its own connection (Allowance): a handheld that somebody
took over fills no outbox in minutes, and no other page waits for it.

The socket is for this user alone (0600, in a folder that is 0700 as a service): whoever may write to it could write to
the outbox as well.
"""

import os
import select
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from edge.clock import Clock
from edge.config import Settings, TerminalSettings
from edge.core.running_list import earlier_rows
from edge.crew import Pulse
from edge.drivers.conversation import Conversation
from edge.drivers.stop import Stop
from edge.knowing import Knowing
from edge.log import LineLog
from edge.practice import practice
from edge.status import Message
from edge.store.outbox import Outbox
from edge.store.recent import recent
from edge.terminal_session import Session
from edge.terminal_telling import Standing
from edge.ui import messages, wishes
from edge.ui.messages import MOST_LINE, MOST_SESSIONS, Words
from edge.ui.short_path import short

MOST_PAGES: Final = 4
MOST_UNREAD: Final = 1 << 20
_FIRST_LINE_S: Final = 5.0
_TURN_S: Final = 1.0
BURST: Final = 100
EACH_S: Final = 0.04
"""Readings that a page may make at once, and then one in this time: twice as fast as a scanner at 9600 baud."""
_READ_BYTES: Final = 64 * 1024
_FULL: Final = Words(
    en=f"{MOST_SESSIONS} terminals are open at this device: close one of them first",
    zh=f"本机已打开 {MOST_SESSIONS} 个终端：请先关闭一个",
)


class Allowance:
    """How long a page's next reading has to wait (the generic cell rate algorithm)."""

    def __init__(self) -> None:
        self._full_at = 0.0

    def wait_s(self, now: float) -> float:
        """For a reading that is taken at `now`, seconds of any steady clock."""
        self._full_at = max(self._full_at, now) + EACH_S
        return max(0.0, self._full_at - now - BURST * EACH_S)


class Connection:
    """One page. `send` from any thread, the rest from its own."""

    def __init__(self, line: socket.socket) -> None:
        line.setblocking(False)
        self._line = line
        self._hung_up = select.poll()
        self._hung_up.register(line, select.POLLRDHUP)  # and POLLHUP, POLLERR, which come unasked
        self._unread = bytearray()
        self._lock = threading.Lock()
        self._cut = False
        self._read = bytearray()

    def send(self, message: messages.ToPage) -> None:
        """Never waits. A page that reads nothing is cut off, and comes back."""
        with self._lock:
            self._unread += messages.encode(message) + b"\n"
            self._flush()
            if len(self._unread) > MOST_UNREAD:
                self._cut = True

    def lines(self, timeout_s: float, stop: Stop) -> list[bytes] | None:
        """What came, within the time; None when the page is gone."""
        writers = [self._line] if self._unread else []
        line = self._line.fileno()
        ready, free, _ = select.select([line, stop.fileno()], writers, [], timeout_s)
        with self._lock:
            if free:
                self._flush()
        if self._cut or stop.is_set():
            return None
        if line not in ready:
            return []
        try:
            data = self._line.recv(_READ_BYTES)
        except BlockingIOError:
            return []
        except OSError:
            return None
        self._read += data
        *whole, rest = self._read.split(b"\n")
        self._read = bytearray(rest)
        return None if not data or len(rest) > MOST_LINE else [bytes(each) for each in whole]

    @property
    def is_gone(self) -> bool:
        """Whether the other end hung up. What it said and nobody took is told there as not stored: so it is not."""
        return bool(self._hung_up.poll(0))

    def close(self) -> None:
        with self._lock:
            self._cut = True
            self._line.close()

    def _flush(self) -> None:
        if self._cut:
            self._unread.clear()
            return
        with suppress(BlockingIOError):
            try:
                while self._unread:
                    del self._unread[: self._line.send(self._unread)]
            except BlockingIOError:
                raise
            except OSError:
                self._cut = True
                self._unread.clear()


class Terminal:
    """All sessions of a device. `standing` says how the device stands; `shared` is the dialogue of its scanner."""

    def __init__(
        self,
        settings: Settings,
        terms: TerminalSettings,
        outbox: Outbox,
        clock: Clock,
        log: LineLog,
        knowing: Knowing,
        *,
        stop: Stop,
        standing: Callable[[], Standing],
        shared: Callable[[str], Conversation | None],
        news: Callable[[], tuple[Message, ...]],
    ) -> None:
        """Raises OSError if the socket cannot be made."""
        self.pulse = Pulse()
        self._settings, self._terms, self._outbox, self._clock = settings, terms, outbox, clock
        self._log, self._knowing = log, knowing
        self._stop, self._standing, self._shared = stop, standing, shared
        self._news = news
        self._run = os.urandom(8).hex()
        self._sessions: dict[str, Session] = {}
        self._lock = threading.Lock()
        self._socket = listen(settings.terminal_socket)

    def run(self) -> None:
        """Until stop."""
        due = 0.0
        while not self._stop.is_set():
            self.pulse.beat()
            watched = [self._socket.fileno(), self._stop.fileno()]
            ready, _, _ = select.select(watched, [], [], max(0.0, due - time.monotonic()))
            if watched[0] in ready and not self._stop.is_set():
                self._take()
            if time.monotonic() >= due:
                due = time.monotonic() + _TURN_S
                for session in self._all():
                    session.tick()
        self._socket.close()
        self._settings.terminal_socket.unlink(missing_ok=True)

    def counts(self) -> tuple[int, int]:
        """Sessions, and pages that are open."""
        sessions = self._all()
        return len(sessions), sum(len(session.pages) for session in sessions)

    def _take(self) -> None:
        try:
            line, _ = self._socket.accept()
        except OSError as error:  # no file is left to open: the page comes again
            self._log.warning("page-not-taken", why=str(error))
            self._stop.wait(_TURN_S)
            return
        threading.Thread(target=self._serve, args=(Connection(line),), name="terminal page", daemon=True).start()

    def _serve(self, page: Connection) -> None:
        try:
            session, waiting = self._attached(page)
            if session is None:
                return
            try:
                self._follow(page, session, waiting)
            finally:
                session.leave(page)
        finally:
            page.close()

    def _attached(self, page: Connection) -> tuple[Session | None, list[bytes]]:
        deadline = time.monotonic() + _FIRST_LINE_S
        lines: list[bytes] | None = []
        while not lines and lines is not None and time.monotonic() < deadline:
            lines = page.lines(_TURN_S, self._stop)
        wanted = wishes.attach(lines[0]) if lines else None
        if wanted is None or not lines:
            return None, []
        session = self._session(wanted)
        if session is None or len(session.pages) >= MOST_PAGES:
            self._log.warning("terminal-full", terminal=wanted.name, sessions=len(self._sessions))
            page.send(messages.Gone(why=_FULL, again=False))
            page.lines(0.0, self._stop)
            return None, []
        session.join(page)
        return session, lines[1:]

    def _follow(self, page: Connection, session: Session, lines: list[bytes] | None) -> None:
        allowance = Allowance()
        while lines is not None:
            for line in lines:
                if page.is_gone:
                    return
                said = wishes.from_page(line)
                if isinstance(said, wishes.Ping):
                    page.send(messages.Pong())
                elif said is not None:
                    session.said(said, _nothing)
                    self._stop.wait(allowance.wait_s(time.monotonic()))
            lines = page.lines(_TURN_S, self._stop)

    def _session(self, wanted: wishes.Attach) -> Session | None:
        with self._lock:
            known = self._sessions.get(wanted.session)
            if known is not None:
                return known
            if len(self._sessions) >= MOST_SESSIONS and not self._give_way():
                return None
            made = self._sessions[wanted.session] = self._made(wanted)
        self._log.info("terminal-session", terminal=wanted.name, screen=wanted.screen)
        return made

    def _give_way(self) -> bool:
        """The oldest session that nobody would miss ends; whether there is one."""
        for key, session in self._sessions.items():
            if session.idle:
                self._sessions.pop(key).close()
                return True
        return False

    def _made(self, wanted: wishes.Attach) -> Session:
        settings, work = self._settings, self._terms.work
        shared = self._shared(self._terms.scanner) if wanted.screen and self._terms.scanner else None
        name = "terminal" if wanted.screen else f"terminal {wanted.name}"
        log = self._log.bind(port=name)
        talk = shared or Conversation(name, work, self._outbox, self._clock, log, self._knowing)
        return Session(
            wanted.name,
            settings,
            talk,
            self._clock,
            run=self._run,
            screen=wanted.screen,
            practice=lambda seen: practice(self._knowing, seen),
            standing=self._standing,
            news=self._news,
            site=self._knowing.site,
            earlier=earlier_rows(recent(self._outbox), self._knowing.knows) if wanted.screen else (),
        )

    def _all(self) -> list[Session]:
        with self._lock:
            return list(self._sessions.values())


def listen(path: Path) -> socket.socket:
    """A socket for this user alone. What is left of a run that was killed goes. Raises OSError."""
    path.unlink(missing_ok=True)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        with short(path) as name:
            made.bind(name)
    finally:
        os.umask(before)
    made.listen(16)
    made.setblocking(False)
    return made


def _nothing() -> None:
    """No pulse hangs on it."""
