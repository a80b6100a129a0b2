"""A running hub: database, broker, ingest and HTTP in one process, started in order and stopped in the reverse.

Stop: HTTP first, so that nobody sees a half hub; then intake from the broker; then ingest commits what it has and
its receipts still go out; then the hub says goodbye on the broker; then Mosquitto ends and the database is closed.
If a part dies the process ends with an error, and whoever supervises it starts a new one: a hub that has no ingest
must not look like one.
"""

import contextlib
import faulthandler
import gc
import os
import queue
import resource
import secrets
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import structlog

from hub.admission import Admission, open_authority
from hub.api.app import create_app
from hub.api.live import LiveFeed
from hub.api.services import Services
from hub.authority import Authority
from hub.broker import Broker
from hub.config import Address, Listen, Settings
from hub.core.floods import SHUT_MS
from hub.devices import Registry
from hub.dispatch import Dispatcher
from hub.errors import DAMAGED, DamagedError, HubError
from hub.folder import Folder, Running
from hub.gate import Gate
from hub.imports.desk import Desk
from hub.ingest.pipeline import Pipeline
from hub.ingest.rebuild import bring_up_to_date
from hub.inviting import Inviter
from hub.mosquitto import Mosquitto
from hub.names import hosts, inviting_name, known_names
from hub.store.database import Database
from hub.vitals import Door
from hub.watchdog import Watchdog
from hub.web import Web, listen, listen_everywhere
from wire.messages import Now

CONNECT_S = 10.0
WATCH_S = 0.5
UI = Path(__file__).parent / "ui" / "dist"

log = structlog.get_logger("hub")


def version() -> str:
    """The version of the installed package."""
    try:
        return metadata.version("relief-relay")
    except metadata.PackageNotFoundError:
        return "0"


class Outlet:
    """What ingest may do to the outside: send to devices, and say what screens should show."""

    def __init__(self, live: LiveFeed) -> None:
        self.broker: Broker | None = None
        self._live = live

    def publish(self, topic: str, payload: bytes) -> None:
        if self.broker is not None:
            self.broker.publish(topic, payload)

    def order(self, topic: str, payload: bytes) -> bool:
        """Ask something of a device; whether it could be sent at all."""
        return self.broker is not None and self.broker.publish(topic, payload, qos=1)

    def changed(self) -> None:
        self._live.notify()

    def shown(self, device: str, now: Now, received_at: int) -> None:
        self._live.shown(device, now, received_at)


