"""systemd's end of sd_notify: a datagram socket, and what came through it."""

import secrets
import socket
from pathlib import Path
from typing import Self

from tests.support.edge_ports import until


class NotifySocket:
    """Bound at a path, or at an abstract name if there is no folder; `name` is what NOTIFY_SOCKET says."""

    def __init__(self, folder: Path | None) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.name = str(folder / "notify") if folder else f"@relief-relay-{secrets.token_hex(8)}"
        self._socket.bind(self.name.replace("@", "\0", 1) if folder is None else self.name)
        self._socket.setblocking(False)
        self.heard: list[str] = []
        """Every line of every datagram so far, in their order."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def listen(self) -> list[str]:
        """What has come up to now."""
        while True:
            try:
                self.heard += self._socket.recv(65_536).decode().split("\n")
            except BlockingIOError:
                return self.heard

    def says(self, start: str, after: int = 0) -> int:
        """Wait for a line that begins so, not before number `after`; its number."""

        def found() -> int | None:
            return next((n for n, line in enumerate(self.listen()) if n >= after and line.startswith(start)), None)

        until(lambda: found() is not None, f"{start} on the socket; it said {self.heard[-20:]}")
        number = found()
        assert number is not None
        return number
