"""What goes on in the hub of tests.support.furnished: who called and what they get, plans, and trouble."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from deploy.rest import Rest
from deploy.stack import Hub
from firmware_sim import opening
from firmware_sim.cli import the_world
from firmware_sim.gs1 import element_string, six_digits
from tests.support.facts import batch
from tests.support.goods_world import Scanner, until
from wire import topics
from wire.actions import Action
from wire.messages import Clock, Fix, Health, Lane

SEED = 7
OFFICE, TAKER = "qingtan-emergency", "stone-bridge-relief"
WAREHOUSE, STATION, VAN, ROVER = "wh-1", "st-1", "van-1", "rover-1"
SHELF, DOCK = f"place:{WAREHOUSE}/{OFFICE}", f"place:{STATION}/dock"
LINE = {
    "organisation": OFFICE, "name": "Qingtan help-line 青潭求助热线", "number": "0800 555 0100", "hours": "0-24",
    "languages": ["zh", "en"], "questions": ["Who else lives there? 家里还有谁？"],
}  # fmt: skip
CALLERS = (
    ("赵秀英", "199 0000 0427", "石桥村7号", {"way": "station", "site": STATION}),
    ("钱桂兰", "199 0000 0533", "河湾村12号", {"way": "door"}),
    ("孙福来", "199 0000 0618", "柳坪村3号", {"way": "station", "site": STATION}),
)
"""Nobody's names, numbers and addresses; and how each gets what was asked for."""


@dataclass
class Furnished:
    """The hub, who signed in with which cookies, and what stands for the `:id` in the addresses of the dashboard."""

    hub: Hub
    scanner: Scanner
    people: dict[str, Rest] = field(default_factory=dict)
    """What they may do by REST."""
    cookies: dict[str, list[Any]] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    """By the address as hub/ui/src/app.tsx has it."""

    def __post_init__(self) -> None:
        self.rest = self.hub.rest
        self.world = the_world(SEED)
        found = opening.opening_stock(self.world)
        self.goods = [row for row in found if (row.site, row.owner) == (WAREHOUSE, OFFICE)]

    def address(self, route: str) -> str:
        """Where a page stands. Raises KeyError for one that nothing was made for."""
        for part in route.split("/"):
            if part.startswith(":"):
                return route.replace(part, self.ids[route])
        return route

    def item(self, n: int) -> str:
        """One kind of the office's goods."""
        return f"gtin:{self.goods[n].gtin}"

    def scan(self, label: str, do: Action, source: str, to: str, **more: Any) -> None:
        """Somebody in the warehouse scans."""
        self.scanner.scan(label, more.pop("n", 1), do=do, source=source, to=to, by="mei", **more)

    def label(self, n: int) -> str:
        """What a scanner reads of it."""
        row = self.goods[n]
        last = [("17", six_digits(datetime.fromisoformat(row.expiry).date()))] if row.expiry else []
        return element_string(("01", row.gtin), *last, ("10", row.lot))


def day(ahead: int) -> str:
    """A day so many after today, at the county."""
    return (datetime.now(UTC) + timedelta(hours=8, days=ahead)).date().isoformat()


def let_in(hub: Hub, name: str, kind: str) -> str:
    """A device's password."""
    return str(hub.rest.post("/devices", {"name": name, "kind": kind})["password"])


def relief(made: Furnished) -> None:
    """The first caller's parcel waits at the station, the second one's is brought, the third one has only asked."""
    rest = made.rest
    asked = _calls(made)
    waits = sent(made, asked[0], n=2, way="station", to_site=STATION, vehicle=VAN, due=day(-1))
    goes = sent(made, asked[1], n=3, way="door", due=day(1))
    task = f"consignment:{waits[0]}"
    for do, source, to in (
        (Action.LOAD, SHELF, f"transit:{VAN}"),
        (Action.UNLOAD, f"transit:{VAN}", DOCK),
        (Action.PUT_AWAY, DOCK, f"place:{STATION}/A-2"),
    ):
        made.scan(f"RR:P:{waits[1]}", do, source, to, task=task)
    until("the parcel to wait", lambda: rest.get(f"/parcels/{waits[1]}")["state"] == "waiting")
    until("the other to be packed", lambda: rest.get(f"/parcels/{goes[1]}")["state"] == "packed")
    tour = rest.post("/rounds", {"site": WAREHOUSE, "courier": "wu", "parcels": [{"parcel": goes[1]}]})
    direct = wanted(made, way="direct", note="The school by the river")
    rest.post(f"/requests/{direct}/approval", {})
    supplied = rest.post("/direct-shipments", {"requests": [direct], "supplier": "Hewan Wholesale 河湾批发"})
    driven = wanted(made, way="vehicle", site=STATION)
    trip = sent(made, driven, n=2, way="vehicle", to_site=STATION, vehicle=ROVER, due=day(1))
    made.ids |= {
        "/requests/:id": asked[0], "/consignments/:id": waits[0], "/parcels/:id": waits[1], "/rounds/:id": tour["id"],
        "/direct/:id": supplied["consignment"], "/trips/:id": trip[0],
    }  # fmt: skip


