"""Incidents: typed in or from alerts, what lies in their area, what to send, and how ready the warehouses are."""

import secrets
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import Connection

from hub import cap
from hub.api.context import Context, Here
from hub.api.deciding import deciding
from hub.api.door import Viewing, Whoever, named
from hub.api.faults import ApiError
from hub.api.models import incidents as models
from hub.api.models.shared import LISTED, Cursor, Limit, SearchText, errors
from hub.api.models.space import number
from hub.api.routes.population import settlement
from hub.api.routes.space import acting_for
from hub.core.access import API
from hub.core.areas import geojson
from hub.core.days import later
from hub.core.estimates import counted
from hub.core.incidents import Event, State, Words, called
from hub.core.viewer import Viewer
from hub.store import incidents as store
from hub.store import proposing
from hub.store.incidents import Incident
from hub.store.queries.goods import local_day
from hub.store.queries.incidents import affected, incidents
from hub.store.queries.paging import Page
from hub.store.queries.proposals import Proposal, Wish, propose
from hub.store.queries.readiness import Ready, readiness
from hub.store.queries.response import response
from hub.store.queries.situation import demand
from hub.store.rates import rates

router = APIRouter(prefix=API, tags=["incidents"])

CHANGED = errors(401, 403, 404, 409, 413, 415, 422, 503)
XML: Final = frozenset({"application/cap+xml", "application/xml", "text/xml"})
_BINARY: Final = {"schema": {"type": "string", "format": "binary"}}
MOST_TOLD: Final = 500
"""Settlements that stand in one answer: those where most people live."""
IN_DAYS: Final = 2
IncidentPath = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$", description="An incident's id.")]


@router.get("/incidents", responses=LISTED, response_model=models.IncidentPage)
def the_incidents(
    here: Here, state: State | None = None, text: SearchText = None, limit: Limit = 100, cursor: Cursor = None
) -> Page[Incident]:
    """Incidents, newest first."""
    pager = here.pager("incidents", state, text)
    with here.services.database.read() as connection:
        return incidents(connection, pager, state=state, words=text, limit=limit, cursor=cursor)


@router.post("/incidents", status_code=201, responses=CHANGED)
def enter_incident(here: Here, who: Whoever, sent: models.IncidentInput) -> models.IncidentModel:
    """Type in what happened."""
    words = (Words(language="", event=sent.kind, description=sent.description),) if sent.description else ()
    new = store.NewIncident(
        id=sent.id or secrets.token_hex(8), name=sent.name, name_zh=sent.name_zh, kind=sent.kind,
        severity=sent.severity, exercise=sent.exercise, words=words, shapes=sent.shapes,
        alerted_at=here.now if sent.alerted_at is None else sent.alerted_at, by=named(who), now=here.now,
    )  # fmt: skip
    with deciding(here, "incident", incident=new.id) as connection:
        store.enter(connection, new)
        return models.IncidentModel.model_validate(found(connection, new.id))


