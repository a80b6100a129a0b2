"""`make demo`: a relief operation in an invented county, on this machine, with real programs and simulated devices.

Broker, hub and dashboard; three agents (a warehouse scanner, a station terminal, a vehicle) on simulated firmware.
With --once it plays by itself for about 40 seconds, kills what can be killed on the way, and checks the result.
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
from typing import Self

from deploy.link import Link, Mode
from deploy.reckoning import reckon
from deploy.stack import HERE, Agent, Hub, Program, StackError, gnss_section, scanner_section, wait_for
from firmware_sim.witness import Witness, read_witness

SEED = 7
DEVICES = {"wh1-scanner-1": "scanner", "st1-terminal-1": "terminal", "van-1": "vehicle"}
SCANNERS = ("wh1-scanner-1", "st1-terminal-1")
OWNER = "qingtan-emergency"
"""Whose goods the demo moves: one of the county's organisations."""
PLAY_S = 24.0


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
        self.result = ""
        self._ends = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        say("Stopping: devices, agents, hub, broker.")
        self._ends.close()

    def start(self, *, duration_s: float | None) -> None:
        """Everything, in order. Raises StackError."""
        say("1/5 Starting the hub with its own Mosquitto ...")
        self._ends.enter_context(self.hub)
        say("2/5 Loading the invented county: sites, roads, items, organisations ...")
        self._load_county()
        say("3/5 Making a person who may sign in ...")
        made = json.loads(self.hub.command_line("user", "add", "admin", "--role", "admin", "--json"))
        say("4/5 Plugging in simulated scanners and a GNSS receiver (real ptys) ...")
        self.sim = self._simulation(duration_s)
        self._ends.enter_context(self.sim)
        wait_for("the simulated ports", lambda: all((self.ports / name).exists() for name in DEVICES))
        say("5/5 Letting three devices join by a code, and starting their agents: " + ", ".join(DEVICES) + " ...")
        for name, kind in DEVICES.items():
            self._start_agent(name, kind)
        say("")
        say(f"  Dashboard   {self.hub.url}")
        say(f"  Sign in as  admin   password  {made['password']}")
        say(f"  Logs        {self.folder}/*.log and {self.folder}/agents/*.log")
        say("")

    def _load_county(self) -> None:
        command = [str(HERE / "relay-sim"), "world", "--seed", str(SEED)]
        said = Program("world", command, self.folder / "world.json")
        said.log.unlink(missing_ok=True)
        said.start()
        if said.process is None or said.process.wait(60):
            raise StackError(f"the county could not be made: {said.tail()}")
        for name, body in json.loads(said.log.read_text()).items():
            self.hub.rest.put(f"/{name}", body)

    def _simulation(self, duration_s: float | None) -> Program:
        command = [str(HERE / "relay-sim"), "scenario", self.scenario, "--dir", str(self.ports), "--stay"]
        if duration_s is not None:
            command += ["--duration", str(duration_s)]
        return Program("simulation", command, self.folder / "simulation.log")

    def _start_agent(self, name: str, kind: str) -> None:
        link = self.links[name] = self._ends.enter_context(Link(self.hub.mqtts_port))
        port = self.ports / name
        scanner = scanner_section(port, confirm="ack", owner=OWNER)
        section = gnss_section(port, rate_hz=2) if kind == "vehicle" else scanner
        agent = Agent(self.folder / "agents", name, kind, port=link.port, ports=section)
        if not agent.joined:  # an earlier run of this folder may have let it in
            agent.join(self.hub.rest.post(f"/devices/{name}/invitation", {"kind": kind})["qr"])
        self.agents[name] = agent
        self._ends.enter_context(agent)

    def witnesses(self) -> dict[str, Witness]:
        """What the simulated scanners saw come back."""
        return {name: read_witness(self.ports / f"{name}.witness") for name in SCANNERS}

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
    demo.start(duration_s=PLAY_S)
    begun = time.monotonic()
    for at, what in disasters(demo):
        time.sleep(max(0.0, begun + at - time.monotonic()))
        what()
    sim = demo.sim
    if sim is None:
        raise StackError("nothing was simulated")
    wait_for("the end of the scans", lambda: '"wh1-scanner-1"' in sim.tail(5), timeout_s=PLAY_S + 60)
    say("   the last scan is made; waiting until the hub has everything")
    seen = {name: witness.confirmed for name, witness in demo.witnesses().items()}
    total = sum(len(texts) for texts in seen.values())
    with contextlib.suppress(StackError):
        wait_for("the last facts", lambda: demo.hub.rest.get("/summary")["facts"] >= total, timeout_s=30, pause_s=0.3)
    found = reckon(demo.hub.rest, demo.witnesses())
    summary = demo.hub.rest.get("/summary")
    for sentence in found.off:
        say(f"   balance off: {sentence}")
    result = {
        "scans": found.confirmed,
        "in_hub": found.in_hub,
        "lost": found.lost,
        "duplicated": found.duplicated,
        "positions": summary["positions"],
        "quarantined": summary["quarantined"],
        "devices_online": summary["devices_online"],
    }
    enough = found.confirmed > 0 and summary["positions"] > 0 and summary["devices_online"] == len(DEVICES)
    sound = found.sound and enough and not summary["quarantined"]
    say("   every confirmed scan is in the hub, once" if sound else "   SOMETHING IS WRONG; see the line below")
    demo.result = json.dumps(result)
    return 0 if sound else 1


def play_on(demo: Demo) -> int:
    """With a person, until Ctrl-C."""
    demo.start(duration_s=None)
    say("  Running until Ctrl-C. Things to try in another terminal:")
    say(f"    pkill -9 -f '{demo.hub.data}/broker/mosquitto.conf'   # kill the broker: nothing is lost")
    say("")
    while True:
        time.sleep(1.0)
        demo.check()


def main() -> int:
    parser = argparse.ArgumentParser(prog="make demo ARGS=...", description=__doc__)
    parser.add_argument("--once", action="store_true", help="play by itself for about 40 s, check, and end")
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
