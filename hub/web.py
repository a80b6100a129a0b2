"""The HTTP server, in a thread of its own; its port is taken early, so that a conflict is said before all else.

The same application may have a second door with TLS. Both are served by one loop, because the live feed belongs to it.
"""

import asyncio
import contextlib
import logging
import socket
import ssl
import threading
import time
from typing import Any, Final

import uvicorn

from hub.errors import HubError
from hub.patience import PatientProtocol, PatientSocket

START_S = 15.0
GRACE_S = 2
"""How long requests may go on when the hub stops; live streams are ended at once."""


MESSAGE_BYTES = 4096
"""Most that one message of a WebSocket from outside may have."""


_STRANGERS: Final = frozenset(
    {
        "Invalid HTTP request received.",
        "Unsupported upgrade request.",
        "Invalid UTF-8 sequence received from client.",
        "ASGI callable returned without completing handshake.",
    }
)
"""What uvicorn logs, some of it with a trace, because of what somebody sent: strangers would fill the log with it."""


class WebError(HubError):
    """The HTTP server could not be started."""


def listen_everywhere(port: int) -> socket.socket:
    """A listening socket on all addresses of this machine, of both families where there are two. Raises WebError."""
    two = socket.has_dualstack_ipv6()
    try:
        server = socket.create_server(
            ("", port), family=socket.AF_INET6 if two else socket.AF_INET, backlog=1024, dualstack_ipv6=two
        )
    except OSError as error:
        raise WebError(
            f"Port {port} cannot be used for HTTPS ({error.strerror}). "
            "Stop what listens there, or choose a port by --https-port (0 picks a free one)."
        ) from error
    # asyncio does this only for sockets that were made by naming TCP; without it a second small message waits 40 ms.
    server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return server


def listen(host: str, port: int, option: str = "--http-port") -> socket.socket:
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
            f"Stop what listens there, or choose a port by {option} (0 picks a free one)."
        ) from error
    return server


class Web:
    """Serves an ASGI application on a socket, and on a second one with TLS, between `start` and `stop`."""

    def __init__(
        self, app: Any, listening: socket.socket, door: tuple[socket.socket, ssl.SSLContext] | None = None
    ) -> None:
        self._sockets = [listening]
        self._servers = [uvicorn.Server(_config(app))]
        if door is not None:
            context = door[1]
            self._sockets.append(door[0])
            # The application is started and stopped by the first one.
            second = _config(app, lifespan="off", http=PatientProtocol)
            second.ssl_context_factory = lambda _config, _default: context
            self._servers.append(uvicorn.Server(second))
        self._thread = threading.Thread(target=self._run, name="http", daemon=True)

    @property
    def alive(self) -> bool:
        """Whether it serves."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Returns when requests are answered. Raises WebError."""
        self._thread.start()
        deadline = time.monotonic() + START_S
        while not all(server.started for server in self._servers):
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise WebError("The HTTP server did not start; the log above says why.")
            time.sleep(0.005)

    def stop(self) -> None:
        """End requests and streams. Idempotent."""
        for server in self._servers:
            server.should_exit = True
        if self._thread.ident is not None:
            self._thread.join(GRACE_S + 5)
        for each in self._sockets:
            each.close()

    def _run(self) -> None:
        factory = self._servers[0].config.get_loop_factory()
        # SystemExit is how uvicorn says that its start failed; `alive` tells.
        with contextlib.suppress(SystemExit), asyncio.Runner(loop_factory=factory) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        async with asyncio.TaskGroup() as group:
            for server, each in zip(self._servers, self._sockets, strict=True):
                group.create_task(server.serve(sockets=[each]))


def worth_a_line(record: logging.LogRecord) -> bool:
    """Whether the server tells of more than of what somebody sent."""
    return record.msg not in _STRANGERS


def _config(app: Any, *, http: Any = "h11", **more: Any) -> uvicorn.Config:
    logging.getLogger("uvicorn.error").addFilter(worth_a_line)
    return uvicorn.Config(
        app,
        http=http,  # both doors read requests in one way, whatever else is installed
        ws=PatientSocket,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws_per_message_deflate=False,  # packing positions anew for each map would take the most of a core
        ws_max_size=MESSAGE_BYTES,
        ws_ping_interval=20.0,
        ws_ping_timeout=20.0,
        timeout_graceful_shutdown=GRACE_S,
        **more,
    )
