"""A whole relief operation, from families who ask to parcels in their hands, and how long a story takes to tell.

    python -m bench.story [--families 10000] [--seed N] --json

Families ask by REST (one of ten through a help-line), people decide in bulk, reserve, and plan consignments of at most
100 parcels to twelve stations, to doors, by vehicles without a driver and from a supplier. Light devices with the real
protocol bring the facts: batches come twice, labels are read twice, stations tell before warehouses do. Rounds and
direct shipments are told by REST, twice too. Then the whole is read back by REST and compared with the plan: `lost` are
hand-overs that a receipt (or an answer) confirmed and the hub does not show, `wrong` are parcels and requests that are
not where they have to be. `trace_ms_p95`: 500 stories of requests, parcels, consignments and lots, one after the other;
`empty_route_ms_p95` is the same for a question with nothing to it.
"""

import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from bench import story_people as people
from bench.frame import parser, percentile, run, say
from bench.stock_courier import Courier
from bench.stock_questions import Asker
from bench.story_world import (
    STATIONS,
    TRIP_MS,
    VEHICLES,
    WAREHOUSES,
    Facts,
    Family,
    Lot,
    families,
    grouped,
    scanner,
    stock,
)
from deploy.program import StackError, wait_for
from deploy.rest import Rest
from deploy.stack import Hub

TOGETHER: Final = 100
STORIES: Final = 500
LATE: Final = (scanner(WAREHOUSES[1]), *(scanner(one) for one in STATIONS[::4]))
"""Devices that are out of reach until all others have told their part."""
STATES: Final = {
    "handed-over": "fulfilled", "waiting": "ready", "returned": "returned", "lost": "returned",
    "under-way": "under-way", "out": "under-way", "packed": "under-way",
}  # fmt: skip
"""What a parcel's state makes of its request."""
VERDICTS: Final = {"declined": "refused", "withdrawn": "cancelled"}


