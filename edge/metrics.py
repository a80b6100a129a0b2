"""What an agent says of itself, for Prometheus: printed once, or served beside it, with its health and readiness.

All is read from status.json at the moment of the question, in a process of its own: the agent stays small, and the
one that tells whether it is alive does not die with it.

    /metrics   the numbers
    /healthz   200 while the agent's main loop goes round: what a supervisor restarts it by
    /readyz    200 while it can take scans: its ports are open, its terminal's page comes and its outbox stores; a hub
               that is gone does not matter
"""

import socket
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

import msgspec
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from edge import status as status_file
from edge.clock import uptime_ms
from edge.errors import EdgeError
from edge.status import AgentStatus

TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"
_NOT_NUMBERS: Final = {"pid", "started", "at", "since", "up"}
_COUNTERS: Final = ("accepted_", "confirmed_", "thinned")
_SLOWEST_S: Final = 5


class _Found(Collector):
    def __init__(self, found: Iterable[Metric]) -> None:
        self._found = list(found)

    def collect(self) -> Iterable[Metric]:
        return self._found


def text(path: Path) -> bytes:
    """The numbers of the agent whose status.json this is; only `relay_edge_up 0` where there is none."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Found(_numbers(status_file.read(path))))
    return generate_latest(registry)


def unhealthy(path: Path) -> str:
    """Why the agent should be started again; empty while all is well."""
    return _unhealthy(status_file.read(path))


def unready(path: Path) -> str:
    """Why the agent cannot take what its ports read; empty while it can."""
    status = status_file.read(path)
    problem = _unhealthy(status)
    if problem or status is None:
        return problem
    if status.state != "running":
        return f"the agent is {status.state}"
    problems = [f"{port.port}: {port.why or 'not open'}" for port in status.ports if not port.up]
    if status.terminal is not None and status.terminal.problem:
        problems.append(f"terminal: {status.terminal.problem}")
    if status.outbox_room == "full":
        problems.append("the outbox is full: scans are refused")
    return "; ".join(problems)


def serve(path: Path, host: str, port: int, announce: Callable[[str], None]) -> None:
    """Answer until the process is stopped. Raises EdgeError where the address cannot be used."""

    class Answer(_Answer):
        source = path

    try:
        server = _Server((host, port), Answer)
    except OSError as error:
        hint = "choose another one by --listen HOST:PORT"
        raise EdgeError(f"cannot listen on {host}:{port}: {error.strerror or error}; {hint}") from error
    with server:
        found = server.server_address
        announce(f"http://{host}:{found[1]}/metrics")
        server.serve_forever()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    address_family = socket.AF_INET


class _Answer(BaseHTTPRequestHandler):
    source: Path
    timeout = _SLOWEST_S
    server_version = "relay-edge"
    sys_version = ""

    def do_GET(self) -> None:
        match self.path.partition("?")[0]:
            case "/metrics":
                self._say(HTTPStatus.OK, TEXT, text(self.source))
            case "/healthz":
                self._state(unhealthy(self.source))
            case "/readyz":
                self._state(unready(self.source))
            case _:
                self._say(HTTPStatus.NOT_FOUND, TEXT, b"there are /metrics, /healthz and /readyz\n")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """A scrape every few seconds is not worth a line each."""

    def _state(self, problem: str) -> None:
        status = HTTPStatus.SERVICE_UNAVAILABLE if problem else HTTPStatus.OK
        self._say(status, TEXT, f"{problem or 'ok'}\n".encode())

    def _say(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(body)


def _unhealthy(status: AgentStatus | None) -> str:
    if status is None or not status_file.is_alive(status):
        return "the agent does not run"
    if not status_file.turns(status, uptime_ms()):
        return "the agent runs, but its main loop has stopped"
    return ""


def _numbers(status: AgentStatus | None) -> Iterator[Metric]:
    up = status is not None and status_file.is_alive(status)
    yield GaugeMetricFamily("relay_edge_up", "Whether the agent runs.", float(up))
    if status is None or not up:
        return
    about = {"device": status.device, "kind": status.kind, "version": status.version, "ledger": status.ledger or ""}
    yield InfoMetricFamily("relay_edge", "Who this is.", about)
    for name, value in msgspec.structs.asdict(status).items():
        if name in _NOT_NUMBERS or not isinstance(value, bool | int | float):
            continue
        full = f"relay_edge_{name.removesuffix('_s')}_seconds" if name.endswith("_s") else f"relay_edge_{name}"
        family = CounterMetricFamily if name.startswith(_COUNTERS) else GaugeMetricFamily
        yield family(full, name.replace("_", " ") + ".", float(value))
    room = GaugeMetricFamily("relay_edge_outbox_room", "What room the outbox has: 1 where it is so.", labels=["state"])
    for state in ("free", "tight", "full"):
        room.add_metric([state], float(status.outbox_room == state))
    open_ = GaugeMetricFamily("relay_edge_port_up", "Whether a port is open.", labels=["kind", "port"])
    read = CounterMetricFamily("relay_edge_port", "What a port's driver counted.", labels=["kind", "port", "what"])
    for port in status.ports:
        open_.add_metric([port.kind, port.port], float(port.up))
        for what, count in port.counts.items():
            if count is not None and what != "last_at":
                read.add_metric([port.kind, port.port, what], float(count))
    yield from (room, open_, read)
    yield from _parts(status)


def _parts(status: AgentStatus) -> Iterator[Metric]:
    """Numbers of what not every device has."""
    if status.site_data is not None:
        known = status.site_data
        yield GaugeMetricFamily("relay_edge_site_data_version", "Version of the site data, 0: none.", known.version)
        yield GaugeMetricFamily("relay_edge_site_data_failures", "Failed questions in a row.", known.failures)
        yield GaugeMetricFamily("relay_edge_sscc_left", "Numbers for handling units left.", known.sscc_left)
    if status.printer is not None:
        yield GaugeMetricFamily("relay_edge_prints_waiting", "What waits for the printer.", status.printer.waiting)
    if status.terminal is not None:
        shown = status.terminal
        yield GaugeMetricFamily("relay_edge_terminal_up", "Whether its page is served.", float(not shown.problem))
        yield GaugeMetricFamily("relay_edge_terminal_pages", "Pages of the terminal that are open.", shown.pages)
    if status.certificate is not None:
        ends = status.certificate.expires / 1000
        yield GaugeMetricFamily("relay_edge_certificate_expires_seconds", "When it ends, in Unix time.", ends)
        failures = status.certificate.failures
        yield GaugeMetricFamily("relay_edge_certificate_failures", "Failed renewals in a row.", failures)
