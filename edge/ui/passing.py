"""One page's WebSocket, and its connection to the agent: messages are passed on as they are, both ways."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from edge.ui import messages
from edge.ui.messages import MOST_LINE
from edge.ui.short_path import short
from edge.ui.wishes import Attach

SILENT_S: Final = 30.0
NOT_PAIRED, SILENT, GONE, AGENT_ENDED, AGENT_AWAY = 4401, 4408, 4409, 1012, 1013
_MOST_FROM_AGENT: Final = 4 << 20
_GONE: Final = b'{"k":"gone"'


async def carry(page: WebSocket, agent: Path, who: Attach, revoked: asyncio.Event) -> None:
    """Until one side ends; the page is told why by a close code."""
    await page.accept()
    try:
        with short(agent) as name:
            reader, writer = await asyncio.open_unix_connection(name, limit=_MOST_FROM_AGENT)
    except OSError:
        await _close(page, AGENT_AWAY)
        return
    writer.write(messages.encode(who) + b"\n")
    ways = [
        asyncio.create_task(_down(reader, page)),
        asyncio.create_task(_up(page, writer)),
        asyncio.create_task(_shut_out(revoked)),
    ]
    try:
        done, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        code = next(iter(done)).result()
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        writer.close()
    if code is not None:
        await _close(page, code)


async def _down(reader: asyncio.StreamReader, page: WebSocket) -> int | None:
    code = AGENT_ENDED
    while True:
        try:
            line = await reader.readline()
        except (OSError, ValueError):  # longer than any message of the agent
            return code
        if not line.endswith(b"\n"):
            return code
        if line.startswith(_GONE):
            code = GONE
        try:
            await page.send_text(line[:-1].decode("utf-8", "replace"))
        except (WebSocketDisconnect, RuntimeError):
            return None


async def _up(page: WebSocket, writer: asyncio.StreamWriter) -> int | None:
    while True:
        try:
            text = await asyncio.wait_for(page.receive_text(), SILENT_S)
        except TimeoutError:
            return SILENT
        except (WebSocketDisconnect, RuntimeError):
            return None
        except KeyError:  # binary
            return 1003
        line = text.replace("\n", " ").replace("\r", " ").encode("utf-8", "replace")
        if len(line) > MOST_LINE:
            return 1009
        writer.write(line + b"\n")
        try:
            await writer.drain()
        except OSError:
            return AGENT_ENDED


async def _shut_out(revoked: asyncio.Event) -> int:
    await revoked.wait()
    return NOT_PAIRED


async def _close(page: WebSocket, code: int) -> None:
    with suppress(RuntimeError, WebSocketDisconnect):
        await page.close(code)
