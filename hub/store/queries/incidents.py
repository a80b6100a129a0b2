"""Incidents page by page, and what lies in the area of one: settlements and sites."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from hub.core.areas import Point, centre, inside, midst
from hub.core.incidents import State
from hub.store.incidents import Incident, incident_of
from hub.store.localities import Locality, localities
from hub.store.queries.paging import Page, Pager
from hub.store.queries.searching import Columns, search
from hub.store.reference import Site, sites

WORDS: Final = Columns(texts=("id", "name", "name_zh", "kind"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """The settlements and sites in an area, and the midst of the people there, else of the area."""

    settlements: tuple[Locality, ...]
    sites: tuple[Site, ...]
    midst: Point | None

    @property
    def population(self) -> int:
        return sum(one.population for one in self.settlements)


def incidents(
    connection: Connection, pager: Pager, *, state: State | None = None, words: str | None = None,
    limit: int, cursor: str | None,
) -> Page[Incident]:  # fmt: skip
    """Incidents, newest first."""
    after = pager.key(cursor, (int,))
    conditions = [("seq < ?", after and after[0]), ("state = ?", state)]
    given = [(text, value) for text, value in conditions if value is not None]
    wanted, more = search(connection, words, WORDS)
    where = " AND ".join([wanted, *(text for text, _ in given)])
    query = f"SELECT * FROM incident WHERE {where} ORDER BY seq DESC LIMIT ?"
    rows = connection.exec_driver_sql(query, (*more, *(value for _, value in given), limit + 1))
    return pager.page([((row.seq,), incident_of(row)) for row in rows], limit)


def affected(connection: Connection, incident: Incident) -> Affected:
    """What lies in the area of an incident; nothing where nobody said where it is."""
    if not incident.shapes:
        return Affected(settlements=(), sites=(), midst=None)
    within = inside(incident.shapes)
    people = tuple(one for one in localities(connection) if within(where(one)))
    there = tuple(site for site in sites(connection) if within(where(site)))
    among = midst([(where(one), float(one.population)) for one in people if one.population])
    return Affected(settlements=people, sites=there, midst=among or centre(incident.shapes))


def where(place: Locality | Site) -> Point:
    """Where a settlement or a site is, in degrees."""
    return place.lat_e7 / 1e7, place.lon_e7 / 1e7
