"""What to send where: for each settlement of an incident what its people need, by the rates, and where they get it."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from hub.core.areas import distance_km
from hub.core.estimates import Line, Per, Rate, Rates, counted, for_kind, lines
from hub.store.incidents import Incident, IncidentError
from hub.store.localities import Locality, localities
from hub.store.queries.incidents import Affected, affected, where
from hub.store.rates import rates
from hub.store.reference import Site, sites

MOST: Final = 2_000
"""Settlements of one proposal."""
RECEIVING: Final = frozenset({"station", "camp", "hospital"})
"""Kinds of site where people get goods."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody proposes. Settlements None: those in the area; rates None: all that hold for such an incident."""

    organisation: str
    days: int | None = None
    percent: int = 100
    settlements: Collection[str] | None = None
    rates: Collection[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One settlement: who is reckoned with, what they need, where they get it (None: nowhere).

    `request` is what was made for it before and is not over.
    """

    settlement: Locality
    counts: dict[Per, int]
    lines: tuple[Line, ...]
    site: Site | None
    km: float | None
    request: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """All rows, and the rates for which nobody chose an item."""

    days: int
    percent: int
    rows: tuple[Row, ...]
    lacking: tuple[Rate, ...]

    @property
    def totals(self) -> dict[str, int]:
        """Base units of each item, in the order of the rates."""
        found: dict[str, int] = defaultdict(int)
        for row in self.rows:
            for line in row.lines:
                found[line.item] += line.n
        return dict(found)


def propose(connection: Connection, incident: Incident, wish: Wish) -> Proposal:
    """The proposal. Raises IncidentError for what is unknown, and for more than can be looked at."""
    known = rates(connection)
    chosen = _chosen(known, incident, wish.rates)
    days = wish.days or known.days
    there = affected(connection, incident)
    people = _settlements(connection, there, wish.settlements)
    asked = _asked(connection, incident, wish.organisation)
    receiving = [site for site in sites(connection) if site.kind in RECEIVING]
    rows, lacking = [], set[str]()
    for one in people:
        counts = counted(one.people, known, wish.percent)
        found, without = lines(chosen, counts, days)
        lacking.update(without)
        site, km = _nearest(one, receiving)
        rows.append(Row(settlement=one, counts=counts, lines=tuple(found), site=site, km=km, request=asked.get(one.id)))
    without_item = tuple(rate for rate in chosen if rate.key in lacking)
    return Proposal(days=days, percent=wish.percent, rows=tuple(rows), lacking=without_item)


def _chosen(known: Rates, incident: Incident, keys: Collection[str] | None) -> Sequence[Rate]:
    if keys is None:
        return for_kind(known.rates, " ".join([incident.kind, *(word.event for word in incident.words)]))
    unknown = sorted(set(keys) - {rate.key for rate in known.rates})
    if unknown:
        raise IncidentError(f"There is no rate {unknown[0]!r}; GET /api/v1/rates lists them.")
    return [rate for rate in known.rates if rate.key in keys]


def _settlements(connection: Connection, there: Affected, ids: Collection[str] | None) -> Sequence[Locality]:
    found: Sequence[Locality] = there.settlements
    if ids is not None:
        every = {one.id: one for one in localities(connection)}
        unknown = sorted(set(ids) - every.keys())
        if unknown:
            raise IncidentError(f"There is no settlement {unknown[0]!r}; GET /api/v1/settlements lists them.")
        found = [every[id_] for id_ in sorted(set(ids))]
    if len(found) > MOST:
        raise IncidentError(f"That are {len(found):,} settlements; name {MOST:,} at most in one proposal.")
    return found


def _asked(connection: Connection, incident: Incident, organisation: str) -> dict[str, str]:
    """The request of each settlement that this organisation made and that is not over."""
    query = (
        "SELECT proposed.locality, request.id FROM proposed JOIN request ON request.id = proposed.request"
        " WHERE proposed.incident = ? AND proposed.organisation = ?"
        " AND request.state NOT IN ('refused', 'cancelled', 'returned')"
    )
    return {row[0]: row[1] for row in connection.exec_driver_sql(query, (incident.seq, organisation))}


def _nearest(one: Locality, receiving: Sequence[Site]) -> tuple[Site | None, float | None]:
    far = [(distance_km(where(one), where(site)), site.id, site) for site in receiving]
    km, _, site = min(far, default=(None, "", None))
    return site, km
