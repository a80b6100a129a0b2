"""The demonstration's telephones: takes the hub's notices as an adapter would, and shows them on a page.

    python -m deploy.inbox --secret-file FILE [--port N]

One process on the loopback address. It believes only what is signed with the secret and not older than five minutes,
keeps the last `MOST` notices in memory, each `id` once, and shows them by telephone number: the page polls it. The
first line on its standard output is its address; the hub's `[notices] url` is that address and `/notices`.

A real adapter does the same with a provider of text messages and calls in place of the page.
"""

import argparse
import hmac
import json
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

MOST: Final = 1000
SHOWN: Final = 200
BODY_BYTES: Final = 16_384
FRESH_S: Final = 300
TAKE: Final = "/notices"
_FIELDS: Final = ("id", "kind", "channel", "to", "language", "text")
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)
_ASSETS: Final = {
    "/": ("inbox.html", "text/html; charset=utf-8"),
    "/inbox.js": ("inbox.js", "text/javascript; charset=utf-8"),
    "/inbox.css": ("inbox.css", "text/css; charset=utf-8"),
}
_HERE: Final = Path(__file__).parent / "inbox_page"


class Inbox:
    """What came, newest last. Thread-safe. `clock` tells Unix seconds."""

    def __init__(self, secret: bytes, clock: Callable[[], float] = time.time) -> None:
        self._secret = secret
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, dict[str, str]] = OrderedDict()

    def take(self, said_at: str, signature: str, body: bytes) -> int:
        """The HTTP status for a notice: 204 it is here, 401 not signed by the hub, 400 no notice."""
        wanted = hmac.new(self._secret, said_at.encode() + b"." + body, sha256).hexdigest()
        if not hmac.compare_digest(wanted.encode(), signature.encode()):
            return 401
        if not said_at.isdecimal() or abs(self._clock() - int(said_at)) > FRESH_S:
            return 401
        message = _read(body)
        if message is None:
            return 400
        with self._lock:
            if message["id"] not in self._kept:
                self._kept[message["id"]] = message | {"at": time.strftime("%H:%M", time.localtime(self._clock()))}
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return 204

    def newest(self) -> list[dict[str, str]]:
        """The last ones, newest first."""
        with self._lock:
            return list(self._kept.values())[: -SHOWN - 1 : -1]


def _read(body: bytes) -> dict[str, str] | None:
    try:
        found: Any = json.loads(body)
    except ValueError:
        return None
    if not isinstance(found, dict) or not all(isinstance(found.get(name), str) for name in _FIELDS):
        return None
    return {name: found[name] for name in _FIELDS}


class _Server(ThreadingHTTPServer):
    """One inbox at a port of the loopback address."""

    daemon_threads = True

    def __init__(self, inbox: Inbox, port: int) -> None:
        self.inbox = inbox
        super().__init__(("127.0.0.1", port), Handler)


class Handler(BaseHTTPRequestHandler):
    """What answers requests; its server has the inbox."""

    server: "_Server"
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if not _loopback(self.headers.get("Host", "")):
            self._answer(400, b"", "text/plain")
        elif path == "/messages":
            self._answer(200, json.dumps(self.server.inbox.newest(), ensure_ascii=False).encode(), "application/json")
        elif path in _ASSETS:
            name, kind = _ASSETS[path]
            self._answer(200, (_HERE / name).read_bytes(), kind)
        else:
            self._answer(404, b"", "text/plain")

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if urlsplit(self.path).path != TAKE or not length.isdecimal() or int(length[:9]) > BODY_BYTES:
            self.close_connection = True
            self._answer(404 if length.isdecimal() else 411, b"", "text/plain")
            return
        body = self.rfile.read(int(length))
        said_at, signature = self.headers.get("X-Relay-Time", ""), self.headers.get("X-Relay-Signature", "")
        self._answer(self.server.inbox.take(said_at, signature, body), b"", "text/plain")

    def _answer(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if status != 204:  # it has no body, so no length either (RFC 9110, 8.6)
            self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", _POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if body:
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: what comes here names people."""


def _loopback(host: str) -> bool:
    return host.rpartition(":")[0] in ("127.0.0.1", "localhost") or host in ("127.0.0.1", "localhost")


def serve(inbox: Inbox, port: int) -> ThreadingHTTPServer:
    """A server on the loopback address, not running yet; port 0: any free one. Raises OSError."""
    return _Server(inbox, port)


def main() -> int:
    """Run until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--secret-file", type=Path, required=True, help="the file that holds the secret")
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    options = parser.parse_args()
    try:
        secret = options.secret_file.read_text(encoding="utf-8").strip()
        server = serve(Inbox(secret.encode()), options.port)
    except OSError as error:
        sys.stderr.write(f"The inbox cannot start: {error}\n")
        return 1
    if not secret:
        sys.stderr.write(f"The inbox cannot start: {options.secret_file} is empty.\n")
        return 1
    sys.stdout.write(f"http://127.0.0.1:{server.server_address[1]}\n")
    sys.stdout.flush()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
