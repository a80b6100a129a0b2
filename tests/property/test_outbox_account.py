"""Whatever happens to an outbox, at every moment each item that it accepted is accounted for once.

A random walk over one outbox; after each step its own numbers are held against a model that knows the fate of every
item, and against the rows that another connection finds in the file.
"""

import os
import random
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from itertools import pairwise

import pytest

from edge.store.errors import OutboxFullError
from edge.store.extent import MIB
from edge.store.holes import Fate, count
from edge.store.schema import PAGE_BYTES
from tests.support.delivery_box import fixes, open_box, scans
from wire.messages import Lane

DAY_MS = 86_400_000


class Model:
    """The fate of every item, by (stream, lane): a list that begins with sequence 1."""

    def __init__(self):
        self.fates = {}
        self.through = Counter()

    def copy(self):
        made = Model()
        made.fates = {key: list(fates) for key, fates in self.fates.items()}
        made.through = Counter(self.through)
        return made

    def accept(self, positions, lane):
        for place in positions:
            fates = self.fates.setdefault((place.stream, lane), [])
            assert place.seq == len(fates) + 1
            fates.append("pending")

    def confirm(self, key, through, held, gone):
        """`held` are the sequences in the file, of which those up to `gone` were deleted."""
        fates = self.fates[key]
        for seq, fate in enumerate(fates, start=1):
            if seq <= through and fate == "pending":
                fates[seq - 1] = "delivered"
            elif seq > through and fate == "delivered":
                fates[seq - 1] = "pending" if seq in held else "trimmed" if seq <= gone else "unreadable"
        self.through[key] = through

    def restored(self, key, gone, through):
        """What is deleted up to `gone` and not at the hub is declared as one, also what was thinned."""
        for seq in range(through + 1, gone + 1):
            self.fates[key][seq - 1] = "trimmed"

    def counts(self, lane):
        return Counter(fate for (_, found), fates in self.fates.items() if found is lane for fate in fates)


