"""A device's backlog, from its outbox over a real broker into the hub's ledger, all on this machine.

    python -m bench.drain [--events 100000] [--seed N] --json

GS1 labels with GTIN, expiry and lot; 5,000 lots; half of them with a serial number. The clock runs from the arrival
of the first batch at the hub (its journal says when) until the hub's metrics say that all are committed. The
yardstick is bare SQLite in the same run: the same labels inserted into one table with one index, fully synchronous,
in transactions of 5,000.
"""

import random
import re
import sqlite3
import sys
import time
import urllib.request
from contextlib import closing
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from bench.backlog import PLACE, filled
from bench.frame import labels, parser, rss_mib, run, say
from deploy.program import wait_for
from deploy.rest import Rest
from deploy.stack import Agent, Hub

DEVICE = "drain-1"


def bare_sqlite(folder: Path, seed: int, events: int) -> float:
    """Rows a second of the simplest durable store of the same labels."""
    rows = [(i, text) for i, (text, _) in enumerate(islice(labels(random.Random(seed)), events))]
    with closing(sqlite3.connect(folder / "bare.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE scan (id INTEGER PRIMARY KEY, label TEXT NOT NULL) STRICT")
        connection.execute("CREATE INDEX scan_by_label ON scan (label)")
        begun = time.perf_counter()
        for at in range(0, events, 5000):
            connection.execute("BEGIN")
            connection.executemany("INSERT INTO scan VALUES (?, ?)", rows[at : at + 5000])
            connection.execute("COMMIT")
        return events / (time.perf_counter() - begun)


def drain(rng: random.Random, folder: Path, events: int) -> dict[str, Any]:
    """Fill an outbox, start the hub, start the agent, and watch the hub."""
    seed = rng.randrange(2**31)
    say(f"filling an outbox with {events} scans")
    filled(folder / DEVICE, DEVICE, events, seed)
    say("bare SQLite")
    bare = bare_sqlite(folder, seed, events)
    with Hub(folder / "hub") as hub:
        password = hub.add_device(DEVICE, "scanner")
        rest = hub.rest
        agent = Agent(folder, DEVICE, "scanner", port=hub.mqtt_port, password=password, ports="")
        say("draining")
        with agent:
            _watch(rest, events * 9 // 10, 0.1)
            _watch(rest, events, 0.02)
            ended = time.time()
            peak = rss_mib(agent.pid, "VmHWM")
        first = rest.get("/journal", device=DEVICE, limit=1)["rows"][0]["received_at"]
        seconds = ended - datetime.fromisoformat(first).timestamp()
        in_hub = rest.get("/summary")["facts"]
        stock = sum(row["quantity"] for row in rest.rows("/balances", account=PLACE, limit=500))
    return {
        "events": events,
        "seconds": round(seconds, 3),
        "events_per_s": round(events / seconds),
        "bare_sqlite_per_s": round(bare),
        "ratio": round(events / seconds / bare, 3),
        "lost": max(0, events - min(in_hub, stock)),
        "duplicated": max(0, max(in_hub, stock) - events),
        "edge_peak_rss_mib": peak,
    }


def _watch(rest: Rest, facts: int, pause_s: float) -> None:
    """Wait until so many facts are committed; asked seldom at first, for asking costs the hub time."""
    wait_for("the backlog", lambda: _facts(rest.base, rest.token) >= facts, timeout_s=600, pause_s=pause_s)


def _facts(base: str, token: str) -> int:
    """Facts committed, from the hub's metrics: the cheapest question there is."""
    request = urllib.request.Request(f"{base}/api/v1/metrics", headers={"Authorization": f"Bearer {token}"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        found = re.search(rb"^\S*ingest_facts_total (\S+)$", answer.read(), re.MULTILINE)
    return int(float(found[1])) if found else 0


def main() -> int:
    arguments = parser(__doc__)
    arguments.add_argument("--events", type=int, default=100_000)
    options = arguments.parse_args()
    return run(options, lambda rng, folder: drain(rng, folder, options.events))


if __name__ == "__main__":
    sys.exit(main())