class Watch:
    """How many seconds each part took."""

    def __init__(self) -> None:
        self.took: dict[str, float] = {}

    @contextmanager
    def __call__(self, what: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self.took[what] = self.took.get(what, 0.0) + time.perf_counter() - begun
        say(f"{what}: {self.took[what]:.1f} s")


class Devices:
    """Scanners, terminals and vehicles, each with its own connection."""

    def __init__(self, hub: Hub, rng: random.Random) -> None:
        names = [*(scanner(one) for one in (*WAREHOUSES, *STATIONS)), *VEHICLES]
        made = {name: hub.rest.post("/devices", {"name": name, "kind": "scanner"})["password"] for name in names}
        self._couriers = {name: Courier(name, hub.mqtt_port, password) for name, password in made.items()}
        self._rng = rng
        self.told = 0

    def bring(self, facts: dict[str, list[bytes]]) -> None:
        """All of it, confirmed: in turns of no order, but in each device's own; some batches twice."""
        left = {name: list(said) for name, said in facts.items() if said}
        while left:
            name = self._rng.choice(list(left))
            courier, n = self._couriers[name], self._rng.randint(20, 200)
            for item in left[name][:n]:
                courier.bring(item)
            courier.end(twice=self._rng.random() < 0.1)
            self.told += len(left[name][:n])
            left[name] = left[name][n:]
            if not left[name]:
                del left[name]

    def close(self) -> None:
        """Hang up."""
        for courier in self._couriers.values():
            courier.close()


def story(rng: random.Random, folder: Path, n: int) -> dict[str, Any]:
    """The operation, and what came of it."""
    watch, asked = Watch(), families(rng, n)
    lots = stock(rng, asked)
    with Hub(folder / "hub") as hub:
        people.prepare(hub.rest)
        hub.command_line("user", "add", people.COURIER, "--role", "courier")
        devices = Devices(hub, rng)
        opening = Facts(rng, lots, time.time_ns() // 1_000_000 - 3_600_000)
        opening.receive()
        devices.bring(opening.of)
        consigned = _decided(hub, watch, asked)
        handed = _moved(hub, devices, watch, consigned, rng, lots)
        devices.close()
        with watch("read"):
            found = _read(hub.rest, asked, handed)
        with watch("audit"):
            findings = _audit(hub)
        with Asker(hub.http_port, hub.rest.token) as asker:
            told = _stories(asker, rng, asked, lots)
    return {
        **found, **told, "audit_ok": not findings, "facts": devices.told,
        "requests_per_s": round(n / watch.took["ask"]), "approve_s": round(watch.took["approve"], 1),
        "allocate_s": round(watch.took["allocate"], 1), "plan_s": round(watch.took["plan"], 1),
        "facts_per_s": round(devices.told / watch.took["facts"]), "last_mile_s": round(watch.took["last mile"], 1),
        "follow_s": round(watch.took["follow"], 1), "whole_s": round(sum(watch.took.values()), 1),
    }  # fmt: skip


def _decided(hub: Hub, watch: Watch, asked: Sequence[Family]) -> list[tuple[list[Family], str]]:
    """From the calls to consignments: the families of each, and its pick list."""
    staff = people.token(hub.rest, hub.http_port, "staff", organisation="aid")
    helper, line = people.open_line(hub.rest, hub.http_port)
    with watch("ask"):
        people.ask(staff, helper, line, asked)
    with watch("approve"):
        people.approve(staff, asked)
    with watch("allocate"):
        people.allocate(staff, asked)
    consigned = []
    with watch("plan"):
        for trip, together in enumerate(grouped(asked, TOGETHER)):
            vehicle = VEHICLES[trip % len(VEHICLES)] if together[0].way == "vehicle" else None
            id_, pick = people.plan(staff, together, vehicle)
            for one in together:
                one.consignment = id_
            consigned.append((together, pick))
    return consigned


def _moved(
    hub: Hub, devices: Devices, watch: Watch, consigned: Sequence[tuple[list[Family], str]], rng: random.Random,
    lots: Sequence[Lot],
) -> set[str]:  # fmt: skip
    """Facts, rounds and direct shipments, until the hub has followed the last one; parcels that were handed over."""
    facts = Facts(rng, lots, time.time_ns() // 1_000_000 - (len(consigned) + 5) * TRIP_MS)
    for trip, (together, pick) in enumerate(consigned):
        parcels = list(hub.rest.rows("/parcels", consignment=together[0].consignment, limit=500))
        ids = {parcel["request"]: parcel["id"] for parcel in parcels}
        for one in together:
            one.parcel = ids[one.request]
        if pick:
            facts.consigned(together, parcels, pick, trip)
    marked, device, fact = _held_back(facts)
    with watch("facts"):
        devices.bring({name: said for name, said in facts.of.items() if name not in LATE})
    handed = set(facts.handed)
    with watch("last mile"):
        handed |= _last_mile(hub, consigned)
    with watch("facts"):
        devices.bring({name: said for name, said in facts.of.items() if name in LATE})
        devices.bring({device: [fact]})
    with watch("follow"):
        wait_for(
            "the follower", lambda: hub.rest.get(f"/parcels/{marked}")["state"] == "handed-over", timeout_s=3600,
            pause_s=0.2,
        )  # fmt: skip
    return handed


def _held_back(facts: Facts) -> tuple[str, str, bytes]:
    """One hand-over that is told last of all: the hub follows facts in the order in which they came."""
    parcel = facts.handed[-1]
    wanted = f'"RR:P:{parcel}"'.encode()
    for device, said in facts.of.items():
        for item in said:
            if wanted in item and b'"hand-over"' in item:
                said[:] = [one for one in said if not (wanted in one and b'"hand-over"' in one)]
                return parcel, device, item
    raise StackError("nobody was handed anything")


def _last_mile(hub: Hub, consigned: Sequence[tuple[list[Family], str]]) -> set[str]:
    admin, staff = people.Office(hub.http_port, hub.rest.token), people.Office(hub.http_port, hub.rest.token)
    handed: set[str] = set()
    for together, _ in consigned:
        if together[0].way == "door":
            handed.update(people.go_round(admin, together))
        elif together[0].way == "direct":
            handed.update(people.send_directly(staff, together))
    return handed


def _read(rest: Rest, asked: Sequence[Family], handed: set[str]) -> dict[str, Any]:
    """What the hub shows, compared with what was meant."""
    parcels = {row["id"]: row["state"] for row in rest.rows("/parcels", limit=500)}
    requests = {row["id"]: row["state"] for row in rest.rows("/requests", limit=500)}
    wrong = []
    for one in asked:
        meant = (one.state, VERDICTS.get(one.verdict) or STATES[one.state])
        shown = (parcels.get(one.parcel, ""), requests.get(one.request, ""))
        if meant != shown:
            wrong.append((one.way, one.fate, one.verdict, one.parcel, meant, shown))
    for each in wrong[:10]:
        say(f"wrong: {each}")
    over = {"fulfilled", "refused", "cancelled", "returned"}
    return {
        "families": len(asked),
        "delivered": sum(state == "fulfilled" for state in requests.values()),
        "open": sum(state not in over for state in requests.values()),
        "lost": sum(parcels.get(one) != "handed-over" for one in handed),
        "wrong": len(wrong),
    }


def _audit(hub: Hub) -> list[Any]:
    """What `relay-hub audit` finds."""
    try:
        found: list[Any] = json.loads(hub.command_line("audit", "--json"))
    except StackError as error:
        say(str(error)[:2000])
        return [str(error)]
    return found


def _stories(asker: Asker, rng: random.Random, asked: Sequence[Family], lots: Sequence[Lot]) -> dict[str, float]:
    """Random questions, and what a question costs that has no answer to work out."""
    sent = [one for one in asked if one.parcel]
    kinds = {"request": 200, "parcel": 150, "consignment": 100, "lot": 50}
    times: dict[str, list[float]] = {kind: [] for kind in kinds}
    for kind in rng.sample(list(kinds), STORIES, counts=list(kinds.values())):
        one = rng.choice(sent)
        of = rng.choice(lots).label if kind == "lot" else f"{kind}:{getattr(one, kind)}"
        times[kind].append(asker.ask("/story", of=of)[0])
    every = [ms for each in times.values() for ms in each]
    empty = [asker.ask("/session")[0] for _ in range(100)]
    say("p95 by kind: " + ", ".join(f"{kind} {percentile(each, 0.95):.0f}" for kind, each in times.items()))
    return {
        "trace_ms_p95": round(percentile(every, 0.95), 1), "trace_ms_worst": round(max(every), 1),
        "empty_route_ms_p95": round(percentile(empty, 0.95), 1),
    }  # fmt: skip


def main() -> int:
    arguments = parser(__doc__)
    arguments.add_argument("--families", type=int, default=10_000)
    options = arguments.parse_args()
    return run(options, lambda rng, folder: story(rng, folder, options.families))


if __name__ == "__main__":
    sys.exit(main())
