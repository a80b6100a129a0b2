"""A small relief operation for tests: a real hub, a real agent at a simulated scanner, another in a simulated van."""

import json
import queue
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from deploy.program import wait_for
from deploy.stack import Agent, Hub, gnss_section, scanner_section
from firmware_sim.cli import the_world
from firmware_sim.gnss import GnssSettings, Receiver, Signal
from firmware_sim.ports import Port
from firmware_sim.reference import reference_data
from firmware_sim.running import RunningDevice, start_scanner
from firmware_sim.stage import drive_between
from tests.support.facts import batch, hello
from tests.support.mqtt import Client, connected
from wire import codec, topics
from wire.messages import Clock, Fix, Lane, Scan, Welcome

SCANNER, VAN = "wh1-scanner-1", "van-1"
YEAR = 2026
SEED = 7


class Scene:
    """Starts with the `with` block, ends with it; a part that a test killed is started again by the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.hub = Hub(folder / "hub")
        self.world = the_world(SEED, YEAR)
        self.passwords: dict[str, str] = {}
        self.agents: dict[str, Agent] = {}
        self._codes: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._asked = 0
        self._ends = ExitStack()

    def __enter__(self):
        self._ends.enter_context(self.hub)
        for name, body in reference_data(self.world).items():
            self.hub.rest.put(f"/{name}", body)
        for person in ("admin", "auditor"):
            said = self.hub.command_line("user", "add", person, "--role", person, "--json")
            self.passwords[person] = json.loads(said)["password"]
        witness = self.folder / "scanner.witness"
        settings = {"rate": 100.0, "settle_s": 0.05}
        self.scanner = self._ends.enter_context(
            start_scanner(self.folder / "ports" / SCANNER, self._typed(), witness, **settings)
        )
        self._ends.enter_context(self._receiver())
        self._agent(
            SCANNER, "scanner", scanner_section(self.folder / "ports" / SCANNER, do="receive", to="place:wh-1/a01")
        )
        self._agent(VAN, "vehicle", gnss_section(self.folder / "ports" / VAN, rate_hz=2))
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.close()

    def _typed(self) -> Iterator[str | None]:
        while True:
            try:
                yield self._codes.get_nowait()
            except queue.Empty:
                yield None

    def _receiver(self) -> RunningDevice:
        drive = drive_between(self.world, ("wh-1", "st-1"), cruise_kmh=50.0, dwell_s=0.0)
        port = Port(self.folder / "ports" / VAN)
        receiver = Receiver(port, Signal(drive, GnssSettings(rate_hz=2, seed=SEED)), rate_hz=2)
        return RunningDevice(VAN, port, receiver.run)

    def _agent(self, name: str, kind: str, ports: str) -> None:
        password = self.hub.add_device(name, kind)
        agent = Agent(self.folder, name, kind, port=self.hub.mqtt_port, password=password, ports=ports)
        self.agents[name] = self._ends.enter_context(agent)

    def scan(self, *codes: str) -> None:
        """Read codes, one after the other. Returns when the agent has answered each."""
        self._asked += len(codes)
        for code in codes:
            self._codes.put(code)
        counts = self.scanner.scanner.counts
        wait_for("the scanner's confirmations", lambda: sum(counts.values()) >= self._asked)

    def label(self, place: int) -> str:
        """The GS1 element string of one of the county's lots: GTIN, expiry date if any, lot."""
        item = [each for each in self.world.items if each.lots and each.lots[0].expiry][place]
        lot = item.lots[0]
        return f"]C101{item.gtin}17{lot.expiry:%y%m%d}10{lot.code}"

    def name(self, place: int) -> str:
        return [each for each in self.world.items if each.lots and each.lots[0].expiry][place].kind.name

    def stranger(self, name: str, kind: str = "vehicle"):
        """A device that is let in and speaks MQTT by itself: a context manager that gives its client."""
        return connected(self.hub.mqtt_port, name, self.hub.add_device(name, kind))


def report(client: Client, device: str, item: Fix | Scan, clock: Clock | None = None) -> None:
    """Deliver one position or scan as a device does: hello, welcome, batch, receipt."""
    stream, up = f"{time.time_ns():016x}"[-16:], topics.build(device, topics.Leaf.UP)
    lane = Lane.TELEMETRY if isinstance(item, Fix) else Lane.FACTS
    client.subscribe(topics.build(device, topics.Leaf.RECEIPT))
    client.publish(up, hello(1, stream=stream, **{lane.value: 1}))
    welcome = codec.decode_down(client.next()[1])
    assert isinstance(welcome, Welcome)
    client.publish(up, batch(welcome.ledger, [item], stream=stream, lane=lane, clock=clock))
    client.next()