@router.post(
    "/incidents/cap",
    responses=CHANGED,
    openapi_extra={"requestBody": {"required": True, "content": {"application/cap+xml": _BINARY}}},
)
async def take_alert(here: Here, who: Whoever, request: Request) -> models.AlertTaken:
    """Take an alert in (CAP 1.2): a new incident, or what an update or a cancel changes. The same alert counts once."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in XML:
        hint = "Send it as it is, with Content-Type: application/cap+xml."
        raise ApiError(415, "wrong-type", "The body is no alert.", hint=hint)
    data = await request.body()
    return await run_in_threadpool(_take, here, named(who), data)


@router.get("/incidents/{incident}", responses=CHANGED)
def the_incident(here: Here, viewer: Viewing, incident: IncidentPath) -> models.IncidentWhole:
    """An incident: its area and who lives there, its alerts, its requests, and the clock since the alert."""
    with here.services.database.read() as connection:
        return whole(connection, viewer, found(connection, incident))


@router.post("/incidents/{incident}/closing", responses=CHANGED)
def close_incident(here: Here, who: Whoever, incident: IncidentPath) -> models.IncidentModel:
    """The response is over. Requests go on; alerts change nothing any more until it is opened again."""
    return _decided(here, named(who), incident, Event.CLOSE)


@router.post("/incidents/{incident}/reopening", responses=CHANGED)
def reopen_incident(here: Here, who: Whoever, incident: IncidentPath) -> models.IncidentModel:
    """It is not over, whatever was said before."""
    return _decided(here, named(who), incident, Event.REOPEN)


@router.post("/incidents/{incident}/proposal", responses=CHANGED)
def propose_requests(
    here: Here, who: Whoever, viewer: Viewing, incident: IncidentPath, sent: models.ProposalInput
) -> models.ProposalModel:
    """What the people in the area need, settlement by settlement; without `dry_run` as draft requests.

    A settlement that has a request of this organisation which is not over gets no second one.
    """
    wish = Wish(
        organisation=acting_for(viewer, sent.organisation), days=sent.days, percent=sent.percent,
        settlements=sent.settlements, rates=sent.rates,
    )  # fmt: skip
    if sent.dry_run:
        with here.services.database.read() as connection:
            return _proposal(propose(connection, found(connection, incident), wish), {})
    with deciding(here, "request", incident=incident) as connection:
        one = found(connection, incident)
        proposal = propose(connection, one, wish)
        today = local_day(connection, "", here.now)
        needed_by = later(today, IN_DAYS) if sent.needed_by is None else number(sent.needed_by)
        how = proposing.Drafting(way=sent.way, needed_by=needed_by, priority=sent.priority, by=named(who), now=here.now)
        return _proposal(proposal, proposing.draft(connection, one, wish, proposal, how))


@router.get("/incidents/{incident}/readiness", responses=CHANGED)
def the_readiness(here: Here, viewer: Viewing, incident: IncidentPath) -> models.ReadinessModel:
    """What each warehouse could give of what is needed, and how far it is. Staff see their own goods alone."""
    with here.services.database.read() as connection:
        return ready(connection, viewer, found(connection, incident), here.now)


def found(connection: Connection, incident: str) -> Incident:
    """An incident. Raises ApiError."""
    one = store.find(connection, incident)
    if one is None:
        hint = "GET /api/v1/incidents lists them."
        raise ApiError(404, "no-incident", f"There is no incident {incident}.", hint=hint)
    return one


def whole(connection: Connection, viewer: Viewer, one: Incident) -> models.IncidentWhole:
    """An incident with all that is told of it."""
    there, known = affected(connection, one), rates(connection)
    going = response(connection, viewer, one.id, one.alerted_at)
    first = sorted(there.settlements, key=lambda place: (-place.population, place.id))[:MOST_TOLD]
    loaded = going.clock.loaded_at
    return models.IncidentWhole.model_validate({
        "incident": one, "words": one.words, "area": geojson(one.shapes),
        "alerts": [_alert(alert) for alert in store.alerts(connection, one.seq)],
        "centre": None if there.midst is None else [there.midst[1], there.midst[0]],
        "settlements": [settlement(place) for place in first], "settlements_count": len(there.settlements),
        "population": there.population,
        "households": sum(counted(place.people, known)["household"] for place in there.settlements),
        "sites": [_site(site) for site in there.sites], "requests": going.requests, "parcels": going.parcels,
        "wanted": going.wanted,
        "clock": {
            **{name: getattr(going.clock, name) for name in going.clock.__slots__},
            "load_s": None if loaded is None else (loaded - one.alerted_at) // 1000,
        },
    })  # fmt: skip


def ready(connection: Connection, viewer: Viewer, one: Incident, now: int) -> models.ReadinessModel:
    """How ready each site is: for what requests ask, else for what a proposal of all would ask."""
    going = response(connection, viewer, one.id, one.alerted_at)
    needed = demand(connection, one, going)
    of = "requests" if going.wanted else "proposal"
    rows = readiness(connection, viewer, needed, affected(connection, one).midst, now)
    return models.ReadinessModel.model_validate({
        "of": of if needed else "nothing", "needed": [{"item": item, "n": n} for item, n in needed.items()],
        "rows": [_ready(row) for row in rows],
    })  # fmt: skip


def _take(here: Context, by: str, data: bytes) -> models.AlertTaken:
    try:
        alert = cap.read(data)
    except cap.CapError as error:
        raise ApiError(422, "no-alert", str(error), hint="See docs/incidents.md for what is taken.") from error
    with deciding(here, "incident") as connection:
        return models.AlertTaken(incidents=store.take(connection, alert, by=by, now=here.now))


def _decided(here: Context, by: str, incident: str, event: Event) -> models.IncidentModel:
    with deciding(here, "incident", incident=incident) as connection:
        store.decide(connection, found(connection, incident), event, by=by, now=here.now)
        return models.IncidentModel.model_validate(found(connection, incident))


def _alert(alert: Any) -> dict[str, Any]:
    return {
        "sender": alert.name.sender, "identifier": alert.name.identifier, "sent": alert.name.sent, "kind": alert.kind,
        "headline": called(alert),
    }  # fmt: skip


def _site(site: Any) -> dict[str, Any]:
    return {
        "id": site.id, "name": site.name, "name_zh": site.name_zh, "kind": site.kind, "lat": site.lat_e7 / 1e7,
        "lon": site.lon_e7 / 1e7,
    }  # fmt: skip


def _ready(row: Ready) -> dict[str, Any]:
    km = None if row.km is None else round(row.km, 1)
    told = {**_site(row.site), "site": row.site.id, "km": km, "by": row.by, "percent": row.percent}
    return {**told, "held": row.held}


def _proposal(proposal: Proposal, made: dict[str, str]) -> models.ProposalModel:
    rows = [
        {
            "settlement": row.settlement.id, "name": row.settlement.name, "name_zh": row.settlement.name_zh,
            "people": row.counts["person"], "households": row.counts["household"],
            "site": None if row.site is None else row.site.id, "km": None if row.km is None else round(row.km, 1),
            "lines": row.lines, "request": made.get(row.settlement.id, row.request), "made": row.settlement.id in made,
        }
        for row in proposal.rows
    ]  # fmt: skip
    return models.ProposalModel.model_validate({
        "days": proposal.days, "percent": proposal.percent, "rows": rows, "made": len(made),
        "totals": [{"item": item, "n": n} for item, n in proposal.totals.items()],
        "lacking": [rate.key for rate in proposal.lacking],
    })  # fmt: skip
