"""One scene of real programs for the chaos tests, and the reckoning at its end.

A scene owns a folder, a seeded source of randomness, and everything that was started in it. A test that fails says
the seed (RELAY_SEED repeats it) and the ends of all logs. What counts as confirmed is what the simulated scanners
saw come back; it is compared with the hub's journal and with the hub's balances, both read by REST.
"""

import contextlib
import os
import random
import secrets
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from bench.frame import labels
from deploy.link import Link
from deploy.program import HERE, Program, free_port, wait_for
from deploy.reckoning import journal_texts
from deploy.rest import Rest
from deploy.stack import Agent, Hub, scanner_section
from firmware_sim.gs1 import read_elements
from firmware_sim.replies import Kind
from firmware_sim.running import RunningScanner, start_scanner
from firmware_sim.witness import Witness, read_witness
from tests.support.hub_process import cli, cli_json

PATIENCE_S = 120.0
"""How long a test waits for something that must happen: the machine may be busy."""
Stock = Counter[tuple[str, str | None]]
"""Pieces by GTIN and lot."""


class Codes:
    """The texts that a scanner reads: as many as were asked for, or without end until `close`."""

    def __init__(self, texts: Iterator[str]) -> None:
        self._texts = texts
        self._due = 0
        self._flowing = False
        self._closed = False

    def more(self, count: int) -> None:
        """Read so many more."""
        self._due += count

    def flow(self) -> None:
        """Read on and on."""
        self._flowing = True

    def close(self) -> None:
        """Read what is due, and no more after it."""
        self._flowing, self._closed = False, True

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str | None:
        if self._due > 0:
            self._due -= 1
        elif self._closed:
            raise StopIteration
        elif not self._flowing:
            return None
        return next(self._texts)


def gs1(seed: int) -> Iterator[str]:
    """Labels of 50 lots, a third with a serial number, without end."""
    return (text for text, _ in labels(random.Random(seed), lots=50, serials=0.3))


class Device:
    """An agent with one simulated scanner, which survives the agent."""

    def __init__(
        self,
        scene: "Scene",
        name: str,
        *,
        confirm: str = "echo",
        rate: float = 1000.0,
        texts: Iterator[str] | None = None,
        aim: str = "]C1",
    ) -> None:
        self.name = name
        self.place = f"place:{name}/a01"
        self.codes = Codes(texts or gs1(scene.rng.getrandbits(32)))
        plug = f"{name}-{len(scene.devices)}"
        self.port = scene.folder / f"{plug}.pty"
        self._witness = scene.folder / f"{plug}.witness"
        self.confirm = confirm
        patience = 4.0 if confirm == "echo" else 20.0  # an echo names its scan, an ACK must not come late
        settings = {"rate": rate, "confirm": confirm, "aim": aim, "timeout_s": patience}
        self.scanner: RunningScanner = scene.enter(start_scanner(self.port, self.codes, self._witness, **settings))
        self.agent: Agent
        self.password = ""

    @property
    def witness(self) -> Witness:
        return read_witness(self._witness)

    @property
    def confirmed(self) -> int:
        """How many confirmations came back so far."""
        return self.scanner.scanner.counts[Kind.ACK]

    @property
    def outbox(self) -> Path:
        return self.agent.data / "outbox.db"

    def section(self) -> str:
        """Its [[scanner]] section."""
        return scanner_section(self.port, confirm=self.confirm, do="receive", to=self.place)

    def scan(self, count: int) -> None:
        """Scan so many more, and wait until each is confirmed."""
        goal = self.confirmed + count
        self.codes.more(count)
        wait_for(f"{count} confirmations for {self.name}", lambda: self.confirmed >= goal, PATIENCE_S)

    def finish(self) -> None:
        """No more scans; wait for the last answer."""
        self.codes.close()
        self.scanner.finish(timeout_s=PATIENCE_S)

    def pending(self) -> int:
        """Facts in its outbox that no receipt covers, as far as it is written down there."""
        with contextlib.closing(sqlite3.connect(f"file:{self.outbox}?mode=ro", uri=True, timeout=30)) as db:
            return int(db.execute("SELECT sum(last - through) FROM lanes WHERE lane = 'facts'").fetchone()[0] or 0)


