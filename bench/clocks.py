"""Devices with wrong clocks, and the time that their scans get at the hub.

    python -m bench.clocks [--cases 40] [--seed N] --json

Each case is the life of one device: some boots whose wall clocks begin in 1970, in 2036, right or days off, and jump
both ways; quartzes up to 100 ppm off whose rate wanders; hours or days without a network; contacts over links of any
quality; GNSS receivers. Outbox, delivery, GNSS reading and ingest are the real ones, clocks and network are made up.
What the hub's database then says is compared with when each scan really was. The bounds that belong to an item are
worked out here from the journal's bytes, not by the hub's own code.

- `max_error_s`: the greatest error of a scan whose boot had contact or GNSS
- `unbounded`: scans that have no bounds, or that were not between theirs, or whose boot had neither contact nor GNSS
  and that are not marked as estimated
- `regressions`: times that went back (last seen, last fact, last position, a pallet's whereabouts), and pallets that
  stand elsewhere than where they were scanned last, without being shown as uncertain
- `cold_error_s`: as max_error_s, for devices that were never in contact for long before: an unknown quartz
"""

import logging
import random
import sqlite3
import sys
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from bench.clocks_device import HOUR_MS, Device, World
from bench.clocks_found import Found, found_in
from bench.clocks_hub import SmallHub
from bench.frame import parser, run, say
from firmware_sim.gs1 import element_string, gtin
from hub.core.viewer import Role, Viewer
from hub.store.queries import trace
from hub.store.queries.paging import Pager
from wire.actions import Action
from wire.checkdigits import check_digit
from wire.codec import encode
from wire.messages import Batch, Clock, Lane, Scan

START_MS = 1_800_000_000_000
YEAR_MS = 365.25 * 24 * HOUR_MS
EVERYTHING = Viewer(name="bench", role=Role.AUDITOR)
PALLET = "]C1" + element_string(("00", "35012345600000001" + check_digit("35012345600000001")))
COLD = 8
"""One device of so many was never in contact for long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """When a scan really was, and whether its boot knew the time."""

    true: float
    timely: bool


@dataclass
class Case:
    """One device, its hub, and what is known of the truth."""

    rng: random.Random
    folder: Path
    made: dict[tuple[str, str, int], Made] = field(default_factory=dict)
    """Device, label, and the uptime that the scan carries."""
    regressions: int = 0
    pallet: tuple[float, str] = (0.0, "")

    def __post_init__(self) -> None:
        self.folder.mkdir()
        self.world = World(self.rng, START_MS + self.rng.random() * YEAR_MS)
        self.hub = SmallHub(self.folder / "hub.db")
        self.device = Device(self.folder, "device", self.world, self.hub)
        self.world.after.append(self._look)
        self._seen: tuple[int, ...] = (0,) * 5
        self._peer_seq = 0
        self._read = sqlite3.connect(f"file:{self.hub.path}?mode=ro", uri=True)

    def play(self, *, cold: bool) -> None:
        """A device's life."""
        rng = self.rng
        if not cold:
            self._boot("always", rng.uniform(8, 14) * HOUR_MS)
        kinds = ["edges", "late", "early", "none", "gnss", "none"]
        for kind in ["late"] if cold else rng.choices(kinds, k=rng.randint(1, 4)):
            self._boot(kind, rng.choice([2, 24, 70]) * rng.uniform(0.3, 1) * HOUR_MS)
        self._boot("always", HOUR_MS)

    def _boot(self, kind: str, length: float) -> None:
        rng, world, device = self.rng, self.world, self.device
        self.device.boot(length * 1.5)
        began, end = world.true, world.true + length
        device.wall = rng.choice([0.0, 2_082_758_400_000.0, began, began + rng.uniform(-30, 30) * 24 * HOUR_MS])
        events = [(rng.uniform(began, end), "scan") for _ in range(rng.randint(3, 12))]
        events += [(rng.uniform(began, end), "jump") for _ in range(rng.choice([0, 0, 1, 3]))]
        events += [(rng.uniform(began, end), "peer") for _ in range(2)]
        short = min(length / 10, HOUR_MS / 6)
        if kind in {"edges", "early", "always"}:
            events.append((began + 1_000, "connect"))
        if kind in {"edges", "early"}:
            events.append((began + short, "disconnect"))
        if kind in {"edges", "late"}:
            events.append((end - short, "connect"))
        if kind == "gnss":
            events += [(rng.uniform(began, end), "drive") for _ in range(rng.randint(1, 6))]
        for true, what in sorted(events):
            device.pass_to(true)
            self._act(what, timely=kind != "none")
        device.pass_to(end)
        device.disconnect()
        device.off()
        world.true += rng.choice([20_000.0, HOUR_MS, 48 * HOUR_MS]) * rng.random()

    def _act(self, what: str, *, timely: bool) -> None:
        rng, device = self.rng, self.device
        if what == "scan":
            self._scan(timely=timely)
        elif what == "jump":
            device.wall += rng.choice([-1, 1]) * rng.choice([3_000.0, HOUR_MS, 20 * YEAR_MS]) * rng.random()
        elif what == "peer":
            self._peer()
        elif what == "connect":
            device.connect()
        elif what == "disconnect":
            device.disconnect()
        else:
            device.drive(rng.randint(12, 25), (31.0, 103.0))

    def _scan(self, *, timely: bool) -> None:
        """A scan of the pallet, or of a thing with a number of its own."""
        device, place = self.device, f"place:wh-{self.rng.randint(1, 9)}"
        serial = f"{self.rng.getrandbits(40):010X}"
        pallet = self.rng.random() < 0.3
        label = PALLET if pallet else "]C1" + element_string(("01", gtin(20_000, 1)), ("21", serial))
        true, up = self.world.true, device.up_ms()
        self.made[device.name, label, up] = Made(true=true, timely=timely)
        if pallet:
            self.pallet = max(self.pallet, (true, place))
        device.keep(Scan(at=device.now_ms(), up=up, do=Action.MOVE, labels=(label,), to=place))

    def _peer(self) -> None:
        """Another device, whose clock is right, scans the pallet, and delivers at once."""
        true, place = int(self.world.true), f"place:st-{self.rng.randint(1, 9)}"
        self.made["peer", PALLET, 1_000] = Made(true=true, timely=True)
        self.pallet = max(self.pallet, (true, place))
        item = Scan(at=true, up=1_000, do=Action.MOVE, labels=(PALLET,), to=place)
        after, self._peer_seq = self._peer_seq, self._peer_seq + 1
        clock = Clock(base=true - 1_000, error=2)
        head = Batch(
            ledger=self.hub.ledger, hello=1, stream="e" * 16, lane=Lane.FACTS, after=after, last=after + 1,
            clock=clock, items=(item,),
        )  # fmt: skip
        self.hub.take("peer", [encode(head)], true + 3)
        del self.made["peer", PALLET, 1_000]

    # What the hub says

    def _look(self) -> None:
        """Nothing that is the latest may go back."""
        ((*device,),) = self._read.execute(
            "SELECT coalesce(last_seen, 0), coalesce(last_fact_at, 0), coalesce(last_position_at, 0) FROM device"
            " WHERE name = 'device'"
        ).fetchall()
        fix = self._read.execute("SELECT coalesce(max(t), 0) FROM fix WHERE verdict = 'good'").fetchone()[0]
        since = self._read.execute("SELECT coalesce(max(since), 0) FROM unit").fetchone()[0]
        seen = (*device, fix, since)
        self.regressions += sum(now < before for now, before in zip(seen, self._seen, strict=True))
        self._seen = seen

    def end(self) -> dict[tuple[str, str, int], Found]:
        """Look at the pallet once more; what the hub says of each scan."""
        with self.hub.database.read() as connection:
            now = trace.trace(connection, Pager("g", "bench"), PALLET, viewer=EVERYTHING, limit=10, cursor=None).now
        if self.pallet[1] and (now is None or (now.account != self.pallet[1] and not now.uncertain)):
            self.regressions += 1
        self._read.close()
        self.hub.close()
        with closing(sqlite3.connect(self.hub.path)) as db:
            return found_in(db)


