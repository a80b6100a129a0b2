"""The socket of live positions (docs/positions.md).

Who may not have it is answered over HTTP, before the socket is there, with a problem document as everywhere. Once it
is open it ends with one of the codes of `Close`.
"""

import asyncio
import contextlib
from enum import IntEnum
from functools import partial
from typing import Annotated, Final

import structlog
from fastapi import APIRouter, Depends, WebSocket
from starlette.websockets import WebSocketDisconnect

from hub.api.context import Context
from hub.api.door import still_welcome
from hub.api.door import watching as entered
from hub.api.fanout import FullError
from hub.api.faults import ApiError
from hub.api.map_watcher import Watcher
from hub.core.access import API
from hub.core.position_frames import PROTOCOL
from hub.core.views import looked
from hub.store.users import Principal

router = APIRouter(prefix=API)

WELCOME_S: Final = 10.0
"""Whether who watches still may is asked this often."""
SEND_S: Final = 20.0
"""Who takes nothing for so long is gone, whatever the connection says."""
MESSAGES_A_S: Final = 20
BURST: Final = 100
"""Views that may come at once, and then MESSAGES_A_S: a page sends five a second at most."""

log = structlog.get_logger()


class Close(IntEnum):
    """Why the hub closed the socket. Where it stops itself, the code is 1001 or 1012."""

    BAD = 4400
    """A message that cannot be understood: the page is at fault, and asking again does not help."""
    SESSION = 4401
    """The session or token has ended, or is another's by now: sign in."""
    SLOW = 4408
    """Nothing was taken for too long: ask again."""
    FLOOD = 4429
    """Too many messages: ask again later, with fewer."""


class _EndError(Exception):
    """The socket is to be closed with this code."""

    def __init__(self, code: Close, why: str) -> None:
        super().__init__(why)
        self.code = code


@router.websocket("/positions/live")
async def live_positions(socket: WebSocket, principal: Annotated[Principal, Depends(entered)]) -> None:
    """Where vehicles are, several times a second: only those that the map shows and only what has changed."""
    context: Context = socket.app.state.context
    fanout = context.services.positions
    if PROTOCOL not in socket.scope["subprotocols"]:
        raise ApiError(400, "no-protocol", f"The socket speaks {PROTOCOL} only.", hint="Offer it as subprotocol.")
    try:
        watcher = fanout.join(f"{principal.by_token} {principal.name}")
    except FullError as error:
        raise ApiError(503, "too-many", str(error), hint="Close some of them, or try again later.") from error
    try:
        await socket.accept(PROTOCOL)
        end = await _serve(socket, watcher, partial(still_welcome, context, principal))
        if end is not None:
            log.info("map-closed", code=end.code, why=str(end), user=principal.name)
            async with asyncio.timeout(SEND_S):
                await socket.close(end.code, str(end))
    except (OSError, TimeoutError, WebSocketDisconnect, RuntimeError) as error:
        log.info("map-gone", why=repr(error))
    finally:
        fanout.leave(watcher)


async def _serve(socket: WebSocket, watcher: Watcher, welcome: "partial[bool]") -> _EndError | None:
    """Until one side ends it; why, where it is the hub."""
    works = (_send(socket, watcher), _hear(socket, watcher), _check(welcome), watcher.ended.wait())
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    for task, end in zip(tasks, ends, strict=True):
        if task in done and isinstance(end, _EndError):
            return end
        if task in done and isinstance(end, Exception):
            raise end
    return None


async def _send(socket: WebSocket, watcher: Watcher) -> None:
    """Everything that the watcher is given; frames are bytes, names are JSON."""
    while True:
        for message in await watcher.take():
            try:
                async with asyncio.timeout(SEND_S):
                    if message[:1] == b"{":
                        await socket.send_text(message.decode())
                    else:
                        await socket.send_bytes(message)
            except TimeoutError as error:
                raise _EndError(Close.SLOW, "nothing was taken for too long") from error


async def _hear(socket: WebSocket, watcher: Watcher) -> None:
    """Where the map looks."""
    loop = asyncio.get_running_loop()
    tokens, at = float(BURST), loop.time()
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
        now = loop.time()
        tokens, at = min(BURST, tokens + (now - at) * MESSAGES_A_S) - 1, now
        if tokens < 0:
            raise _EndError(Close.FLOOD, "too many messages")
        try:
            watcher.look(looked(message.get("text") or b""))
        except ValueError as error:
            raise _EndError(Close.BAD, str(error)[:100]) from error


async def _check(welcome: "partial[bool]") -> None:
    """Return never, but end when who came in may not stay."""
    while True:
        await asyncio.sleep(WELCOME_S)
        with contextlib.suppress(OSError):
            if not await asyncio.to_thread(welcome):
                raise _EndError(Close.SESSION, "the session has ended")
