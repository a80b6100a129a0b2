"""What the page's process answers: the page itself, the messages' socket, and the pairing of handhelds."""

import asyncio
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from mimetypes import guess_type
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs

import segno
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope
from starlette.websockets import WebSocket

from edge.ui.doors import Door, Guard
from edge.ui.pairing import COOKIE, KEEP_MS, LINK_MS, Paired, Pairings
from edge.ui.passing import NOT_PAIRED, carry
from edge.ui.wishes import Attach

DIST: Final = Path(__file__).parent / "web" / "dist"
_FORM_BYTES: Final = 4096
_LONGEST_NAME: Final = 40
_KEEP_FILES: Final = "public, max-age=31536000, immutable"
SCREEN: Final = Attach(session="screen", name="screen", screen=True)


@dataclass(kw_only=True)
class House:
    """What both doors share."""

    agent: Path
    pairings: Pairings
    addresses: Callable[[], list[str]]
    tls_port: int
    """0: no handhelds come."""
    fingerprint: str
    now_ms: Callable[[], int]
    dist: Path = DIST
    here: dict[str, list[asyncio.Event]] = field(default_factory=dict)
    """The pages that are open, by the handheld's id; set, they end."""


def site(house: House, door: Door) -> ASGIApp:
    """The application behind one door."""
    live = _Live(house, door)
    own = _Screen(house) if door.screen else None
    routes: list[BaseRoute] = [WebSocketRoute("/live", live.talk), Route("/", live.page)]
    if own is not None:
        routes += [
            Route("/pairings", own.listed, methods=["GET"]),
            Route("/pairings", own.link, methods=["POST"]),
            Route("/pairings/{id}", own.revoke, methods=["DELETE"]),
        ]
    else:
        joining = _Joining(house)
        routes += [
            Route("/pair", joining.ask, methods=["GET"]),
            Route("/pair", joining.join, methods=["POST"]),
            Route("/pair.css", joining.style, methods=["GET"]),
        ]
    if (house.dist / "assets").is_dir():
        routes.append(Mount("/assets", _Assets(directory=house.dist / "assets")))
    if house.dist.is_dir():
        routes.append(Mount("/", StaticFiles(directory=house.dist)))
    return Guard(Starlette(routes=routes), door)


class _Assets(StaticFiles):
    """Files with their digest in their names; packed, where the build put them so beside themselves."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        packed = f"{path}.gz"
        if "gzip" in Headers(scope=scope).get("accept-encoding", "") and self.lookup_path(packed)[1]:
            answer = await super().get_response(packed, scope)
            answer.headers["Content-Type"] = guess_type(path)[0] or "application/octet-stream"
            answer.headers["Content-Encoding"] = "gzip"
        else:
            answer = await super().get_response(path, scope)
        answer.headers["Vary"] = "Accept-Encoding"
        if answer.status_code == 200:
            answer.headers["Cache-Control"] = _KEEP_FILES
        return answer


class _Live:
    """The page and its socket."""

    def __init__(self, house: House, door: Door) -> None:
        self._house, self._door = house, door

    async def page(self, request: Request) -> Response:
        if not self._door.screen and _paired(self._house, request) is None:
            return _told(_NOT_PAIRED, 401)
        index = self._house.dist / "index.html"
        if not index.is_file():
            return _told(_NOT_BUILT, 503)
        return FileResponse(index, headers={"Cache-Control": "no-cache"})

    async def talk(self, socket: WebSocket) -> None:
        revoked = asyncio.Event()
        if self._door.screen:
            await carry(socket, self._house.agent, SCREEN, revoked)
            return
        paired = _paired(self._house, socket)
        if paired is None:
            await socket.accept()
            await socket.close(NOT_PAIRED)
            return
        pages = self._house.here.setdefault(paired.id, [])
        pages.append(revoked)
        try:
            who = Attach(session=paired.id, name=paired.name, screen=False)
            await carry(socket, self._house.agent, who, revoked)
        finally:
            pages.remove(revoked)


class _Screen:
    """Pairing, as the terminal's own screen does it."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def listed(self, _: Request) -> Response:
        return JSONResponse([
            {
                "id": each.id,
                "name": each.name,
                "paired_at": each.paired_at,
                "seen_at": each.seen_at,
                "here": bool(self._house.here.get(each.id)),
            }
            for each in self._house.pairings.all()
        ])  # fmt: skip

    async def link(self, _: Request) -> Response:
        house = self._house
        if not house.tls_port:
            return _fault(409, _NO_DOOR)
        if house.pairings.full:
            return _fault(409, _ALL_PAIRED)
        addresses = house.addresses()
        if not addresses:
            return _fault(409, _NO_ADDRESS)
        secret = house.pairings.link()
        urls = [f"https://{_bracketed(each)}:{house.tls_port}/pair?t={secret}" for each in addresses]
        return JSONResponse({
            "url": urls[0],
            "others": urls[1:],
            "svg": _svg(urls[0]),
            "until": house.now_ms() + LINK_MS,
            "fingerprint": house.fingerprint,
        })  # fmt: skip

    async def revoke(self, request: Request) -> Response:
        id_ = request.path_params["id"]
        if not self._house.pairings.revoke(id_):
            return _fault(404, _NOT_KNOWN)
        for page in self._house.here.get(id_, []):
            page.set()
        return Response(status_code=204)


