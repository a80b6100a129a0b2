"""The handhelds' door does not wait for ever, and not for one source alone.

Whoever is in the site's Wi-Fi can open connections there. One that has asked nothing within PATIENCE_S is closed, and
nobody has more than MOST_EACH of them: so a stranger does not keep the handhelds out. (A browser opens about six.)
"""

import asyncio
from typing import Final

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

PATIENCE_S: Final = 10.0
MOST_EACH: Final = 16


class PatientProtocol(H11Protocol):
    """HTTP/1.1 within these bounds. A WebSocket that came of it is no concern of theirs."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, unless its source has too many."""
        super().connection_made(transport)
        own = self.client and self.client[0]
        asking = [each for each in self.connections if isinstance(each, H11Protocol)]
        if sum((each.client and each.client[0]) == own for each in asking) > MOST_EACH:
            transport.abort()
            return
        self.loop.call_later(PATIENCE_S, self._look, None)

    def _look(self, before: RequestResponseCycle | None) -> None:
        """Close what has asked nothing new since the last look, and waits for nothing."""
        if self not in self.connections:
            return
        if (self.cycle is None or self.cycle.response_complete) and self.cycle is before:
            self.transport.close()
            return
        self.loop.call_later(PATIENCE_S, self._look, self.cycle)
