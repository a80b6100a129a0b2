"""A running hub: database, broker, ingest and HTTP in one process, started in order and stopped in the reverse.

Stop: HTTP first, so that nobody sees a half hub; then intake from the broker; then ingest commits what it has and
its receipts still go out; then the hub says goodbye on the broker; then Mosquitto ends and the database is closed.
If a part dies the process ends with an error, and whoever supervises it starts a new one: a hub that has no ingest
must not look like one.
"""

import contextlib
import os
import secrets
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from queue import Empty, SimpleQueue
from urllib.parse import urlsplit

import structlog
from sqlalchemy.exc import DBAPIError

from hub import badges, fonts
from hub.admission import Admission, open_authority
from hub.api.app import create_app
from hub.api.fanout import Fanout
from hub.api.live import LiveFeed
from hub.api.services import Services
from hub.authority import Authority
from hub.base_map import FILE, BaseMap
from hub.broker import Broker
from hub.clock import now_ms, uptime_ms
from hub.collecting import Keeper
from hub.condition import faults, gauges
from hub.config import Address, Listen, Settings
from hub.desk import Desk
from hub.device_sessions import DeviceSessions
from hub.devices import Registry
from hub.dispatch import Dispatcher
from hub.errors import DAMAGED, DamagedError, HubError, says_damaged
from hub.first_run import FirstRun
from hub.floodgate import Floodgate
from hub.flowing import Flowing
from hub.folder import Folder, Running
from hub.follower import Follower
from hub.gate import Gate
from hub.imports.desk import Desk as ImportDesk
from hub.ingest.pipeline import Pipeline
from hub.ingest.rebuild import bring_up_to_date
from hub.inviting import Inviter
from hub.key_checks import open_vault
from hub.mosquitto import Mosquitto
from hub.names import hosts, inviting_name, known_names
from hub.notices import Sender
from hub.outlet import Outlet
from hub.photos import FOLDER, Photos
from hub.process import raise_file_limit, say_where_threads_are, settle
from hub.reminding import Reminding
from hub.retention import Retention
from hub.sitedata import SiteData
from hub.steward import Steward
from hub.store.database import Database
from hub.tending import Tending
from hub.vault import Vault
from hub.vitals import Door
from hub.watchdog import Watchdog
from hub.watching import Watching
from hub.web import Web, listen, listen_everywhere
from hub.webhook import Webhook

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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Intake:
    pipeline: Pipeline
    broker: Broker
    dispatcher: Dispatcher
    site_data: SiteData
    desk: Desk
    follower: Follower


