"""One map that is open: what it shows, and the one handful of messages that it is given when it is ready for more."""

import asyncio

from hub.core.views import Area


class Watcher:
    """One map. `look` says what it shows, `take` gives what to send; all of it belongs to the event loop."""

    def __init__(self, who: str, now: float) -> None:
        self.who = who
        self.area: Area | None = None
        self.behind = True
        """Whether it needs a snapshot."""
        self.wanted: Area | None = None
        self.since = self.told_at = now
        self.known = bytearray()
        """For each id, whether its name was told."""
        self.ended = asyncio.Event()
        self._given: asyncio.Future[list[bytes]] | None = None

    @property
    def ready(self) -> bool:
        """Whether it has taken everything and waits for more."""
        return self._given is not None and not self._given.done()

    def look(self, view: Area) -> None:
        """Show this view from now on; only the last one before a tick counts."""
        self.wanted = view

    def give(self, messages: list[bytes], now: float) -> None:
        """Hand over what is to be sent; only to one that is ready."""
        if self._given is not None:
            self._given.set_result(messages)
            self.told_at = now

    async def take(self) -> list[bytes]:
        """What to send next: text (names) first where there are two, then the frame."""
        self._given = asyncio.get_running_loop().create_future()
        return await self._given
