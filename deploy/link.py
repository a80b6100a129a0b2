"""A network between a device and the broker that can be cut, silenced or slowed down: a TCP relay on loopback."""

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import suppress
from enum import StrEnum
from typing import Any, Self, TypeVar

T = TypeVar("T")
CHUNK = 64 * 1024


class Mode(StrEnum):
    """What the network does."""

    OPEN = "open"
    CUT = "cut"
    """Connections are broken and new ones closed at once."""
    SILENT = "silent"
    """Half-open: connections stay, nothing gets through, nobody is told."""
    SLOW = "slow"
    """So many bytes a second in either direction, for each connection."""


class Link:
    """A relay from a free loopback port to `target`. Use it as a context manager; methods work from any thread."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = 0
        self.mode = Mode.OPEN
        self.bytes_per_s = 0
        self.carried = 0
        self._loop = asyncio.new_event_loop()
        self._changed = asyncio.Event()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, name="link", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._do(self._open())
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def set(self, mode: Mode, *, bytes_per_s: int = 0) -> None:
        """Change what the network does, now."""
        self._do(self._set(mode, bytes_per_s))

    def _do(self, what: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(timeout=10)

    async def _open(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        self._break()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _set(self, mode: Mode, bytes_per_s: int) -> None:
        self.mode, self.bytes_per_s = mode, bytes_per_s
        self._changed.set()
        self._changed = asyncio.Event()
        if mode is Mode.CUT:
            self._break()

    def _break(self) -> None:
        for writer in list(self._writers):
            transport = writer.transport
            transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        far: asyncio.StreamWriter | None = None
        try:
            while self.mode is Mode.SILENT:
                await self._changed.wait()
            if self.mode is Mode.CUT:
                return
            there, far = await asyncio.open_connection("127.0.0.1", self.target)
            self._writers.update((writer, far))
            async with asyncio.TaskGroup() as group:
                group.create_task(self._carry(reader, far))
                group.create_task(self._carry(there, writer))
        except* (OSError, ConnectionError):
            pass
        finally:
            for end in (writer, far):
                if end is not None:
                    self._writers.discard(end)
                    end.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            slow = self.mode is Mode.SLOW and self.bytes_per_s > 0
            data = await reader.read(max(1, self.bytes_per_s // 20) if slow else CHUNK)
            while self.mode is Mode.SILENT:
                await self._changed.wait()
            if not data:
                raise ConnectionError("one side has closed")
            if slow:
                await asyncio.sleep(len(data) / self.bytes_per_s)
            writer.write(data)
            self.carried += len(data)
            with suppress(ConnectionError):
                await writer.drain()
