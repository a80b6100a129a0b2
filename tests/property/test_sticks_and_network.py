"""A real outbox, a real ledger, and between them sticks and batches in any order: every fact counts exactly once.

Each scan is of a lot of its own, so the balance of each lot tells how often its scan counted. A failure prints the
seed; RELAY_STICK_SEEDS=FIRST-LAST chooses others.
"""

import os
import random
import shutil
from pathlib import Path

import pytest

from edge.core.effects import SendBatch
from edge.packing import pack
from tests.support.facts import DOCK, goods, hello, scan
from tests.support.ingest import Bench
from tests.support.sticks import Carrier, carry
from wire.messages import Lane, Receipt

ACTS = {
    "scan": 8,
    "deliver": 8,
    "hear": 4,
    "export": 4,
    "take in": 5,
    "restart": 2,
    "trim": 1,
    "back up": 1,
    "restore": 1,
}


class Story:
    """One device and one hub, and what a person does between them."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.rng = random.Random(seed)
        self.folder = folder
        folder.mkdir()
        self.hub = Bench(folder / "hub.db")
        self.device = Carrier(folder / "device", self.hub.database)
        self.scans = 0
        self.sticks: list[Path] = []
        self.saved: Path | None = None
        self.back_up()

    def play(self, acts: int) -> None:
        for act in self.rng.choices(list(ACTS), list(ACTS.values()), k=acts):
            getattr(self, act.replace(" ", "_"))()
        self.finish()

    def scan(self) -> None:
        count = self.rng.randint(1, 5)
        self.device.scan(*[scan(goods(lot=f"L{self.scans + n}"), at=self.scans + n) for n in range(count)])
        self.scans += count

    def streams(self) -> list[tuple[str, int]]:
        return [(stream, last) for stream, lane, last in self.device.box.lanes() if lane is Lane.FACTS]

    def deliver(self) -> None:
        """A batch by the network, from wherever the hub is or was; its receipt may be lost."""
        for stream, last in self.streams():
            through = self.hub.through(self.device.name, stream)
            after = self.rng.randint(0, through)
            if after < last:
                self.send(stream, after, self.rng.randint(after + 1, last))

    def send(self, stream: str, after: int, upto: int) -> None:
        batch = SendBatch(
            ledger=self.hub.ledger, hello=7, stream=stream, lane=Lane.FACTS, after=after, upto=upto, turn=0,
            max_items=1000, max_bytes=250_000, opaque=False, fill=False,
        )  # fmt: skip
        payload, _ = pack(self.device.box, batch)
        (receipt,) = self.hub.take((self.device.name, payload))
        assert isinstance(receipt, Receipt)
        assert not receipt.beyond
        if self.rng.random() < 0.5:
            self.device.heard({stream: receipt.through})

    def hear(self) -> None:
        """A hello, and its welcome: also where it says less than before."""
        for stream, last in self.streams():
            self.hub.take((self.device.name, hello(9, ledger=self.hub.ledger, stream=stream, facts=last)))
        self.device.heard({stream: self.hub.through(self.device.name, stream) for stream, _ in self.streams()})

    def export(self) -> None:
        self.sticks.append(self.device.stick(everything=self.rng.random() < 0.3).file)

    def take_in(self) -> None:
        if self.sticks:
            carry(self.hub, self.rng.choice(self.sticks))
            self.look()

    def restart(self) -> None:
        self.device.restart()

    def trim(self) -> None:
        """The device deletes what the hub confirmed by its latest word."""
        self.hear()
        self.device.box.keep_days = -1
        self.device.box.maintain()
        self.device.box.keep_days = 14

    def back_up(self) -> None:
        self.saved = self.folder / "saved.db"
        self.hub.close()
        shutil.copy(self.hub.path, self.saved)
        self.hub = Bench(self.hub.path)

    def restore(self) -> None:
        self.hub.close()
        for suffix in ("-wal", "-shm"):
            self.hub.path.with_name(self.hub.path.name + suffix).unlink(missing_ok=True)
        shutil.copy(self.saved, self.hub.path)
        self.hub = Bench(self.hub.path)

    def counted(self) -> dict[str, int]:
        return {lot: count for (account, lot), count in self.hub.balances().items() if account == DOCK}

    def look(self) -> None:
        """At every moment: nothing counts twice."""
        assert set(self.counted().values()) <= {1}

    def finish(self) -> None:
        """The device comes back by the network; whatever a disk or a stick holds must count."""
        for stick in self.rng.sample(self.sticks, len(self.sticks)):
            carry(self.hub, stick)
        self.hear()
        for stream, last in self.streams():
            through = self.hub.through(self.device.name, stream)
            if through < last:
                self.send(stream, through, last)
        for stick in self.rng.sample(self.sticks, len(self.sticks)):
            carry(self.hub, stick)
        carry(self.hub, self.device.stick(everything=True).file)
        counted = self.counted()
        self.look()
        gaps = sum(last - first + 1 for first, last in self.hub.rows("SELECT first, last FROM gap"))
        assert len(counted) + gaps == self.scans  # what no disk and no stick has is a gap, and nothing else is missing
        assert self.hub.rows("SELECT * FROM lane WHERE lane = 'facts' AND through < last") == []
        assert self.hub.findings() == []
        assert self.hub.quarantine() == []


def play(folder: Path, seed: int, acts: int) -> None:
    story = Story(folder, seed)
    try:
        story.play(acts)
    except Exception as error:
        raise AssertionError(f"seed {seed}: {error}\nreplay with RELAY_STICK_SEEDS={seed}-{seed}") from error
    finally:
        story.device.box.close()
        story.hub.close()


def seeds(default: range) -> range:
    first, _, last = os.environ.get("RELAY_STICK_SEEDS", "").partition("-")
    return range(int(first), int(last) + 1) if first else default


def test_every_fact_counts_once_in_any_order_of_sticks_batches_restarts_and_restores(tmp_path):
    for seed in seeds(range(8)):
        play(tmp_path / str(seed), seed, 60)


@pytest.mark.soak
def test_every_fact_counts_once_in_hundreds_of_such_orders(tmp_path):
    for seed in seeds(range(100, 500)):
        play(tmp_path / str(seed), seed, 120)
