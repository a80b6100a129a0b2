"""The model of delivery, with people who carry sticks: written at any moment, taken in at any moment, in any order.

An import is what hub.imports does: each batch goes through the same reception as one from the network, nobody is
answered, and a batch that begins beyond what the hub has is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING

from hub.core.reception import LaneState
from tests.support.delivery_device import FACTS, BrokenError
from tests.support.delivery_world import LEDGER, World
from wire.messages import Batch, Gap, GapReason

if TYPE_CHECKING:
    from tests.support.delivery_device import Device

KEPT = 6
CARRYING = 0.12
"""How many of all events are a person with a stick."""


@dataclass
class Stick:
    """The batches of one export, with their items."""

    name: str
    batches: list[tuple[Batch, tuple]]


class StickWorld(World):
    """Everything of the wire, and sticks."""

    def __init__(self, seed: int, mutants: frozenset[str] = frozenset(), more: dict[str, float] | None = None) -> None:
        super().__init__(seed, mutants, more)
        self.sticks: list[Stick] = []
        self.taken_in = self.left_out = 0
        self.called_missing: set[tuple] = set()

    def act(self) -> None:
        if self.rng.random() >= CARRYING:
            super().act()
        elif self.rng.random() < 0.5 or not self.sticks:
            self.sticks.append(self.export(self.rng.choice(self.devices), everything=self.rng.random() < 0.3))
            del self.sticks[:-KEPT]
        else:
            self.take_in(self.rng.choice(self.sticks))

    def export(self, device: Device, *, everything: bool) -> Stick:
        batches = []
        for (stream, lane), row in device.disk.rows.items():
            at = 0 if everything else min(row.through, row.last)
            while lane is FACTS and at < row.last:
                size = self.rng.randint(1, 6)
                wanted = SimpleNamespace(stream=stream, lane=lane, after=at, upto=row.last, max_items=size)
                last, items, gaps = device.disk.read(wanted)
                head = Batch(ledger=LEDGER, hello=1, stream=stream, lane=lane, after=at, last=last, gaps=gaps)
                batches.append((head, tuple((item, True) for item in items)))
                at = last
        return Stick(device.name, batches)

    def take_in(self, stick: Stick) -> None:
        for head, items in stick.batches:
            answer = self.store(stick.name, head, items, dies=False)
            if answer.beyond and "declare-beyond" in self.mutants:
                self.declare(stick.name, head, answer.through)
                answer = self.store(stick.name, head, items, dies=False)
            elif answer.beyond and "skip-silently" in self.mutants:
                key = (stick.name, head.stream, head.lane)
                state = self.db.rows.get(key, LaneState())
                self.db.rows[key] = LaneState(head.last, max(state.last, head.last), state.open)
            self.taken_in += not answer.beyond
            self.left_out += answer.beyond

    def declare(self, name: str, head: Batch, through: int) -> None:
        """What the rules forbid: to call missing what a device may hold."""
        gap = Gap(through + 1, head.after, GapReason.TRIMMED)
        missing = Batch(
            ledger=LEDGER, hello=1, stream=head.stream, lane=head.lane, after=through, last=head.after, gaps=(gap,)
        )
        for device in self.devices:
            row = device.disk.rows.get((head.stream, FACTS))
            if device.name == name and row is not None:
                held = [seq for seq in row.items if through < seq <= head.after]
                self.called_missing.update((name, head.stream, FACTS, seq) for seq in held)
        self.store(name, missing, (), dies=False)

    def settle(self, *, most_ms: int) -> None:
        for stick in self.rng.sample(self.sticks, len(self.sticks)):
            self.take_in(stick)
        super().settle(most_ms=most_ms)
        for stick in self.rng.sample(self.sticks, len(self.sticks)):
            self.take_in(stick)

    def check(self) -> None:
        super().check()
        if lost := [place for place in self.called_missing if place not in self.db.applied]:
            raise BrokenError(f"called missing while a device held it, which then trusted that and deleted it: {lost}")
        for stick in self.sticks:
            for head, items in stick.batches:
                state = self.db.rows.get((stick.name, head.stream, FACTS))
                told = state is not None and state.through >= head.last
                if told and any(self.items[item] not in self.db.applied for item, _ in items):
                    raise BrokenError(f"{head} was taken in, and a fact of it does not count")


def play(
    seed: int, mutants: frozenset[str] = frozenset(), acts: int = 250, more: dict[str, float] | None = None
) -> StickWorld:
    """One schedule: faults and sticks, then quiet, then the promises. Raises BrokenError."""
    world = StickWorld(seed, mutants, more)
    for _ in range(acts):
        world.act()
    world.settle(most_ms=900_000 if not world.poison else 3_600_000)
    world.check()
    return world
