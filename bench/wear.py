"""How much a device writes for its scans, and how large its outbox is when all are delivered.

    python -m bench.wear [--scans 2000] [--backlog 100000] [--seed N] --json

Bytes are what the kernel counts for the agent's process as sent to the disk (`write_bytes` of /proc/PID/io, in pages
of 4 KiB), for scans that come one at a time, each confirmed and delivered, with all that goes with them: log, copying
back, bookkeeping, status file. The file system's own journal is not among them. Amplification is that beside the
bytes of the scans as they are stored.

Then a backlog is delivered. The file (with its log) is compared with a fresh copy of what it holds, by VACUUM INTO.
"""

import random
import sqlite3
import sys
import time
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from bench.backlog import PLACE, filled
from bench.footprint import Pty
from bench.frame import labels, parser, run, say
from deploy.program import wait_for
from deploy.stack import Agent, Hub, scanner_section

DEVICE = "wear-1"
SETTLED_S = 90.0


def wear(rng: random.Random, folder: Path, scans: int, backlog: int) -> dict[str, Any]:
    """Scan one by one and count; then deliver a backlog, wait and compare."""
    with Hub(folder / "hub") as hub:
        password = hub.add_device(DEVICE, "scanner")
        each, payload = _scan(rng, folder, hub, password, scans)
        ratio = _drained(folder / "drained", hub, password, backlog, rng.randrange(2**31))
    return {
        "scans": scans,
        "bytes_per_scan": round(each),
        "amplification": round(each / payload, 1),
        "file_over_live": round(ratio, 3),
    }


def _scan(rng: random.Random, folder: Path, hub: Hub, password: str, scans: int) -> tuple[float, float]:
    """Bytes written for a scan, and bytes of a scan."""
    port = Pty()
    section = scanner_section(port.path, do="receive", to=PLACE)
    with closing(port), Agent(folder, DEVICE, "scanner", port=hub.mqtt_port, password=password, ports=section) as agent:
        wait_for("the agent's connection", lambda: agent.status().get("delivery") == "flowing")
        say(f"{scans} scans, one at a time")
        before = _written(agent.pid)
        for text, _ in islice(labels(rng), scans):
            port.scan("]C1" + text, 10)
        wait_for("the hub", lambda: agent.status().get("confirmed_facts") == scans, timeout_s=60)
        written = _written(agent.pid) - before
    with closing(sqlite3.connect(agent.data / "outbox.db")) as db:
        payload = db.execute("SELECT avg(length(payload)) FROM facts").fetchone()[0]
    return written / scans, payload


def _drained(folder: Path, hub: Hub, password: str, backlog: int, seed: int) -> float:
    """The file beside its live data, once the agent has delivered it and found some rest."""
    say(f"{backlog} scans to deliver")
    filled(folder / DEVICE, DEVICE, backlog, seed)
    outbox = folder / DEVICE / "outbox.db"
    fresh = folder / "fresh.db"
    with Agent(folder, DEVICE, "scanner", port=hub.mqtt_port, password=password, ports="") as agent:
        wait_for("the backlog", lambda: agent.status().get("confirmed_facts") == backlog, timeout_s=300)
        with closing(sqlite3.connect(outbox)) as db:
            db.execute("VACUUM INTO ?", (str(fresh),))
        live = fresh.stat().st_size
        say(f"live {live}, the file {_size(outbox)}; waiting for it to settle")
        deadline = time.monotonic() + SETTLED_S
        while _size(outbox) > 1.1 * live and time.monotonic() < deadline:
            time.sleep(1.0)
        return _size(outbox) / live


def _size(outbox: Path) -> int:
    log = outbox.with_name(outbox.name + "-wal")
    return outbox.stat().st_size + (log.stat().st_size if log.exists() else 0)


def _written(pid: int) -> int:
    text = Path(f"/proc/{pid}/io").read_text(encoding="ascii")
    return int(dict(line.split(": ") for line in text.splitlines())["write_bytes"])


def main() -> int:
    arguments = parser(__doc__)
    arguments.add_argument("--scans", type=int, default=2000)
    arguments.add_argument("--backlog", type=int, default=100_000)
    options = arguments.parse_args()
    return run(options, lambda rng, folder: wear(rng, folder, options.scans, options.backlog))


if __name__ == "__main__":
    sys.exit(main())