class Hub:
    """One hub on one data folder. `start`, then `wait`, then `stop`; what was started is stopped also after a fault."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.first_path = ""
        """Where a browser makes the first administrator of an empty hub; '' for any other hub."""
        self._folder = Folder(settings.data)
        self._ends = contextlib.ExitStack()
        self._bell: SimpleQueue[None] = SimpleQueue()
        self._stopping = False
        self._reloading = False
        self._mosquitto: Mosquitto | None = None
        self._gate: Gate | None = None
        self._dispatcher: Dispatcher | None = None
        self._floodgate = Floodgate(self._ring)
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
            self._sleep()
            if self._reloading:
                self._reloading = False
                self._guarded("reload", self.reload)
            if self._gate is not None:
                self._guarded("tend", self._gate.tend)
            self._guarded("calm", self._floodgate.tend)
            dead = [name for name, alive in self._parts.items() if not alive()]
            if dead and not self._stopping:
                log.error("part-died", parts=dead)
                return self._code()
            self._watchdog.answer("; ".join(self._faults()) or "Up")
        return 0

    def _code(self) -> int:
        """The exit code after a part has died; whoever supervises need not try again with a damaged database."""
        return DAMAGED if isinstance(self._failure(), DamagedError) else 1

    def _guarded(self, what: str, do: Callable[[], None]) -> None:
        """A hub that cannot do this now, of a failing disk for one, goes on, and tries again."""
        try:
            do()
        except (HubError, DBAPIError) as error:
            if says_damaged(error):
                raise
            log.exception("failed", what=what)

    def stop(self) -> None:
        """In order; leaves no process behind. Idempotent."""
        log.info("stopping")
        self._watchdog.stopping()
        self._ends.close()

    def _ring(self) -> None:
        """Wake the main thread, also from a signal handler that interrupted it: an Event's lock would not let it in."""
        self._bell.put(None)

    def _sleep(self) -> None:
        with contextlib.suppress(Empty):
            self._bell.get(timeout=WATCH_S)
            while True:
                self._bell.get_nowait()

    def ask_to_stop(self) -> None:
        """Make `wait` return; for signal handlers."""
        self._stopping = True
        self._ring()

    def ask_to_reload(self) -> None:
        """Have the broker told anew who may connect; for signal handlers."""
        self._reloading = True
        self._ring()

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
        raise_file_limit()
        web_socket, https = self._listen()
        database = self._open_database()
        vault = open_vault(database, settings.data, now=now_ms(), give_up=settings.forget_recipients)
        authority = None if settings.listen is None else open_authority(database)
        address = settings.broker or self._start_mosquitto(database, authority)
        run = secrets.token_hex(8)
        live, positions = LiveFeed(database, now_ms), Fanout(database, now_ms)
        intake = self._start_intake(database, address, run, live, Outlet(live, positions), vault)
        self._start_notices(database, vault, live)
        first_run = FirstRun(database)
        self.first_path = first_run.path
        services = Services(
            database=database,
            clock=now_ms,
            run=run,
            ledger=database.ledger,
            version=version(),
            ui=UI,
            live=live,
            positions=positions,
            base_map=BaseMap(settings.data / FILE),
            devices=Registry(database, address, embedded=settings.broker is None, changed=self.reload),
            gauges=lambda: gauges(intake.pipeline, intake.broker, settings.database),
            timings={"commit": intake.pipeline.commits, "positions_tick": positions.ticks},
            faults=self._faults,
            hosts=hosts(settings),
            font=lambda: fonts.load(settings.font),
            admission=self._admission(database, authority),
            inviter=self._inviter(database, authority, https),
            asked=intake.dispatcher.asked,
            device_sessions=DeviceSessions(database, authority, clock=now_ms),
            site_data=intake.site_data,
            desk=intake.desk,
            follow=intake.follower.look,
            vault=vault,
            first_run=first_run,
            public_url=settings.public_url,
            keep_days=settings.keep_days,
            notices_host=urlsplit(settings.notices_url).hostname or "",
        )
        self._start_web(services, web_socket, https)
        if not intake.broker.wait_connected(CONNECT_S):
            log.warning("not-connected-yet", broker=str(address), hint="devices keep their data until it answers")
        running = Running(
            pid=os.getpid(),
            mqtt_host=address.host,
            mqtt_port=address.port,
            http_host=settings.http_host,
            http_port=web_socket.getsockname()[1],
            ledger=database.ledger,
            run=run,
            listen_host="" if settings.listen is None else settings.listen.host,
            mqtts_port=self._entrance_port,
            https_port=None if https is None else https.getsockname()[1],
        )
        self._folder.write_running(running)
        ends.callback(self._folder.clear_running)
        return running

    def _listen(self) -> tuple[socket.socket, socket.socket | None]:
        """The sockets of both doors, taken early, so that a conflict is said before all else."""
        settings = self.settings
        plain = listen(settings.http_host, settings.http_port)
        self._ends.callback(plain.close)
        if settings.listen is None:
            return plain, None
        https = _https_socket(settings.listen, settings.https_port)
        self._ends.callback(https.close)
        return plain, https

    def _open_database(self) -> Database:
        settings = self.settings
        database = Database.open(settings.database)
        self._ends.callback(database.close)
        if bring_up_to_date(database, settings.data):
            log.info("projections-made-again", why="another version made them by other rules")
        return database

    def _start_intake(
        self, database: Database, address: Address, run: str, live: LiveFeed, outlet: Outlet, vault: Vault
    ) -> _Intake:
        """Everything between the broker and the ledger."""
        ends = self._ends
        site_data = SiteData(database, clock=now_ms, seal=badges.seal, keeper=Keeper(vault))
        dispatcher = self._dispatcher = Dispatcher(
            database, publish=outlet.order, clock=now_ms, newest=site_data.newest
        )
        site_data.grown = dispatcher.grown
        heard, flooding = dispatcher.heard, self._floodgate.flooding
        pipeline = Pipeline(database, run=run, outlet=outlet, clock=now_ms, heard=heard, flooding=flooding)
        broker = outlet.broker = Broker(address, ledger=database.ledger, run=run, on_message=pipeline.offer)
        self._floodgate.broker = broker
        ends.callback(broker.stop)
        pipeline.start()
        ends.callback(pipeline.stop)
        broker.start()
        ends.callback(broker.quiesce)
        dispatcher.start()
        ends.callback(dispatcher.stop)
        site_data.start()
        ends.callback(site_data.stop)
        imports = ImportDesk(self.settings.data, database, pipeline, now_ms)
        imports.start()
        ends.callback(imports.stop)
        desk = Desk(pipeline, ledger=database.ledger, clock=now_ms, uptime=uptime_ms)
        self._tend(Steward(database, desk, now_ms))
        ends.callback(desk.stop)
        follower = Follower(database, vault, now_ms, changed=live.notify)
        self._tend(follower)
        self._tend(Flowing(database))
        photos = Photos(self.settings.data / FOLDER, vault)
        self._tend(Retention(database, photos, now_ms, keep_days=self.settings.keep_days))
        self._tend(Reminding(database, vault, now_ms))
        self._faults = lambda: faults(pipeline, broker)
        self._tend(Watching(database, now_ms, folder=self.settings.data, faults=self._faults, changed=live.notify))
        self._failure = lambda: pipeline.failure
        self._watchdog.signs.update(mqtt=broker.pulse, ingest=pipeline.progress)
        self._parts |= {
            "mqtt": lambda: broker.alive,
            "mosquitto": lambda: self._mosquitto is None or self._mosquitto.alive,
            "ingest": lambda: pipeline.failure is None,
            "imports": lambda: imports.alive,
            "dispatch": lambda: dispatcher.alive,
            "site-data": lambda: site_data.alive,
        }
        return _Intake(
            pipeline=pipeline, broker=broker, dispatcher=dispatcher, site_data=site_data, desk=desk, follower=follower
        )

    def _start_notices(self, database: Database, vault: Vault, live: LiveFeed) -> None:
        settings = self.settings
        adapter = Webhook(settings.notices_url, settings.notices_secret) if settings.notices_url else None
        self._tend(Sender(database, vault, adapter, clock=now_ms, changed=live.notify))

    def _tend(self, part: Tending) -> None:
        """Start a thread that looks after something; the hub ends if it dies."""
        self._ends.callback(part.stop)
        part.start()
        self._parts[part.name] = lambda: part.alive

    def _start_web(self, services: Services, plain: socket.socket, https: socket.socket | None) -> None:
        """Both doors for people, and the knocking that proves that they answer."""
        context = None if self._gate is None else self._gate.context
        web = Web(create_app(services), plain, None if https is None or context is None else (https, context))
        self._ends.callback(web.stop)
        self._ends.callback(services.live.close)
        web.start()
        door = Door(plain.getsockname()[:2])
        self._ends.callback(door.stop)
        door.start()
        self._watchdog.signs["http"] = door
        self._parts["http"] = lambda: web.alive

    def _start_mosquitto(self, database: Database, authority: Authority | None) -> Address:
        settings = self.settings
        gate = self._gate = self._floodgate.gate = Gate(
            database, settings.broker_folder, lambda: known_names(settings), now_ms
        )
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
        return Admission(database, authority, mqtt_port=port, clock=now_ms, changed=self.reload)

    def _inviter(self, database: Database, authority: Authority | None, https: socket.socket | None) -> Inviter | None:
        if authority is None or https is None:
            return None
        port = https.getsockname()[1]
        return Inviter(
            database, authority, name=lambda: inviting_name(self.settings, None), https_port=port, clock=now_ms
        )


def serve(settings: Settings, announce: Callable[[Running, str], None]) -> int:
    """Run a hub until SIGTERM or SIGINT (0) or until a part of it dies (1). Raises HubError if it cannot start.

    `announce` is told where it is, and where the first administrator of an empty hub is made.
    """
    hub = Hub(settings)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: hub.ask_to_stop())
    signal.signal(signal.SIGHUP, lambda *_: hub.ask_to_reload())
    say_where_threads_are()
    running = hub.start()
    settle()
    try:
        announce(running, hub.first_path)
        return hub.wait()
    finally:
        hub.stop()


def _https_socket(where: Listen, port: int) -> socket.socket:
    return listen(where.host, port, "--https-port") if where.host else listen_everywhere(port)
