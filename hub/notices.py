"""Sends notices: one thread that takes what is due out of the database and hands it to the adapter.

Several go in one turn, and what became of them is committed together. A hub that dies in between sends these again,
under the ids that the adapter knows already. Where the adapter does not answer, the rest of a turn waits with it. Words
that were sent a week ago are erased. Without an adapter notices wait, and are old news after a day.
"""

import random
from collections.abc import Callable
from typing import Final, Protocol

import structlog

from hub.core.notices import Event, step, wait_ms
from hub.store import notices, reference
from hub.store.database import Database
from hub.store.notices import Due
from hub.tending import Tending
from hub.vault import Vault
from hub.webhook import Answer, Message

LOOK_S: Final = 1.0
AT_ONCE: Final = 20
ERASE_MS: Final = 3_600_000
LONGEST_PAUSE_MS: Final = 60_000
_NOBODY: Final = Answer(event=Event.REFUSED, why="no-telephone")
_NO_ADAPTER: Final = Answer(event=Event.LATER, why="no-adapter", reached=False)

log = structlog.get_logger("notices")


class Adapter(Protocol):
    """Sends one notice on."""

    def send(self, message: Message, now: int) -> Answer:
        """Hand one over; raises nothing."""

    def close(self) -> None:
        """Nothing to send for now."""


class Sender(Tending):
    """Its thread, and what it does each time. `changed` is called after a commit that screens want to see."""

    name = "notices"
    every_s = LOOK_S

    def __init__(
        self,
        database: Database,
        vault: Vault,
        adapter: Adapter | None,
        *,
        clock: Callable[[], int],
        changed: Callable[[], None] = lambda: None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        super().__init__()
        self._database = database
        self._vault = vault
        self._adapter = adapter
        self._clock = clock
        self._changed = changed
        self._jitter = jitter
        self._silent = 0
        self._paused_until = 0
        self._erase_at = 0

    def look(self) -> int:
        """Send what is due; how many were tried. Raises VaultError, DBAPIError."""
        self._erase()
        tried = 0
        while not self._stopping.is_set() and self._clock() >= self._paused_until:
            with self._database.read() as connection:
                some = notices.due(connection, self._clock(), AT_ONCE)
            done = self._turn(some)
            if not done:
                break
            self._keep(done)
            tried += len(done)
        if self._adapter is not None:
            self._adapter.close()
        return tried

    def _turn(self, some: list[Due]) -> list[tuple[Due, Answer]]:
        """What became of each, up to the first that the adapter did not answer."""
        done: list[tuple[Due, Answer]] = []
        for one in some:
            if self._stopping.is_set():
                break
            answer = self._send(one)
            done.append((one, answer))
            if not answer.reached and self._adapter is not None:
                self._silent += 1
                pause = min(LONGEST_PAUSE_MS, wait_ms(self._silent, self._jitter()))
                self._paused_until = self._clock() + pause
                log.warning("adapter-silent", why=answer.why, pause_s=pause // 1000)
                break
            self._silent = 0
        return done

    def _send(self, one: Due) -> Answer:
        if self._adapter is None:
            return _NO_ADAPTER
        with self._database.read() as connection:
            letter = notices.opened(connection, self._vault, one)
        if letter is None:
            return _NOBODY
        message = Message(
            id=one.id, kind=one.kind, channel=one.channel, to=letter.to, language=one.language, text=letter.text
        )
        return self._adapter.send(message, self._clock())

    def _keep(self, done: list[tuple[Due, Answer]]) -> None:
        now = self._clock()
        with self._database.write() as connection:
            for one, answer in done:
                after = step(
                    answer.event, answer.why, tries=one.tries + 1, asked_at=one.asked_at, now=now,
                    jitter=self._jitter(),
                )  # fmt: skip
                notices.tried(connection, one, after, now)
            reference.announce(connection, "notice", {}, now)
        self._changed()
        log.info("notices-tried", count=len(done), sent=sum(answer.event is Event.DELIVERED for _, answer in done))

    def _erase(self) -> None:
        now = self._clock()
        if now < self._erase_at:
            return
        with self._database.write() as connection:
            notices.erase_words(connection, now)
        self._erase_at = now + ERASE_MS