def clocks(rng: random.Random, folder: Path, cases: int) -> dict[str, Any]:
    """All cases."""
    worst = {True: 0.0, False: 0.0}
    unbounded = regressions = scans = estimated = 0
    for number in range(cases):
        seed, cold = rng.getrandbits(32), number % COLD == COLD - 1
        case = Case(random.Random(seed), folder / f"case-{number}")
        case.play(cold=cold)
        found = case.end()
        missing = [key for key in case.made if key not in found]
        if missing:
            raise RuntimeError(f"case {number}, seed {seed}: {len(missing)} scans never came")
        for key, made in case.made.items():
            got = found[key]
            loose = got.low is None or got.high is None or not got.low <= made.true <= got.high + 1
            unbounded += loose or (not made.timely and not got.estimated)
            estimated += got.estimated
            error = abs(got.at - made.true) / 1000
            if made.timely:
                worst[cold] = max(worst[cold], error)
                if (error > 2 and not cold) or loose:
                    say(f"case {number}, seed {seed}: {made} {got}")
        scans += len(case.made)
        regressions += case.regressions
        if case.regressions:
            say(f"case {number}, seed {seed}: {case.regressions} regressions")
    return {
        "cases": cases,
        "max_error_s": round(worst[False], 3),
        "unbounded": unbounded,
        "regressions": regressions,
        "scans": scans,
        "estimated": estimated,
        "cold_error_s": round(worst[True], 3),
    }


def main() -> int:
    arguments = parser(__doc__)
    arguments.add_argument("--cases", type=int, default=40)
    options = arguments.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    return run(options, lambda rng, folder: clocks(rng, folder, options.cases))


if __name__ == "__main__":
    sys.exit(main())
