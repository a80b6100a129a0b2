"""The families of `bench.story`: what each asks for, by which way, what becomes of it; and the facts of devices.

Two warehouses, twelve stations, four vehicles without a driver. Nothing here knows what the hub makes of it: a fate
says where a parcel has to stand in the end (`FATES`), after the diagrams in docs/life-cycles.md.
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from firmware_sim.gs1 import element_string, gtin, six_digits, sscc
from wire.actions import Action
from wire.codec import encode_item
from wire.messages import Proof, Scan

OWNER: Final = "aid"
WAREHOUSES: Final = ("wh-1", "wh-2")
STATIONS: Final = tuple(f"st-{number:02d}" for number in range(1, 13))
VEHICLES: Final = tuple(f"car-{number}" for number in range(1, 5))
ITEMS: Final = tuple(gtin(50_000, number) for number in (1, 2, 3))
WAYS: Final = {"station": 55, "door": 20, "vehicle": 15, "direct": 10}
DECLINED, WITHDRAWN = "declined", "withdrawn"
FATES: Final[dict[str, dict[str, tuple[int, str]]]] = {
    "station": {
        "given": (80, "handed-over"), "waiting": (7, "waiting"), "refused": (6, "returned"), "lost": (3, "lost"),
        "coming": (4, "under-way"),
    },
    "door": {"given": (85, "handed-over"), "attempt": (8, "out"), "refused": (7, "returned")},
    "vehicle": {"given": (85, "handed-over"), "left": (8, "packed"), "refused": (7, "returned")},
    "direct": {"given": (90, "handed-over"), "sent": (10, "out")},
}  # fmt: skip
"""What becomes of a parcel: its share in percent, and the state in which it has to be in the end."""
LOT: Final = 500
"""Pieces of a lot."""
TRIP_MS: Final = 2_000
"""Consignments begin so far apart. They all began long enough ago that no fact is of the future."""
PALLET_EVERY: Final = 4
TWICE: Final = 0.02
"""So often a label is read twice."""


@dataclass(slots=True, kw_only=True)
class Family:
    """Who asks. `lines`: the item by its number, and how many."""

    number: int
    way: str
    home: str
    site: str | None
    lines: tuple[tuple[int, int], ...]
    fate: str
    verdict: str = ""
    recipient: str | None = None
    request: str = ""
    consignment: str = ""
    parcel: str = ""

    @property
    def state(self) -> str:
        """Where its parcel has to be in the end; '' if there is none."""
        return "" if self.verdict else FATES[self.way][self.fate][1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """So many pieces of an item in one bin."""

    item: int
    code: str
    expiry: date
    place: str
    n: int

    @property
    def label(self) -> str:
        return "]C1" + element_string(("01", ITEMS[self.item]), ("17", six_digits(self.expiry)), ("10", self.code))


def families(rng: random.Random, n: int) -> list[Family]:
    """So many of them; one of a hundred is declined, and one withdraws."""
    made = []
    for number in range(n):
        way = rng.choices(list(WAYS), list(WAYS.values()))[0]
        fates = FATES[way]
        station = rng.choice(STATIONS)
        wanted = rng.sample(range(len(ITEMS)), rng.choice((1, 2, 2, 3)))
        made.append(
            Family(
                number=number, way=way, home=WAREHOUSES[STATIONS.index(station) % 2],
                site=station if way == "station" else None,
                lines=tuple((item, rng.randint(1, 6)) for item in wanted),
                fate=rng.choices(list(fates), [share for share, _ in fates.values()])[0],
                verdict=rng.choices(("", DECLINED, WITHDRAWN), (98, 1, 1))[0],
            )
        )  # fmt: skip
    return made


def stock(rng: random.Random, asked: Iterable[Family]) -> list[Lot]:
    """What the warehouses need for it and a fifth more, in lots that are good for different times."""
    wanted: dict[tuple[str, int], int] = defaultdict(int)
    for family in asked:
        for item, n in family.lines:
            wanted[family.home, item] += n
    lots = []
    for (home, item), n in sorted(wanted.items()):
        for number in range(n * 6 // 5 // LOT + 1):
            day = date.today() + timedelta(days=rng.randrange(200, 900))  # noqa: DTZ011 (a date on a label)
            place = f"place:{home}/b{rng.randrange(50):02d}"
            lots.append(Lot(item=item, code=f"{home}-{item}-{number:03d}", expiry=day, place=place, n=LOT))
    return lots


class Facts:
    """What the devices say, each in its own order; `of` holds it by the device."""

    def __init__(self, rng: random.Random, lots: Sequence[Lot], began: int) -> None:
        self.of: dict[str, list[bytes]] = defaultdict(list)
        self.handed: list[str] = []
        """Parcels that devices said to have handed over."""
        self._rng, self._began, self._at, self._pallets = rng, began, began, 0
        self._lots = {(f"gtin:{ITEMS[lot.item]}", lot.code): lot for lot in lots}

    def receive(self) -> None:
        """All lots come in."""
        for lot in self._lots.values():
            self._say(scanner(lot.place), Action.RECEIVE, lot.label, None, lot.place, n=lot.n, owner=OWNER)

    def consigned(self, family: Sequence[Family], parcels: Sequence[dict[str, Any]], pick: str, trip: int) -> None:
        """All that devices see of one consignment of parcels, up to where the last mile is not theirs."""
        self._at = self._began + trip * TRIP_MS
        home, way, task = family[0].home, family[0].way, f"consignment:{family[0].consignment}"
        self._pack(parcels, home, task, pick)
        if way == "station":
            self._by_station(family, task, pallet=self._rng.randrange(PALLET_EVERY) == 0)
        elif way == "vehicle":
            self._by_vehicle(family, task, VEHICLES[trip % len(VEHICLES)])

    def _pack(self, parcels: Sequence[dict[str, Any]], home: str, task: str, pick: str) -> None:
        device, out = scanner(home), f"place:{home}/out"
        fetched: dict[Lot, int] = defaultdict(int)
        for line in (line for parcel in parcels for line in parcel["lines"]):
            fetched[self._lots[line["item"], line["lot"]]] += line["n"]
        for lot, n in fetched.items():
            self._say(device, Action.PICK, lot.label, lot.place, out, n=n, owner=OWNER, task=f"pick:{pick}")
        for parcel in parcels:
            for line in parcel["lines"]:
                lot, unit = self._lots[line["item"], line["lot"]], f"unit:parcel:{parcel['id']}"
                self._say(device, Action.PACK, lot.label, out, unit, n=line["n"], owner=OWNER, task=task)
            self._seen(device, Action.MOVE, parcel["id"], out, out, task)

    def _by_station(self, family: Sequence[Family], task: str, *, pallet: bool) -> None:
        home, site = scanner(family[0].home), f"{family[0].site}"
        out, van, dock = f"place:{family[0].home}/out", "transit:truck-" + site, f"place:{site}/dock"
        there = scanner(site)
        if pallet:
            self._on_a_pallet([one.parcel for one in family], home, there, (out, van, dock), task)
            for one in family:
                one.fate = "given" if one.fate in ("lost", "coming") else one.fate
        else:
            for one in family:
                self._seen(home, Action.LOAD, one.parcel, out, van, task)
            for one in family:
                if one.fate == "lost":
                    self._seen(home, Action.LOSE, one.parcel, van, None, task)
                elif one.fate != "coming":
                    self._seen(there, Action.UNLOAD, one.parcel, van, dock, task)
        for one in family:
            if one.fate in ("given", "waiting", "refused"):
                self._at_a_station(one, there, dock, f"place:{site}/a{one.number % 20:02d}", van, task)

    def _at_a_station(self, one: Family, there: str, dock: str, shelf: str, van: str, task: str) -> None:
        self._seen(there, Action.PUT_AWAY, one.parcel, dock, shelf, task)
        if one.fate == "given":
            self._hand(there, one.parcel, shelf, task)
        elif one.fate == "refused":
            self._seen(there, Action.REFUSE, one.parcel, shelf, shelf, task)
            self._seen(there, Action.LOAD, one.parcel, shelf, van, task)
            self._seen(scanner(one.home), Action.UNLOAD, one.parcel, van, f"place:{one.home}/back", task)

    def _on_a_pallet(
        self, parcels: Sequence[str], home: str, there: str, places: tuple[str, str, str], task: str
    ) -> None:
        out, van, dock = places
        self._pallets += 1
        code = sscc(50_000, self._began % 10_000 * 10_000 + self._pallets)
        label, unit = f"]C100{code}", f"unit:sscc:{code}"
        for parcel in parcels:
            self._seen(home, Action.PACK, parcel, out, unit, task)
        self._say(home, Action.LOAD, label, out, van, task=task)
        self._say(there, Action.UNLOAD, label, van, dock, task=task)
        for parcel in parcels:
            self._seen(there, Action.UNPACK, parcel, unit, dock, task)

    def _by_vehicle(self, family: Sequence[Family], task: str, car: str) -> None:
        home, out, card = scanner(family[0].home), f"place:{family[0].home}/out", f"RR:TO:transit:{car}"
        inside = {one.parcel: f"transit:{car}/c{number % 40:02d}" for number, one in enumerate(family)}
        for one in family:
            self._seen(home, Action.LOAD, one.parcel, out, inside[one.parcel], task)
        self._say(car, Action.DEPART, card, None, f"transit:{car}")
        self._say(car, Action.ARRIVE, card, None, f"transit:{car}")
        for one in family:
            if one.fate == "given":
                self._hand(car, one.parcel, inside[one.parcel], task)
            elif one.fate == "refused":
                self._seen(car, Action.REFUSE, one.parcel, inside[one.parcel], inside[one.parcel], task)
        self._say(car, Action.DEPART, card, None, f"transit:{car}")
        for one in family:
            if one.fate != "given":
                self._seen(home, Action.UNLOAD, one.parcel, inside[one.parcel], out, task)

    def _hand(self, device: str, parcel: str, source: str, task: str) -> None:
        self.handed.append(parcel)
        self._seen(device, Action.HAND_OVER, parcel, source, None, task, proof=Proof(way="code", checked=True))

    def _seen(
        self, device: str, do: Action, parcel: str, source: str, to: str | None, task: str, proof: Proof | None = None
    ) -> None:
        for _ in range(1 + (self._rng.random() < TWICE)):
            self._say(device, do, f"RR:P:{parcel}", source, to, task=task, proof=proof)

    def _say(self, device: str, do: Action, label: str, source: str | None, to: str | None, **more: Any) -> None:
        self._at += 1
        said = Scan(
            at=self._at, up=self._at - self._began + 1_000, do=do, labels=(label,), source=source, to=to, **more
        )
        self.of[device].append(encode_item(said))


def scanner(place: str) -> str:
    """The device of the site of a place."""
    return f"{place.removeprefix('place:').partition('/')[0]}-scanner"


def grouped(asked: Iterable[Family], most: int) -> Iterator[list[Family]]:
    """Families whose goods go together: from one site, one way, to one place."""
    together: dict[tuple[str, str, str], list[Family]] = defaultdict(list)
    for one in asked:
        if not one.verdict:
            together[one.way, one.home if one.way != "direct" else "", one.site or ""].append(one)
    for all_ in together.values():
        for at in range(0, len(all_), most):
            yield all_[at : at + most]
