"""Around the whole application: unclear lengths, allowed hosts, greatest sizes, security headers, and a last answer."""

import asyncio
from collections.abc import Collection
from typing import Final

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.api.faults import BROKEN, ApiError
from hub.core.access import API

BODY_BYTES: Final = 1024 * 1024
LARGE_BODY_BYTES: Final = 8 * 1024 * 1024
LARGE: Final = frozenset({f"{API}/roads", f"{API}/imports", f"{API}/photos"})
BODY_S: Final = 30.0
"""How long a body may take to come."""

_SOURCES: Final = {
    "default-src": "'self'",
    "script-src": "'self'",
    "worker-src": "'self' blob:",
    "img-src": "'self' data: blob:",
    "style-src": "'self' 'unsafe-inline'",
    "connect-src": "'self'",
    "font-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
POLICY: Final = "; ".join(f"{what} {where}" for what, where in _SOURCES.items())
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_STARTS: Final = frozenset({"http.response.start", "websocket.http.response.start"})
"""A socket that is refused is answered like any request; one that is accepted has no headers of ours to carry."""
_TWO_ENDS = ApiError(400, "two-ends", "The request says by two headers where it ends.", headers={"Connection": "close"})
"""The connection ends with the answer: what follows could be the body's rest or a next request (RFC 9112, 6.1)."""
_TOO_LARGE = ApiError(413, "too-large", "The body of the request is too large.", hint="Send it in smaller parts.")
_ENCODED = ApiError(415, "encoded", "The body of the request is compressed, which the hub does not unpack.")
_TOO_SLOW = ApiError(408, "too-slow", "The body of the request did not come in time.")

log = structlog.get_logger()


class Guard:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        outgoing = _Outgoing(send, api=str(scope["path"]).startswith(API))
        try:
            await self._answer(scope, receive, outgoing)
        except ApiError as error:
            await error.response(scope["path"])(scope, receive, outgoing)
        except Exception:
            if outgoing.gone:
                raise
            log.exception("request-broke", method=scope.get("method", "socket"), path=scope["path"])
            if not outgoing.started:
                await BROKEN.response(scope["path"])(scope, receive, outgoing)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        if "transfer-encoding" in headers and "content-length" in headers:
            raise _TWO_ENDS
        if not self._known(headers.get("host", "")):
            hint = "Open it by a name that it knows, or add this name to the hub's settings."
            raise ApiError(400, "unknown-host", "The hub is not known by this host name.", hint=hint)
        if scope["type"] == "http" and scope["method"] not in ("GET", "HEAD", "OPTIONS"):
            if headers.get("content-encoding", "identity").lower() != "identity":
                raise _ENCODED
            limit = LARGE_BODY_BYTES if scope["path"] in LARGE else BODY_BYTES
            receive = await _whole(receive, headers, limit)
        await self._app(scope, receive, send)

    def _known(self, host: str) -> bool:
        name = host[: host.find("]") + 1] if host.startswith("[") else host.partition(":")[0]
        return "*" in self._hosts or name.lower() in self._hosts


class _Outgoing:
    """Adds the headers, and knows whether an answer has begun, and whether nobody is there to take it."""

    def __init__(self, send: Send, *, api: bool) -> None:
        self._send = send
        self._api = api
        self.started = self.gone = False

    async def __call__(self, message: Message) -> None:
        if message["type"] in _STARTS:
            self.started = True
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            if self._api:
                headers.setdefault("Cache-Control", "no-store")
        try:
            await self._send(message)
        except OSError:  # who asked for a socket hung up
            self.gone = True
            raise


async def _whole(receive: Receive, headers: Headers, limit: int) -> Receive:
    """Take the whole body in, up to a limit, and give it out as one message."""
    declared = headers.get("content-length", "0")
    if not declared.isdecimal() or int(declared[:20]) > limit:
        raise _TOO_LARGE
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_S):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    break
                body += message.get("body", b"")
                if len(body) > limit:
                    raise _TOO_LARGE
                if not message.get("more_body", False):
                    break
    except TimeoutError as error:
        raise _TOO_SLOW from error
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": bytes(body), "more_body": False}

    return again
