"""Scenario files: which simulated devices there are, what they do, and for whom they wait.

seed = 7                          # of the invented county and of all faults

[[scanner]]
name = "wh1-scanner-1"            # its port is DIR/NAME, its witness log DIR/NAME.witness
rate = 2.0                        # codes a second; also confirm, aim, chunks, noise_every: see scanner.Settings
person = "mei"                    # signs on each round, with the badge and PIN of DIR/people.json; optional
printer = "wh1-printer-1"         # where the labels of its units come out; optional
tray = true                       # without tasks of its own it waits for papers in DIR/NAME.tray; optional
  [[scanner.task]]                # in this order, round after round
  do = "put-away"                 # RR:DO; from and to: RR:FROM, RR:TO; each may be left out
  from = "place:wh-1/dock"
  to = "place:wh-1/{owner}"       # {owner}: whose delivery the round's is
  place = "wh-1/a01"              # RR:L; optional
  delivery = true                 # RR:T, the card on the delivery's papers; optional, receives if there is no do
  owner = true                    # RR:OWNER, whose goods these are; optional
  goods = 12                      # so many goods of the round, after the first so many:
  first = 0
  stock = "wh-1/a01"              # other goods: those that stood there at the beginning; optional
  batch = 100                     # other goods: those of another round; optional
  less = 2                        # so many fewer of each; optional
  cards = true                    # quantities by digit cards; optional
  unit = "new"                    # all into a new unit; "scan": also the unit of the round, by its label; optional
  once = true                     # in the first round only; optional
  wait = "van-1@st-1"             # not before this was told once a round; optional
  tell = "loaded"                 # told when the task is done; optional
  every_s = 5.0                   # at most one label in so many seconds; optional

[[printer]]
name = "wh1-printer-1"            # its port is DIR/NAME, the numbers on its labels in DIR/NAME.printed

[[gnss]]
name = "van-1"                    # its port is DIR/NAME, its true track DIR/NAME.track
stops = ["wh-1", "st-1"]          # drives there and back by road; tells "van-1@wh-1" when it arrives
speed_kmh = 50.0
dwell_s = 20.0
rate_hz = 1                       # also loss, jump, corrupt: see gnss.GnssSettings
leave = {wh-1 = "loaded"}         # leaves a stop only after this was told once a round; optional
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, Final, TypeVar, get_type_hints

from firmware_sim.errors import SimError
from firmware_sim.story import MOST_GOODS

PACKAGED: Final = Path(__file__).parent / "scenarios"
_KEYS: Final = {"source": "from", "scanners": "scanner", "receivers": "gnss", "printers": "printer", "tasks": "task"}
"""What a field is called in the file where it is called otherwise."""
_NAME: Final = re.compile(r"[a-z0-9-]{1,40}")
Part = TypeVar("Part")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a person does with some goods."""

    goods: int
    do: str = ""
    source: str = ""
    to: str = ""
    place: str = ""
    delivery: bool = False
    owner: bool = False
    first: int = 0
    stock: str = ""
    batch: int = -1
    less: int = 0
    cards: bool = False
    unit: str = ""
    once: bool = False
    wait: str = ""
    tell: str = ""
    every_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannerPart:
    """One scanner of a scenario."""

    name: str
    rate: float = 5.0
    confirm: str = "ack"
    aim: str = "auto"
    chunks: bool = False
    noise_every: int = 0
    person: str = ""
    printer: str = ""
    tray: bool = False
    tasks: tuple[Task, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GnssPart:
    """One receiver of a scenario."""

    name: str
    stops: tuple[str, ...]
    speed_kmh: float = 50.0
    dwell_s: float = 20.0
    rate_hz: int = 1
    loss: float = 0.0
    jump: float = 0.0
    corrupt: float = 0.0
    leave: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterPart:
    """One label printer."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A whole scenario."""

    seed: int = 0
    scanners: tuple[ScannerPart, ...] = ()
    receivers: tuple[GnssPart, ...] = ()
    printers: tuple[PrinterPart, ...] = ()


def read_scenario(path: Path) -> Scenario:
    """A scenario file, or a packaged one by its name (`demo`). Raises SimError that names every fault."""
    packaged = PACKAGED / f"{path}.toml"
    try:
        text = (packaged if not path.exists() and packaged.is_file() else path).read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except OSError as error:
        known = ", ".join(sorted(file.stem for file in PACKAGED.glob("*.toml")))
        raise SimError(f"cannot read the scenario {path}: {error.strerror}; packaged ones are: {known}") from error
    except ValueError as error:
        raise SimError(f"{path} is no scenario: {error}") from error
    faults: list[str] = []
    scenario = _build(Scenario, table, "", faults)
    if scenario is not None:
        faults += _odd(scenario)
    if scenario is None or faults:
        raise SimError(f"{path}: " + "; ".join(faults))
    return scenario


def _odd(scenario: Scenario) -> list[str]:
    printers = [part.name for part in scenario.printers]
    names = [*(part.name for part in scenario.scanners), *(part.name for part in scenario.receivers), *printers]
    faults = [f"the name {name!r} is not made of a-z, 0-9 and -" for name in names if not _NAME.fullmatch(name)]
    faults += [
        f"the name {name!r} is given twice" for name in sorted({name for name in names if names.count(name) > 1})
    ]
    faults += [
        f"there is no [[printer]] {part.printer!r}" for part in scenario.scanners if part.printer not in {"", *printers}
    ]
    tasks = [task for part in scenario.scanners for task in part.tasks]
    faults += [fault for task in tasks for fault in _odd_task(task)]
    return faults if names else ["there is neither a [[scanner]] nor a [[gnss]]"]


def _odd_task(task: Task) -> list[str]:
    faults = []
    if not 1 <= task.goods <= MOST_GOODS or not 0 <= task.first <= MOST_GOODS - task.goods:
        faults.append(f"goods are 1 to {MOST_GOODS}, not {task.goods} after {task.first}")
    if not task.do and not task.delivery:
        faults.append("a task names what to do, or is a delivery")
    if task.unit not in {"", "new", "scan"}:
        faults.append(f"unit is new or scan, not {task.unit!r}")
    return faults


def _build(kind: type[Part], table: Mapping[str, Any], where: str, faults: list[str]) -> Part | None:
    """A dataclass from a table; None, and sentences in `faults`, where that cannot be."""
    before = len(faults)
    hints = get_type_hints(kind)
    known = {_KEYS.get(each.name, each.name): each for each in fields(kind)}  # type: ignore[arg-type]  # a dataclass
    faults += [f"{where}{key} is not known" for key in sorted(table.keys() - known.keys())]
    values: dict[str, Any] = {}
    for key, each in known.items():
        if key in table:
            values[each.name] = _value(hints[each.name], table[key], f"{where}{key}", faults)
        elif each.default is MISSING and each.default_factory is MISSING:
            faults.append(f"{where}{key} is missing")
    return kind(**values) if len(faults) == before else None


def _value(hint: Any, value: Any, where: str, faults: list[str]) -> Any:
    if hint in _PARTS:
        tables = value if isinstance(value, list) else [value]
        if all(isinstance(table, dict) for table in tables):
            numbered = enumerate(tables, 1)
            return tuple(_build(_PARTS[hint], table, f"{where}[{place}].", faults) for place, table in numbered)
        faults.append(f"{where} is written as [[{where}]]")
        return ()
    wanted, fits, made = _PLAIN[hint]
    if not fits(value):
        faults.append(f"{where} is {wanted}, not {value!r}")
        return None
    return made(value)


_PARTS: Final[dict[Any, type[Any]]] = {
    tuple[Task, ...]: Task,
    tuple[ScannerPart, ...]: ScannerPart,
    tuple[GnssPart, ...]: GnssPart,
    tuple[PrinterPart, ...]: PrinterPart,
}


def _all_text(values: Any) -> bool:
    return all(isinstance(value, str) for value in values)


_PLAIN: Final[dict[Any, tuple[str, Callable[[Any], bool], Callable[[Any], Any]]]] = {
    str: ("text", lambda value: isinstance(value, str), str),
    bool: ("true or false", lambda value: isinstance(value, bool), bool),
    int: ("a whole number", lambda value: type(value) is int, int),
    float: ("a number", lambda value: type(value) in {int, float}, float),
    tuple[str, ...]: ("a list of texts", lambda value: isinstance(value, list) and _all_text(value), tuple),
    Mapping[str, str]: (
        "a table of texts",
        lambda value: isinstance(value, dict) and _all_text(value.values()),
        dict,
    ),
}
