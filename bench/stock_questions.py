"""What `bench.stock` asks a hub, over HTTP as a screen does, and how it tells whether the answers are right."""

import http.client
import json
import random
import time
import urllib.parse
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Self

from bench.frame import percentile
from bench.stock_world import HANDED, HOT, OWNERS, STATIONS, WAREHOUSES, World

EACH = 12
"""Questions of each kind of page; recalls are four times as many."""
TRACES = 150
"""Traces of each kind. The first ones are slow: batches are read for them that nobody asked for before."""
DEEP = 8
"""Pages that are turned to get to a deep one."""


class WrongError(Exception):
    """An answer is not what the facts come to."""


class Asker:
    """One screen: a connection that stays open, and an API token."""

    def __init__(self, port: int, token: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._token = token

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def ask(self, path: str, **query: Any) -> tuple[float, Any]:
        """How many milliseconds the answer took to come whole, and what it says."""
        given = {name: value for name, value in query.items() if value is not None}
        target = f"/api/v1{path}?{urllib.parse.urlencode(given)}"
        begun = time.perf_counter()
        self._connection.request("GET", target, headers={"Authorization": f"Bearer {self._token}"})
        answer = self._connection.getresponse()
        said = answer.read()
        took = (time.perf_counter() - begun) * 1000
        if answer.status != 200:
            raise WrongError(f"GET {target}: {answer.status} {said[:300].decode(errors='replace')}")
        return took, json.loads(said)

    def pages(self, path: str, **query: Any) -> Iterator[tuple[float, Any]]:
        """All pages of a list."""
        cursor: str | None = None
        while True:
            took, page = self.ask(path, **query, cursor=cursor)
            yield took, page
            cursor = page["next"]
            if cursor is None:
                return


def measured(asker: Asker, world: World, rng: random.Random) -> dict[str, float]:
    """All questions at this size of the history. Raises WrongError."""
    cursors = _whole_stock(asker, world)
    pages = list(_stock_pages(asker, world, rng, cursors))
    traces = list(_traces(asker, world, rng))
    lots = [lot for lot in world.watched if lot >= HOT]
    recalls = [_recalled(asker, world, lot) for lot in rng.sample(lots, min(len(lots), 4 * EACH))]
    hot = [_recalled(asker, world, lot) for lot in range(3)]
    sums = [asker.ask(path)[0] for path in ("/summary", "/sites") for _ in range(EACH)]
    return {
        "stock_page_ms_p95": round(percentile(pages, 0.95), 1),
        "trace_ms_p95": round(percentile(traces, 0.95), 1),
        "trace_ms_worst": round(max(traces), 1),
        "recall_ms_p95": round(percentile(recalls, 0.95), 1),
        "recall_of_busiest_lots_ms": round(max(hot), 1),
        "sums_ms_p95": round(percentile(sums, 0.95), 1),
    }


def _whole_stock(asker: Asker, world: World) -> list[str]:
    """Every row of stock is as the generator's own reckoning says; the cursors of all pages."""
    found: Counter[tuple[str, str, str]] = Counter()
    cursors = []
    for _, page in asker.pages("/stock", limit=500):
        for row in page["rows"]:
            found[row["account"], row["lot"], row["owner"]] += row["quantity"]
        cursors.append(page["next"])
    wanted: Counter[tuple[str, str, str]] = Counter()
    for (where, lot), n in world.stock.items():
        wanted[where, world.goods[lot].lot, world.goods[lot].owner] += n
    for unit in (*world.units, *world.gone):
        for lot, n in unit.holds.items():
            wanted[f"unit:sscc:{unit.code}", world.goods[lot].lot, world.goods[lot].owner] += n
    if found != wanted:
        odd = [key for key in found | wanted if found[key] != wanted[key]]
        raise WrongError(f"{len(odd)} rows of stock are wrong, {odd[0]}: {found[odd[0]]}, not {wanted[odd[0]]}")
    return [cursor for cursor in cursors if cursor is not None]


def _stock_pages(asker: Asker, world: World, rng: random.Random, cursors: list[str]) -> Iterator[float]:
    """The page without filters and with each of them, and some together; the first and deep ones."""
    for _ in range(EACH):
        yield asker.ask("/stock", limit=100)[0]
        yield asker.ask("/stock", limit=100, cursor=rng.choice(cursors) if cursors else None)[0]
        goods = rng.choice(world.goods)
        owner = f"org-{rng.randrange(OWNERS) + 1:02d}"
        site = rng.choice([f"wh-{rng.randrange(WAREHOUSES) + 1}", f"st-{rng.randrange(STATIONS) + 1}"])
        for query in (
            {"site": site},
            {"owner": owner},
            {"item": f"gtin:{goods.gtin}"},
            {"lot": goods.lot},
            {"site": site, "owner": owner},
            {"site": site, "item": f"gtin:{goods.gtin}"},
            {"condition": "quarantined"},
        ):
            took, page = asker.ask("/stock", limit=100, **query)
            yield took
            for _ in range(DEEP):
                if page["next"] is None:
                    break
                took, page = asker.ask("/stock", limit=100, cursor=page["next"], **query)
            else:
                yield took


def _traces(asker: Asker, world: World, rng: random.Random) -> Iterator[float]:
    """Items, lots, things with serial numbers and handling units, at random; and lots whose story is known."""
    for _ in range(TRACES):
        goods = rng.choice(world.goods)
        lot, serial = rng.choice(world.serials)
        unit = rng.choice(world.units)
        thing = world.goods[lot]
        yield asker.ask("/trace", code=f"01{goods.gtin}")[0]
        yield asker.ask("/trace", code=f"01{goods.gtin}10{goods.lot}")[0]
        yield asker.ask("/trace", code=f"01{thing.gtin}10{thing.lot}\x1d21{serial}")[0]
        yield asker.ask("/trace", code=f"00{unit.code}")[0]
    for lot in rng.sample(list(world.watched), min(len(world.watched), EACH)):
        goods = world.goods[lot]
        took, found = asker.ask("/trace", code=f"01{goods.gtin}10{goods.lot}", limit=100)
        said = [(_ms(event["at"]), event["from"], event["to"], event["quantity"]) for event in found["events"]]
        wanted = world.watched[lot][: -101 if len(world.watched[lot]) > 100 else None : -1]
        if said != wanted:
            raise WrongError(f"the trace of lot {goods.lot} has {len(said)} events, not the {len(wanted)} that were")
        yield took


def _recalled(asker: Asker, world: World, lot: int) -> float:
    """A whole recall, all its pages: complete, and nothing else."""
    goods, total = world.goods[lot], 0.0
    held: dict[str, int] = defaultdict(int)
    gone: Counter[tuple[int, int]] = Counter()
    for took, page in asker.pages("/recall", gtin=goods.gtin, lot=goods.lot, limit=500):
        total += took
        for row in page["held"]:
            held[row["account"]] += row["quantity"]
        gone.update((_ms(row["at"]), row["quantity"]) for row in page["gone"] if row["to"] == HANDED)
    wanted: dict[str, int] = defaultdict(int)
    for where in (*world.bins, *world.stations, *world.vehicles):
        if n := world.stock.get((where, lot)):
            wanted[where] += n
    left = Counter((at, n) for at, _, to, n in world.watched[lot] if to == HANDED)
    for unit in world.units:
        if lot in unit.holds:
            wanted[f"unit:sscc:{unit.code}"] += unit.holds[lot]
    for unit in world.gone:
        if lot in unit.holds:
            wanted[f"unit:sscc:{unit.code}"] += unit.holds[lot]
            left[unit.left_at, unit.holds[lot]] += 1
    stands = {account: n for account, n in held.items() if not account.startswith("virtual:")}
    if stands != dict(wanted) or gone != left:
        raise WrongError(f"the recall of lot {goods.lot} is not what the facts say: {stands}, not {dict(wanted)}")
    return total


def _ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)
