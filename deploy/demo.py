"""`make demo`: a relief operation in an invented county, on this machine, with real programs and simulated devices.

Broker, hub and dashboard; three agents (a warehouse scanner with a label printer, a station terminal, a vehicle) on
simulated firmware. With --once it plays by itself for about a minute, kills what can be killed on the way, and checks
the result.
"""

import argparse
import contextlib
import json
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from deploy import county
from deploy.link import Link, Mode
from deploy.reckoning import Beside, Reckoning, reckon
from deploy.stack import HERE, Agent, Hub, Program, StackError, gnss_section, scanner_section, wait_for
from deploy.thread import Thread, follow
from firmware_sim.papers import Papers
from firmware_sim.printer import read_printed
from firmware_sim.scenario import read_scenario
from firmware_sim.stage import first_round, printed_path
from firmware_sim.story import NEW_UNIT
from firmware_sim.witness import Witness, read_witness

DEVICES = {"wh1-scanner-1": "scanner", "st1-terminal-1": "terminal", "van-1": "vehicle"}
SCANNERS = ("wh1-scanner-1", "st1-terminal-1")
PRINTER = "wh1-printer-1"
"""Beside the warehouse scanner."""
PLAY_S = 24.0
AHEAD = 3
"""So many deliveries are announced and have not come."""
ALL_AT_ONCE = 12
"""More than a run of --once gets through."""


class Interrupted(Exception):  # noqa: N818 - a person's wish, no error
    """Somebody pressed Ctrl-C."""


def say(sentence: str) -> None:
    """Tell the person at the terminal; standard output is for the result."""
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201


