"""Reservations over random histories: facts in any order, decisions between them, clocks that jump.

At each decision what is free, counted by hand from the balances, is what the hub says, and no less than what it gives.
"""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import Connection

from hub.core.reservations import Event
from hub.errors import HubError
from hub.store import allocation, needs, picks
from hub.store.queries.overcommitted import overcommitted
from hub.store.queries.standing import Key
from tests.support.facts import CARTON, NOW, PALLET, RECEIVED, batch, count, goods, scan, unit_label, void
from tests.support.hubdata import WATER
from tests.support.hubweb import ORGANISATION as OWN
from tests.support.ingest import Bench, bench
from tests.support.relief_stock import OTHER, QUARANTINE, SHELF, SHELF2, STAGING, prepare
from wire.actions import Action

UNITS = tuple(f"unit:sscc:{code}" for code in (PALLET, CARTON))
PLACES = (SHELF, SHELF2, STAGING, QUARANTINE, "place:wh-2/a", *UNITS, "transit:truck-1")
ITEM = f"gtin:{WATER}"
LOTS, OWNERS, SITES = ("A", "B"), (OWN, OTHER, None), ("wh-1", "wh-2")
HOUR_MS = 3_600_000


@dataclass
class Held:
    """A reservation as the model keeps it."""

    key: Key
    n: int
    need: str
    expires_at: int
    state: str = "held"
    pick: str | None = None


