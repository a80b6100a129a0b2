"""Sends a live stream over HTTP, and notices when nobody is there to take it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Final

import structlog
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

SEND_S: Final = 20.0
"""A screen that takes nothing for this long is gone, whatever its connection says."""

log = structlog.get_logger()


class EventStream(Response):
    """A response of server-sent events. `leave` is called once the screen is gone, however that came about."""

    media_type = "text/event-stream"

    def __init__(self, messages: AsyncIterator[bytes], leave: Callable[[], None]) -> None:
        self._messages = messages
        self._leave = leave
        self.status_code = 200
        self.background = None
        headers: Mapping[str, str] = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        self.init_headers(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        watch = asyncio.create_task(self._watch(receive))
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            async for message in self._messages:
                await self._send(send, message)
            await self._send(send, None)
        except (OSError, TimeoutError) as error:
            log.info("screen-gone", why=repr(error), client=scope.get("client"))
        finally:
            watch.cancel()
            self._leave()

    async def _watch(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._leave()

    @staticmethod
    async def _send(send: Send, message: bytes | None) -> None:
        async with asyncio.timeout(SEND_S):
            await send({"type": "http.response.body", "body": message or b"", "more_body": message is not None})
