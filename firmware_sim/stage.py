"""Plays a scenario: all its devices in threads of this process, on ports in one folder.

with play(read_scenario(Path("demo")), tmp, year=2026) as stage:
    ...agents open tmp / "wh1-scanner-1" and so on...
    stage.close(timeout_s=30)       # nobody begins anything new; waits for the last answers
"""

import random
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from firmware_sim.acting import Person, Told, read_people
from firmware_sim.drive import Drive, Leg
from firmware_sim.errors import SimError
from firmware_sim.gnss import GnssSettings, Receiver, Signal
from firmware_sim.papers import DELIVERY_CARD
from firmware_sim.ports import Port
from firmware_sim.printer import Printer
from firmware_sim.running import RunningDevice, RunningScanner, start_scanner
from firmware_sim.scenario import GnssPart, PrinterPart, ScannerPart, Scenario
from firmware_sim.signals import Signals
from firmware_sim.witness import read_witness
from firmware_sim.world import World, make_world, route

TIMEOUT_S: Final = 8.0
"""So long a person waits for a scanner's beep: a PIN takes a device a moment."""


class Stage:
    """A running scenario."""

    def __init__(self, told: Told) -> None:
        self.told = told
        self.signals = told.signals
        self.scanners: dict[str, RunningScanner] = {}
        self.others: dict[str, RunningDevice] = {}
        """Receivers and printers."""
        self._all = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def add(self, device: RunningDevice) -> None:
        """A device that runs belongs to the stage from now on."""
        self._all.enter_context(device)
        if isinstance(device, RunningScanner):
            self.scanners[device.name] = device
        else:
            self.others[device.name] = device

    def close(self, timeout_s: float) -> None:
        """No scanner begins a new code; wait until the last answers are in. Ports and receivers stay.

        Raises SimError when a scanner is not through after `timeout_s` (nobody may have its port open).
        """
        self.signals.closing.set()
        end = time.monotonic() + timeout_s
        for scanner in self.scanners.values():
            scanner.finish(max(0.0, end - time.monotonic()))

    def check(self) -> None:
        """Raise the error of a device that failed."""
        for device in (*self.scanners.values(), *self.others.values()):
            if device.finished:
                device.finish(0)

    def stop(self) -> None:
        """Stop all devices and remove their ports; idempotent."""
        self.signals.closing.set()
        self._all.close()


def play(scenario: Scenario, folder: Path, *, year: int, loops: int = 0) -> Stage:
    """Start all devices of a scenario; `loops` rounds of the story, 0 for without end.

    The story goes on where earlier ones with the same witness logs left off: with goods of other numbers.
    """
    folder.mkdir(parents=True, exist_ok=True)
    world = make_world(random.Random(scenario.seed), year=year)  # noqa: S311  # repeatable by its seed
    people = read_people(folder / "people.json")
    stage = Stage(Told(world=world, first_round=first_round(scenario, folder), people=people))
    try:
        for printing in scenario.printers:
            stage.told.printers[printing.name], device = _start_printer(printing, folder)
            stage.add(device)
        for place, part in enumerate(scenario.scanners):
            stage.add(_start_scanner(stage, part, folder, seed=scenario.seed + place, loops=loops))
        for place, receiver in enumerate(scenario.receivers):
            stage.add(_start_receiver(stage, receiver, folder, seed=scenario.seed + place))
    except BaseException:
        stage.stop()
        raise
    return stage


def witness_path(folder: Path, name: str) -> Path:
    """Where a scenario's scanner keeps its witness log."""
    return folder / f"{name}.witness"


def printed_path(folder: Path, name: str) -> Path:
    """Where a scenario's printer keeps the numbers on its labels."""
    return folder / f"{name}.printed"


def first_round(scenario: Scenario, folder: Path) -> int:
    """The round with which the story goes on: after that of the last delivery whose card was read.

    Stories without deliveries go on beyond all that the witness logs could speak of.
    """
    paths = [witness_path(folder, part.name) for part in scenario.scanners]
    sent = [read_witness(path).sent for path in paths if path.exists()]
    most = max(map(len, sent), default=0)
    if not any(task.delivery for part in scenario.scanners for task in part.tasks):
        return most
    read = [int(found[1]) for texts in sent for text in texts if (found := DELIVERY_CARD.search(text))]
    return max(read, default=min(most, 1))


def _start_scanner(stage: Stage, part: ScannerPart, folder: Path, *, seed: int, loops: int) -> RunningScanner:
    settings: dict[str, Any] = {"rate": part.rate, "confirm": part.confirm, "aim": part.aim, "chunks": part.chunks}
    settings |= {"noise_every": part.noise_every, "seed": seed, "restate": True, "timeout_s": TIMEOUT_S}
    witness = witness_path(folder, part.name)
    codes = Person(stage.told, part, witness).codes(loops)
    return start_scanner(folder / part.name, codes, witness, **settings)


def _start_printer(part: PrinterPart, folder: Path) -> tuple[Printer, RunningDevice]:
    port = Port(folder / part.name)
    printer = Printer(port, printed_path(folder, part.name))
    return printer, RunningDevice(part.name, port, printer.run)


def _start_receiver(stage: Stage, part: GnssPart, folder: Path, *, seed: int) -> RunningDevice:
    signals = stage.signals
    drive = drive_between(
        stage.told.world,
        part.stops,
        cruise_kmh=part.speed_kmh,
        dwell_s=part.dwell_s,
        arrived=lambda stop: signals.tell(f"{part.name}@{stop}"),
        may_leave=partial(_may_leave, signals, part),
    )
    settings = GnssSettings(rate_hz=part.rate_hz, seed=seed, loss=part.loss, jump=part.jump, corrupt=part.corrupt)
    port = Port(folder / part.name)
    receiver = Receiver(port, Signal(drive, settings), rate_hz=part.rate_hz, track=folder / f"{part.name}.track")
    return RunningDevice(part.name, port, receiver.run)


def drive_between(world: World, stops: Sequence[str], *, cruise_kmh: float, dwell_s: float, **calls: Any) -> Drive:
    """A drive round the stops, by road; `calls` are those of Drive. Raises SimError for stops that are not there."""
    unknown = [stop for stop in stops if stop not in world.sites]
    if unknown or not stops:
        raise SimError(f"nobody can drive to {', '.join(unknown) or 'no stop'}: the sites are {', '.join(world.sites)}")
    if not 0 < cruise_kmh <= 200:
        raise SimError(f"a speed of {cruise_kmh} km/h is not possible: choose up to 200")
    ways = pairwise((*stops, stops[0])) if len(stops) > 1 else [(stops[0], stops[0])]
    legs = [Leg(start=start, route=route(world, start, end)) for start, end in ways]
    return Drive(legs, cruise_mps=cruise_kmh / 3.6, dwell_s=dwell_s, **calls)


def _may_leave(signals: Signals, part: GnssPart, stop: str, visit: int) -> bool:
    return stop not in part.leave or signals.told(part.leave[stop]) > visit


def wait_or_stop(stage: Stage, stop: threading.Event, duration_s: float | None, until: Path | None = None) -> None:
    """Let the scenario play for so long (None: without end), until a file is there, or `stop` is set.

    Raises a device's error.
    """
    end = None if duration_s is None else time.monotonic() + duration_s
    while not stop.wait(0.1) and (end is None or time.monotonic() < end):
        stage.check()
        if until is not None and until.exists():
            return
        if stage.scanners and all(scanner.finished for scanner in stage.scanners.values()) and not stage.others:
            return
