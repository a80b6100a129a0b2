"""Positions to every map that is open, a few times a second: only what it shows, and only what has changed.

Whoever watches names a view and is served an area around it (hub.core.views). Those with the same area get the same
bytes, made once a tick. Nothing is queued for anyone: who has not taken the last frame when the next one is due gets
a whole snapshot as soon as it is ready again. Positions are where they are: the newest of each vehicle counts, and
those between may be left out.

Positions come from what devices tell at once and is not stored (`shown`), and from the database: at first, and then
every few seconds as far as it knows of newer ones, as of vehicles whose way was brought on a stick.
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

import msgspec
import structlog
from sqlalchemy import Connection

from hub.api.map_watcher import Watcher
from hub.core.fixes import Point, intrinsic
from hub.core.vehicles import Moved, Vehicles
from hub.core.views import WORLD, Area, around, serves
from hub.errors import HubError
from hub.ingest.timing import Timing
from hub.store.database import Database
from hub.store.queries import positions
from wire.messages import Now

PACE_S: Final = 0.2
"""From one tick to the next, in seconds."""
BEAT_S: Final = 2.0
"""A map is sent something at least this often: so its page knows within 5 s that the link is lost."""
REFRESH_S: Final = 10.0
PATIENCE_S: Final = 1.0
"""Who names no view for so long is served the world."""
MOST: Final = 200
MOST_EACH: Final = 50
"""Maps of one user or token."""
NEW_AREAS: Final = 4
"""Areas that are reckoned anew in one tick; more wait for the next, so that a tick stays short."""
TICKS_S: Final = (0.0005, 0.001, 0.0015, 0.002, 0.003, 0.004, 0.005, 0.0075, 0.01, 0.025, 0.05, 0.1, 0.25)
"""Bounds of the histogram of ticks, in seconds."""

log = structlog.get_logger()


class FullError(HubError):
    """As many maps are open as this hub serves."""


class _Scope:
    """An area that is served: what is in it, and what this tick says of it."""

    def __init__(self, area: Area, ids: set[int]) -> None:
        self.area = area
        self.ids = ids
        self.entered: set[int] = set()
        self.delta = b""
        self.snapshot = b""
        self.all_names = b""


class Fanout:
    """shown() and see() may be called from any thread; the rest belongs to the event loop."""

    def __init__(self, database: Database, clock: Callable[[], int], *, pace_s: float = PACE_S) -> None:
        self.ticks = Timing(TICKS_S)
        self._database = database
        self._clock = clock
        self._pace_s = pace_s
        self._lock = threading.Lock()
        self._where = Vehicles()
        self._stored: dict[str, int] = {}
        self._watchers: dict[Watcher, None] = {}
        self._scopes: dict[Area, _Scope] = {}
        self._watched = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._closed = False

    @property
    def watchers(self) -> int:
        """How many maps are open."""
        return len(self._watchers)

    def shown(self, device: str, now: Now, received_at: int) -> None:
        """A device told its newest state; its fix is shown if it is good by itself."""
        fix = now.fix
        if fix is None:
            return
        point = Point(fix.t, fix.lat_e7, fix.lon_e7, fix.speed_cms)
        if intrinsic(point, fix.quality.value, received_at) == "good":
            with self._lock:
                self._where.see(device, point, fix.heading_cd)

    def join(self, who: str) -> Watcher:
        """Watch from now on. Raises FullError."""
        if len(self._watchers) >= MOST or sum(each.who == who for each in self._watchers) >= MOST_EACH:
            raise FullError("As many maps are open as this hub serves.")
        watcher = Watcher(who, time.monotonic())
        if self._closed:
            watcher.ended.set()
        self._watchers[watcher] = None
        self._watched.set()
        return watcher

    def leave(self, watcher: Watcher) -> None:
        """Watch no longer. Idempotent."""
        watcher.ended.set()
        self._watchers.pop(watcher, None)
        if not self._watchers:
            self._watched.clear()

    async def start(self) -> None:
        """Begin to serve."""
        if not self._tasks and not self._closed:
            for name, work in (("positions", self._tick), ("positions-stored", self._refresh)):
                pace = self._pace_s if work == self._tick else REFRESH_S
                self._tasks.append(asyncio.create_task(self._repeat(work, pace), name=name))

    async def stop(self) -> None:
        """End all maps' sockets and take no more. Idempotent."""
        self._closed = True
        for watcher in self._watchers:
            watcher.ended.set()
        for task in self._tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._tasks.clear()

    async def _repeat(self, work: Callable[[], object], pace_s: float) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._watched.wait()
            due = loop.time() + pace_s
            try:
                await work()  # type: ignore[misc]
            except Exception:
                log.exception("positions-failed")
            await asyncio.sleep(max(0.0, due - loop.time()))

    # A tick

    async def _tick(self) -> None:
        began = time.thread_time()
        now = time.monotonic()
        with self._lock:
            given = self._round(now)
        for watcher, messages in given:
            watcher.give(messages, now)
        if given:
            # Those who were given something send it now, before this goes on: so their sending is in the count.
            await asyncio.sleep(0)
            self.ticks.took(time.thread_time() - began)

    def _round(self, now: float) -> list[tuple[Watcher, list[bytes]]]:
        """What each watcher is to be sent. The lock is held."""
        at = self._clock()
        moved = Moved(self._where)
        for scope in self._scopes.values():
            self._go_on(scope, moved, at)
        self._place(now)
        given = []
        for watcher in self._watchers:
            if watcher.area is None:
                continue
            if not watcher.ready:
                watcher.behind = True
                continue
            messages = self._for(watcher, self._scopes[watcher.area], now, at)
            if messages:
                given.append((watcher, messages))
        return given

    def _go_on(self, scope: _Scope, moved: Moved, at: int) -> None:
        """What has changed in an area that is served already."""
        inside = moved.within(scope.area)
        left = (scope.ids & moved.ids) - inside if inside is not moved.ids else set()
        left |= scope.ids & moved.gone
        scope.entered = inside - scope.ids
        scope.ids |= inside
        scope.ids -= left
        scope.snapshot = scope.all_names = b""
        scope.delta = self._where.delta(at, inside, left) if inside or left else b""

    def _place(self, now: float) -> None:
        """Give those who look elsewhere an area that shows it; areas that nobody looks at any more go."""
        fresh = 0
        for watcher in list(self._watchers):
            seen = watcher.wanted
            if seen is None and watcher.area is None and now - watcher.since > PATIENCE_S:
                seen = WORLD
            if seen is None:
                continue
            if watcher.area is None or not serves(watcher.area, seen):
                area = around(seen)
                if area not in self._scopes:
                    if fresh == NEW_AREAS:
                        continue
                    fresh += 1
                    self._scopes[area] = _Scope(area, self._where.within(area))
                    # Whoever was served goes behind those who wait.
                    self._watchers[watcher] = self._watchers.pop(watcher)
                watcher.area, watcher.behind = area, True
            watcher.wanted = None
        served = {watcher.area for watcher in self._watchers}
        for area in [area for area in self._scopes if area not in served]:
            del self._scopes[area]

    def _for(self, watcher: Watcher, scope: _Scope, now: float, at: int) -> list[bytes]:
        """The messages for one who is ready."""
        if watcher.behind:
            watcher.behind = False
            scope.snapshot = scope.snapshot or self._where.snapshot(at, scope.ids)
            return [*self._names(watcher, scope, scope.ids), scope.snapshot]
        if scope.delta:
            return [*self._names(watcher, scope, scope.entered), scope.delta]
        return [self._where.delta(at, ())] if now - watcher.told_at >= BEAT_S else []

    def _names(self, watcher: Watcher, scope: _Scope, ids: set[int]) -> list[bytes]:
        """The names of those among some ids that this watcher was not told yet: no message or one."""
        if not ids:
            return []
        known, names = watcher.known, self._where.names
        first = not known
        known.extend(bytes(len(names) - len(known)))
        new = ids if first else [id_ for id_ in ids if not known[id_]]
        if not new:
            return []
        for id_ in new:
            known[id_] = 1
        if first and ids is scope.ids:
            scope.all_names = scope.all_names or _told(names, ids)
            return [scope.all_names]
        return [_told(names, new)]

    # What the database knows

    async def _refresh(self) -> None:
        await asyncio.to_thread(self._look)

    def _look(self) -> None:
        """Take over what is newer in the database, and forget who was taken out of it."""
        with self._database.read() as connection:
            stored = positions.last_heard(connection)
            new = [name for name, at in stored.items() if at > self._stored.get(name, -1)]
            rows = self._newer(connection, new, stored)
        with self._lock:
            for row in rows:
                self._where.see(row.device, row.point, row.heading_cd)
            for name in self._stored.keys() - stored.keys():
                self._where.forget(name)
        self._stored = stored

    def _newer(
        self, connection: Connection, names: Sequence[str], stored: dict[str, int]
    ) -> Sequence[positions.Newest]:
        """The newest good fixes of these devices, as far as they may be newer than what is shown."""
        with self._lock:
            behind = [name for name in names if stored[name] > (self._where.at(name) or -1)]
        return positions.newest(connection, behind) if behind else []


def _told(names: Sequence[str], ids: "set[int] | list[int]") -> bytes:
    return msgspec.json.encode({"names": [[id_, names[id_]] for id_ in ids]})
