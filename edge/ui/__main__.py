"""python -m edge.ui --config FILE: serve the terminal's page, until the agent that started this ends.

Exit codes: 0 ended as told, 1 a port or the data folder cannot be used, 2 the configuration cannot be.
"""

import asyncio
import errno
import logging
import os
import resource
import signal
import socket
import ssl
import stat
import sys
import time
from pathlib import Path
from typing import Any, Final

import uvicorn

from edge.clock import Clock
from edge.config import ConfigError, Settings, TerminalSettings, load
from edge.durable import make_folder
from edge.log import LineLog, in_journal
from edge.ui.addresses import reachable
from edge.ui.certificate import context
from edge.ui.doors import Door
from edge.ui.messages import MOST_LINE
from edge.ui.pairing import Pairings
from edge.ui.patience import PatientProtocol
from edge.ui.site import House, site

MOST_AT_ONCE: Final = 128
"""Connections of one door."""
_FILES: Final = 8_192
"""Strangers may hold descriptors of the handhelds' door for the minute that a TLS handshake may take: the screen's
own door has some left."""
_STRANGERS: Final = frozenset(
    {
        "Invalid HTTP request received.",
        "Unsupported upgrade request.",
        "Invalid UTF-8 sequence received from client.",
        "ASGI callable returned without completing handshake.",
    }
)
"""What uvicorn logs, some of it with a trace, because of what somebody sent: strangers would fill the log with it."""
_GRACE_S: Final = 1
_FREE_S: Final = 3.0
"""So long the process of an agent that was killed may take to free the ports."""


def main(arguments: list[str]) -> int:
    """Serve; the exit code."""
    if len(arguments) != 2 or arguments[0] != "--config":
        sys.stderr.write("usage: python -m edge.ui --config FILE\n")
        return 2
    signal.pthread_sigmask(signal.SIG_SETMASK, ())  # the agent has its own blocked
    log = LineLog(journal=in_journal(), part="page")
    try:
        settings = load(Path(arguments[1]), joined=False)
    except ConfigError as error:
        log.error("config-unusable", file=str(error.path), faults=error.faults)  # noqa: TRY400 - the sentence says it all
        return 2
    if settings.terminal is None:
        log.error("config-unusable", file=arguments[1], faults=["[terminal]: is missing"])
        return 2
    log = LineLog(settings.log_level, as_json=settings.log_json, journal=in_journal(), part="page")
    logging.getLogger("uvicorn.error").addFilter(lambda record: record.msg not in _STRANGERS)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES if most == resource.RLIM_INFINITY else min(_FILES, most), most))
    try:
        servers = _servers(settings, settings.terminal)
    except (OSError, ssl.SSLError) as error:
        log.error("page-not-served", why=str(error), next="free the port, or choose another in [terminal]")  # noqa: TRY400
        return 1
    log.info(
        "page-served", port=settings.terminal.port, handhelds=settings.terminal.tls_port if len(servers) > 1 else 0
    )
    asyncio.run(_serve(servers))
    return 0


def _servers(settings: Settings, terminal: TerminalSettings) -> list[tuple[uvicorn.Server, socket.socket]]:
    folder = settings.device.data / "terminal"
    make_folder(folder)
    folder.chmod(0o700)
    clock = Clock()
    house = House(
        agent=settings.terminal_socket,
        pairings=Pairings(folder / "pairings.json", clock.now_ms, clock.up_ms),
        addresses=lambda: reachable(terminal.listen),
        tls_port=terminal.tls_port if terminal.listen else 0,
        fingerprint="",
        now_ms=clock.now_ms,
    )
    found = [(_server(house, Door(screen=True)), _listen("127.0.0.1", terminal.port))]
    if terminal.listen:
        tls, house.fingerprint = context(folder, settings.device.name)
        server = _server(house, Door(screen=False))
        server.config.ssl_context_factory = lambda _config, _default: tls
        found.append((server, _listen(terminal.listen, terminal.tls_port)))
    return found


def _server(house: House, door: Door) -> uvicorn.Server:
    config = uvicorn.Config(
        site(house, door),
        http="h11" if door.screen else PatientProtocol,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws_per_message_deflate=False,
        ws_max_size=MOST_LINE,
        ws_ping_interval=20.0,
        ws_ping_timeout=20.0,
        limit_concurrency=MOST_AT_ONCE,
        timeout_graceful_shutdown=_GRACE_S,
    )
    return uvicorn.Server(config)


def _listen(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    deadline = time.monotonic() + _FREE_S
    while True:
        try:
            made = socket.create_server((address, port), family=family, backlog=128)
            break
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                raise OSError(f"port {port} of {address} cannot be used: {error.strerror}") from error
        time.sleep(0.05)
    made.setsockopt(
        socket.IPPROTO_TCP, socket.TCP_NODELAY, 1
    )  # a verdict waits for nothing; who is accepted has it too
    return made


async def _serve(servers: list[tuple[uvicorn.Server, Any]]) -> None:
    def end() -> None:
        for server, listening in servers:
            listening.close()
            server.should_exit = server.force_exit = True

    if stat.S_ISFIFO(os.fstat(0).st_mode):
        asyncio.get_running_loop().add_reader(0, end)  # it holds nothing: readable means that the agent ended
    async with asyncio.TaskGroup() as group:
        for server, listening in servers:
            group.create_task(server.serve(sockets=[listening]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
