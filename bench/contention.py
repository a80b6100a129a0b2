"""Many clients at once reserve goods that are scarce: nobody gets what somebody else has.

    python -m bench.contention [--clients 64] [--trials 10000] [--lots 40] [--seed N] --json

A hub's own process over HTTP, one connection and one need a client, by API tokens of staff of four organisations that
lend to each other. Each trial asks for 1 to 3 units of one lot; together they ask for about twice what there is, and go
on until it is gone. The stock is brought in by the hub's own ingest beforehand, in two bins and a handling unit at each
of three sites. Granted and available are units, read from the database's file by queries of this benchmark's own, when
the hub has ended: `available` is what stands at the sites, `granted` what reservations hold. One reservation in twenty
is given back, so that goods are promised twice, one after the other. A run in which more was granted than there is, an
answer was neither yes nor a reason, or an answer said yes to what the file does not hold, ends with exit code 1.
"""

import json
import random
import sqlite3
import sys
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import count
from pathlib import Path
from typing import Any

from bench.frame import parser, percentile, run, say
from deploy.stack import Hub
from firmware_sim.gs1 import element_string, gtin, sscc
from hub.core.viewer import Role
from hub.ingest.pipeline import Pipeline
from hub.store import reference, users
from hub.store.database import Database
from wire import codec, topics
from wire.actions import Action
from wire.messages import Batch, Lane, Now, Scan

SITES = ("wh-1", "wh-2", "wh-3")
OWNERS = tuple(f"org-{number}" for number in range(1, 5))
DEVICE = "contention-1"
STREAM = "c" * 16
NEEDED_BY = "2027-06-30"
MOST = 3
"""Units of one trial."""
GIVEN_BACK = 0.05


@dataclass(frozen=True, slots=True)
class Goods:
    """A lot of one owner at one site, with so many units in two bins and a pallet."""

    site: str
    item: str
    lot: str
    owner: str
    n: int


@dataclass(slots=True)
class Heard:
    """What the hub answered, by all clients. Lists grow by appending, which needs no lock."""

    took_ms: list[float] = field(default_factory=list)
    granted: list[tuple[str, int]] = field(default_factory=list)
    given_back: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class Nobody:
    """The outlet of an ingest whose devices are not there."""

    def publish(self, topic: str, payload: bytes) -> None: ...
    def changed(self) -> None: ...
    def shown(self, device: str, now: Now, received_at: int) -> None: ...


