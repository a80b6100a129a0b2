"""An invented county with roads, sites, goods and organisations, the same for the same seed. Pure.

Nothing in it exists: the names are ours, the GTINs are of the range that GS1 keeps for demonstrations (952), and
the place is a valley that the generator draws over an inland part of China.
"""

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from firmware_sim.goods import KINDS, Kind
from firmware_sim.gs1 import gtin
from firmware_sim.names import COUNTY, EAST_WEST, NORTH_SOUTH, ORGANISATIONS, TOWNS, Name
from firmware_sim.roads import Point, Road, Route, shortest

_CENTER: Final[Point] = (105.412, 31.876)
_STEP_LON: Final = 0.058
_STEP_LAT: Final = 0.048
_BENDS: Final = 6
"""Points between two crossings."""
COLUMNS: Final = len(NORTH_SOUTH)
ROWS: Final = len(EAST_WEST)
WAREHOUSES: Final = 6
STATIONS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A place with an id like wh-1; `kind` is warehouse, station, hospital or camp; `at` lies on a road."""

    id: str
    name: str
    name_zh: str
    kind: str
    at: Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """One batch of an item; `expiry` None where it keeps."""

    code: str
    expiry: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A relief item with its GTIN-14 and the lots of it that are about (none for items with serial numbers)."""

    gtin: str
    kind: Kind
    lots: tuple[Lot, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """Goods that hold others: a case of one kind, or a kit put together of several; (GTIN, how many) each."""

    gtin: str
    name: str
    name_zh: str
    unit: str
    case: tuple[str, int] | None = None
    kit: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """All of it. `year` is the year in which it plays."""

    name: str
    name_zh: str
    year: int
    center: Point
    roads: tuple[Road, ...]
    sites: Mapping[str, Site]
    items: tuple[Item, ...]
    packs: tuple[Pack, ...]
    organisations: tuple[tuple[str, str, str], ...]


def make_world(seed: random.Random, *, year: int) -> World:
    """Draw the county. The same seed and year give the same world."""
    crossings = _crossings(seed)
    roads = _roads(seed, crossings)
    sites = {site.id: site for site in _sites(seed, crossings, roads)}
    items = tuple(_item(seed, kind, place, year) for place, kind in enumerate(KINDS))
    return World(
        name=COUNTY[0],
        name_zh=COUNTY[1],
        year=year,
        center=_CENTER,
        roads=roads,
        sites=sites,
        items=items,
        packs=_packs({item.kind.name: item.gtin for item in items}),
        organisations=ORGANISATIONS,
    )


def route(world: World, start: str, end: str) -> Route:
    """The shortest way along roads between two sites; raises KeyError for a site that is not there."""
    return shortest(world.roads, world.sites[start].at, world.sites[end].at)


def _crossings(seed: random.Random) -> dict[tuple[int, int], Point]:
    def jitter(step: float) -> float:
        return seed.uniform(-0.18, 0.18) * step

    return {
        (row, column): _point(
            _CENTER[0] + (column - (COLUMNS - 1) / 2) * _STEP_LON + jitter(_STEP_LON),
            _CENTER[1] + ((ROWS - 1) / 2 - row) * _STEP_LAT + jitter(_STEP_LAT),
        )
        for row in range(ROWS)
        for column in range(COLUMNS)
    }


def _roads(seed: random.Random, crossings: Mapping[tuple[int, int], Point]) -> tuple[Road, ...]:
    roads = [
        _road(seed, name, [crossings[row, column] for column in range(COLUMNS)]) for row, name in enumerate(EAST_WEST)
    ]
    for column, name in enumerate(NORTH_SOUTH):
        # The middle roads join all rows; the others may end one crossing early, as roads in hills do.
        first, last = (0, ROWS) if column in {2, 3} else (seed.choice((0, 0, 1)), seed.choice((ROWS, ROWS, ROWS - 1)))
        roads.append(_road(seed, name, [crossings[row, column] for row in range(first, last)]))
    return tuple(roads)


def _road(seed: random.Random, name: Name, stops: list[Point]) -> Road:
    points = [stops[0]]
    for one, other in pairwise(stops):
        sway, turn = seed.uniform(-0.09, 0.09), seed.choice((1, 1, 2))
        for bend in range(1, _BENDS + 1):
            part = bend / (_BENDS + 1)
            aside = sway * math.sin(math.pi * turn * part) + seed.uniform(-0.008, 0.008)
            east, north = other[0] - one[0], other[1] - one[1]
            points.append(_point(one[0] + east * part - north * aside, one[1] + north * part + east * aside))
        points.append(other)
    return Road(name=name[0], name_zh=name[1], points=tuple(points))


def _sites(seed: random.Random, crossings: Mapping[tuple[int, int], Point], roads: tuple[Road, ...]) -> list[Site]:
    seat = (ROWS // 2, COLUMNS // 2 - 1)
    main = roads[seat[0]].points
    start = main.index(crossings[seat])
    near = main[start + 3]
    towns = list(TOWNS)
    seed.shuffle(towns)
    nodes = [place for place in crossings if place != seat]
    seed.shuffle(nodes)
    middles = [point for road in roads for point in road.points[3 :: _BENDS + 1] if point != near]
    seed.shuffle(middles)
    sites = [_site("wh-1", "Qingtan Central", "青潭中心", "warehouse", crossings[seat])]
    sites += [
        _named(f"wh-{number}", towns.pop(), "warehouse", crossings[nodes.pop()]) for number in range(2, WAREHOUSES + 1)
    ]
    sites.append(_site("st-1", "Qingtan Avenue East", "青潭大道东", "station", near))
    sites += [_named(f"st-{number}", towns.pop(), "station", middles.pop()) for number in range(2, STATIONS + 1)]
    for number in (1, 2):
        sites.append(_named(f"ho-{number}", towns.pop(), "hospital", crossings[nodes.pop()]))
        sites.append(_named(f"ca-{number}", towns.pop(), "camp", middles.pop()))
    return sites


_WHAT: Final[Mapping[str, Name]] = {
    "warehouse": ("Preparedness Warehouse", "备灾仓库"),
    "station": ("Parcel Station", "驿站"),
    "hospital": ("Hospital", "医院"),
    "camp": ("Camp", "安置点"),
}


def _named(identifier: str, town: Name, kind: str, at: Point) -> Site:
    return _site(identifier, town[0], town[1], kind, at)


def _site(identifier: str, name: str, name_zh: str, kind: str, at: Point) -> Site:
    what = _WHAT[kind]
    return Site(id=identifier, name=f"{name} {what[0]}", name_zh=f"{name_zh}{what[1]}", kind=kind, at=at)


def _item(seed: random.Random, kind: Kind, place: int, year: int) -> Item:
    company = 10_000 + 137 * (place % 9)
    lots = () if kind.serial else tuple(_lot(seed, kind, year) for _ in range(seed.randint(2, 4)))
    return Item(gtin=gtin(company, place + 1, indicator=1 if kind.unit == "carton" else 0), kind=kind, lots=lots)


def _lot(seed: random.Random, kind: Kind, year: int) -> Lot:
    made = date(year, 1, 1) - timedelta(days=seed.randint(1, 60))
    code = f"{seed.choice('ABCDEFGHKL')}{made:%y%m}{seed.randint(1, 999):03d}"
    # Goods in use keep for at least a year more, so that the story's stock is good whenever it is played.
    expiry = None if kind.keeps_days is None else made + timedelta(days=max(kind.keeps_days, 365) + 420)
    return Lot(code=code, expiry=expiry)


def _packs(items: Mapping[str, str]) -> tuple[Pack, ...]:
    """Cases and kits of the items, whose GTINs are given by name."""

    def case(number: int, inside: str, count: int, name_zh: str) -> Pack:
        name = f"{inside}, case of {count}"
        key = gtin(10_000, 900 + number, indicator=2)
        return Pack(gtin=key, name=name, name_zh=name_zh, unit="case", case=(items[inside], count))

    def kit(number: int, name: str, name_zh: str, **parts: int) -> Pack:
        held = tuple((items[_PARTS[part]], count) for part, count in parts.items())
        return Pack(gtin=gtin(10_000, 950 + number), name=name, name_zh=name_zh, unit="kit", kit=held)

    return (
        case(1, "Wool blanket", 10, "毛毯 10条/箱"),
        case(2, "Surgical masks, 50", 40, "医用口罩 40盒/箱"),
        case(3, "Infant formula 800 g", 12, "婴儿配方奶粉 12罐/箱"),
        kit(1, "Family shelter kit", "家庭安置包", tarpaulin=1, blanket=4, mat=4, lamp=1),
        kit(2, "Family kitchen kit", "家庭饮食包", rice=1, oil=1, water=2),
    )


_PARTS: Final[Mapping[str, str]] = {
    "tarpaulin": "Tarpaulin 4 x 6 m",
    "blanket": "Wool blanket",
    "mat": "Sleeping mat",
    "lamp": "Solar lamp with charger",
    "rice": "Rice 10 kg",
    "oil": "Cooking oil 5 l",
    "water": "Foldable water container 10 l",
}


def _point(lon: float, lat: float) -> Point:
    return round(lon, 6), round(lat, 6)