class Hub:
    """One hub on one data folder. `start`, then `wait`, then `stop`; what was started is stopped also after a fault."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._folder = Folder(settings.data)
        self._ends = contextlib.ExitStack()
        self._wake = threading.Event()
        self._stopping = False
        self._reloading = False
        self._mosquitto: Mosquitto | None = None
        self._gate: Gate | None = None
        self._dispatcher: Dispatcher | None = None
        self._floods: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._broker: Broker | None = None
        self._parts: dict[str, Callable[[], bool]] = {}
        self._faults: Callable[[], list[str]] = list
        self._failure: Callable[[], BaseException | None] = lambda: None
        self._watchdog = Watchdog()

    def start(self) -> Running:
        """Everything, in order; says where it is. Raises HubError, with nothing left running."""
        try:
            return self._start()
        except BaseException:
            self._ends.close()
            raise

    def wait(self) -> int:
        """Until told to stop (0), a part has died (1), or the database is damaged (3)."""
        self._watchdog.ready()
        while not self._stopping:
            self._wake.wait(WATCH_S)
            self._wake.clear()
            if self._reloading:
                self._reloading = False
                self._guarded("reload", self.reload)
            if self._gate is not None:
                self._guarded("tend", self._gate.tend)
            self._guarded("calm", self._calm)
            dead = [name for name, alive in self._parts.items() if not alive()]
            if dead and not self._stopping:
                log.error("part-died", parts=dead)
                return self._code()
            self._watchdog.answer("; ".join(self._faults()) or "Up")
        return 0

    def flooding(self, device: str) -> None:
        """Have a device that sends too much shut out for a while. Any thread."""
        self._floods.put(device)
        self._wake.set()

    def _calm(self) -> None:
        if self._floods.empty():
            return
        try:
            while not self._floods.empty():
                name = self._floods.get()
                if self._gate is not None:
                    self._gate.shut_out(name, SHUT_MS / 1000)
        finally:
            if self._broker is not None:
                self._broker.reconnect()

    def _code(self) -> int:
        """The exit code after a part has died; whoever supervises need not try again with a damaged database."""
        return DAMAGED if isinstance(self._failure(), DamagedError) else 1

    def _guarded(self, what: str, do: Callable[[], None]) -> None:
        """A hub that cannot do this now goes on, and tries again."""
        try:
            do()
        except HubError:
            log.exception("failed", what=what)

    def stop(self) -> None:
        """In order; leaves no process behind. Idempotent."""
        log.info("stopping")
        self._watchdog.stopping()
        self._ends.close()

    def ask_to_stop(self) -> None:
        """Make `wait` return; for signal handlers."""
        self._stopping = True
        self._wake.set()

    def ask_to_reload(self) -> None:
        """Have the broker told anew who may connect; for signal handlers."""
        self._reloading = True
        self._wake.set()

    def reload(self) -> None:
        """Tell the embedded broker anew who may connect, and devices what was asked of them by other programs."""
        if self._gate is not None:
            self._gate.reload()
        if self._dispatcher is not None:
            self._dispatcher.changed()

    def _start(self) -> Running:
        settings, ends = self.settings, self._ends
        self._folder.lock()
        ends.callback(self._folder.unlock)
        _raise_file_limit()
        web_socket = listen(settings.http_host, settings.http_port)
        ends.callback(web_socket.close)
        https = None if settings.listen is None else _https_socket(settings.listen, settings.https_port)
        if https is not None:
            ends.callback(https.close)
        database = Database.open(settings.database)
        ends.callback(database.close)
        settings.database.chmod(0o600)
        if bring_up_to_date(database, settings.data):
            log.info("projections-made-again", why="another version made them by other rules")
        authority = None if settings.listen is None else open_authority(database)
        address = settings.broker or self._start_mosquitto(database, authority)
        ledger, run = database.ledger, secrets.token_hex(8)
        live = LiveFeed(database, _clock)
        outlet = Outlet(live)
        dispatcher = self._dispatcher = Dispatcher(database, publish=outlet.order, clock=_clock)
        pipeline = Pipeline(
            database, run=run, outlet=outlet, clock=_clock, heard=dispatcher.heard, flooding=self.flooding
        )
        broker = self._broker = outlet.broker = Broker(address, ledger=ledger, run=run, on_message=pipeline.offer)
        ends.callback(broker.stop)
        pipeline.start()
        ends.callback(pipeline.stop)
        broker.start()
        ends.callback(broker.quiesce)
        dispatcher.start()
        ends.callback(dispatcher.stop)
        desk = Desk(settings.data, database, pipeline, _clock)
        desk.start()
        ends.callback(desk.stop)
        self._faults = lambda: _faults(pipeline, broker)
        self._failure = lambda: pipeline.failure
        services = Services(
            database=database,
            clock=_clock,
            run=run,
            ledger=ledger,
            version=version(),
            ui=UI,
            live=live,
            devices=Registry(database, address, embedded=settings.broker is None, changed=self.reload),
            gauges=lambda: _gauges(pipeline, broker),
            timings={"commit": pipeline.commits},
            faults=self._faults,
            hosts=hosts(settings),
            admission=self._admission(database, authority),
            inviter=self._inviter(database, authority, https),
            asked=dispatcher.asked,
        )
        context = None if self._gate is None else self._gate.context
        web = Web(create_app(services), web_socket, None if https is None or context is None else (https, context))
        ends.callback(web.stop)
        ends.callback(live.close)
        web.start()
        door = Door(web_socket.getsockname()[:2])
        ends.callback(door.stop)
        door.start()
        self._watchdog.signs = {"mqtt": broker.pulse, "ingest": pipeline.progress, "http": door}
        self._parts = {
            "mqtt": lambda: broker.alive,
            "mosquitto": lambda: self._mosquitto is None or self._mosquitto.alive,
            "ingest": lambda: pipeline.failure is None,
            "imports": lambda: desk.alive,
            "dispatch": lambda: dispatcher.alive,
            "http": lambda: web.alive,
        }
        if not broker.wait_connected(CONNECT_S):
            log.warning("not-connected-yet", broker=str(address), hint="devices keep their data until it answers")
        running = Running(
            pid=os.getpid(),
            mqtt_host=address.host,
            mqtt_port=address.port,
            http_host=settings.http_host,
            http_port=web_socket.getsockname()[1],
            ledger=ledger,
            run=run,
            listen_host="" if settings.listen is None else settings.listen.host,
            mqtts_port=self._entrance_port,
            https_port=None if https is None else https.getsockname()[1],
        )
        self._folder.write_running(running)
        ends.callback(self._folder.clear_running)
        return running

    def _start_mosquitto(self, database: Database, authority: Authority | None) -> Address:
        settings = self.settings
        gate = self._gate = Gate(database, settings.broker_folder, lambda: known_names(settings), _clock)
        entrance = None if authority is None or settings.listen is None else gate.open(authority, settings.listen)
        self._mosquitto = Mosquitto(settings.broker_folder, settings.mqtt_port, gate.passwords, entrance)
        self._ends.callback(self._mosquitto.stop)
        return gate.guard(self._mosquitto)

    @property
    def _entrance_port(self) -> int | None:
        return None if self._mosquitto is None else self._mosquitto.entrance_port

    def _admission(self, database: Database, authority: Authority | None) -> Admission | None:
        port = self._entrance_port
        if authority is None or port is None:
            return None
        return Admission(database, authority, mqtt_port=port, clock=_clock, changed=self.reload)

    def _inviter(self, database: Database, authority: Authority | None, https: socket.socket | None) -> Inviter | None:
        if authority is None or https is None:
            return None
        port = https.getsockname()[1]
        return Inviter(
            database, authority, name=lambda: inviting_name(self.settings, None), https_port=port, clock=_clock
        )


def serve(settings: Settings, announce: Callable[[Running], None]) -> int:
    """Run a hub until SIGTERM or SIGINT (0) or until a part of it dies (1). Raises HubError if it cannot start."""
    hub = Hub(settings)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: hub.ask_to_stop())
    signal.signal(signal.SIGHUP, lambda *_: hub.ask_to_reload())
    faulthandler.enable()  # the watchdog's SIGABRT makes the hub say where each thread was
    running = hub.start()
    _spare_the_collector()
    sys.setswitchinterval(0.001)  # ingest's two threads and the requests wait for each other less
    try:
        announce(running)
        return hub.wait()
    finally:
        hub.stop()


def _spare_the_collector() -> None:
    """Have cyclic garbage looked for rarely.

    A group is 50,000 small objects without a cycle; looking through them again and again took a third of the
    reader's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 20, 50)


def _clock() -> int:
    return time.time_ns() // 1_000_000


def _https_socket(where: Listen, port: int) -> socket.socket:
    return listen(where.host, port, "--https-port") if where.host else listen_everywhere(port)


def _gauges(pipeline: Pipeline, broker: Broker) -> dict[str, float]:
    values = {f"ingest_{name}_total": float(count) for name, count in pipeline.counts.items()}
    values["ingest_dropped_total"] = float(pipeline.dropped)
    values["ingest_waiting_bytes"] = float(pipeline.waiting_bytes)
    values["ingest_stalled"] = float(pipeline.stalled)
    values["broker_connected"] = float(broker.connected)
    return values


def _faults(pipeline: Pipeline, broker: Broker) -> list[str]:
    """Why devices wait for their receipts."""
    found = {
        "ingest has ended": pipeline.failure is not None,
        "the database cannot store": pipeline.stalled,
        "the broker is not connected": not broker.connected,
    }
    return [sentence for sentence, true in found.items() if true]


def _raise_file_limit() -> None:
    """Each screen and each database connection needs a descriptor; 1,024 are soon gone."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65_536 if hard == resource.RLIM_INFINITY else min(65_536, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
