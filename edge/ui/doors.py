"""The two doors of the page's process, and what is asked of whoever comes through them.

    screen   http on 127.0.0.1: the terminal's own browser. Whoever can open it sits at this machine.
    handheld https on the addresses of `[terminal] listen`: only who was paired (edge/ui/pairing.py).

Both ask for a Host that is this machine's, so that no page of elsewhere reaches them under a name of its own (DNS
rebinding), and for an Origin of their own wherever something is done, so that no page of elsewhere acts for a person.
"""

import socket
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

_SOURCES: Final = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    "media-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
HEADERS: Final = {
    "Content-Security-Policy": "; ".join(f"{what} {where}" for what, where in _SOURCES.items()),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_STARTS: Final = frozenset({"http.response.start", "websocket.http.response.start"})
_SAFE: Final = frozenset({"GET", "HEAD"})
_LOCAL: Final = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One of the two."""

    screen: bool

    @property
    def scheme(self) -> str:
        return "http" if self.screen else "https"


class Guard:
    """ASGI middleware: hosts, origins, headers."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app, self._door = app, door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def outgoing(message: Message) -> None:
            if message["type"] in _STARTS:
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not self._known(name_of(host), scope):
            await _refuse(scope, receive, outgoing, 400, "This terminal is not known by this name; use its address.")
            return
        acts = scope["type"] == "websocket" or scope["method"] not in _SAFE
        if acts and headers.get("origin") != f"{self._door.scheme}://{host}":
            await _refuse(scope, receive, outgoing, 403, "This comes from a page of elsewhere.")
            return
        try:
            await self._app(scope, receive, outgoing)
        except (OSError, WebSocketDisconnect):  # who asked for a socket hung up
            if scope["type"] != "websocket":
                raise

    def _known(self, name: str, scope: Scope) -> bool:
        if self._door.screen:
            return name in _LOCAL
        own = socket.gethostname().lower()
        if name in {own, f"{own.partition('.')[0]}.local"}:
            return True
        server = scope.get("server")
        try:
            return server is not None and ip_address(name) == ip_address(str(server[0]).partition("%")[0])
        except ValueError:
            return False


def name_of(host: str) -> str:
    """The name or address in a Host header, without its port."""
    return (host[1 : host.find("]")] if host.startswith("[") else host.partition(":")[0]).lower()


async def _refuse(scope: Scope, receive: Receive, send: Send, code: int, why: str) -> None:
    if scope["type"] == "websocket":
        with suppress(OSError):
            await send({"type": "websocket.close", "code": 1008, "reason": why})
    else:
        await PlainTextResponse(why, status_code=code)(scope, receive, send)
