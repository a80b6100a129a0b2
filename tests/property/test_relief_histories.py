"""Requests, consignments and parcels over random histories: facts in any order, late, twice, undone; decisions between.

Whatever came first, what the hub says of them at the end is what it says when all is told again from the beginning, the
audit finds nothing, nothing is reserved twice, and a parcel is where its unit is.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from hub.core.lifecycles import RequestEvent, Way
from hub.errors import HubError
from hub.follower import Follower
from hub.ingest.rebuild import rebuild
from hub.retelling import Retelling
from hub.store import allocating, consigning, consignments, lives, parcels, relief, requests
from hub.store.lives import Touched
from tests.support.facts import CARTON, NOW, PALLET, RECEIVED, batch, goods, opaque, scan, unit_label
from tests.support.hubdata import WATER
from tests.support.hubweb import ORGANISATION as OWN
from tests.support.ingest import Bench, bench
from tests.support.relief_stock import SHELF, SHELF2, STAGING, prepare
from wire.actions import Action
from wire.messages import AnyItem, Correct, Settle, Void

DEVICES = {f"scanner-{number}": f"{number:016x}" for number in range(1, 5)}
HUB_STREAM = "f" * 16
PALLETS = tuple(f"unit:sscc:{code}" for code in (PALLET, CARTON))
VEHICLES = ("transit:van-1", "transit:van-1/c2", "transit:truck-2")
PLACES = (SHELF, SHELF2, STAGING, "place:wh-1", "place:st-1/dock", "place:st-1/a02", "place:wh-2/a01", *VEHICLES)
ITEM, LABEL = f"gtin:{WATER}", goods(WATER, "A", expiry=20301231)
THING = goods(WATER, "A", serial="7")
ON_PARCELS = (
    Action.LOAD, Action.UNLOAD, Action.PUT_AWAY, Action.MOVE, Action.SIGHT, Action.HAND_OVER, Action.REFUSE,
    Action.ATTEMPT, Action.ARRIVE, Action.DEPART, Action.RETURN, Action.DAMAGE, Action.LOSE,
)  # fmt: skip
MINUTE = 60_000


@dataclass
class World:
    """The hub, and devices that hold back what they know."""

    made: Bench
    rng: random.Random
    follower: Follower
    now: int = RECEIVED
    told: dict[str, list[AnyItem | bytes]] = field(default_factory=lambda: {name: [] for name in (*DEVICES, "hub")})
    sent: dict[str, int] = field(default_factory=lambda: dict.fromkeys((*DEVICES, "hub"), 0))

    # What people decide

    def ask(self) -> None:
        way = self.rng.choice((Way.STATION, Way.STATION, Way.DOOR, Way.VEHICLE))
        id_ = f"{self.rng.getrandbits(64):016x}"

        def ask(connection: Connection) -> Touched:
            new = relief.NewRequest(
                id=id_, organisation=OWN, way=way, needed_by=20270120, by="ana", now=self.now,
                site="st-1" if way is Way.STATION else None,
                lines=tuple(relief.Line(item=ITEM, n=self.rng.randint(1, 9)) for _ in range(self.rng.randint(1, 2))),
            )  # fmt: skip
            relief.ask(connection, new)
            row = relief.request(connection, id_)
            assert row is not None
            touched = requests.decide(connection, row, RequestEvent.APPROVE, by="ana", now=self.now)
            row = relief.request(connection, id_)
            assert row is not None
            touched.add(allocating.allocate(connection, [row], by="ana", now=self.now)[1])
            return touched

        self.decide(ask)

    def plan(self) -> None:
        some = [row for row in self.rows("request") if row["state"] in ("allocated", "approved", "under-way")]
        some = self.rng.sample(some, min(len(some), self.rng.randint(1, 3)))
        if not some:
            return
        alike = [row for row in some if (row["way"], row["site"]) == (some[0]["way"], some[0]["site"])]
        new = consigning.NewConsignment(
            requests=tuple(row["id"] for row in alike), from_site=self.rng.choice(("wh-1", "wh-1", "wh-2")),
            to_site=alike[0]["site"], way=Way(alike[0]["way"]), by="ana", now=self.now, vehicle="van-1",
        )  # fmt: skip
        self.decide(lambda connection: consigning.plan(connection, new)[1])

    def decide_about_a_request(self) -> None:
        def do(connection: Connection, row: Any) -> Touched:
            told = {"by": "ana", "now": self.now}
            way, site = self.rng.choice(((Way.STATION, "st-1"), (Way.STATION, "wh-2"), (Way.DOOR, None)))
            what: list[Callable[[], Touched]] = [
                lambda: requests.decide(connection, row, RequestEvent.CANCEL, **told),
                lambda: requests.reroute(connection, row, way, site, **told),
                lambda: requests.split(
                    connection, row, {1: self.rng.randint(1, 4)}, new_id=f"{self.rng.getrandbits(64):016x}", **told
                ),
                lambda: allocating.allocate(connection, [row], **told)[1],
                lambda: allocating.allocate(connection, [row], **told)[1],
            ]
            return self.rng.choice(what)()

        self.about("request", do)

    def decide_about_a_consignment(self) -> None:
        def do(connection: Connection, row: Any) -> Touched:
            told = {"by": "ana", "now": self.now}
            own = [one.id for one in relief.parcels_of(connection, "consignment", row.seq)]
            way, site = self.rng.choice(((Way.STATION, "st-1"), (Way.STATION, "wh-2"), (Way.VEHICLE, None)))
            what: list[Callable[[], Touched]] = [
                lambda: consignments.cancel(connection, row, **told),
                lambda: consignments.close(connection, row, **told),
                lambda: consignments.give_back(connection, row, to_site=None, **told)[1],
                lambda: consignments.reroute(
                    connection, row, way=way, to_site=site, vehicle=None, due=None, **told
                ),
                lambda: consignments.split(connection, row, own[:1], **told)[1],
                lambda: consignments.split(connection, row, own[:1], **told)[1],
            ]  # fmt: skip
            return self.rng.choice(what)()

        self.about("consignment", do)

    def decide_about_a_parcel(self) -> None:
        def do(connection: Connection, row: Any) -> Touched:
            told = {"by": "ana", "now": self.now}
            if self.rng.random() < 0.3:
                self.told["hub"] += parcels.lose([row], by="ana")
                return Touched()
            if self.rng.random() < 0.5:
                return parcels.send_back(connection, row, **told)
            way, site = self.rng.choice(((Way.STATION, "st-1"), (Way.STATION, "wh-2"), (Way.DOOR, None)))
            return parcels.reroute(connection, row, way, site, **told)

        self.about("parcel", do)

    # What devices see

    def see(self) -> None:
        """A fact that fits or does not, on any device, of any time."""
        known = self.rows("parcel")
        if not known:
            return
        parcel = self.rng.choice(known)
        unit, kind = f"unit:parcel:{parcel['id']}", self.rng.random()
        more: dict[str, Any] = {"at": self.moment(), "task": self.task(parcel)}
        owner = self.rng.choice((OWN, OWN, None))
        where = self.rng.choice(PLACES)
        if kind < 0.2:
            n = self.rng.randint(1, 9)
            do, ends = self.rng.choice(((Action.PACK, (SHELF, unit)), (Action.PACK, (SHELF2, unit)),
                                        (Action.UNPACK, (unit, SHELF))))  # fmt: skip
            item: AnyItem = scan(LABEL, do=do, n=n, source=ends[0], to=ends[1], owner=owner, **more)
        elif kind < 0.24:
            to = self.rng.choice((unit, SHELF, PALLETS[0], where))
            item = scan(THING, do=Action.MOVE, source=SHELF, to=to, owner=owner, **more)
        elif kind < 0.28:
            ends = self.rng.choice(((unit, SHELF), (SHELF, unit), (PALLETS[0], SHELF), (SHELF, PALLETS[1])))
            item = Correct(at=NOW + more["at"], up=0, item=ITEM, lot="A", owner=OWN, condition="good", source=ends[0],
                           to=ends[1], n=self.rng.randint(1, 3), reason="found")  # fmt: skip
        elif kind < 0.36:
            item = self.pallet(more, known)
        elif kind < 0.42:
            card = self.rng.choice(VEHICLES)
            do = self.rng.choice((Action.ARRIVE, Action.DEPART))
            item = scan(f"RR:TO:{card}", do=do, to=card, at=more["at"])
        else:
            do = self.rng.choice(ON_PARCELS)
            to = None if do in (Action.HAND_OVER, Action.DAMAGE, Action.LOSE) else self.rng.choice((where, *PALLETS))
            item = scan(f"RR:P:{parcel['id']}", do=do, source=parcel["placed"] or SHELF, to=to, **more)
        device = self.rng.choice(tuple(DEVICES))
        self.told[device].append(opaque(item) if self.rng.random() < 0.1 else item)

    def pallet(self, more: dict[str, Any], known: list[dict[str, Any]]) -> AnyItem:
        """Of a pallet or carton: moved, put into the other one, into a parcel, or filled."""
        which = self.rng.choice((PALLET, CARTON))
        into = (*PLACES, *PALLETS, f"unit:parcel:{self.rng.choice(known)['id']}")
        if self.rng.random() < 0.3:
            return scan(LABEL, do=Action.PACK, source=SHELF, to=f"unit:sscc:{which}", n=2, owner=OWN, **more)
        return scan(unit_label(which), do=Action.MOVE, source=self.rng.choice(PLACES), to=self.rng.choice(into), **more)

    def take_back(self) -> None:
        """An undo, or an owner settled, of a fact that may not have come yet."""
        device = self.rng.choice(tuple(DEVICES))
        seq = self.rng.randint(1, len(self.told[device]) + 1)
        times = {"at": NOW + self.moment(), "up": 0}
        place = {"device": device, "stream": DEVICES[device], "seq": seq}
        if self.rng.random() < 0.2 and self.told["hub"]:
            place = {"device": "hub", "stream": HUB_STREAM, "seq": self.rng.randint(1, len(self.told["hub"]))}
        said = Void(**place, **times)
        if self.rng.random() < 0.4:
            said = Settle(**place, owner=self.rng.choice((OWN, "org-2")), reason="said", **times)
        self.told["hub"].append(said)

    def send(self, device: str = "") -> None:
        """A device says some of what it knows, now and then twice."""
        name = device or self.rng.choice(tuple(self.told))
        waiting = len(self.told[name]) - self.sent[name]
        n = waiting if device else self.rng.randint(0, min(waiting, 6))
        if n:
            after = self.sent[name]
            stream = DEVICES.get(name, HUB_STREAM)
            said = batch(self.made.ledger, self.told[name][after : after + n], stream=stream, after=after)
            self.made.take((name, said), *([(name, said)] if self.rng.random() < 0.2 else []))
            self.sent[name] = after + n

    def look(self) -> None:
        if self.rng.random() < 0.5:
            self.made.settle()
        self.follower.look()

    def wait(self) -> None:
        self.now += self.rng.choice((1_000, MINUTE, 40 * MINUTE))
        self.made.now = self.now

    # What it takes

    def moment(self) -> int:
        """Milliseconds after NOW: mostly just before the hub's now, sometimes long ago."""
        return self.now - NOW - self.rng.choice((0, 1_000, 30_000, MINUTE * 60))

    def task(self, parcel: dict[str, Any]) -> str | None:
        known = self.rows("consignment")
        own = next(one["id"] for one in known if one["seq"] == parcel["consignment"])
        picks = [one["pick"] for one in self.rows("consignment_pick")]
        other = f"consignment:{self.rng.choice(known)['id']}"
        picked = f"pick:{self.rng.choice(picks)}" if picks else None
        return self.rng.choice((f"consignment:{own}", f"consignment:{own}", None, other, picked))

    def rows(self, table: str) -> list[dict[str, Any]]:
        with self.made.database.read() as connection:
            return [dict(row._mapping) for row in connection.exec_driver_sql(f"SELECT * FROM {table}")]

    def about(self, kind: str, do: Callable[[Connection, Any], Touched]) -> None:
        known = self.rows(kind)
        if known:
            id_ = self.rng.choice(known)["id"]
            found = {"request": relief.request, "consignment": relief.consignment, "parcel": relief.parcel}[kind]
            self.decide(lambda connection: do(connection, found(connection, id_)))

    def decide(self, what: Callable[[Connection], Touched]) -> None:
        """A decision in a transaction of its own, with what follows from it; nothing where it is refused."""
        self.now += 1
        try:
            with self.made.database.write() as connection:
                lives.restate(connection, what(connection), self.now)
        except HubError:
            pass

    def finish(self) -> None:
        """Everything is said, interpreted and followed."""
        for name in self.told:
            self.send(name)
        self.made.settle()
        self.follower.look()

    # What has to hold

    def reserved_too_much(self) -> list[tuple[Any, ...]]:
        """Needs of which more is reserved than is needed."""
        return self.made.rows(
            "SELECT need.id, need.n, sum(r.n * r.pieces) FROM need JOIN reservation AS r ON r.need = need.seq"
            " WHERE r.state IN ('held', 'picking', 'closed') GROUP BY need.seq HAVING sum(r.n * r.pieces) > need.n"
        )

    def astray(self) -> list[tuple[str, str, str]]:
        """Parcels that are said to be elsewhere than where their unit stands in the ledger."""
        units = dict(self.made.rows("SELECT unit.code, account.code FROM unit JOIN account ON account.id = account_id"))
        found = []
        for parcel in self.rows("parcel"):
            at, seen = units.get(f"parcel:{parcel['id']}", ""), set()
            while at.startswith("unit:") and at not in seen:
                seen.add(at)
                at = units.get(at.removeprefix("unit:"), "")
            if at and not at.startswith("unit:") and at != parcel["placed"]:
                found.append((parcel["id"], at, parcel["placed"]))
        return found


