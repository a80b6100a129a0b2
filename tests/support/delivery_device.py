"""A device of the model: the real decisions (edge.core.delivery) over a made-up disk."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from edge.core.delivery import Delivery
from edge.core.effects import Bind, Confirm, Say, SendBatch
from wire.messages import Batch, Gap, GapReason, Lane

if TYPE_CHECKING:
    from tests.support.delivery_world import World

FACTS, TELEMETRY = Lane.FACTS, Lane.TELEMETRY


class BrokenError(AssertionError):
    """A promise was broken."""


@dataclass
class Row:
    """One lane on one disk; the same fields as edge.store.lanes.LaneRow, and the items."""

    last: int = 0
    through: int = 0
    gone: int = 0
    sent: int = 0
    damaged: bool = False
    items: dict[int, int] = field(default_factory=dict)


@dataclass
class Disk:
    """An outbox: what survives the agent."""

    ledger: str | None = None
    rows: dict[tuple[str, Lane], Row] = field(default_factory=dict)

    def read(self, batch: SendBatch) -> tuple[int, list[int], tuple[Gap, ...]]:
        """Last, items and gaps of a batch, as Outbox.read gives them."""
        row = self.rows[batch.stream, batch.lane]
        upto = min(batch.upto, batch.after + batch.max_items * 3)
        held = sorted(seq for seq in row.items if batch.after < seq <= upto)
        last = upto
        if len(held) > batch.max_items:
            held = held[: batch.max_items]
            last = held[-1]
        row.sent = max(row.sent, last)
        gaps, at = [], batch.after
        for seq in [*held, last + 1]:
            gaps += self._missing(row, batch.lane, at + 1, seq - 1)
            at = seq
        return last, [row.items[seq] for seq in held], tuple(gaps)

    @staticmethod
    def _missing(row: Row, lane: Lane, first: int, last: int) -> list[Gap]:
        other = GapReason.UNREADABLE if lane is FACTS or row.damaged else GapReason.THINNED
        parts = ((first, min(last, row.gone), GapReason.TRIMMED), (max(first, row.gone + 1), last, other))
        return [Gap(*part) for part in parts if part[0] <= part[1]]


class Device:
    """One agent and its disk."""

    def __init__(self, world: World, name: str, disk: Disk) -> None:
        self.world, self.name, self.disk = world, name, disk
        self.inbox: list[object] = []
        self.start()

    def start(self) -> None:
        """A new run: nothing is left but the disk."""
        lanes = [(stream, lane, row.last) for (stream, lane), row in self.disk.rows.items()]
        self.core = Delivery(lanes, ledger=self.disk.ledger)
        self.stream: str | None = self.world.old_stream(self) if "same-stream" in self.world.mutants else None
        self.online = False
        self.inbox.clear()

    def accept(self, lane: Lane, count: int) -> None:
        """Somebody scans, and sees it confirmed."""
        if self.stream is None:
            self.stream = f"{self.world.rng.getrandbits(64):016x}"
            self.disk.rows |= {(self.stream, each): Row() for each in Lane}
        row = self.disk.rows[self.stream, lane]
        for _ in range(count):
            row.last += 1
            row.items[row.last] = self.world.mint(self.name, self.stream, lane, row.last)
        self.pump()

    def connect(self) -> None:
        if not self.online:
            self.online = True
            self.do(self.core.connected(self.world.now, self.world.chance()))
            if self.world.rng.random() < 0.6:  # a broker may lose what it retained
                self.inbox.append(self.world.retained())

    def disconnect(self) -> None:
        if self.online:
            self.online = False
            self.inbox.clear()
            self.core.disconnected()

    def hear(self) -> None:
        """One message from the broker."""
        message = self.world.change(self.core, self.inbox.pop(0))
        self.do(self.core.receive(message, self.world.now, self.world.chance()))

    def tick(self) -> None:
        self.do(self.core.tick(self.world.now, self.world.chance()))

    def do(self, effects) -> None:
        for effect in effects:
            if isinstance(effect, Say):
                for page in effect.pages:
                    self.world.up(self, page, ())
            elif isinstance(effect, Bind):
                self.disk.ledger = effect.ledger
            elif isinstance(effect, Confirm):
                self.confirm(effect)
        self.pump()

    def confirm(self, told: Confirm) -> None:
        row = self.disk.rows[told.stream, told.lane]
        row.through = told.through
        if told.lane is TELEMETRY and told.through > row.gone:
            self.drop(told.lane, row, told.through)

    def drop(self, lane: Lane, row: Row, through: int) -> None:
        """Items leave the disk: only what a hub had committed, or a damaged copy of this disk declared as lost."""
        row.gone = max(row.gone, min(through, row.last))
        for seq in [seq for seq in row.items if seq <= row.gone]:
            item = row.items.pop(seq)
            if item not in self.world.ever and self.world.items[item] not in self.world.gaps:
                raise BrokenError(f"an item left {self.name} before any hub had it")

    def pump(self) -> None:
        """Send what may be sent."""
        if self.stream is not None:
            for lane in Lane:
                self.core.appended(self.stream, lane, self.disk.rows[self.stream, lane].last)
        if "no-halving" in self.world.mutants:
            for progress in self.core._lanes.values():
                progress.limit, progress.opaque = 4096, False
        while self.online and (send := self.core.next()) is not None:
            last, items, gaps = self.disk.read(send)
            size = 40_000 * max(1, len(items))
            if items or not send.fill:
                head = Batch(
                    ledger=send.ledger, hello=send.hello, stream=send.stream, lane=send.lane, after=send.after,
                    last=last, turn=send.turn, gaps=gaps,
                )  # fmt: skip
                self.world.up(self, head, tuple((item, send.opaque) for item in items))
                if "trust-the-broker" in self.world.mutants:
                    self.confirm(Confirm(send.stream, send.lane, last, 0))
            self.core.sent(send, last=last, items=len(items), size=size, now=self.world.now)
