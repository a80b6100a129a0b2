"""What each site could give for an incident: how much of what is needed is free there, and how far it is."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import Connection

from hub.core.allocation import Need as Wish
from hub.core.allocation import judge
from hub.core.areas import Point, distance_km
from hub.core.roads import Network, network, ways
from hub.core.viewer import Viewer
from hub.store.queries.candidates import standing_lots
from hub.store.queries.goods import local_day, shelf_days
from hub.store.queries.incidents import where
from hub.store.reference import Site, items_of, sites

MOST_ITEMS: Final = 100
"""Items that are looked at; an incident that needs more is shown those that stand first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Base units of one item at a site: free to give, and how many more could be put together there out of parts."""

    item: str
    needed: int
    free: int
    could: int

    @property
    def percent(self) -> int:
        """How much of the need is free here, in whole percent rounded down."""
        return 100 if self.needed == 0 else min(100, 100 * self.free // self.needed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """One site. `by` says how `km` was measured; None where nobody said where the incident is."""

    site: Site
    km: float | None
    by: Literal["road", "line"] | None
    held: tuple[Held, ...]

    @property
    def percent(self) -> int:
        """The mean of what it covers of each item."""
        return sum(one.percent for one in self.held) // len(self.held) if self.held else 0


def readiness(
    connection: Connection, viewer: Viewer, needed: Mapping[str, int], midst: Point | None, now: int
) -> list[Ready]:
    """Every warehouse, and each other site that has something of it, the best covered first, then the nearest.

    Staff of an organisation see what it owns alone.
    """
    wanted = dict(list(needed.items())[:MOST_ITEMS])
    parts = _parts(connection, wanted)
    free = _free(connection, viewer, {*wanted, *(part for of in parts.values() for part, _ in of)}, now)
    far = _measure(connection, midst)
    found = []
    for site in sites(connection):
        held = tuple(
            Held(item=item, needed=n, free=free[item].get(site.id, 0), could=_could(free, parts.get(item, ()), site.id))
            for item, n in wanted.items()
        )
        if viewer.may_see_site(site.id) and (site.kind == "warehouse" or any(one.free or one.could for one in held)):
            km, by = far(where(site))
            found.append(Ready(site=site, km=km, by=by, held=held))
    return sorted(found, key=lambda one: (-one.percent, one.km or 0.0, one.site.id))


def _free(connection: Connection, viewer: Viewer, items: set[str], now: int) -> dict[str, dict[str, int]]:
    """Base units that may be given, by item and site: good, in date, of an owner that is known, and not reserved."""
    days: dict[str, int] = {}
    found: dict[str, dict[str, int]] = {item: defaultdict(int) for item in items}
    for item in sorted(items):
        usable = shelf_days(connection, item)
        for lot in standing_lots(connection, item, item, now):
            today = days.setdefault(lot.site, local_day(connection, lot.site, now))
            fit = judge(lot, Wish(lot.owner, today, usable), lent=True, today=today) is None
            if fit and viewer.may_see_owner(lot.owner):
                found[item][lot.site] += lot.free * lot.pieces
    return found


def _parts(connection: Connection, wanted: Mapping[str, int]) -> dict[str, Sequence[tuple[str, int]]]:
    """What each kit among them is put together of."""
    gtins = {item.removeprefix("gtin:") for item in wanted if item.startswith("gtin:")}
    kits = [item for item in items_of(connection, gtins) if item.kit]
    return {f"gtin:{kit.gtin}": [(f"gtin:{gtin}", n) for gtin, n in kit.kit] for kit in kits}


def _could(free: Mapping[str, Mapping[str, int]], parts: Sequence[tuple[str, int]], site: str) -> int:
    return min((free[part].get(site, 0) // n for part, n in parts), default=0)


def _measure(
    connection: Connection, midst: Point | None
) -> Callable[[Point], tuple[float | None, Literal["road", "line"] | None]]:
    """How far a place is from the midst of an incident: by road, else along the great circle."""
    if midst is None:
        return lambda _: (None, None)
    body = connection.exec_driver_sql("SELECT body FROM document WHERE key = 'roads'").scalar()
    roads = None if body is None else _network(str(body))
    by_road = ways(roads, midst) if roads is not None else lambda _: None

    def far(point: Point) -> tuple[float, Literal["road", "line"]]:
        km = by_road(point)
        return (distance_km(midst, point), "line") if km is None else (km, "road")

    return far


@lru_cache(maxsize=1)
def _network(body: str) -> Network | None:
    """The roads as they were entered; read once."""
    features: list[dict[str, Any]] = msgspec.json.decode(body)["features"]
    return network([(lat, lon) for lon, lat, *_ in road["geometry"]["coordinates"]] for road in features)