class Walk:
    def __init__(self, folder, rng):
        self.folder, self.rng, self.model = folder, rng, Model()
        self.hub_ms = 100 * DAY_MS
        self.copies = []
        self.open()

    def open(self):
        self.box = open_box(self.folder)
        self.box.limit_bytes = 16 * MIB
        self.box.keep_days = 1

    def held(self):
        """Sequences in the file, and up to where each lane is deleted."""
        found, gone = {}, {}
        with closing(sqlite3.connect(self.folder / "outbox.db")) as db:
            for no, stream in db.execute("SELECT no, stream FROM streams"):
                for lane in Lane:
                    query = f"SELECT id & 0xffffffffff FROM {lane.value} WHERE id >> 40 = ?"
                    found[stream, lane] = {row[0] for row in db.execute(query, (no,))}
            for stream, lane, upto in db.execute("SELECT stream, lane, gone FROM lanes JOIN streams USING (no)"):
                gone[stream, Lane(lane)] = upto
        return found, gone

    def check(self):
        held, _ = self.held()
        for key, fates in self.model.fates.items():
            here = held[key]
            for seq, fate in enumerate(fates, start=1):
                if fate == "pending" and seq not in here:  # what the outbox took away: only what it may
                    assert key[1] is Lane.TELEMETRY, f"{key} {seq} is gone"
                    fates[seq - 1] = "thinned"
                assert fate != "thinned" or seq not in here
        stats = self.box.stats()
        for lane, name in ((Lane.FACTS, "facts"), (Lane.TELEMETRY, "telemetry")):
            counts = self.model.counts(lane)
            told = {
                "delivered": getattr(stats, f"confirmed_{name}"),
                "thinned": stats.thinned if lane is Lane.TELEMETRY else 0,
                "trimmed": getattr(stats, f"trimmed_{name}"),
                "unreadable": getattr(stats, f"unreadable_{name}"),
                "pending": getattr(stats, f"pending_{name}"),
            }
            assert told == {fate: counts[fate] for fate in told}
            assert getattr(stats, f"accepted_{name}") == sum(told.values()) == counts.total()
        assert stats.kept_facts == sum(len(seqs) for (_, lane), seqs in held.items() if lane is Lane.FACTS)
        assert stats.bytes <= 16 * MIB

    def step(self):
        moves = {
            self.scan: 6,
            self.fix: 6,
            self.large: 1,
            self.confirm: 6,
            self.read: 3,
            self.maintain: 3,
            self.thin: 2,
            self.flood: 0.3,
            self.reopen: 1,
            self.expire: 1,
            self.keep_copy: 0.5,
            self.restore_copy: 0.5,
            self.restored_hub: 0.7,
            self.damage: 0.5,
            self.rebind: 0.2,
        }
        move = self.rng.choices(list(moves), list(moves.values()))[0]
        move()
        return move.__name__

    def scan(self):
        self.model.accept(self.box.append_facts(scans(self.rng.randrange(1, 40))), Lane.FACTS)

    def large(self):
        """Facts that take more than a page each."""
        self.model.accept(self.box.append_facts(scans(self.rng.randrange(1, 9), text="x" * 4_000)), Lane.FACTS)

    def fix(self):
        self.model.accept(self.box.append_telemetry(fixes(self.rng.randrange(1, 900))), Lane.TELEMETRY)

    def flood(self):
        """Facts until no more fit: each is either kept or refused whole."""
        try:
            for _ in range(200):
                self.model.accept(self.box.append_facts(scans(30, text="x" * 4_000)), Lane.FACTS)
        except OutboxFullError:
            assert self.box.room().level == "full"
        for (stream, lane), fates in self.model.fates.items():
            if lane is Lane.FACTS:
                self.heard(stream, lane, len(fates))
        self.hub_ms += 2 * DAY_MS
        self.expire()

    def lane(self):
        return self.rng.choice([key for key, fates in self.model.fates.items() if fates] or [None])

    def heard(self, stream, lane, through):
        key = stream, lane
        held, gone = (found[key] for found in self.held())
        self.box.confirm(stream, lane, through, self.hub_ms)
        if through < self.model.through[key]:
            self.model.restored(key, gone, through)
        self.model.confirm(key, through, held, gone)

    def confirm(self):
        if key := self.lane():
            low, high = self.model.through[key], len(self.model.fates[key])
            if low <= high:
                self.heard(*key, self.rng.randint(low, high))

    def restored_hub(self):
        if key := self.lane():
            self.heard(*key, self.rng.randint(0, self.model.through[key]))

    def read(self):
        if key := self.lane():
            after = self.model.through[key]
            last = len(self.model.fates[key])
            if after < last:
                chunk = self.box.read(*key, after=after, upto=last, max_items=400, max_bytes=40_000)
                assert len(chunk.items) + sum(g.last - g.first + 1 for g in chunk.gaps) == chunk.last - after

    def maintain(self):
        for _ in range(self.rng.randrange(1, 8)):
            self.box.maintain()

    def thin(self):
        self.box.limit_bytes = 0
        self.box.maintain()
        self.box.limit_bytes = 16 * MIB

    def expire(self):
        self.hub_ms += self.rng.randrange(DAY_MS)
        if key := self.lane():
            self.heard(*key, self.model.through[key])
        self.box.maintain()

    def reopen(self):
        self.box.close()
        self.open()

    def keep_copy(self):
        self.box.close()
        copy = self.folder / f"copy-{len(self.copies)}"
        shutil.copy(self.folder / "outbox.db", copy)
        self.copies.append((copy, self.model.copy()))
        self.open()

    def restore_copy(self):
        if self.copies:
            copy, model = self.rng.choice(self.copies)
            self.box.close()
            shutil.copy(copy, self.folder / "outbox.db")
            self.model = model.copy()
            self.open()

    def damage(self):
        """A page of items is lost, and found to be lost when the file is opened."""
        self.box.close()
        path = self.folder / "outbox.db"
        before, _ = self.held()
        data = bytearray(path.read_bytes())
        pages = [at for at in range(0, len(data), PAGE_BYTES) if holds_items(data[at : at + PAGE_BYTES])]
        if not pages:
            self.open()
            return
        at = self.rng.choice(pages)
        sound = bytes(data)
        data[at : at + PAGE_BYTES] = b"\xa5" * PAGE_BYTES
        path.write_bytes(data)
        if not self.readable(path, "streams", "lanes", "holes", "receipts", "meta"):  # an old copy of items is in it
            path.write_bytes(sound)
        self.open()
        self.look_at_every_row()
        after = self.held()[0]
        for key, fates in self.model.fates.items():
            assert after[key] <= before[key]
            taken = [seq for seq in before[key] - after[key] if seq > self.model.through[key]]
            for seq in taken:
                fates[seq - 1] = "unreadable"
            self.thinned_between(key, sorted(taken))

    def readable(self, path, *tables):
        with closing(sqlite3.connect(path)) as db:
            try:
                return all(db.execute(f"SELECT * FROM {table}").fetchall() is not None for table in tables)
            except sqlite3.DatabaseError:
                return False

    def look_at_every_row(self):
        """And at every byte of it: the rest of a large item stands on pages that its length does not need."""

        def look():
            for lane in Lane:
                self.box._engine.facts.execute(f"SELECT max(hex(payload)) FROM {lane.value}").fetchall()

        self.box._engine.attempt(look, "read")

    def thinned_between(self, key, taken):
        """Of what was thinned between two rows that one page took, either may be said: that it was, or unreadable."""
        fates, said = self.model.fates[key], self.box._engine.rows[key].holes
        for one, other in pairwise(taken):
            if set(fates[one : other - 1]) == {"thinned"}:
                for seq in range(one + 1, other):
                    if count(said, Fate.UNREADABLE, after=seq - 1, upto=seq):
                        fates[seq - 1] = "unreadable"

    def rebind(self):
        held, gone = self.held()
        self.box.rebind(None)
        for key in self.model.fates:
            self.model.restored(key, gone[key], 0)
            self.model.confirm(key, 0, held[key], gone[key])


def holds_items(page):
    """Whether it is a leaf of a table with items, or the rest of an item that does not fit into one."""
    return (page[0] == 0x0D and b'{"k":"' in page) or (page[0] == 0 and page[4:20] == b"x" * 16)


def walk(folder, seed, steps):
    rng = random.Random(seed)
    going = Walk(folder, rng)
    done = []
    try:
        for _ in range(steps):
            done.append(going.step())
            going.check()
    except Exception as error:
        error.add_note(
            f"RELAY_SEED={seed} and number 0 walk again; after {len(done)} steps, the last of them {done[-12:]}"
        )
        raise
    finally:
        going.box.close()


def seed_of(number):
    """A new seed for each walk, or that of RELAY_SEED; chosen in the test, as each worker collects the same tests."""
    given = os.environ.get("RELAY_SEED")
    return int(given) + number if given else random.SystemRandom().randrange(2**31)


@pytest.mark.parametrize("number", range(2))
def test_at_every_moment_accepted_is_delivered_and_thinned_and_trimmed_and_unreadable_and_pending(tmp_path, number):
    walk(tmp_path, seed_of(number), 80)


@pytest.mark.soak
@pytest.mark.parametrize("number", range(100))
def test_the_account_is_exact_on_long_walks(tmp_path, number):
    walk(tmp_path, seed_of(number), 400)