def play(seed: int, folder: Path, steps: int) -> int:
    replay = f"pytest '{__file__}::{test_what_is_said_of_parcels_follows_from_all_facts.__name__}[{seed}]'"
    rng = random.Random(seed)
    with bench(folder / "hub.db") as made:
        prepare(made)
        world = World(made=made, rng=rng, follower=Follower(made.database, None, lambda: world.now, lambda: None))
        world.told["scanner-1"] += [
            scan(LABEL, n=60, to=SHELF, owner=OWN), scan(LABEL, n=30, to=SHELF2, owner=OWN),
            scan(LABEL, n=30, to="place:wh-2/a01", owner=OWN),
        ]  # fmt: skip
        world.send("scanner-1")
        happens = [world.see] * 12 + [world.send] * 8 + [world.look] * 4 + [world.take_back] * 2 + [world.wait]
        happens += [world.ask] * 2 + [world.plan] * 3
        happens += [world.decide_about_a_request, world.decide_about_a_consignment, world.decide_about_a_parcel]
        for _ in range(steps):
            rng.choice(happens)()
        world.finish()
        assert world.reserved_too_much() == [], (replay, world.reserved_too_much())
        assert world.astray() == [], (replay, world.astray())
        assert made.findings() == [], (replay, made.findings())
        again = rebuild(made.database, folder / "scratch", lives=Retelling(lambda: world.now))
        assert again.same, (replay, again.differences)
        return len(world.rows("parcel"))


@pytest.mark.parametrize("seed", range(16))
def test_what_is_said_of_parcels_follows_from_all_facts(seed: int, tmp_path: Path):
    assert play(seed, tmp_path, 50) >= 0, seed


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1000, 1300))
def test_what_is_said_of_parcels_follows_from_all_facts_over_longer_histories(seed: int, tmp_path: Path):
    play(seed, tmp_path, 500)
