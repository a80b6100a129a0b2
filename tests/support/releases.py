"""Programs of a released version beside the current ones: the same commands, with the released packages first."""

import json
import os
import subprocess
import zipfile
from collections import Counter
from pathlib import Path
from typing import Self

from deploy.program import HERE, wait_for
from deploy.rest import Rest
from deploy.stack import Agent, Hub, gnss_section, scanner_section
from tests.support.edge_ports import Device
from tests.support.nmea import drive

ARCHIVES = Path(__file__).parents[1] / "releases"
START_MS = 1_795_000_000_000


class Release:
    """The packages of a released version, unpacked."""

    def __init__(self, version: str, folder: Path) -> None:
        self.version = version
        with zipfile.ZipFile(ARCHIVES / f"relief-relay-{version}.zip") as archive:
            archive.extractall(folder)
        self.folder = folder / f"relief-relay-{version}"
        # Without the second, `python -m` would find the current packages in the working directory first.
        self.env = {"PYTHONPATH": str(self.folder), "PYTHONSAFEPATH": "1"}

    def hub(self, data: Path) -> Hub:
        """A hub of this version, not started."""
        hub = Hub(data)
        hub.env |= self.env
        return hub

    def rest(self, hub: Hub) -> Rest:
        """Its REST interface, as an administrator."""
        return Rest(
            hub.url, json.loads(self.relay_hub(hub, "token", "add", "test", "--role", "admin", "--json"))["token"]
        )

    def relay_hub(self, hub: Hub, *arguments: str) -> str:
        """Another command of this version on a hub's data."""
        command = [str(HERE / "relay-hub"), *arguments, "--data", str(hub.data)]
        return subprocess.run(command, env=os.environ | self.env, capture_output=True, text=True, check=True).stdout

    def takes(self, agent: Agent) -> Agent:
        """The same agent, by this version."""
        agent.env |= self.env
        return agent


class Place:
    """One device: a scanner and a receiver on ptys, and what they said."""

    def __init__(self, folder: Path, name: str, *, port: int, password: str) -> None:
        self.folder, self.name, self._hub = folder, name, {"port": port, "password": password}
        folder.mkdir(parents=True)
        self.scanner, self.gnss = Device(folder / "scanner"), Device(folder / "gnss")
        self.scans = self.fixes = 0

    def agent(self) -> Agent:
        ports = scanner_section(self.scanner.path, do="receive", to="place:wh-1/a01") + gnss_section(self.gnss.path, 10)
        return Agent(self.folder, self.name, "scanner", ports=ports, **self._hub)

    def scan(self, agent: Agent, count: int) -> None:
        """So many new labels, each confirmed by the agent, and as many fixes."""
        wait_for("the agent's ports", lambda: _reads(agent))  # what comes before is flushed when a port is opened
        kept = _kept(agent)
        numbers = range(self.scans, self.scans + count)
        self.scanner.send(b"".join(b"]C1010950110153000321N%05d\r\n" % n for n in numbers))
        assert self.scanner.heard(count) == b"\x06" * count
        self.scans += count
        for moment in drive(START_MS + self.fixes * 1000, count, north=5_000):
            self.gnss.send(moment.rmc() + moment.gga())
        self.fixes += count
        wait_for("the agent to keep the fixes", lambda: _kept(agent) >= kept + count)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.scanner.unplug()
        self.gnss.unplug()


def _reads(agent: Agent) -> bool:
    status = agent.status()
    return status.get("pid") == agent.pid and all(port["up"] for port in status["ports"])


def _kept(agent: Agent) -> int:
    """How many fixes this run of the agent has stored."""
    return sum(int(port["counts"]["kept"]) for port in agent.status()["ports"] if port["kind"] == "gnss")


def journal(rest: Rest, device: str) -> Counter[tuple[str, str]]:
    """How often the hub has each scan, by its label, and each fix, by its time."""
    found: Counter[tuple[str, str]] = Counter()
    for row in rest.rows("/journal", device=device, limit=500):
        if row["kind"] == "scan":
            found["scan", row["item"]["labels"][0]] += 1
        elif row["kind"] == "fix":
            found["fix", str(row["item"]["t"])] += 1
    return found


def await_all(rest: Rest, place: Place) -> Counter[tuple[str, str]]:
    """Until the hub has as many scans and fixes as the place made; what it has."""

    def arrived() -> Counter[tuple[str, str]] | None:
        found = journal(rest, place.name)
        scans = sum(count for (kind, _), count in found.items() if kind == "scan")
        fixes = sum(count for (kind, _), count in found.items() if kind == "fix")
        return found if scans >= place.scans and fixes >= place.fixes else None

    return wait_for(f"{place.scans} scans and {place.fixes} fixes in the hub", arrived, pause_s=0.2)