class Demo:
    """All parts, started in numbered steps and stopped in the reverse order."""

    def __init__(self, folder: Path, scenario: str, *, http_port: int, mqtt_port: int) -> None:
        self.folder = folder
        self.scenario = scenario
        self.hub = Hub(folder / "hub", http_port=http_port, mqtt_port=mqtt_port, listen=True)
        self.links: dict[str, Link] = {}
        self.agents: dict[str, Agent] = {}
        self.ports = folder / "ports"
        self.sim: Program | None = None
        self.announcer: county.Announcer | None = None
        self.result = ""
        self._ends = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        say("Stopping: devices, agents, hub, broker.")
        self._ends.close()

    def start(self, *, duration_s: float | None, announced: int) -> None:
        """Everything, in order. Raises StackError."""
        say("1/7 Starting the hub with its own Mosquitto ...")
        self._ends.enter_context(self.hub)
        say("2/7 Entering the invented county: sites, roads, goods, organisations; bins, people, opening stock ...")
        loaded = county.load(self.hub, self.folder)
        say(
            f"      {loaded.organisations} organisations, {loaded.bins} bins, {loaded.stock_rows} rows of opening stock"
        )
        say("3/7 Making a person who may sign in, and badges for two who work at the devices ...")
        made = json.loads(self.hub.command_line("user", "add", "admin", "--role", "admin", "--json"))
        county.badges(self.hub.rest, self.ports / "people.json")
        say("4/7 Letting three devices join by a code, and starting their agents: " + ", ".join(DEVICES) + " ...")
        for name, kind in DEVICES.items():
            self._start_agent(name, kind)
        county.place_devices(self.hub.rest)
        self._announce(announced)
        say("6/7 Waiting until the scanner knows of it ...")
        self._wait_until_known()
        say("7/7 Plugging in simulated scanners, a label printer and a GNSS receiver (real ptys) ...")
        self.sim = self._simulation(duration_s)
        self._ends.enter_context(self.sim)
        say("")
        say(f"  Dashboard   {self.hub.url}")
        say(f"  Sign in as  admin   password  {made['password']}")
        say(f"  Logs        {self.folder}/*.log and {self.folder}/agents/*.log")
        say("")

    def _announce(self, count: int) -> None:
        batch = first_round(read_scenario(Path(self.scenario)), self.ports)
        self.announcer = county.Announcer(self.hub.rest, batch)
        told = self.announcer.announce()
        say(f"5/7 {told.owner} announces delivery {told.id} to {told.site}: {len(told.lines)} lines ...")
        for _ in range(count - 1):
            self.announcer.announce()

    def _wait_until_known(self) -> None:
        scanner, last = self.agents[SCANNERS[0]], self.announced[-1]
        wait_for("the first site data", lambda: scanner.status().get("site_data", {}).get("version"))
        wait_for(
            f"the device to know delivery {last.id} ({scanner.log})", lambda: last.id in scanner.handover(), pause_s=0.5
        )
        terminal = self.agents[SCANNERS[1]]
        wait_for("the terminal's site data", lambda: terminal.status().get("site_data", {}).get("version"))

    def _simulation(self, duration_s: float | None) -> Program:
        command = [str(HERE / "relay-sim"), "scenario", self.scenario, "--dir", str(self.ports), "--stay"]
        if duration_s is not None:
            command += ["--duration", str(duration_s)]
        return Program("simulation", command, self.folder / "simulation.log")

    def _start_agent(self, name: str, kind: str) -> None:
        link = self.links[name] = self._ends.enter_context(Link(self.hub.mqtts_port))
        agent = Agent(self.folder / "agents", name, kind, port=link.port, ports=self._sections(name, kind))
        if not agent.joined:  # an earlier run of this folder may have let it in
            agent.join(self.hub.rest.post(f"/devices/{name}/invitation", {"kind": kind})["qr"])
        self.agents[name] = agent
        self._ends.enter_context(agent)

    def _sections(self, name: str, kind: str) -> str:
        """What is connected to a device, and that people sign on there."""
        port = self.ports / name
        if kind == "vehicle":
            return gnss_section(port, rate_hz=2)
        shared = "\n[sign_on]\nrequired = true\n"
        printer = f'\n[printer]\nport = "{self.ports / PRINTER}"\n' if name == SCANNERS[0] else ""
        return scanner_section(port, confirm="ack") + shared + printer

    def witnesses(self) -> dict[str, Witness]:
        """What the simulated scanners saw come back."""
        return {name: read_witness(self.ports / f"{name}.witness") for name in SCANNERS}

    @property
    def announced(self) -> list[Papers]:
        """The deliveries that were announced, the first one first."""
        return self.announcer.announced if self.announcer is not None else []

    def beside(self) -> Beside:
        """What is known from outside besides: the printer's labels, and the table of opening stock."""
        printed = read_printed(printed_path(self.ports, PRINTER))
        return Beside(units={SCANNERS[0]: printed}, opening=county.opening_balances(self.folder))

    def go_on(self) -> None:
        """Announce the next deliveries, and close what came in."""
        if self.announcer is None:
            return
        rows = list(self.hub.rest.rows("/deliveries", state="announced", limit=100))
        if sum(row["state"] == "announced" for row in rows) < AHEAD:
            self.announcer.announce()
        came = [row["id"] for row in rows if row["state"] == "arriving"]
        for key in sorted(came, key=lambda key: int(key.removeprefix("D-")))[:-2]:
            reason = {"reason": "Put away as it came: one line is over, one thing was not announced."}
            self.hub.rest.post(f"/deliveries/{key}/closing", reason)

    def check(self) -> None:
        """Raise StackError if a part has ended by itself."""
        for part in (self.hub, *self.agents.values(), *([self.sim] if self.sim else [])):
            if not part.alive:
                raise StackError(f"{part.name} has ended; the end of {part.log}:\n{part.tail()}")


def disasters(demo: Demo) -> Iterator[tuple[float, Callable[[], None]]]:
    """What goes wrong when, in seconds after the start of the scans."""

    def kill_broker() -> None:
        say("   kill -9: the broker")
        demo.hub.kill_broker()

    def cut() -> None:
        say("   the station's network is cut")
        demo.links["st1-terminal-1"].set(Mode.CUT)

    def kill_hub() -> None:
        say("   kill -9: the hub")
        demo.hub.kill()

    def restart_hub() -> None:
        say("   the hub is started again")
        demo.hub.start()

    def mend() -> None:
        say("   the station's network is back")
        demo.links["st1-terminal-1"].set(Mode.OPEN)

    yield 5.0, kill_broker
    yield 9.0, cut
    yield 12.0, kill_hub
    yield 14.0, restart_hub
    yield 18.0, mend


