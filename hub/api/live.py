"""The live feed: what changed, from the change log to every screen.

One pump reads new rows of the change log, at most a few times a second, however many screens there are, and gives
each of them the same bytes. A screen that reconnects names the last event it saw and gets the rows since from the
log itself, so nothing is missed; where the log no longer goes back so far, it is told to ask everything again
(event `reset`). A screen that does not take what it is given is dropped when its queue is full: it reconnects and
catches up. Positions are not in the log and do not come this way: hub.api.fanout shows them.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, Final

import structlog

from hub.api.screen import Screen, event
from hub.core.viewer import Viewer
from hub.errors import HubError
from hub.store.database import Database
from hub.store.queries import changes
from hub.store.queries.changes import Change

MOST_SCREENS: Final = 500
MOST_EACH: Final = 100
"""Screens of one user or token: nobody takes the room of all others."""
READ_AT_ONCE: Final = 500
PACE_S: Final = 0.2
"""The pump's shortest time between two rounds, in seconds."""
IDLE_S: Final = 2.0
"""The pump looks by itself this often: other programs may write to the change log too."""
HEARTBEAT_S: Final = 10.0

log = structlog.get_logger()


class FullError(HubError):
    """As many screens listen as this hub serves."""


class LiveFeed:
    """notify() and close() may be called from any thread; the rest belongs to the event loop."""

    def __init__(
        self, database: Database, clock: Callable[[], int], *, heartbeat_s: float = HEARTBEAT_S, pace_s: float = PACE_S
    ) -> None:
        self._database = database
        self._clock = clock
        self._generation = database.generation
        self._heartbeat_s = heartbeat_s
        self._pace_s = pace_s
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pump: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._screens: set[Screen] = set()
        self._head = 0
        self._closed = False

    @property
    def screens(self) -> int:
        """How many listen."""
        return len(self._screens)

    def notify(self) -> None:
        """The change log may have grown."""
        self._call(self._wake.set)

    def close(self) -> None:
        """End all streams and take no more. Idempotent."""
        self._closed = True
        self._call(self._end)

    def join(self, viewer: Viewer) -> Screen:
        """Start to listen from now on. Raises FullError.

        What changed may be another organisation's, or at another site: who does not see all asks the lists, which know.
        """
        if len(self._screens) >= MOST_SCREENS:
            raise FullError(f"{MOST_SCREENS} screens listen already")
        if sum(each.who == viewer.name for each in self._screens) >= MOST_EACH:
            raise FullError(f"{MOST_EACH} screens of {viewer.name} listen already")
        screen = Screen(viewer.name, veiled=not (viewer.sees_all and viewer.indoors))
        if self._closed:
            screen.ended.set()
        self._screens.add(screen)
        return screen

    def leave(self, screen: Screen) -> None:
        """Stop listening. Idempotent."""
        screen.ended.set()
        self._screens.discard(screen)

    async def start(self) -> None:
        """Begin to read the change log, from its end."""
        if self._pump is None and not self._closed:
            self._loop = asyncio.get_running_loop()
            self._head = (await asyncio.to_thread(self._span))[1]
            self._pump = asyncio.create_task(self._run(), name="live-feed")

    async def stop(self) -> None:
        """Close, and wait for the pump."""
        self.close()
        self._end()
        if self._pump is not None:
            self._pump.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._pump
            self._pump = None

    async def messages(
        self, screen: Screen, last_event_id: str | None, welcome: Callable[[], bool]
    ) -> AsyncIterator[bytes]:
        """What one screen is sent: what it missed, then what comes; `welcome` is asked again each heartbeat."""
        head = self._head
        yield b"retry: 1000\n: connected\n\n"
        if last_event_id is None:
            yield event(None, None, f"{self._generation}:{head}")
        else:
            async for message in self._missed(last_event_id, head, veiled=screen.veiled):
                yield message
        loop = asyncio.get_running_loop()
        beat = loop.time() + self._heartbeat_s
        while not screen.ended.is_set():
            message_ = await screen.take(max(0.0, beat - loop.time()))
            if message_ is not None:
                yield message_
            if loop.time() >= beat:
                if not await asyncio.to_thread(welcome):
                    return
                yield b": beat\n\n"
                beat = loop.time() + self._heartbeat_s

    async def _missed(self, last_event_id: str, head: int, *, veiled: bool) -> AsyncIterator[bytes]:
        generation, _, number = last_event_id.partition(":")
        first, last = await asyncio.to_thread(self._span)
        at = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else -1
        if generation != self._generation or not first - 1 <= at <= max(last, head):
            yield event("reset", {}, f"{self._generation}:{head}")
            return
        while at < head:
            rows = await asyncio.to_thread(self._read, at, head)
            if not rows:
                return
            at = rows[-1].id
            for message in self._events(rows, veiled=veiled):
                yield message

    async def _run(self) -> None:
        """The pump."""
        while not self._closed:
            try:
                await self._round()
            except Exception:
                log.exception("live-feed-round-failed")
            await asyncio.sleep(self._pace_s)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), IDLE_S)

    async def _round(self) -> None:
        self._wake.clear()
        rows = await asyncio.to_thread(self._read, self._head, None)
        messages = {veiled: self._events(rows, veiled=veiled) for veiled in (False, True)}
        if rows:
            self._head = rows[-1].id
            if len(rows) == READ_AT_ONCE:
                self._wake.set()
        for screen in list(self._screens):
            for message in messages[screen.veiled]:
                screen.give(message)

    def _events(self, rows: Sequence[Change], *, veiled: bool) -> list[bytes]:
        """One event a topic for consecutive rows; only the last names its id, for it alone stands for all of them.

        Discrepancies are projections: whatever moves stock may raise or clear one.
        """
        merged: dict[str, Any] = {}
        for row in rows:
            if row.topic == "stock":
                merged.setdefault("discrepancy", {})
            merged[row.topic] = _merge(merged.get(row.topic), row.data)
        last = len(merged) - 1
        return [
            event(topic, {} if veiled else data, f"{self._generation}:{rows[-1].id}" if index == last else None)
            for index, (topic, data) in enumerate(merged.items())
        ]

    def _span(self) -> tuple[int, int]:
        with self._database.read() as connection:
            return changes.span(connection)

    def _read(self, after: int, through: int | None) -> list[Change]:
        with self._database.read() as connection:
            return changes.after(connection, after, through=through, limit=READ_AT_ONCE)

    def _end(self) -> None:
        self._wake.set()
        for screen in self._screens:
            screen.ended.set()

    def _call(self, what: Callable[[], None]) -> None:
        loop = self._loop
        if loop is not None:
            # The loop may end between the question and the call: then nobody listens any more.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(what)


def _merge(old: Any, new: Any) -> Any:
    """What two changes of one topic say together: lists are joined, counts added, else the newer stands."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return new
    result = dict(old)
    for key, value in new.items():
        known = result.get(key)
        if isinstance(known, list) and isinstance(value, list):
            result[key] = known + [one for one in value if one not in known]
        elif key in ("count", "facts") and isinstance(known, int) and isinstance(value, int):
            result[key] = known + value
        else:
            result[key] = value
    return result
