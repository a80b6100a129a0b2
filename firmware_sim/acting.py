"""What the people of a scenario read, round after round: each task as codes, in its time."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Final

from firmware_sim.errands import Errands
from firmware_sim.errors import SimError
from firmware_sim.gs1 import element_string
from firmware_sim.opening import goods_in
from firmware_sim.papers import papers
from firmware_sim.printer import Printer
from firmware_sim.scenario import ScannerPart, Task
from firmware_sim.signals import Signals
from firmware_sim.story import NEW_UNIT, Errand, Goods, errand, goods, sign_on
from firmware_sim.witness import read_witness
from firmware_sim.world import World

LABEL_S: Final = 30.0
"""So long a person waits for a label to come out, then goes on without the unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What all people of a scenario share. `people`: badge code and PIN by name; `units`: the SSCC of a round."""

    world: World
    first_round: int
    people: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    signals: Signals = field(default_factory=Signals)
    printers: dict[str, Printer] = field(default_factory=dict)
    units: dict[int, str] = field(default_factory=dict)


class Person:
    """Who stands at one scanner."""

    def __init__(self, told: Told, part: ScannerPart, witness: Path) -> None:
        """Papers lie in the tray `<name>.tray` beside the witness log."""
        self._told = told
        self._part = part
        self._witness = witness
        self._tray = Errands(witness.with_suffix(".tray"))
        self._deliveries = max((task.goods for task in part.tasks if task.delivery), default=2)

    def codes(self, loops: int) -> Iterator[str | None]:
        """What is read; None while there is nothing to read; ends when the stage closes."""
        closing = self._told.signals.closing
        for round_ in range(loops) if loops else count():
            if self._part.person in self._told.people:
                yield from sign_on(*self._told.people[self._part.person])
            for each in self._part.tasks:
                if not each.once or (round_ == 0 and self._told.first_round == 0):
                    yield from self._task(each, round_)
            while not self._part.tasks and self._part.tray and not closing.is_set():
                yield from self._tray.codes()
                yield None
            if closing.is_set() or not self._part.tasks:
                return

    def _task(self, each: Task, round_: int) -> Iterator[str | None]:
        signals = self._told.signals
        yield from self._tray.codes()
        while each.wait and signals.told(each.wait) <= round_ and not signals.closing.is_set():
            yield None
            yield from self._tray.codes()
        next_label = 0.0
        for code in errand(self._errand(each, round_), self._goods(each, round_)):
            while each.every_s and time.monotonic() < next_label and not signals.closing.is_set():
                yield None
            if signals.closing.is_set():
                return
            yield code
            if not code.startswith("RR:"):
                next_label = time.monotonic() + each.every_s
        if each.unit == "scan":
            yield from self._unit(round_)
        if each.tell:
            signals.tell(each.tell)

    def _errand(self, each: Task, round_: int) -> Errand:
        paper = papers(self._told.world, self._told.first_round + round_, self._deliveries)
        return Errand(
            do=each.do,
            task=f"delivery:{paper.id}" if each.delivery else "",
            owner=paper.owner if each.owner else "",
            place=each.place.format(owner=paper.owner),
            source=each.source.format(owner=paper.owner),
            to=each.to.format(owner=paper.owner),
            new_unit=each.unit == "new",
            cards=each.cards,
        )

    def _goods(self, each: Task, round_: int) -> list[Goods]:
        if each.stock:
            found = goods_in(self._told.world, each.stock)[: each.goods]
        else:
            batch = each.batch if each.batch >= 0 else self._told.first_round + round_
            found = goods(self._told.world, batch, each.first + each.goods)[each.first :]
        return [replace(one, pieces=max(0, one.pieces - each.less)) for one in found]

    def _unit(self, round_: int) -> Iterator[str | None]:
        """The label of the round's unit: off the printer, or off the unit that somebody brought."""
        end = time.monotonic() + LABEL_S
        while round_ not in self._told.units and self._part.printer and time.monotonic() < end:
            if self._told.signals.closing.is_set():
                return
            opened = sum(text.endswith(NEW_UNIT) for text in read_witness(self._witness).confirmed)
            printed = self._told.printers[self._part.printer].printed
            if 0 < opened <= len(printed):
                self._told.units[round_] = printed[opened - 1]
            else:
                yield None
        if round_ in self._told.units:
            yield element_string(("00", self._told.units[round_]))


def read_people(path: Path) -> dict[str, tuple[str, str]]:
    """Who has which badge: {"NAME": {"badge": "RR:B:...", "pin": "..."}}; nobody where there is no file.

    Raises SimError for a file that says something else.
    """
    if not path.exists():
        return {}
    try:
        return {name: (said["badge"], said["pin"]) for name, said in json.loads(path.read_text()).items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SimError(f"{path} does not say who has which badge and PIN: {error!r}") from error