def play_once(demo: Demo) -> int:
    """Without a person: disasters, then the reckoning as one JSON line on standard output."""
    demo.start(duration_s=PLAY_S, announced=ALL_AT_ONCE)
    begun = time.monotonic()
    for at, what in disasters(demo):
        time.sleep(max(0.0, begun + at - time.monotonic()))
        what()
    sim = demo.sim
    if sim is None:
        raise StackError("nothing was simulated")
    wait_for("the end of the scans", lambda: '"wh1-scanner-1"' in sim.tail(5), timeout_s=PLAY_S + 60)
    say("   the last scan is made; waiting until the hub has everything")
    _wait_for_all(demo)
    found = reckon(demo.hub.rest, demo.witnesses(), demo.beside())
    thread = follow(demo.hub.rest, demo.announced[0])
    summary = demo.hub.rest.get("/summary")
    for sentence in (*(f"balance off: {sentence}" for sentence in found.off), *thread.missing):
        say(f"   {sentence}")
    demo.result = json.dumps(_result(found, thread, summary))
    enough = found.confirmed > 0 and summary["positions"] > 0 and summary["devices_online"] == len(DEVICES)
    sound = found.sound and enough and not summary["quarantined"] and not thread.missing
    say("   every confirmed scan is in the hub, once" if sound else "   SOMETHING IS WRONG; see the line below")
    return 0 if sound else 1


def _wait_for_all(demo: Demo) -> None:
    """Until the hub has every fact, and the printer has printed every label; what does not come is told later."""
    opening = len(county.opening_rows(demo.folder))
    witnesses = demo.witnesses()
    total = opening + sum(len(witness.confirmed) for witness in witnesses.values())
    opened = sum(text.endswith(NEW_UNIT) for text in witnesses[SCANNERS[0]].confirmed)
    printed = printed_path(demo.ports, PRINTER)
    with contextlib.suppress(StackError):
        wait_for("the last facts", lambda: demo.hub.rest.get("/summary")["facts"] >= total, timeout_s=30, pause_s=0.3)
        wait_for("the last label", lambda: len(read_printed(printed)) >= opened, timeout_s=15, pause_s=0.3)


def _result(found: Reckoning, thread: Thread, summary: dict[str, Any]) -> dict[str, Any]:
    return {
        "scans": found.confirmed,
        "in_hub": found.in_hub,
        "lost": found.lost,
        "duplicated": found.duplicated,
        "positions": summary["positions"],
        "quarantined": summary["quarantined"],
        "devices_online": summary["devices_online"],
        "deliveries_received": thread.deliveries_received,
        "owners": thread.owners,
        "warehouses": thread.warehouses,
        "handling_units": thread.handling_units,
        "discrepancies": thread.discrepancies,
    }


def play_on(demo: Demo) -> int:
    """With a person, until Ctrl-C."""
    demo.start(duration_s=None, announced=AHEAD)
    say("  Running until Ctrl-C. Things to try in another terminal:")
    say(f"    pkill -9 -f '{demo.hub.data}/broker/mosquitto.conf'   # kill the broker: nothing is lost")
    say("")
    while True:
        time.sleep(2.0)
        demo.check()
        demo.go_on()


def main() -> int:
    parser = argparse.ArgumentParser(prog="make demo ARGS=...", description=__doc__)
    parser.add_argument("--once", action="store_true", help="play by itself for about a minute, check, and end")
    parser.add_argument("--fresh", action="store_true", help="start over: forget what earlier runs left")
    parser.add_argument("--dir", type=Path, help="where everything is kept (default: var/demo)")
    parser.add_argument("--http-port", type=int, default=0, help="the dashboard's port (default: 8000, --once: any)")
    parser.add_argument("--mqtt-port", type=int, default=0, help="the broker's port (default: any free one)")
    options = parser.parse_args()
    folder = (options.dir or Path("var/demo-once" if options.once else "var/demo")).absolute()
    if options.fresh or options.once:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)
    port = options.http_port or (0 if options.once else 8000)
    demo = Demo(folder, "demo-once" if options.once else "demo", http_port=port, mqtt_port=options.mqtt_port)
    code = 0
    try:
        with demo:
            code = play_once(demo) if options.once else play_on(demo)
    except Interrupted:
        code = 0 if not options.once else 130
    except StackError as error:
        say(f"The demo cannot go on: {error}")
        code = 1
    if demo.result:
        print(demo.result)  # noqa: T201 - the last line of standard output
    return code


def _interrupt(*_: object) -> None:
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise Interrupted


if __name__ == "__main__":
    sys.exit(main())