class _Joining:
    """Pairing, as the handheld sees it: a page of its own, which needs no script."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def ask(self, request: Request) -> Response:
        secret = request.query_params.get("t", "")
        return _form(secret) if self._house.pairings.opens(secret) else _told(_OLD_LINK, 410)

    async def join(self, request: Request) -> Response:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > _FORM_BYTES:
                return _told(_OLD_LINK, 413)
        try:
            form = parse_qs(body.decode("utf-8", "replace"), max_num_fields=8)
        except ValueError:  # more fields than any form of ours has
            return _told(_OLD_LINK, 410)
        name = " ".join(form.get("name", [""])[0].split())[:_LONGEST_NAME]
        name = "".join(each for each in name if each.isprintable()) or f"handheld {len(self._house.pairings.all()) + 1}"
        cookie = self._house.pairings.claim(form.get("t", [""])[0], name)
        if cookie is None:
            return _told(_OLD_LINK, 410)
        answer = RedirectResponse("/", status_code=303)
        answer.set_cookie(COOKIE, cookie, max_age=KEEP_MS // 1000, secure=True, httponly=True, samesite="strict")
        return answer

    async def style(self, _: Request) -> Response:
        return Response(_STYLE, media_type="text/css")


def _paired(house: House, request: HTTPConnection) -> Paired | None:
    return house.pairings.who(request.cookies.get(COOKIE))


def _svg(url: str) -> str:
    out = io.BytesIO()
    segno.make(url, error="m").save(out, kind="svg", scale=8, border=4, xmldecl=False)
    return out.getvalue().decode("utf-8")


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _fault(code: int, words: tuple[str, str]) -> Response:
    return JSONResponse({"detail": {"en": words[0], "zh": words[1]}}, status_code=code)


def _told(words: tuple[str, str], code: int) -> Response:
    return HTMLResponse(_page(f'<p>{escape(words[0])}</p><p lang="zh">{escape(words[1])}</p>'), status_code=code)


def _form(secret: str) -> Response:
    return HTMLResponse(_page(
        '<form method="post" action="/pair">'
        f'<input type="hidden" name="t" value="{escape(secret, quote=True)}">'
        '<label for="name">Name of this device <span lang="zh">本设备名称</span></label>'
        f'<input id="name" name="name" maxlength="{_LONGEST_NAME}" autocomplete="off">'
        '<button>Use this device here <span lang="zh">在此使用本设备</span></button></form>'
    ))  # fmt: skip


def _page(inside: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Relief Relay</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><link rel="stylesheet" href="/pair.css">'
        # "no-referrer" would have browsers say Origin: null with the form
        '<meta name="referrer" content="same-origin">'
        f"</head><body><main><h1>Relief Relay</h1>{inside}</main></body></html>"
    )


_STYLE: Final = (
    ":root{color-scheme:light dark;font:1.25rem/1.5 system-ui,sans-serif}"
    "body{margin:0}main{max-width:32rem;margin:0 auto;padding:1.5rem}"
    "label,input,button{display:block;width:100%;box-sizing:border-box;font:inherit}"
    "input,button{min-height:3.5rem;margin:.5rem 0 1.5rem;padding:.5rem 1rem}button{font-weight:700}"
)
_NOT_PAIRED: Final = (
    "This device is not paired. On the terminal's own screen, choose to pair a handheld, and scan the code there.",
    "本设备未配对。请在终端屏幕上选择配对手持设备，并扫描其二维码。",
)
_OLD_LINK: Final = (
    "This code was used already, or is older than 2 minutes. Have the terminal's screen show a new one.",
    "此二维码已使用或超过 2 分钟。请在终端屏幕上重新生成。",
)
_NOT_BUILT: Final = (
    "The page was not built: install Relief Relay from its package, or run deploy/build_dashboard.py.",
    "页面尚未构建：请用安装包安装，或运行 deploy/build_dashboard.py。",
)
_NO_DOOR: Final = (
    'No handhelds come to this terminal: set listen = "0.0.0.0" in the section [terminal] of its configuration.',
    '本终端未开放手持设备：请在配置的 [terminal] 中设置 listen = "0.0.0.0"。',
)
_ALL_PAIRED: Final = (
    "7 handhelds are paired already: shut one out first.",
    "已配对 7 台手持设备：请先移除一台。",
)
_NO_ADDRESS: Final = (
    "This device has no address in a network now: switch its Wi-Fi on.",
    "本机目前没有网络地址：请打开 Wi-Fi。",
)
_NOT_KNOWN: Final = ("This handheld is not paired any more.", "此手持设备已不在配对列表中。")