class Scene:
    """Everything of one test; ends with it, in the reverse order."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seed = int(os.environ.get("RELAY_SEED") or secrets.randbelow(2**31))
        tell(f"seed {self.seed}: RELAY_SEED={self.seed} makes the same choices again")
        self.rng = random.Random(self.seed)
        self.devices: list[Device] = []
        self.programs: list[Program] = []
        self._ends = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for program in self.programs:
            tell(f"--- the end of the log of {program.name}:\n{program.tail(15)}")
        self._ends.close()

    def enter(self, what: Any) -> Any:
        """Use a context manager until the scene ends."""
        return self._ends.enter_context(what)

    def hub(self, name: str = "hub", *, broker: str | None = None) -> Hub:
        """A hub with a folder of its own, running."""
        hub = Hub(self.folder / name / "data", broker=broker)
        self.programs.append(hub)
        self._ends.callback(hub.stop)
        hub.start()
        hub._rest = Rest(hub.url, cli_json("token", "add", "chaos", "--role", "admin", data=hub.data)["token"])
        return hub

    def link(self, hub: Hub) -> Link:
        """A network of one's own between devices and the hub's broker."""
        return self.enter(Link(hub.mqtt_port))

    def device(self, hub: Hub, name: str, *, port: int = 0, extra: str = "", **settings: Any) -> Device:
        """A device that the hub lets in, at work; `port` is where it finds the broker."""
        device = self.plug(name, **settings)
        device.password = add_device(hub, name)
        self.employ(device, port or hub.mqtt_port, extra=extra).start()
        return device

    def plug(self, name: str, **settings: Any) -> Device:
        """A simulated scanner without an agent."""
        device = Device(self, name, **settings)
        self.devices.append(device)
        return device

    def employ(self, device: Device, port: int, *, folder: str = "agents", extra: str = "") -> Agent:
        """The agent of a device, not started; `extra` is more of its configuration."""
        ports = device.section() + extra
        where = self.folder / folder
        device.agent = Agent(where, device.name, "scanner", port=port, password=device.password, ports=ports)
        self.programs.append(device.agent)
        self._ends.callback(device.agent.stop)
        return device.agent


def tell(sentence: str) -> None:
    """Say something that is shown if the test fails."""
    sys.stdout.write(sentence + "\n")


def add_device(hub: Hub, name: str) -> str:
    """Let a device in; its password."""
    return str(cli_json("device", "add", name, "--kind", "scanner", data=hub.data)["password"])


def facts(hub: Hub, device: str) -> int:
    """How many scans of a device the hub's journal holds."""
    return journal_texts(hub.rest, device).total()


def delivered(hub: Hub, *devices: Device) -> None:
    """Wait until every scan that was confirmed is in the journal."""
    for device in devices:
        wait_for(
            f"the confirmed scans of {device.name}",
            lambda device=device: device.agent.alive and not missing(hub, device),
            PATIENCE_S,
            pause_s=0.25,
        )


def settle(hub: Hub, *devices: Device) -> None:
    """Wait until receipts cover everything that the devices hold, confirmed or not, then stop their agents."""
    delivered(hub, *devices)
    for device in devices:
        wait_for(f"an empty outbox of {device.name}", lambda device=device: device.pending() == 0, PATIENCE_S)
        device.agent.stop()


def missing(hub: Hub, *devices: Device) -> int:
    """How many confirmed scans of devices of one name are not in the journal."""
    confirmed = sum((Counter(device.witness.confirmed) for device in devices), Counter())
    return (confirmed - journal_texts(hub.rest, devices[0].name)).total()


def reckon(hub: Hub, *devices: Device) -> None:
    """Fail unless journal and balances hold every confirmed scan, and none more often than it was made."""
    for name in {device.name for device in devices}:
        own = [device for device in devices if device.name == name]
        there = journal_texts(hub.rest, name)
        confirmed = sum((Counter(device.witness.confirmed) for device in own), Counter())
        made = sum((Counter(device.witness.sent) for device in own), Counter())
        assert confirmed.total() > 0
        lost, doubled = confirmed - there, there - made
        assert (lost.total(), doubled.total()) == (0, 0), f"{name}: lost {lost}, counted twice {doubled}"
        assert stock(hub.rest, own[0].place) == expected(there)


def stock(rest: Rest, account: str) -> Stock:
    """What the hub's balances say of one account."""
    found: Stock = Counter()
    for row in rest.rows("/balances", account=account, limit=500):
        found[row["item"].removeprefix("gtin:"), row["lot"]] += row["quantity"]
    return +found


def expected(texts: Counter[str]) -> Stock:
    """What scans of these labels add up to: a serial number counts once, everything else as often as it was read."""
    found: Stock = Counter()
    for text, times in texts.items():
        elements = read_elements(text.removeprefix("]C1"))
        found[elements["01"], elements.get("10")] += 1 if "21" in elements else times
    return found


def upright(hub: Hub) -> None:
    """Fail unless the hub's invariants hold and its projections are what its journal makes of them."""
    audit = cli("audit", data=hub.data)
    assert audit.returncode == 0, audit.stdout + audit.stderr
    rebuilt = cli("rebuild", data=hub.data)
    assert rebuilt.returncode == 0, rebuilt.stdout + rebuilt.stderr


def shown(hub: Hub, name: str) -> dict[str, Any]:
    """A device as the hub shows it."""
    return next(row for row in hub.rest.get("/devices")["devices"] if row["name"] == name)


def rss_mib(pid: int) -> float:
    """A process's resident memory."""
    line = next(row for row in Path(f"/proc/{pid}/status").read_text().splitlines() if row.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


def relay_edge(device: Device, *arguments: str) -> str:
    """Run one command of relay-edge for a device; what it printed."""
    command = [str(HERE / "relay-edge"), *arguments, "--config", str(device.agent.config)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class PlainMosquitto(Program):
    """A Mosquitto as it comes: no limits set, anyone may enter."""

    def __init__(self, folder: Path) -> None:
        self.mqtt_port = free_port()
        folder.mkdir(parents=True, exist_ok=True)
        conf = folder / "plain.conf"
        conf.write_text(f"listener {self.mqtt_port} 127.0.0.1\nallow_anonymous true\n")
        super().__init__("mosquitto", ["mosquitto", "-c", str(conf)], folder / "plain.log")
