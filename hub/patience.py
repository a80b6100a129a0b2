"""How long a connection from outside may be open without asking anything.

The HTTP server waits for ever for the first request, and for the rest of a begun one. At a door that everyone can
reach, so few strangers could take every descriptor. Here a connection that has not brought a whole request head within
PATIENCE_S is closed, and nobody may have more than MOST_EACH of them. What has been asked may take as long as it takes.
"""

import asyncio
from typing import Final

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

PATIENCE_S: Final = 20.0
MOST: Final = 4000
MOST_EACH: Final = 250
"""Devices behind one address are many, but ask seldom."""


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