class Client(threading.Thread):
    """Reserves again and again, over one connection."""

    def __init__(
        self, rng: random.Random, port: int, token: str, need: str, goods: list[Goods], turns: "count[int]",
        trials: int, heard: Heard,
    ) -> None:  # fmt: skip
        super().__init__(daemon=True)
        self._rng, self._token, self._need, self._goods = rng, token, need, goods
        self._turns, self._trials, self._heard = turns, trials, heard
        self._http = HTTPConnection("127.0.0.1", port, timeout=60)

    def run(self) -> None:
        while next(self._turns) < self._trials:
            try:
                self._try()
            except (OSError, HTTPException) as error:
                self._heard.errors.append(repr(error))
                self._http.close()
        self._http.close()

    def _try(self) -> None:
        one, n = self._rng.choice(self._goods), self._rng.randint(1, MOST)
        id_ = f"{self._rng.getrandbits(64):016x}"
        body = {"id": id_, "site": one.site, "item": one.item, "lot": one.lot, "owner": one.owner, "n": n}
        begun = time.perf_counter()
        status, answer = self.post(f"/needs/{self._need}/reservations", body)
        self._heard.took_ms.append((time.perf_counter() - begun) * 1000)
        if status == 201:
            self._heard.granted.append((id_, n))
            if self._rng.random() < GIVEN_BACK:
                self._give_back(id_)
        elif status == 409 and "are free at" in answer:
            self._heard.refused.append(answer)
        else:
            self._heard.errors.append(f"{status} {answer[:300]}")

    def _give_back(self, id_: str) -> None:
        status, answer = self.post(f"/reservations/{id_}/cancellation", {})
        if status == 200:
            self._heard.given_back.append(id_)
        else:
            self._heard.errors.append(f"{status} {answer[:300]}")

    def post(self, path: str, body: dict[str, Any]) -> tuple[int, str]:
        """One request; its status and answer."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        self._http.request("POST", f"/api/v1{path}", json.dumps(body), headers)
        answer = self._http.getresponse()
        return answer.status, answer.read().decode(errors="replace")


def stock(rng: random.Random, lots: int, units: int) -> list[Goods]:
    """Lots of several owners at several sites that hold so many units together."""
    share = max(1, units // lots)
    return [
        Goods(
            rng.choice(SITES), f"gtin:{gtin(20_000, number % 8 + 1)}", f"L{number:03d}", rng.choice(OWNERS),
            rng.randint(max(1, share // 2), share + share // 2),
        )
        for number in range(lots)
    ]  # fmt: skip


def facts(goods: list[Goods]) -> list[Scan]:
    """How the goods came in: some to each bin, the rest onto a pallet that stands in the second one."""
    made: list[Scan] = []
    times = count(1)

    def scan(label: str, to: str, n: int, owner: str | None) -> None:
        at = next(times)
        made.append(Scan(at=at, up=at, do=Action.RECEIVE, labels=(label,), to=to, n=n, owner=owner))

    for number, one in enumerate(goods):
        pallet = sscc(20_000, number + 1)
        bins = [f"place:{one.site}/a{number:03d}", f"place:{one.site}/b{number:03d}", f"unit:sscc:{pallet}"]
        scan(element_string(("00", pallet)), bins[1], 1, None)
        label = element_string(("01", one.item.removeprefix("gtin:")), ("17", "280101"), ("10", one.lot))
        parts = [one.n // 3, one.n // 3, one.n - 2 * (one.n // 3)]
        for to, n in zip(bins, parts, strict=True):
            if n:
                scan(label, to, n, one.owner)
    return made


def prepare(folder: Path, goods: list[Goods]) -> dict[str, str]:
    """A hub's database with this stock; a token for staff of each organisation."""
    folder.mkdir(mode=0o700, parents=True)
    with closing(Database.open(folder / "hub.db")) as database:
        pipeline = Pipeline(database, run="c" * 16, outlet=Nobody(), clock=lambda: time.time_ns() // 1_000_000)
        pipeline.start()
        items = facts(goods)
        for after in range(0, len(items), 200):
            part = tuple(items[after : after + 200])
            batch = Batch(
                ledger=database.ledger, hello=1, stream=STREAM, lane=Lane.FACTS, after=after, last=after + len(part),
                gaps=(), clock=None, items=part,
            )  # fmt: skip
            pipeline.offer(topics.build(DEVICE, topics.Leaf.UP), codec.encode(batch))
        pipeline.stop()
        with database.write() as connection:
            organisations = [reference.Organisation(id=owner, name=owner, name_zh="") for owner in OWNERS]
            reference.put_organisations(connection, organisations)
            return {
                owner: users.add_token(connection, f"staff of {owner}", Role.STAFF, now=0, organisation=owner)
                for owner in OWNERS
            }


def contend(rng: random.Random, folder: Path, clients: int, trials: int, lots: int) -> dict[str, Any]:
    """Prepare, let them at it, and reckon."""
    goods = stock(rng, lots, trials * (MOST + 1) // 4)
    tokens = prepare(folder / "hub", goods)
    heard = Heard()
    say(f"{sum(one.n for one in goods)} units in {lots} lots, {clients} clients, {trials} trials")
    with Hub(folder / "hub") as hub:
        turns = count()
        threads = []
        for number in range(clients):
            owner = OWNERS[number % len(OWNERS)]
            mine = random.Random(rng.random())
            client = Client(mine, hub.http_port, tokens[owner], f"{number:016x}", goods, turns, trials, heard)
            _introduce(client, owner, number)
            threads.append(client)
        begun = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took_s = time.perf_counter() - begun
        hub.command_line("audit")
    return {**reckon(folder / "hub" / "hub.db", heard), "trials_per_s": round(len(heard.took_ms) / took_s)}


def _introduce(client: Client, owner: str, number: int) -> None:
    """The need of a client, and, once for each organisation, its consent that anybody may have its goods."""
    need = {
        "id": f"{number:016x}", "destination": "place:st-1", "item": f"gtin:{gtin(20_000, 1)}", "n": 10**9,
        "needed_by": NEEDED_BY, "substitutes": True,
    }  # fmt: skip
    wishes = [("/needs", need)] + ([("/consents", {"id": f"{number:016x}"})] if number < len(OWNERS) else [])
    for path, body in wishes:
        status, answer = client.post(path, body)
        if status != 201:
            raise RuntimeError(f"{owner} could not {path}: {status} {answer}")


_AVAILABLE = """
SELECT coalesce(inside.site, account.site), lot.item, lot.lot, lot.owner, sum(max(0, balance.quantity)) FROM balance
JOIN lot ON lot.id = balance.lot_id JOIN account ON account.id = balance.account_id
LEFT JOIN unit ON 'unit:' || unit.code = account.code LEFT JOIN account AS inside ON inside.id = unit.account_id
WHERE coalesce(inside.kind, account.kind) = 'place' GROUP BY 1, 2, 3, 4
"""
_GRANTED = "SELECT site, item, lot, owner, sum(n) FROM reservation WHERE state = 'held' GROUP BY 1, 2, 3, 4"


def reckon(file: Path, heard: Heard) -> dict[str, Any]:
    """The database's file against itself and against what the clients heard."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
        there = {tuple(row[:4]): row[4] for row in db.execute(_AVAILABLE)}
        held = {tuple(row[:4]): row[4] for row in db.execute(_GRANTED)}
        kept = {row[0]: (row[1], row[2]) for row in db.execute("SELECT id, n, state FROM reservation")}
    said = dict(heard.granted)
    back = set(heard.given_back)
    wrong = sum(kept.get(id_) != (n, "cancelled" if id_ in back else "held") for id_, n in said.items())
    for error in heard.errors[:5]:
        say(error)
    return {
        "trials": len(heard.took_ms),
        "granted": sum(held.values()),
        "available": sum(there.values()),
        "over_allocated": sum(max(0, n - there.get(key, 0)) for key, n in held.items()),
        "p95_ms": round(percentile(heard.took_ms, 0.95), 1),
        "p50_ms": round(percentile(heard.took_ms, 0.5), 1),
        "reservations": len(said),
        "refused": len(heard.refused),
        "given_back": len(back),
        "lots_exhausted": sum(held.get(key, 0) == n for key, n in there.items()),
        "untrue_answers": wrong + len(set(kept) - set(said)),
        "errors": len(heard.errors),
    }


def main() -> int:
    arguments = parser(__doc__)
    arguments.add_argument("--clients", type=int, default=64)
    arguments.add_argument("--trials", type=int, default=10_000)
    arguments.add_argument("--lots", type=int, default=40)
    options = arguments.parse_args()
    found: dict[str, Any] = {}

    def work(rng: random.Random, folder: Path) -> dict[str, Any]:
        found.update(contend(rng, folder, options.clients, options.trials, options.lots))
        return found

    run(options, work)
    return 1 if any(found[key] for key in ("over_allocated", "untrue_answers", "errors")) else 0


if __name__ == "__main__":
    sys.exit(main())
