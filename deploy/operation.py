"""All parts of the demo: hub, county, devices that joined, simulated firmware; started in steps, stopped in reverse."""

import contextlib
import json
import sys
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Self, TypeVar

from deploy import county, faces, quake, you
from deploy.caller import VAN, Caller, People
from deploy.link import Link
from deploy.program import HERE, Program, StackError, free_port, is_free, wait_for
from deploy.reckoning import Beside, journal_texts
from deploy.stack import Agent, Hub, gnss_section, scanner_section, terminal_section
from deploy.telephones import Telephones
from deploy.terminal_page import TerminalPage
from firmware_sim.cli import the_world
from firmware_sim.errands import Errands
from firmware_sim.expect import Balance, kept
from firmware_sim.papers import Papers
from firmware_sim.printer import read_printed, read_texts
from firmware_sim.roads import distance_m
from firmware_sim.scenario import read_scenario
from firmware_sim.stage import first_round, printed_path, witness_path
from firmware_sim.story import NEW_UNIT
from firmware_sim.witness import Witness, joined, read_witness

C = TypeVar("C", bound=Caller)
DEVICES = {"wh1-scanner-1": "scanner", "st1-terminal-1": "terminal", "van-1": "vehicle", you.DEVICE: "scanner"}
SCANNERS = ("wh1-scanner-1", "st1-terminal-1")
PRINTERS = {"wh1-scanner-1": "wh1-printer-1", "st1-terminal-1": "st1-printer-1"}
"""Beside the scanners."""
PAGES = ("st1-terminal-1", you.DEVICE)
"""Which devices have a page of their own. Yours shares the dialogue of your scanner: both reach the same place."""
PRINTER = PRINTERS[SCANNERS[0]]
NEAR_M = 150.0
BADGES = "people.json"
ENOUGH = "enough"
"""A file; once it is there nobody scans any more."""
AHEAD = 3
"""So many deliveries are announced and have not come."""


def say(sentence: str) -> None:
    """Tell the person at the terminal; standard output is for the result."""
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201


