"""How long the ledger's questions take: pages of stock, traces, recalls, at three sizes of one history.

    python -m bench.stock [--lots 100000] [--moves 2000000] [--seed N] --json

Six devices bring the facts through a real broker into a real hub: see bench.stock_world. At 1/16, 1/4 and all of it
the questions are asked over HTTP, one after the other, each answer whole; a recall is the whole list of a lot, all its
pages. Every row of stock, and the traces and recalls of lots that were watched, are compared with the generator's own
reckoning. `sizes` shows how the times grow with the history.
"""

import random
import sys
import time
from pathlib import Path
from typing import Any

from bench.frame import parser, run, say
from bench.stock_courier import Courier
from bench.stock_questions import Asker, measured
from bench.stock_world import WAREHOUSES, World
from deploy.stack import Hub

PARTS = (16, 4, 1)


def stock(rng: random.Random, folder: Path, lots: int, moves: int) -> dict[str, Any]:
    """Bring the history in, and ask at each size."""
    world = World(random.Random(rng.random()), lots, moves, time.time_ns() // 1_000_000 - moves - 60_000)
    sizes: list[dict[str, Any]] = []
    loading_s = 0.0
    with Hub(folder / "hub") as hub:
        names = [f"wh{number + 1}-scanner-1" for number in range(WAREHOUSES)]
        couriers = [Courier(name, hub.mqtt_port, hub.add_device(name, "scanner")) for name in names]
        rest = hub.rest
        for part in PARTS:
            say(f"bringing facts up to {moves // part}")
            loading_s += _load(world, couriers, moves // part)
            say(f"asking at {world.facts} facts")
            with Asker(hub.http_port, rest.token) as asker:
                found = measured(asker, world, rng)
            sizes.append({"facts": world.facts, "lots": len(world.goods), **found, "db_mib": _mib(hub.data)})
            say(f"{sizes[-1]}")
        for courier in couriers:
            courier.close()
        totals = rest.get("/summary")
    return {
        **{name: value for name, value in sizes[-1].items() if name not in ("facts", "lots")},
        "lots": len(world.goods),
        "moves": world.facts,
        "loaded_per_s": round(world.facts / loading_s),
        "lost": max(0, world.facts - totals["facts"]),
        "duplicated": max(0, totals["facts"] - world.facts),
        "quarantined": totals["quarantined"],
        "sizes": sizes,
    }


def _load(world: World, couriers: list[Courier], upto: int) -> float:
    """Seconds until all facts up to that number are confirmed; making them counts in."""
    begun = time.perf_counter()
    while world.facts < upto:
        device, fact = world.next()
        couriers[device].bring(fact)
    for courier in couriers:
        courier.end()
    return time.perf_counter() - begun


def _mib(folder: Path) -> float:
    """The database with its write-ahead log."""
    return round(sum(path.stat().st_size for path in folder.glob("hub.db*")) / 2**20, 1)


def main() -> int:
    arguments = parser(__doc__)
    arguments.add_argument("--lots", type=int, default=100_000)
    arguments.add_argument("--moves", type=int, default=2_000_000, help="facts in all, at least 16 for each lot")
    options = arguments.parse_args()
    return run(options, lambda rng, folder: stock(rng, folder, options.lots, options.moves))


if __name__ == "__main__":
    sys.exit(main())
