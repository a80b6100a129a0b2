"""What stands in the six warehouses when the story begins, and who works there: as tables that a hub imports. Pure.

Each of the 17 organisations keeps goods in two or three warehouses; the rooms are shared. Some organisations have a bin
of their own there, named after them, the others share shelves.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from firmware_sim.gs1 import element_string, six_digits
from firmware_sim.story import Goods
from firmware_sim.world import World

SHELVES: Final = ("a01", "a02", "a03", "a04")
RACKS: Final = ("A-1", "A-2", "A-3", "B-1", "B-2", "B-3")
"""The shelves of a station, where parcels wait."""
HOSTS: Final = 6
"""So many organisations have a bin of their own in the first warehouse, and send their deliveries there."""
_EACH: Final = 3
"""So many kinds of goods each organisation keeps in one warehouse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Goods of one owner in one bin. `lot` and `expiry` (ISO 8601) are empty where there are none."""

    site: str
    bin: str
    gtin: str
    lot: str
    expiry: str
    owner: str
    quantity: int


def opening_stock(world: World) -> list[Row]:
    """All of it, some cases and kits included."""
    return [row for site in warehouses(world) for row in _of_site(world, site)]


def goods_in(world: World, place: str) -> list[Goods]:
    """What stands in one bin, SITE/BIN, as a person there would scan it."""
    items = {item.gtin: {lot.code: lot for lot in item.lots} for item in world.items}
    found = []
    for row in opening_stock(world):
        if f"{row.site}/{row.bin}" == place:
            lot = items.get(row.gtin, {}).get(row.lot)
            last = [("17", six_digits(lot.expiry))] if lot is not None and lot.expiry is not None else []
            label = element_string(("01", row.gtin), *last, *([("10", row.lot)] if row.lot else []))
            found.append(Goods(label=label, pieces=row.quantity))
    return found


def hosts(world: World) -> list[str]:
    """The organisations with a bin of their own in the first warehouse that announce deliveries to it, in turn."""
    return [identifier for identifier, *_ in world.organisations[:HOSTS]]


def warehouses(world: World) -> list[str]:
    """Their ids."""
    return [site.id for site in world.sites.values() if site.kind == "warehouse"]


def present(world: World, site: str) -> list[str]:
    """The organisations that keep goods in a warehouse."""
    number = warehouses(world).index(site)
    return [identifier for at, (identifier, *_) in enumerate(world.organisations) if (at + number) % 3 == 0]


def own_bins(world: World, site: str) -> list[str]:
    """Whose bins of their own there are in a warehouse; each is named after its owner."""
    here = present(world, site)
    return sorted({*here[:3], *(hosts(world) if site == warehouses(world)[0] else [])})


def tables(world: World) -> dict[str, str]:
    """CSV by the kind of import: bins, people, stock."""
    bins: list[Sequence[object]] = [("site", "code", "kind", "owner")]
    for site in warehouses(world):
        shared = [
            ("dock", "dock"),
            *((code, "shelf") for code in SHELVES),
            ("staging", "staging"),
            ("q01", "quarantine"),
        ]
        bins += [(site, code, kind, "") for code, kind in shared]
        bins += [(site, owner, "shelf", owner) for owner in own_bins(world, site)]
    bins += [(site.id, code, "shelf", "") for site in world.sites.values() if site.kind == "station" for code in RACKS]
    stock: list[Sequence[object]] = [("site", "bin", "gtin", "lot", "expiry", "owner", "quantity")]
    for row in opening_stock(world):
        stock.append((row.site, row.bin, row.gtin, row.lot, row.expiry, row.owner, row.quantity))  # noqa: PERF401
    return {"bins": _csv(bins), "people": _csv(_people(world)), "stock": _csv(stock)}


def _of_site(world: World, site: str) -> Iterator[Row]:
    number = warehouses(world).index(site)
    loose = [item for item in world.items if not item.kind.serial]
    own = own_bins(world, site)
    for at, (owner, *_) in enumerate(world.organisations):
        if owner not in present(world, site):
            continue
        bin_ = owner if owner in own else SHELVES[at % len(SHELVES)]
        for turn in range(_EACH):
            item = loose[(at * 7 + number * 5 + turn * 11) % len(loose)]
            lot = item.lots[(at + turn) % len(item.lots)]
            quantity = item.kind.batch * (2 + (at + number + turn) % 4)
            expiry = lot.expiry.isoformat() if lot.expiry else ""
            yield Row(site=site, bin=bin_, gtin=item.gtin, lot=lot.code, expiry=expiry, owner=owner, quantity=quantity)
    pack = world.packs[number % len(world.packs)]
    owner = present(world, site)[0]
    yield Row(site=site, bin=owner, gtin=pack.gtin, lot="", expiry="", owner=owner, quantity=6 + number)


def _people(world: World) -> Iterator[Sequence[str]]:
    yield ("name", "shown", "role", "organisation", "site")
    yield ("mei", "梅姐 (Mei)", "operator", "", warehouses(world)[0])
    yield ("jun", "小军 (Jun)", "clerk", "", "st-1")
    yield ("wu", "小吴 (Wu)", "courier", "", "")
    yield ("lan", "兰主任 (Lan)", "supervisor", "", "")
    for identifier, name, name_zh in world.organisations:
        yield (f"staff-{identifier}", f"{name_zh} ({name})", "staff", identifier, "")


def _csv(rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue()
