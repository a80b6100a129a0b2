"""One listener of the live feed, and the format of what it is sent."""

import asyncio
from typing import Final

import msgspec

QUEUE: Final = 256
"""Messages that wait for one screen; one more and it is dropped."""


class Screen:
    """One listener: a bounded queue. It ends when `ended` is set and what was queued has been taken.

    A veiled one hears that something changed, and neither what nor where.
    """

    def __init__(self, who: str = "", *, veiled: bool = False) -> None:
        self.who = who
        self.veiled = veiled
        self.queue: asyncio.Queue[bytes] = asyncio.Queue(QUEUE)
        self.ended = asyncio.Event()

    def give(self, message: bytes) -> None:
        """Queue a message, or end this screen's stream where it lags too far behind."""
        try:
            self.queue.put_nowait(message)
        except asyncio.QueueFull:
            self.ended.set()

    async def take(self, timeout_s: float) -> bytes | None:
        """The next message; None after a while without one, or when the stream ended."""
        if self.ended.is_set():
            return None
        getting = asyncio.ensure_future(self.queue.get())
        ending = asyncio.ensure_future(self.ended.wait())
        try:
            await asyncio.wait({getting, ending}, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
            return getting.result() if getting.done() else None
        finally:
            for task in (getting, ending):
                task.cancel()


def event(name: str | None, data: object, id_: str | None) -> bytes:
    """One event in the format of server-sent events (WHATWG HTML, 9.2). JSON on one line needs no escaping."""
    lines = []
    if id_ is not None:
        lines.append(f"id: {id_}".encode())
    if name is not None:
        lines.append(f"event: {name}".encode())
        lines.append(b"data: " + msgspec.json.encode(data))
    return b"\n".join(lines) + b"\n\n"
