"""Power cuts of devices and of their hub while scanners scan: what was confirmed must be there, once.

    python -m bench.powercut [--cuts 200] [--devices 3] [--rate 200] [--hub-share 0.2] [--seed N] --json

The data folders of agents and hub lie on disks of their own (deploy/disk.py) that forget what was not synced. In a cut
the power fails when the n-th sync begins, or at any moment; or the program is killed when one of its threads begins
its n-th fdatasync (strace injects that), with or without the power failing then. What was not synced is lost whole, or
but for its first part, or here and there, with torn writes. Some cuts come while the program is starting again.

Confirmed is what the simulated scanner saw come back on its port. It is compared with the hub's journal and balances,
both read by REST. A difference, or an audit that finds something, ends with exit code 1. Ctrl-C ends the cutting and
reckons what there is.
"""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed, wait
from contextlib import ExitStack
from pathlib import Path
from threading import Event
from typing import Any

from bench.frame import labels, parser, run, say
from bench.powercut_victim import Victim
from deploy.disk import Disk
from deploy.program import StackError, wait_for
from deploy.reckoning import reckon
from deploy.rest import Rest
from deploy.stack import Agent, Hub, scanner_section
from firmware_sim.replies import Kind
from firmware_sim.running import RunningScanner, start_scanner
from firmware_sim.witness import Witness, read_witness

PLACE = "place:wh-1/a01"


def codes(rng: random.Random, closing: Event) -> Iterator[str]:
    """Labels of which none comes twice, until it is time to close."""
    for text, _ in labels(rng, serials=1.0):
        if closing.is_set():
            return
        yield text


class Site:
    """One device with its scanner and its disk."""

    def __init__(self, number: int, folder: Path, hub: Hub, disk: Disk) -> None:
        self.name = f"power-{number}"
        self._seen = folder / f"scanner{number}.witness"
        self._port = folder / f"scanner{number}"
        self.closing = Event()
        password = hub.add_device(self.name, "scanner")
        ports = scanner_section(self._port, confirm="echo", do="receive", to=PLACE)
        data = disk.path / "data"
        self.agent = Agent(folder, self.name, "scanner", port=hub.mqtt_port, password=password, ports=ports, data=data)
        self.victim = Victim(self.agent, disk)
        self.scanner: RunningScanner

    def scan(self, rng: random.Random, rate: float) -> RunningScanner:
        """Begin; the scanner is the caller's to stop."""
        source = codes(random.Random(rng.getrandbits(32)), self.closing)
        self.scanner = start_scanner(self._port, source, self._seen, rate=rate, confirm="echo", aim="]C1")
        return self.scanner

    def await_scan(self) -> None:
        """Something new is confirmed. Raises StackError if that does not come."""
        counts, before = self.scanner.scanner.counts, self.scanner.scanner.counts[Kind.ACK]
        try:
            wait_for(f"a confirmed scan of {self.name}", lambda: counts[Kind.ACK] > before, timeout_s=60)
        except StackError as error:
            raise StackError(f"{error}:\n{self.agent.tail()}") from error

    @property
    def witness(self) -> Witness:
        return read_witness(self._seen)


def powercut(rng: random.Random, folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Scan, cut, and reckon."""
    with ExitStack() as ends:
        # What a thread starts ends with that thread (setpriv --pdeathsig): so these stay until all is over.
        threads = ends.enter_context(ThreadPoolExecutor(options.devices + 1))
        hub_disk = ends.enter_context(Disk(folder / "hub-disk"))
        hub = Hub(hub_disk.path / "data")
        hub.log = folder / "hub.log"
        ends.enter_context(hub)
        sites = []
        for number in range(1, options.devices + 1):
            disk = ends.enter_context(Disk(folder / f"edge-disk{number}"))
            sites.append(Site(number, folder, hub, disk))
        for site in sites:
            ends.enter_context(site.scan(rng, options.rate))
            ends.enter_context(site.agent)
        done = _cut(rng, threads, sites, Victim(hub, hub_disk), options)
        for site in sites:
            site.closing.set()
        for site in sites:
            site.scanner.finish(timeout_s=60)
            _settle(hub, site.agent)
        say(hub.command_line("audit").strip())
        return {"cuts": done} | _reckon(hub.rest, {site.name: site.witness for site in sites})


def _cut(
    rng: random.Random, threads: ThreadPoolExecutor, sites: list[Site], hub: Victim, options: argparse.Namespace
) -> int:
    """Cut devices and hub so many times, side by side; how many it came to."""
    everybody: list[Site | Victim] = [*sites, hub]
    plan = [hub if rng.random() < options.hub_share else rng.choice(sites) for _ in range(options.cuts)]
    enough, done = Event(), Counter[str]()

    def ruin(who: Site | Victim, seed: int) -> None:
        dice = random.Random(seed)
        victim = who.victim if isinstance(who, Site) else who
        for _ in range(plan.count(who)):
            for site in [who] if isinstance(who, Site) else sites[:1]:
                site.await_scan()  # else there would be nothing to lose
            if enough.is_set():
                return
            said = victim.cut(dice)
            done[victim.name] += 1
            say(f"cut {done.total()} of {options.cuts}: {victim.name}, {said}")

    ruining = [threads.submit(ruin, who, rng.getrandbits(32)) for who in everybody]
    try:
        for each in as_completed(ruining):
            each.result()
    except KeyboardInterrupt:
        say("no more cuts; wait for those under way")
    finally:
        enough.set()
        wait(ruining)
    for who in everybody:
        victim = who.victim if isinstance(who, Site) else who
        say(f"what the cuts of {victim.name} were and took: {dict(victim.took)}")
    return done.total()


def _settle(hub: Hub, agent: Agent) -> None:
    """Wait until a device has nothing left to deliver, or nothing moves for a while."""
    say(f"waiting for the backlog of {agent.name}")

    def empty() -> bool:
        status = agent.status()
        return bool(status) and status.get("pending_facts") == 0 and hub.alive

    try:
        wait_for("an empty outbox", empty, timeout_s=120, pause_s=0.5)
    except StackError as error:
        say(str(error))


def _reckon(rest: Rest, witnesses: dict[str, Witness]) -> dict[str, Any]:
    """Journal and balances against the witnesses: each label has a serial number, so each scan is one piece."""
    found = reckon(rest, witnesses, balances=False)
    stock = sum(row["quantity"] for row in rest.rows("/balances", account=PLACE, limit=500))
    say(f"the journal holds {found.in_hub} scans, the balances {stock} pieces")
    return {
        "confirmed": found.confirmed,
        "lost": found.lost + max(0, found.in_hub - stock),
        "duplicated": found.duplicated + max(0, stock - found.in_hub),
    }


def main() -> int:
    arguments = parser(__doc__)
    arguments.add_argument("--cuts", type=int, default=200)
    arguments.add_argument("--rate", type=float, default=200.0, help="scans a second, of each device")
    arguments.add_argument("--devices", type=int, default=3, help="devices that lose their power side by side")
    arguments.add_argument("--hub-share", type=float, default=0.2, help="this share of the cuts is the hub's")
    options = arguments.parse_args()
    found: dict[str, Any] = {}

    def work(rng: random.Random, folder: Path) -> dict[str, Any]:
        found.update(powercut(rng, folder, options))
        return found

    run(options, work)
    return 1 if found["lost"] or found["duplicated"] else 0


if __name__ == "__main__":
    sys.exit(main())
