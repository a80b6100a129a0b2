"""The HTTP server, in a thread of its own; its port is taken early, so that a conflict is said before all else."""

import contextlib
import socket
import threading
import time
from typing import Any

import uvicorn

from hub.errors import HubError

START_S = 15.0
GRACE_S = 2
"""How long requests may go on when the hub stops; live streams are ended at once."""


class WebError(HubError):
    """The HTTP server could not be started."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 is any free one. Raises WebError."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise WebError(f"{host} is no address of this machine ({error.strerror}); see --http-host.") from error
    server = socket.socket(family, kind, protocol)
    try:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(address)
        server.listen(1024)
    except OSError as error:
        server.close()
        raise WebError(
            f"Port {port} of {host} cannot be used for HTTP ({error.strerror}). "
            "Stop what listens there, or choose a port by --http-port (0 picks a free one)."
        ) from error
    return server


class Web:
    """Serves an ASGI application on a socket between `start` and `stop`."""

    def __init__(self, app: Any, listening: socket.socket) -> None:
        self._socket = listening
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                ws_per_message_deflate=False,
                timeout_graceful_shutdown=GRACE_S,
            )
        )
        self._thread = threading.Thread(target=self._run, name="http", daemon=True)

    @property
    def alive(self) -> bool:
        """Whether it serves."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Returns when requests are answered. Raises WebError."""
        self._thread.start()
        deadline = time.monotonic() + START_S
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise WebError("The HTTP server did not start; the log above says why.")
            time.sleep(0.005)

    def stop(self) -> None:
        """End requests and streams. Idempotent."""
        self._server.should_exit = True
        if self._thread.ident is not None:
            self._thread.join(GRACE_S + 5)
        self._socket.close()

    def _run(self) -> None:
        with contextlib.suppress(SystemExit):  # how uvicorn says that its start failed; `alive` tells
            self._server.run(sockets=[self._socket])
