"""How small the agent is: memory when idle and while draining, and how soon it is ready with a full outbox.

    python -m bench.footprint [--queued 1000000] [--drain 200000] [--seed N] --json

Memory is the process's resident set from the kernel (idle: VmRSS after ten quiet seconds; draining: the peak VmHWM).
Ready is when a scan that waited on the port is confirmed, counted from the start of `relay-edge run`.
"""

import os
import random
import select
import sys
import time
import tty
from pathlib import Path
from typing import Any

from bench.backlog import PLACE, filled
from bench.frame import parser, rss_mib, run, say
from deploy.program import wait_for
from deploy.stack import Agent, Hub, gnss_section, scanner_section

DEVICE = "small-1"
ACK = 0x06
QUIET_S = 10.0


class Pty:
    """A port of our own, with a name that a configuration can hold."""

    def __init__(self) -> None:
        self.master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.path = Path(os.ttyname(self._slave))

    def close(self) -> None:
        os.close(self.master)
        os.close(self._slave)

    def scan(self, text: str, timeout_s: float) -> float:
        """Send one scan; seconds until its ACK."""
        begun = time.perf_counter()
        os.write(self.master, text.encode() + b"\r\n")
        while time.perf_counter() - begun < timeout_s:
            if select.select([self.master], [], [], 0.01)[0] and ACK in os.read(self.master, 4096):
                return time.perf_counter() - begun
        raise TimeoutError(f"no confirmation within {timeout_s} s")


def footprint(rng: random.Random, folder: Path, queued: int, backlog: int) -> dict[str, Any]:
    """Three measurements, each with a fresh agent."""
    with Hub(folder / "hub") as hub:
        password = hub.add_device(DEVICE, "scanner")
        idle = _idle(folder / "idle", hub, password)
        draining = _draining(folder / "drain", hub, password, backlog, rng.randrange(2**31))
    ready = _ready(folder / "ready", password, queued, rng.randrange(2**31))
    return {"idle_rss_mib": idle, "draining_rss_mib": draining, "ready_s_with_1m_queued": round(ready, 3)}


def _idle(folder: Path, hub: Hub, password: str) -> float:
    say("idle: a scanner, a receiver, connected, nothing to do")
    scanner, receiver = Pty(), Pty()
    ports = scanner_section(scanner.path, do="receive", to=PLACE) + gnss_section(receiver.path)
    with Agent(folder, DEVICE, "vehicle", port=hub.mqtt_port, password=password, ports=ports) as agent:
        wait_for("the agent's connection", lambda: agent.status().get("connected"))
        scanner.scan("0109501101530003", 10)
        time.sleep(QUIET_S)
        found = rss_mib(agent.pid)
    scanner.close()
    receiver.close()
    return found


def _draining(folder: Path, hub: Hub, password: str, events: int, seed: int) -> float:
    say(f"draining {events} scans")
    filled(folder / DEVICE, DEVICE, events, seed)
    before = hub.rest.get("/summary")["facts"]
    with Agent(folder, DEVICE, "scanner", port=hub.mqtt_port, password=password, ports="") as agent:
        wait_for(
            "the backlog", lambda: hub.rest.get("/summary")["facts"] >= before + events, timeout_s=300, pause_s=0.5
        )
        return rss_mib(agent.pid, "VmHWM")


def _ready(folder: Path, password: str, queued: int, seed: int) -> float:
    say(f"ready with {queued} queued")
    filled(folder / DEVICE, DEVICE, queued, seed)
    port = Pty()
    ports = scanner_section(port.path, do="receive", to=PLACE)
    agent = Agent(folder, DEVICE, "scanner", port=9, password=password, ports=ports)
    begun = time.perf_counter()
    with agent:
        while True:
            try:
                port.scan("0109501101530003", 0.2)
                break
            except TimeoutError:
                if time.perf_counter() - begun > 60 or not agent.alive:
                    raise
        took = time.perf_counter() - begun
    port.close()
    return took


def main() -> int:
    arguments = parser(__doc__)
    arguments.add_argument("--queued", type=int, default=1_000_000)
    arguments.add_argument("--drain", type=int, default=200_000)
    options = arguments.parse_args()
    return run(options, lambda rng, folder: footprint(rng, folder, options.queued, options.drain))


if __name__ == "__main__":
    sys.exit(main())
