"""A terminal as its page sees it: a real agent, the page's process that it keeps, and messages over WebSockets."""

import itertools
import json
import ssl
import time
from contextlib import suppress
from pathlib import Path

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.support.edge_agent import closed_port, write_config
from tests.support.edge_ports import PATIENCE_S

PING_S = 5.0
"""As a page does: one that says nothing for half a minute is let go."""
_ids = itertools.count(1)


class Here:
    """Where one terminal is: its configuration and ports."""

    def __init__(self, folder: Path, extra="", **config):
        self.folder = folder
        self.port, self.tls_port = closed_port(), closed_port()
        section = f'[terminal]\nport = {self.port}\nlisten = "127.0.0.1"\ntls_port = {self.tls_port}\n'
        section += 'do = "receive"\nto = "place:wh-1/a01"\n'
        self.config = write_config(folder, extra=section + extra, **config)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def tls_url(self) -> str:
        return f"https://127.0.0.1:{self.tls_port}"

    def page(self, **more) -> "Page":
        return Page(self.port, **more)

    def handheld(self, cookie: str) -> "Page":
        return Page(self.tls_port, cookie=cookie, tls=True)


class Page:
    """One page that is connected; `with` closes it."""

    def __init__(self, port: int, *, cookie="", tls=False, timeout_s=PATIENCE_S):
        scheme, context = ("https", _trusting_all()) if tls else ("http", None)
        origin = f"{scheme}://127.0.0.1:{port}"
        headers = {"Cookie": cookie} if cookie else {}
        deadline = time.monotonic() + timeout_s
        self.got: list[dict] = []
        self._pinged = time.monotonic()
        while True:
            try:
                url = f"{'wss' if tls else 'ws'}://127.0.0.1:{port}/live"
                self._link = connect(url, origin=origin, additional_headers=headers, ssl=context, compression=None)
                self._socket = self._link.__enter__()
                self.hello = self.until("hello")
            except (OSError, ConnectionClosed) as error:
                code = error.rcvd.code if isinstance(error, ConnectionClosed) and error.rcvd else 1013
                if code not in {1012, 1013} or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
                continue
            self.rows = self.until("list")["rows"]
            self.state = self.until("state")
            return

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._link.__exit__(None, None, None)

    def send(self, **message) -> str:
        """The message's id."""
        id_ = f"x{next(_ids)}"
        self.raw(json.dumps({"id": id_, **message} if message["k"] in {"scan", "press", "undo", "print"} else message))
        return id_

    def raw(self, text):
        self._socket.send(text)

    def scan(self, data, via="wedge") -> dict:
        """The verdict."""
        return self.verdict(self.send(k="scan", data=data, via=via))

    def press(self, code) -> dict:
        return self.verdict(self.send(k="press", code=code))

    def undo(self, row) -> dict:
        return self.verdict(self.send(k="undo", **row["stored"]))

    def verdict(self, id_) -> dict:
        return self.until("verdict", lambda found: found["id"] == id_)

    def practise(self, on):
        self.send(k="practice", on=on)
        self.hello = self.until("hello", lambda found: found["practice"] is on)
        self.rows = self.until("list")["rows"]

    def until(self, kind, fits=lambda _: True, timeout_s=PATIENCE_S) -> dict:
        """The next message of this kind that fits; what comes before it is in `got`."""
        deadline = time.monotonic() + timeout_s
        while True:
            left = deadline - time.monotonic()
            assert left > 0, f"no {kind} came, but {[each['k'] for each in self.got[-20:]]}"
            if time.monotonic() - self._pinged > PING_S:
                self._pinged = time.monotonic()
                self.send(k="ping")
            with suppress(TimeoutError):
                message = json.loads(self._socket.recv(left))
                self.got.append(message)
                if message["k"] == kind and fits(message):
                    return message

    def closed(self, timeout_s=PATIENCE_S) -> int:
        """The code with which the other side ends it."""
        deadline = time.monotonic() + timeout_s
        try:
            while True:
                self._socket.recv(max(0.01, deadline - time.monotonic()))
        except ConnectionClosed as end:
            return end.rcvd.code if end.rcvd else 1006


def _trusting_all() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
