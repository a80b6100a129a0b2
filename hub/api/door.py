"""The door: who asks, by session cookie or API token, and whether the rule of the route lets them in."""

from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import Depends, Request, WebSocket
from starlette.requests import HTTPConnection

from hub.api.context import Context
from hub.api.faults import ApiError
from hub.core.access import API, DEVICE, Answer, ask
from hub.core.viewer import Viewer
from hub.store import users
from hub.store.people import program
from hub.store.users import Principal

COOKIE: Final = "relay_session"
_SAFE: Final = frozenset({"GET", "HEAD"})
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})
_HINT: Final = "Sign in with POST /api/v1/session, or send an API token: Authorization: Bearer ..."


def enter(request: HTTPConnection) -> None:
    """Let a request pass or raise ApiError. Every route of the application depends on it, sockets too.

    A socket is opened by GET, but whoever has it reads on: so with a cookie it must be opened by our own page.
    """
    context: Context = request.app.state.context
    template, socket = request.scope["route"].path, request.scope["type"] == "websocket"
    method = "GET" if socket else request.scope["method"]
    if ask(method, template, None) is Answer.COME_IN:
        if method not in _SAFE and "origin" in request.headers:
            _check_origin(request)
        return
    device = _device(context, request)
    if device is not None:
        if ask(method, template, DEVICE) is not Answer.COME_IN:
            raise ApiError(403, "not-allowed", "A device's token does not open this.", hint="It opens device routes.")
        request.state.device = device
        return
    principal = _who(context, request)
    request.state.principal = principal
    answer = ask(method, template, None if principal is None else principal.role)
    if principal is None or answer is Answer.SIGN_IN:
        raise ApiError(401, "sign-in", "This needs you to sign in.", hint=_HINT, headers={"WWW-Authenticate": "Bearer"})
    if answer is not Answer.COME_IN:
        raise ApiError(403, "not-allowed", f"The role {principal.role} may not do this.", hint="Ask an administrator.")
    if (socket or method not in _SAFE) and not principal.by_token:
        _check_origin(request)


def _who(context: Context, request: HTTPConnection) -> Principal | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    secret = request.cookies.get(COOKIE)
    with context.services.database.read() as connection:
        if scheme.lower() == "bearer":
            return users.by_token(connection, users.digest(token.strip()))
        found = None if not secret else users.by_session(connection, users.digest(secret), now=context.now)
    if found is None:
        return None
    principal, expires_at = found
    if context.now + users.SESSION_MS - expires_at > users.SLIDE_MS:
        with context.write() as connection:
            users.slide(connection, principal.digest, now=context.now)
    return principal


def _device(context: Context, request: HTTPConnection) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return context.device_of(token.strip()) if scheme.lower() == "bearer" else None


def _check_origin(request: HTTPConnection) -> None:
    """A page of another origin may make a browser send our cookie along: what changes something must come from us."""
    origin = request.headers.get("origin", "")
    parts = urlsplit(origin)
    if parts.scheme in ("http", "https") and parts.netloc.lower() == request.headers.get("host", "").lower():
        return
    hint = "Use the hub's own page, or an API token; programs with a cookie send the header Origin."
    raise ApiError(403, "other-origin", "The request does not come from the hub's own page.", hint=hint)


def still_welcome(context: Context, principal: Principal) -> bool:
    """Whether someone who came in earlier, and stayed, may stay."""
    with context.services.database.read() as connection:
        return users.still(connection, principal, now=context.now)


async def _principal(request: Request) -> Principal:
    principal: Principal = request.state.principal
    return principal


async def watching(socket: WebSocket) -> Principal:
    """Who opened a socket."""
    principal: Principal = socket.state.principal
    return principal


async def _viewer(request: Request) -> Viewer:
    principal: Principal = request.state.principal
    return principal.viewer


async def _calling(request: Request) -> str:
    device: str = request.state.device
    return device


def source(request: Request) -> str:
    """The address that a request comes from; '' where nobody can tell.

    A web server on this machine that passes requests on says last in the list whose it was; nobody else is believed.
    Without that all who come by it would be one source, and one who guesses could have everybody wait.
    """
    direct = request.client.host if request.client is not None else ""
    passed = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return passed[:64] if passed and direct in _LOOPBACK else direct


def named(who: Principal) -> str:
    """Who asks, as it is kept and logged."""
    return program(who.name) if who.by_token else who.name


Whoever = Annotated[Principal, Depends(_principal)]
Viewing = Annotated[Viewer, Depends(_viewer)]
"""Whose eyes the queries of a route read with."""
CallingDevice = Annotated[str, Depends(_calling)]
"""The device that asks, on a route of hub.core.access.FOR_DEVICES."""
__all__ = [
    "API", "COOKIE", "CallingDevice", "Viewing", "Whoever", "enter", "named", "source", "still_welcome", "watching",
]  # fmt: skip
