"""No number for a handling unit is given twice, whichever copy of a device's outbox is put back.

A device of real parts (outbox, numbers, delivery) and the pure hub, run after run: an outbox is copied when its agent
has stopped, put back any time later, lost, salvaged. Numbers are taken as the agent takes them: with or without a
network, but never from a range of which no hub said in that run whose it is. What nobody can know is left out: a copy
gives no number before its first contact, and comes back only when the hub has heard of the runs that it lacks.
"""

import random
import shutil
from contextlib import closing

import pytest

from edge.core.delivery import Delivery, Phase
from edge.core.effects import Bind, Chance, Confirm, Say, Strangers
from edge.store.outbox import Outbox
from edge.store.serials import Serials
from hub.core.reception import LaneState, answer, every, greet, take
from tests.support.delivery_box import DEVICE, fixes, scans
from wire.messages import Receipt, Welcome
from wire.sitedata import SsccRange

LEDGER, RUN = "1" * 16, "2" * 16
SIZE = 4


class Hub:
    """What a hub does with one device: its streams, and a range of numbers when the last one runs short."""

    def __init__(self, rng, *, silent):
        self.rng, self.silent = rng, silent
        self.rows, self.ranges = {}, []

    def welcome(self, hello):
        known = [stream for stream, _ in self.rows]
        self.rows |= greet(self.rows, hello)
        return Welcome(
            ledger=LEDGER, run=RUN, time=5, hello=hello.hello, page=hello.page, streams=answer(self.rows, hello),
            every=None if self.silent else every(known, hello),
        )  # fmt: skip

    def take(self, batch, last):
        key = batch.stream, batch.lane
        self.rows[key] = take(self.rows.get(key, LaneState()), lane=batch.lane, after=batch.after, last=last).state
        return Receipt(
            ledger=LEDGER, run=RUN, time=5, hello=batch.hello, stream=batch.stream, lane=batch.lane,
            through=self.rows[key].through,
        )  # fmt: skip

    def shows(self, left):
        """The newest range; another one where the device, which has heard of it, has few left."""
        if not self.ranges or left <= 1:
            first = self.rng.randrange(10**6) * SIZE
            self.ranges.append(SsccRange(prefix="0614141", first=first, last=first + SIZE - 1))
        return self.ranges[-1]


class Bench:
    """One device, whose disk is changed by hand between two runs of its agent."""

    def __init__(self, folder, seed, *, silent=False):
        self.rng = random.Random(seed)
        self.folder, self.hub = folder, Hub(self.rng, silent=silent)
        self.copies, self.given = [], []
        self.contact_first = False
        self.told = True
        """Whether the hub has heard of every run that took a number."""

    @property
    def path(self):
        return self.folder / "outbox.db"

    def run(self):
        """The agent, from start to stop."""
        with closing(self.opened()) as self.box:
            self.serials = Serials(self.box)
            self.core = Delivery(self.box.lanes(), ledger=self.box.ledger)
            if not self.contact_first:
                self.work()
            if self.contact_first or self.rng.random() < 0.8:
                self.contact()
                self.work()
                self.deliver()

    def opened(self):
        """Streams are random, as combined() needs it."""
        return Outbox.open(
            self.path, device=DEVICE, now_ms=1, stream_factory=lambda: f"{self.rng.getrandbits(64):016x}"
        )

    def work(self):
        if self.rng.random() < 0.5:
            self.box.append_facts(scans(self.rng.randint(1, 3)))
        for _ in range(self.rng.randint(0, 3)):
            self.given.append(self.serials.take())
            self.told = self.core.phase is Phase.FLOWING

    def contact(self):
        """A hello and its answer, then what the hub shows; each contact tells of the device's health."""
        (say,) = self.core.connected(1, self.chance())
        assert isinstance(say, Say)
        for page in say.pages:
            self.do(self.core.receive(self.hub.welcome(page), 2, self.chance()))
        assert self.core.phase is Phase.FLOWING
        self.box.append_telemetry(fixes(1))
        self.deliver()
        if self.hub.ranges:
            self.serials.offer(self.hub.ranges[-1])
        self.serials.offer(self.hub.shows(self.serials.left()))
        self.contact_first, self.told = False, True

    def deliver(self):
        for stream, lane, last in self.box.growing():
            self.core.appended(stream, lane, last)
        while (batch := self.core.next()) is not None:
            chunk = self.box.read(
                batch.stream, batch.lane, after=batch.after, upto=batch.upto, max_items=9, max_bytes=9000
            )
            self.core.sent(batch, last=chunk.last, items=len(chunk.items), size=chunk.size, now=3)
            self.do(self.core.receive(self.hub.take(batch, chunk.last), 4, self.chance()))

    def do(self, effects):
        for effect in effects:
            match effect:
                case Confirm():
                    self.box.confirm(effect.stream, effect.lane, effect.through, effect.hub_ms)
                case Strangers():
                    self.box.doubt("streams", effect.streams)
                case Bind():
                    self.box.bind(effect.ledger)

    def chance(self):
        return Chance(self.rng.getrandbits(52) + 1, 0.5)

    def between(self):
        """What happens to the disk while nothing runs."""
        kind = self.rng.random()
        if kind < 0.35:
            self.copies.append(self.folder / f"copy-{len(self.copies)}")
            shutil.copy(self.path, self.copies[-1])
        elif kind < 0.6 and self.copies and self.told:
            self.copies.append(self.folder / f"copy-{len(self.copies)}")
            shutil.copy(self.path, self.copies[-1])
            shutil.copy(self.rng.choice(self.copies[:-1]), self.path)
            self.contact_first = True
        elif kind < 0.7 and self.told:  # a new machine joins under the old name
            self.path.unlink()
            self.contact_first = True


def play(folder, seed, **how):
    bench = Bench(folder, seed, **how)
    for _ in range(14):
        bench.run()
        bench.between()
    given = [number for number in bench.given if number is not None]
    return len(given), len(given) - len(set(given))


def walk(folder, seeds):
    """How many numbers were given; none of them twice."""
    many = 0
    for seed in seeds:
        (folder / str(seed)).mkdir()
        given, twice = play(folder / str(seed), seed)
        assert twice == 0, f"seed {seed}"
        many += given
    return many


def test_no_number_is_given_twice_whichever_copy_of_the_outbox_is_put_back(tmp_path):
    assert walk(tmp_path, range(4)) > 20


@pytest.mark.soak
def test_no_number_is_given_twice_in_hundreds_of_histories_of_copies(tmp_path):
    assert walk(tmp_path, range(300)) > 1000


def test_a_hub_that_does_not_say_which_runs_it_knows_lets_numbers_be_given_twice(tmp_path):
    """So the walk above does meet the case."""
    for seed in range(20):
        (tmp_path / str(seed)).mkdir()
        if play(tmp_path / str(seed), seed, silent=True)[1]:
            return
    raise AssertionError("no seed gave a number twice")