def _calls(made: Furnished) -> list[str]:
    """What people asked for."""
    hana, groups = made.people["hana"], ["elderly"]
    line = made.rest.post("/lines", LINE)["id"]
    made.rest.put(f"/lines/{line}/operators", {"operators": ["hana"]})
    asked, call, who = [], "", ""
    for n, (name, phone, address, way) in enumerate(CALLERS, 2):
        said = {"line": line, "name": name, "phone": phone, "address": address, "groups": groups}
        who = hana.post("/recipients", said)["id"]
        call = hana.post("/calls", {"line": line, "kind": "need", "recipient": who, "note": "Her roof is gone."})["id"]
        need = {
            "organisation": OFFICE, "recipient": who, "call": call, "line": line, "priority": 1, "groups": groups,
            "incident": made.ids["/incidents/:id"], "needed_by": day(1),
            "lines": [{"item": made.item(kind), "n": n} for kind in range(2)],
        }  # fmt: skip
        asked.append(hana.post("/requests", need | way)["id"])
    due = (datetime.now(UTC) + timedelta(hours=3)).isoformat(timespec="seconds")
    owed = {"line": line, "kind": "follow-up", "recipient": who, "after": call, "due": due, "note": "Did it come?"}
    hana.post("/calls", owed)
    return asked


def sent(made: Furnished, request: str, *, n: int, **more: Any) -> tuple[str, str]:
    """A request is approved, given goods and packed; its consignment and its parcel."""
    consignment, parcel = planned(made, request, **more)
    task = f"consignment:{consignment}"
    for kind in range(2):
        made.scan(made.label(kind), Action.PACK, SHELF, f"unit:parcel:{parcel}", n=n, owner=OFFICE, task=task)
    made.scan(f"RR:P:{parcel}", Action.MOVE, SHELF, SHELF, task=task)
    return consignment, parcel


def planned(made: Furnished, *requests: str, **more: Any) -> tuple[str, str]:
    """Requests are approved and given goods; their consignment and its first parcel."""
    for request in requests:
        made.rest.post(f"/requests/{request}/approval", {})
        made.rest.post(f"/requests/{request}/allocation", {"site": WAREHOUSE})
    said = {"requests": list(requests), "from_site": WAREHOUSE, **more}
    consignment = made.rest.post("/consignments", said)["id"]
    parcel = next(row["id"] for row in made.rest.rows("/parcels", consignment=consignment))
    return consignment, parcel


def wanted(made: Furnished, **more: Any) -> str:
    """Somebody of the office asks for a little, for the station unless it goes another way; the request."""
    said = {"organisation": OFFICE, "way": "station", "needed_by": day(3), "lines": [{"item": made.item(0), "n": 4}]}
    said |= {} if "way" in more else {"site": STATION}
    return str(made.rest.post("/requests", said | more)["id"])


def planning(made: Furnished) -> None:
    """A delivery, a transfer, lending, a need with a pick list, room in a warehouse."""
    rest, item, lot = made.rest, made.item(2), made.goods[2].lot
    lines = [{"item": item, "n": 120}, {"item": made.item(0), "n": 40}]
    announced = {"owner": OFFICE, "site": WAREHOUSE, "expected": day(1), "lines": lines, "note": "By lorry. 卡车运来"}
    delivery = rest.post("/deliveries", announced)["id"]
    wish = {"account": SHELF, "item": item, "lot": lot, "giver": OFFICE, "taker": TAKER, "n": 5}
    rest.post("/transfers", {**wish, "note": "As agreed by telephone."})
    rest.post("/consents", {"owner": OFFICE, "taker": TAKER, "item": item, "until": day(60)})
    lacked = {"organisation": OFFICE, "destination": f"place:{STATION}", "item": item, "n": 30, "needed_by": day(2)}
    need = rest.post("/needs", lacked)["id"]
    reserve = {"site": WAREHOUSE, "item": item, "lot": lot, "owner": OFFICE, "n": 10}
    held = [rest.post(f"/needs/{need}/reservations", reserve)["id"] for _ in range(2)]
    rest.post("/picks", {"reservations": held[:1]})
    made.ids |= {"/deliveries/:id": delivery, "/deliveries/:id/change": delivery, "/needs/:id": need}
    room = {"site": WAREHOUSE, "temperature": "ambient", "measure": "pallets"}
    cold = {"site": WAREHOUSE, "temperature": "cold", "measure": "m3", "amount": 20}
    rest.put("/space/capacities", {"capacities": [{**room, "amount": 400}, cold]})
    for amount, first in ((60, 0), (320, 2), (90, 3)):
        asked = {**room, "organisation": OFFICE, "amount": amount, "first_day": day(first), "last_day": day(first + 6)}
        booking = rest.post("/space/bookings", asked)["id"]
        if first < 3:
            rest.post(f"/space/bookings/{booking}/approval", {})