class Demo:
    """All parts, started in numbered steps and stopped in the reverse order."""

    def __init__(self, folder: Path, scenario: str, *, http_port: int, mqtt_port: int) -> None:
        self.folder = folder
        self.scenario = scenario
        self.door = folder / "https-port"
        """Devices that joined know the hub by this port, so the next run takes it too."""
        kept = int(self.door.read_text()) if self.door.exists() else 0
        self.moved = not (kept and is_free(kept))
        https_port = 0 if self.moved else kept
        self.hub = Hub(folder / "hub", http_port=http_port, mqtt_port=mqtt_port, listen=True, https_port=https_port)
        self.telephones = Telephones(folder, sys.executable)
        self.links: dict[str, Link] = {}
        self.agents: dict[str, Agent] = {}
        self.pages: dict[str, TerminalPage] = {}
        self.password = ""
        self.ports = folder / "ports"
        self.sim: Program | None = None
        self.announcer: county.Announcer | None = None
        self.offices: county.Offices | None = None
        self.quake: quake.Quake | None = None
        self.once = False
        self.result = ""
        self._ends = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        say("Stopping: devices, agents, hub, broker.")
        self._ends.close()

    def start(self, *, once: bool, announced: int) -> None:
        """Everything, in order; `once`: in a hurry. Raises StackError."""
        self.once = once
        say("1/7 Starting the hub with its own Mosquitto ...")
        self._ends.enter_context(self.telephones)
        self.telephones.settle(self.hub.data)
        self._ends.enter_context(self.hub)
        self.door.write_text(str(self.hub.https_port))
        say("2/7 Entering the invented county: sites, roads, goods, organisations; bins, people, opening stock ...")
        loaded = county.load(self.hub, self.folder)
        say(
            f"      {loaded.organisations} organisations, {loaded.bins} bins, {loaded.stock_rows} rows of opening stock"
        )
        say("3/7 Making a person who may sign in, and badges for two who work at the devices ...")
        made = json.loads(self.hub.command_line("user", "add", "admin", "--role", "admin", "--json"))
        self.password = made["password"]
        county.badges(self.hub.rest, self.ports / BADGES)
        say("4/7 Letting four devices join by a code, and starting their agents: " + ", ".join(DEVICES) + " ...")
        for name, kind in DEVICES.items():
            self._start_agent(name, kind)
        county.place_devices(self.hub.rest)
        faces.watch(self.hub.rest)
        self.offices = county.Offices(self.hub.rest)
        self._strike(self.offices)
        self._announce(announced, self.offices)
        say("6/7 Waiting until the scanner knows of it ...")
        self._wait_until_known()
        say("7/7 Plugging in simulated scanners, a label printer and a GNSS receiver (real ptys) ...")
        self.sim = self._simulation(once=once)
        self._ends.enter_context(self.sim)
        say("")
        say(f"  Dashboard         {self.hub.url}   sign in as  admin  password  {self.password}")
        say(f"  Your scanner      {self.pages[you.DEVICE].url}   its page: type or scan")
        say(f"  Jun's terminal    {self.pages[PAGES[0]].url}   the station's screen")
        say(f"  Where is it?      {self.hub.url}/parcel   for whoever waits for a parcel")
        say(f"  Telephones        {self.telephones.url}")
        say(f"  Logs              {self.folder}/*.log and {self.folder}/agents/*.log")
        say("")

    def _strike(self, offices: county.Offices) -> None:
        said = self.quake = quake.strike(self.hub.rest, offices.staff(quake.ORGANISATION), self.folder)
        say(f"      minute 0: an earthquake. {said.settlements} villages, {said.population} people in its area;")
        say(f"      {quake.ORGANISATION} approves {len(said.requests)} requests")

    def caller(self, kind: type[C]) -> C:
        """Somebody who is going to call. Raises StackError."""
        if self.offices is None or self.quake is None:
            raise StackError("the demo was not started")
        trays = [Errands(self.ports / f"{name}.tray") for name in SCANNERS]
        devices = [self.agents[name] for name in SCANNERS]
        people = People(
            mei=trays[0], jun=trays[1], scanner=devices[0], terminal=devices[1], telephones=self.telephones,
            van_at=lambda site: self.once or self._van_at(site),
        )  # fmt: skip
        return kind(self.hub.rest, self.offices, people, self.quake.incident)

    def _van_at(self, site: str) -> bool:
        place = the_world(county.SEED).sites[site].at
        seen = self.hub.rest.get("/positions")["positions"]
        return any(row["device"] == VAN and distance_m((row["lon"], row["lat"]), place) < NEAR_M for row in seen)

    def _announce(self, count: int, offices: county.Offices) -> None:
        batch = first_round(read_scenario(Path(self.scenario)), self.ports)
        self.announcer = county.Announcer(self.hub.rest, offices, batch)
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

    def _simulation(self, *, once: bool) -> Program:
        command = [str(HERE / "relay-sim"), "scenario", self.scenario, "--dir", str(self.ports), "--stay"]
        if once:
            command += ["--until", str(self.ports / ENOUGH)]
        return Program("simulation", command, self.folder / "simulation.log")

    def _start_agent(self, name: str, kind: str) -> None:
        link = self.links[name] = self._ends.enter_context(Link(self.hub.mqtts_port))
        agent = Agent(self.folder / "agents", name, kind, port=link.port, ports=self._sections(name, kind))
        if self.moved or not agent.joined:  # an earlier run of this folder may have let it in
            agent.join(self.hub.rest.post(f"/devices/{name}/invitation", {"kind": kind})["qr"])
        self.agents[name] = agent
        self._ends.enter_context(agent)

    def _sections(self, name: str, kind: str) -> str:
        """What is connected to a device, and that people sign on there."""
        port = self.ports / name
        if kind == "vehicle":
            return gnss_section(port, rate_hz=2)
        scanner = scanner_section(port, confirm="ack")
        if name == you.DEVICE:
            return scanner + self._page(name, scanner=str(port))
        shared = "\n[sign_on]\nrequired = true\n"
        printer = f'\n[printer]\nport = "{self.ports / PRINTERS[name]}"\n'
        return scanner + shared + printer + (self._page(name, to="place:st-1") if name in PAGES else "")

    def _page(self, name: str, **keys: str) -> str:
        page = self.pages[name] = TerminalPage(free_port(), witness_path(self.ports, f"{name}.page"))
        return terminal_section(page.port, **keys)

    def you(self) -> you.You:
        """You, with a scanner in hand, until the demo ends."""
        return self._ends.enter_context(you.You(self.ports, self.folder / "you.log"))

    def badge(self, person: str) -> tuple[str, str]:
        """Badge and PIN of somebody who works at a device."""
        said = json.loads((self.ports / BADGES).read_text())[person]
        return said["badge"], said["pin"]

    def end_scans(self, timeout_s: float = 60.0) -> None:
        """Nobody begins a new scan; wait for the last answer. Raises StackError."""
        sim = self.sim
        if sim is None:
            raise StackError("nothing was simulated")
        (self.ports / ENOUGH).touch()
        wait_for("the end of the scans", lambda: f'"{SCANNERS[0]}"' in sim.tail(5), timeout_s=timeout_s)

    def witnesses(self) -> dict[str, Witness]:
        """What the simulated scanners, and whoever used a device's page, saw come back."""
        paths = {name: witness_path(self.ports, name) for name in (*SCANNERS, you.DEVICE)}
        found = {name: read_witness(path) for name, path in paths.items() if path.exists()}
        beside = {name: page.witness for name, page in self.pages.items() if name in found and page.witness.exists()}
        return found | {name: joined(found[name], read_witness(path)) for name, path in beside.items()}

    @property
    def announced(self) -> list[Papers]:
        """The deliveries that were announced, the first one first."""
        return self.announcer.announced if self.announcer is not None else []

    def beside(self, direct: dict[Balance, int]) -> Beside:
        """What is known from outside besides: labels, the table of opening stock, what suppliers brought directly."""
        printed = read_printed(printed_path(self.ports, PRINTER))
        opening = Counter(county.opening_balances(self.folder))
        opening.update(direct)
        return Beside(units={SCANNERS[0]: printed}, opening=dict(opening))

    def shelf_labels(self) -> list[str]:
        """The codes on the labels that the station's printer printed."""
        return read_texts(printed_path(self.ports, PRINTERS[SCANNERS[1]]))

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

    def wait_for_all(self) -> None:
        """Until the hub has every fact, and the printer has printed every label; what does not come is told later."""
        witnesses = self.witnesses()
        posted = journal_texts(self.hub.rest, "hub").total()
        total = posted + sum(len(kept(each)) for each in witnesses.values())
        opened = sum(text.endswith(NEW_UNIT) for text in witnesses[SCANNERS[0]].confirmed)
        printed = printed_path(self.ports, PRINTER)
        facts = self.hub.rest
        with contextlib.suppress(StackError):
            wait_for("the last facts", lambda: facts.get("/summary")["facts"] >= total, timeout_s=30, pause_s=0.3)
            wait_for("the last label", lambda: len(read_printed(printed)) >= opened, timeout_s=15, pause_s=0.3)
