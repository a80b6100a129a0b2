"""How long a connection from outside may be open without asking anything.

The HTTP server waits for ever for the first request, and for the rest of a begun one. At a door that everyone can
reach, so few strangers could take every descriptor. Here a connection that has not brought a whole request head within
PATIENCE_S is closed, and nobody may have more than MOST_EACH of them. What has been asked may take as long as it takes.

A WebSocket that is open brings views of a map, a few small messages a second. One that brings much more, be it pings,
would have the server do nothing else; one that takes nothing of what it is sent would be kept for ever, though nobody
serves it any more. Both are cut off.
"""

import asyncio
from typing import Final

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

PATIENCE_S: Final = 20.0
MOST: Final = 4000
MOST_EACH: Final = 250
"""Devices behind one address are many, but ask seldom."""
SOCKET_BYTES: Final = 64 * 1024
"""So much may come over a WebSocket at once, and then SOCKET_BYTES_A_S; its handshake counts."""
SOCKET_BYTES_A_S: Final = 16 * 1024
LEAVE_S: Final = 10.0
"""So long a WebSocket that is served no more has to take what was sent."""


class PatientProtocol(H11Protocol):
    """HTTP/1.1 that does not wait for ever."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, unless there are too many."""
        super().connection_made(transport)
        own = None if self.client is None else self.client[0]
        if len(self.connections) > MOST or self._from(own) > MOST_EACH:
            transport.abort()
            return
        self.loop.call_later(PATIENCE_S, self._look, None)

    def _from(self, address: str | None) -> int:
        return sum(isinstance(each, H11Protocol) and (each.client or "?")[0] == address for each in self.connections)

    def _look(self, before: RequestResponseCycle | None) -> None:
        """Close what has asked nothing new since the last look and waits for nothing."""
        if self not in self.connections:  # closed, or a WebSocket by now
            return
        if (self.cycle is None or self.cycle.response_complete) and self.cycle is before:
            self.transport.close()
            return
        self.loop.call_later(PATIENCE_S, self._look, self.cycle)


class PatientSocket(WebSocketsSansIOProtocol):
    """A WebSocket that is cut off where it floods, or takes nothing."""

    _left, _at = float(SOCKET_BYTES), 0.0

    def data_received(self, data: bytes) -> None:
        """Take what came, unless it is too much."""
        now = self.loop.time()
        self._left = min(SOCKET_BYTES, self._left + (now - self._at) * SOCKET_BYTES_A_S) - len(data)
        self._at = now
        if self._left < 0:
            self.transport.abort()
            return
        super().data_received(data)

    async def run_asgi(self) -> None:
        """Serve it; what is left of it then ends soon."""
        await super().run_asgi()
        self.loop.call_later(LEAVE_S, self.transport.abort)