def trouble(made: Furnished) -> None:
    """What does not fit, has no owner, is recalled, or cannot be read; and a device that nobody heard of."""
    scanner, rest = made.scanner, made.rest
    scanner.scan(made.label(1), 3, to=f"place:{WAREHOUSE}/a01", by="mei")
    made.scan(made.label(2), Action.MOVE, SHELF, f"place:{WAREHOUSE}/a02", n=4000, owner=OFFICE)
    scanner.count(made.label(0), 60, where=SHELF, owner=OFFICE, by="mei", task="count:C1")
    scanner.client.publish(topics.build(scanner.name, topics.Leaf.UP), b"\xff\xfe no message <script>")
    recalled = {"item": made.item(1), "lot": made.goods[1].lot, "state": "recalled"}
    rest.post("/lots/notes", {**recalled, "reason": "The seams open. 接缝开裂"})
    let_in(made.hub, "wh2-terminal-1", "terminal")
    said = {"text": "Count shelf a01, please. 请盘点 a01"}
    rest.post(f"/devices/{scanner.name}/commands", {"name": "message", "args": said})
    until("the trouble", lambda: len(rest.get("/discrepancies")["rows"]) > 1 and rest.get("/quarantine")["rows"])
    made.ids["/discrepancies/:key"] = rest.get("/discrepancies")["rows"][0]["key"]


def drives(made: Furnished, van: Scanner) -> None:
    """The van drove for some minutes to the station and stands there; the scanner said how it is."""
    now = time.time_ns() // 1_000_000
    (x, y), (to_x, to_y) = (made.world.sites[key].at for key in (WAREHOUSE, STATION))
    fixes = [
        Fix(
            at=at, up=at - now + 900_000, t=at, speed_cms=1100, heading_cd=9000,
            lat_e7=round((y + (to_y - y) * n / 60) * 1e7), lon_e7=round((x + (to_x - x) * n / 60) * 1e7),
        )
        for n in range(61)
        for at in [now - 600_000 + n * 10_000]
    ]  # fmt: skip
    _telemetry(van, fixes, Clock(base=now - 900_000, error=50))
    well = [
        Health(
            at=now - n * 600_000, up=900_000_000 - n * 600_000, pending_facts=n, battery_pct=90 - n,
            version="0.6.0", disk_free_bytes=9_000_000_000, rss_bytes=31_000_000,
        )
        for n in range(12, 0, -1)
    ]  # fmt: skip
    _telemetry(made.scanner, well, Clock(base=now - 900_000_000, error=50))


def _telemetry(device: Scanner, items: list[Any], clock: Clock) -> None:
    up = topics.build(device.name, topics.Leaf.UP)
    device.client.publish(up, batch(device.ledger, items, stream=device.stream, lane=Lane.TELEMETRY, clock=clock))
    device.client.next()


def alerts(made: Furnished) -> None:
    """The hub finds by itself that there is too little of something, and that something does not fit."""
    rules = made.rest.get("/alert-rules")
    kinds = {kind: {**rule, "hold_s": 0} for kind, rule in rules["kinds"].items()}
    least = {"site": WAREHOUSE, "item": made.item(0), "least": 500, "enough": 600}
    made.rest.put("/alert-rules", {"kinds": kinds, "stock": [least]})
    rows = until("alerts", lambda: len(found := made.rest.get("/alerts", state="open")["rows"]) > 1 and found)
    made.ids["/alerts/:id"] = str(next(row["id"] for row in rows if row["kind"] == "low-stock"))
