"""How the response to an incident goes: its requests by state, what they ask for, and the clock from the alert on."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from hub.core.viewer import Viewer

_OVER: Final = "('refused', 'cancelled', 'returned')"
_LOADED: Final = """
WITH gone(task) AS (
  SELECT DISTINCT 'consignment:' || consignment.id FROM request
  JOIN parcel ON parcel.request = request.seq JOIN consignment ON consignment.seq = parcel.consignment
  WHERE request.incident = ?
)
SELECT min(fact.at) FROM gone CROSS JOIN task_fact AS fact ON fact.task = gone.task
JOIN account AS source ON source.id = fact.source_id JOIN account AS target ON target.id = fact.to_id
WHERE fact.voided = 0 AND target.kind = 'transit' AND source.kind <> 'transit'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Unix ms of the first fact of its kind that stands; None where there is none yet."""

    alerted_at: int
    asked_at: int | None
    loaded_at: int | None
    given_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Base units of one item: in requests that are not over, and in those that are fulfilled."""

    item: str
    n: int
    given: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """Requests by state, what they ask for, parcels by state, and the clock."""

    requests: dict[str, int]
    parcels: dict[str, int]
    wanted: tuple[Wanted, ...]
    clock: Clock


def response(connection: Connection, viewer: Viewer, incident: str, alerted_at: int) -> Response:
    """How far it is; staff see the requests of their organisation alone. The clock is everybody's."""
    owner = viewer.owner_filter
    mine, values = ("", (incident,)) if owner is None else (" AND request.organisation = ?", (incident, owner))
    query = f"SELECT state, count(*) FROM request WHERE incident = ?{mine} GROUP BY state"
    requests = {row[0]: int(row[1]) for row in connection.exec_driver_sql(query, values)}
    query = (
        "SELECT parcel.state, count(*) FROM request JOIN parcel ON parcel.request = request.seq"
        f" WHERE incident = ?{mine} GROUP BY parcel.state"
    )
    parcels = {row[0]: int(row[1]) for row in connection.exec_driver_sql(query, values)}
    query = (
        "SELECT line.item, sum(line.n), sum(CASE state WHEN 'fulfilled' THEN line.n ELSE 0 END) FROM request"
        f" JOIN request_line AS line ON line.request = request.seq WHERE incident = ? AND state NOT IN {_OVER}{mine}"
        " GROUP BY line.item ORDER BY line.item"
    )
    wanted = [
        Wanted(item=row[0], n=int(row[1]), given=int(row[2])) for row in connection.exec_driver_sql(query, values)
    ]
    return Response(
        requests=requests, parcels=parcels, wanted=tuple(wanted), clock=clock(connection, incident, alerted_at)
    )


def clock(connection: Connection, incident: str, alerted_at: int) -> Clock:
    """From the alert to the first request, the first load of one of its consignments, and the first hand-over."""
    asked = connection.exec_driver_sql("SELECT min(made_at) FROM request WHERE incident = ?", (incident,)).scalar()
    loaded = connection.exec_driver_sql(_LOADED, (incident,)).scalar()
    query = (
        "SELECT min(parcel.given_at) FROM request JOIN parcel ON parcel.request = request.seq"
        " WHERE request.incident = ?"
    )
    given = connection.exec_driver_sql(query, (incident,)).scalar()
    return Clock(alerted_at=alerted_at, asked_at=asked, loaded_at=loaded, given_at=given)
