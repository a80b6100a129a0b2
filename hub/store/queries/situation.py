"""What the situation report of an incident tells, out of the tables."""

from collections import defaultdict
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection

from hub.core.estimates import counted
from hub.core.sitrep import Goods, Name, Place, Ready, Situation
from hub.core.viewer import Viewer
from hub.store.incidents import Incident
from hub.store.queries.incidents import Affected, affected
from hub.store.queries.proposals import Wish, propose
from hub.store.queries.readiness import readiness
from hub.store.queries.response import Response, response
from hub.store.rates import rates
from hub.store.reference import names_of, sites


def situation(connection: Connection, viewer: Viewer, incident: Incident, now: int) -> Situation:
    """Everything that is told, as the viewer sees it."""
    there, going = affected(connection, incident), response(connection, viewer, incident.id, incident.alerted_at)
    needed = demand(connection, incident, going)
    rows = readiness(connection, viewer, needed, there.midst, now)
    free: dict[str, int] = defaultdict(int)
    for row in rows:
        for one in row.held:
            free[one.item] += one.free
    given = {line.item: line.given for line in going.wanted}
    names = item_names(connection, list(needed))
    places = _places(connection, there)
    return Situation(
        name=Name(incident.name, incident.name_zh), kind=incident.kind, severity=incident.severity,
        state=incident.state.value, exercise=incident.exercise, alerted_at=incident.alerted_at,
        asked_at=going.clock.asked_at, loaded_at=going.clock.loaded_at, given_at=going.clock.given_at,
        words=incident.words, people=there.population, households=sum(place.households for place in places),
        places=places, requests=going.requests, parcels=going.parcels,
        goods=tuple(
            Goods(name=names[item], needed=n + given.get(item, 0), given=given.get(item, 0), free=free[item])
            for item, n in needed.items()
        ),
        ready=tuple(
            Ready(name=Name(row.site.name, row.site.name_zh), km=row.km, by_road=row.by == "road", percent=row.percent)
            for row in rows
        ),
        now=now,
    )  # fmt: skip


def demand(connection: Connection, incident: Incident, going: Response) -> dict[str, int]:
    """Base units that are needed yet: what requests ask for; while there are none, what a proposal would."""
    if going.wanted:
        return {line.item: line.n - line.given for line in going.wanted}
    return propose(connection, incident, Wish(organisation="")).totals


def item_names(connection: Connection, items: list[str]) -> dict[str, Name]:
    """What items are called; one without a name by its key."""
    gtins = names_of(connection, {item.removeprefix("gtin:") for item in items if item.startswith("gtin:")})
    query = "SELECT item, name, name_zh FROM goods_code"
    ours: dict[str, Any] = {row.item: Name(row.name, row.name_zh) for row in connection.exec_driver_sql(query)}
    known = ours | {f"gtin:{gtin}": Name(*both) for gtin, both in gtins.items()}
    return {item: known.get(item, Name(item)) for item in items}


def zone_of(connection: Connection, there: Affected) -> tzinfo:
    """The time zone by which people there read a clock: that of a site in the area, else of any."""
    for site in (*there.sites, *sites(connection)):
        try:
            return ZoneInfo(site.zone)
        except (ZoneInfoNotFoundError, ValueError):  # a machine without that zone
            continue
    return UTC


def clock_in(zone: tzinfo, at: int) -> str:
    """A time as it is read there, with the offset from UTC."""
    moment = datetime.fromtimestamp(at / 1000, zone)
    return f"{moment:%Y-%m-%d %H:%M} UTC{moment:%z}"


def _places(connection: Connection, there: Affected) -> tuple[Place, ...]:
    known = rates(connection)
    largest = sorted(there.settlements, key=lambda one: (-one.population, one.id))
    return tuple(
        Place(
            name=Name(one.name, one.name_zh), people=one.population, households=counted(one.people, known)["household"]
        )
        for one in largest
    )