@dataclass
class World:
    """The hub, and what a plain reading of the rules says of it."""

    made: Bench
    rng: random.Random
    now: int = RECEIVED
    sent: int = 0
    kept: dict[str, Held] = field(default_factory=dict)
    lists: list[str] = field(default_factory=list)
    granted: int = 0

    def free(self, key: Key) -> int:
        return max(0, self.stands()[key] - self.claims()[key])

    def stands(self) -> dict[Key, int]:
        """The sum of max(0, balance) of all accounts whose goods may be given, unit by unit up to its place."""
        rows = self.made.rows
        accounts = {row[0]: row[1:] for row in rows("SELECT id, code, kind, site FROM account")}
        inside = dict(rows("SELECT 'unit:' || code, account_id FROM unit"))
        filled = {row[0] for row in rows("SELECT DISTINCT to_id FROM task_fact WHERE task LIKE 'pick:%'")}
        found: dict[Key, int] = defaultdict(int)
        query = (
            "SELECT account_id, lot.item, lot.lot, lot.owner, quantity FROM balance JOIN lot ON lot.id = lot_id"
            " WHERE condition = 'good' AND quantity > 0"
        )
        for account, item, lot, owner, quantity in rows(query):
            at: int | None = account
            for _ in range(20):
                if at is None or accounts[at][1] != "unit":
                    break
                at = None if at in filled else inside.get(accounts[at][0])
            if at is None or accounts[at][1] != "place" or accounts[at][0] in (STAGING, QUARANTINE):
                continue
            found[Key(accounts[at][2], item, lot, owner)] += quantity
        return found

    def claims(self) -> dict[Key, int]:
        """What is held, and of each pick list what it has not fetched."""
        found: dict[Key, int] = defaultdict(int)
        listed: dict[tuple[str, Key], int] = defaultdict(int)
        for one in self.kept.values():
            if one.state == "held" and one.expires_at > self.now:
                found[one.key] += one.n
            elif one.state == "picking":
                listed[one.pick or "", one.key] += one.n
        for (pick, key), n in listed.items():
            found[key] += max(0, n - max(0, self.fetched(pick, key)))
        return found

    def fetched(self, pick: str, key: Key) -> int:
        """Bulk goods alone are fetched here, from shelves to staging places and trucks, and back."""
        query = (
            "SELECT source.code, target.code, quantity FROM task_fact JOIN lot ON lot.id = lot_id"
            " JOIN account AS source ON source.id = source_id JOIN account AS target ON target.id = to_id"
            " WHERE task = ? AND voided = 0 AND item = ? AND lot = ? AND owner = ?"
        )
        out = {STAGING, "transit:truck-1"}
        rows = self.made.rows(query, f"pick:{pick}", key.item, key.lot, key.owner)
        return sum(n * ((to in out) - (source in out)) for source, to, n in rows)

    # What can happen

    def fact(self) -> None:
        """A scan, a count or an undo; late ones are stamped before what came already."""
        at = self.rng.randint(-50_000, 50_000)
        label = goods(WATER, self.rng.choice(LOTS), expiry=20301231)
        more = {"at": at, "owner": self.rng.choice(OWNERS)}
        kind = self.rng.random()
        if kind < 0.1 and self.sent:
            item = void(self.rng.randint(1, self.sent), at=at)
        elif kind < 0.2:
            item = count(label, self.rng.randint(0, 12), where=self.rng.choice(PLACES[:4]), **more)
        elif kind < 0.3:
            item = scan(unit_label(self.rng.choice([PALLET, CARTON])), at=at, to=self.rng.choice(PLACES[:6]))
        elif kind < 0.45 and self.lists:
            ends = self.rng.sample([SHELF, SHELF2, STAGING, "transit:truck-1"], 2)
            task = f"pick:{self.rng.choice(self.lists)}"
            item = scan(label, do=Action.PICK, source=ends[0], to=ends[1], n=self.rng.randint(1, 6), task=task, **more)
        elif kind < 0.75:
            item = scan(label, to=self.rng.choice(PLACES[:6]), n=self.rng.randint(1, 15), **more)
        else:
            ends = self.rng.sample(PLACES, 2)
            item = scan(label, do=Action.MOVE, source=ends[0], to=ends[1], n=self.rng.randint(1, 8), **more)
        self.made.take(("dock-1", batch(self.made.ledger, [item], after=self.sent)))
        self.sent += 1

    def reserve(self) -> None:
        key = Key(self.rng.choice(SITES), ITEM, self.rng.choice(LOTS), self.rng.choice((OWN, OTHER)))
        id_, n = f"{len(self.kept):016x}", self.rng.randint(1, 12)
        need = "a" * 16 if self.rng.random() < 0.5 else "b" * 16
        new = allocation.NewReservation(
            id=id_, key=key, n=n, by="ana", now=self.now,
            expires_at=self.now + self.rng.choice((1, 24)) * HOUR_MS,
        )  # fmt: skip
        free = self.free(key)

        def reserve(connection: Connection) -> None:
            found = needs.find(connection, need, self.now)
            assert found is not None
            allocation.reserve(connection, found, new)

        if self.decide(reserve):
            assert n <= free
            self.kept[id_] = Held(key, n, need, new.expires_at)
            for one in self.kept.values():  # once written down as over, no clock that is set back revives it
                if one.key == key and one.state == "held" and one.expires_at <= self.now:
                    one.state = "expired"
            self.granted += 1
        else:
            assert n > free

    def cancel(self) -> None:
        id_ = self.some("held")
        if id_ and self.decide(lambda connection: allocation.cancel(connection, id_, by="ana", now=self.now)):
            self.kept[id_].state = "cancelled"

    def release(self) -> None:
        id_ = self.some("held")
        if id_ is None:
            return
        one = self.kept[id_]
        code = self.decide(lambda connection: picks.release(connection, [id_], by="ana", now=self.now))
        if code:
            one.state, one.pick = "picking", str(code)
            self.lists.append(str(code))

    def end(self) -> None:
        id_ = self.some("picking")
        if id_ is None:
            return
        one, event = self.kept[id_], self.rng.choice([Event.CLOSE, Event.CANCEL])
        assert self.decide(lambda connection: picks.end(connection, one.pick or "", event, by="ana", now=self.now))
        one.state = event.value

    def wait(self) -> None:
        """Time goes on; now and then a clock is set back."""
        self.now += self.rng.choice((HOUR_MS, 5 * HOUR_MS, -HOUR_MS // 2))
        self.made.now = max(self.made.now, self.now)

    def some(self, state: str) -> str | None:
        of_state = [id_ for id_, one in self.kept.items() if one.state == state]
        return self.rng.choice(of_state) if of_state else None

    def decide(self, what: object) -> object:
        """A decision in a transaction of its own: its result, True for none; False if it was refused."""
        assert callable(what)
        try:
            with self.made.database.write() as connection:
                return what(connection) or True
        except HubError:
            return False


def play(seed: int, folder: Path, steps: int) -> int:
    replay = f"pytest '{__file__}::{test_no_more_is_promised_than_stands_there_over_any_history.__name__}[{seed}]'"
    rng = random.Random(seed)
    with bench(folder / "hub.db") as made:
        prepare(made)
        world = World(made=made, rng=rng)
        with made.database.write() as connection:
            for id_, organisation in (("a" * 16, OWN), ("b" * 16, OTHER)):
                need = needs.NewNeed(
                    id=id_, organisation=organisation, destination="place:st-1", item=ITEM, n=10**6, shelf_days=0,
                    needed_by=20270120, substitutes=False, note="", by="ana", now=NOW,
                )  # fmt: skip
                needs.ask(connection, need)
            for number, owner in enumerate((OWN, OTHER)):
                consent = needs.NewConsent(
                    id=f"{number:016x}", owner=owner, taker="", item="", until=None, by="ana", now=NOW
                )
                needs.lend(connection, consent)
        happens = [world.fact] * 6 + [world.reserve] * 5 + [world.cancel, world.release, world.release, world.end]
        for _ in range(steps):
            rng.choice([*happens, world.wait])()
            stands, claims = world.stands(), world.claims()
            wanted = {key: (n, stands[key]) for key, n in claims.items() if n > stands[key]}
            with made.database.read() as connection:
                found = {one.key: (one.claimed, one.stands) for one in overcommitted(connection, world.now)}
            assert found == wanted, replay
        assert made.findings() == [], replay
        return world.granted


@pytest.mark.parametrize("seed", range(8))
def test_no_more_is_promised_than_stands_there_over_any_history(seed: int, tmp_path: Path):
    assert play(seed, tmp_path, 120) > 0, seed


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1000, 1200))
def test_no_more_is_promised_over_many_more_and_longer_histories(seed: int, tmp_path: Path):
    play(seed, tmp_path, 300)
