"""Rounds of couriers to the doors: planned, and shown to the courier."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Annotated

from fastapi import APIRouter, Path, Query

from hub import collecting
from hub.api.context import Context, Here
from hub.api.deciding import deciding
from hub.api.door import Viewing, Whoever, named
from hub.api.faults import ApiError
from hub.api.models import rounds as models
from hub.api.models.shared import LISTED, Cursor, Limit, ReasonInput, SearchText, errors
from hub.core.access import API
from hub.core.rounds import RoundState
from hub.core.viewer import Role, Viewer
from hub.store import recipients
from hub.store import rounds as store
from hub.store.queries import rounds as queries
from hub.store.queries.paging import Page
from hub.store.queries.rounds import RoundRow, StopRow
from hub.store.rounds import LIVE, MOST_STOPS
from hub.store.users import Principal

router = APIRouter(prefix=API, tags=["last mile"])

CHANGED = errors(401, 403, 404, 409, 413, 422, 503)
SitePath = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,40}$", description="A site's id.")]
RoundPath = Annotated[str, Path(pattern=r"^R-[0-9a-f]{8}$", description="A round's id.")]


@router.get("/rounds", responses=LISTED, response_model=models.RoundPage)
def the_rounds(
    here: Here,
    who: Whoever,
    viewer: Viewing,
    state: RoundState | None = None,
    courier: Annotated[str | None, Query(max_length=100)] = None,
    text: SearchText = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[RoundRow]:
    """Rounds, the latest first; a courier sees the own ones."""
    eyes = _eyes(who, viewer)
    pager = here.pager(
        "rounds", state, courier, text, eyes.site_filter, eyes.name if eyes.role is Role.COURIER else None
    )
    with here.services.database.read() as connection:
        return queries.rounds(
            connection, pager, eyes, state=state, courier=courier, words=text, limit=limit, cursor=cursor
        )


@router.post("/rounds", status_code=201, responses=CHANGED)
def plan(here: Here, who: Whoever, viewer: Viewing, sent: models.RoundInput) -> models.WholeRound:
    """Plan a round: its stops come in the order in which to go. Each parcel gets a code that the recipient is told."""
    if not viewer.may_see_site(sent.site):
        raise ApiError(403, "not-yours", "You plan rounds from your own site only.")
    doors = {
        each.parcel: None if each.lat is None or each.lon is None else (each.lat, each.lon) for each in sent.parcels
    }
    planned = store.Planned(site=sent.site, courier=sent.courier, doors=doors, by=named(who), now=here.now)
    with deciding(here, "round") as connection:
        id_ = store.plan(connection, planned)
        for key in doors:
            collecting.issue(connection, here.services.vault, key, sent.site, here.now)
    return whole(here, who, viewer, id_)


@router.get("/sites/{site}/doors", responses=CHANGED)
def the_doors(here: Here, viewer: Viewing, site: SitePath) -> models.SendingModel:
    """What a round from a site can be made of: parcels that go to doors and are on no round, and couriers."""
    with here.services.database.read() as connection:
        parcels = queries.waiting(connection, viewer, site, MOST_STOPS)
        couriers = queries.couriers(connection)
    return models.SendingModel(
        parcels=[models.WaitingModel.model_validate(each) for each in parcels],
        couriers=[models.CourierModel.model_validate(each) for each in couriers],
    )


@router.get("/rounds/{id_}", responses=CHANGED)
def the_round(here: Here, who: Whoever, viewer: Viewing, id_: RoundPath) -> models.WholeRound:
    """A round. Its courier sees whom to visit while it is not over; that is noted."""
    return whole(here, who, viewer, id_)


@router.post("/rounds/{id_}/cancellation", responses=CHANGED)
def cancel(here: Here, who: Whoever, viewer: Viewing, id_: RoundPath, sent: ReasonInput) -> models.WholeRound:
    """End a round that never went out."""
    seen(here, who, viewer, id_)
    with deciding(here, "round", ids=[id_]) as connection:
        store.cancel(connection, id_, by=named(who), reason=sent.reason, now=here.now)
    return whole(here, who, viewer, id_)


def _eyes(who: Principal, viewer: Viewer) -> Viewer:
    return replace(viewer, name=named(who))


def seen(here: Context, who: Principal, viewer: Viewer, id_: str) -> RoundRow:
    """A round in the eyes of somebody. Raises ApiError for one that they do not see."""
    with here.services.database.read() as connection:
        found = queries.one(connection, _eyes(who, viewer), id_)
    if found is None:
        raise ApiError(404, "no-round", f"There is no round {id_}.", hint="GET /api/v1/rounds lists them.")
    return found


def whole(here: Context, who: Principal, viewer: Viewer, id_: str) -> models.WholeRound:
    """A round with its stops; raises ApiError for one that somebody does not see."""
    found = seen(here, who, viewer, id_)
    with here.services.database.read() as connection:
        stops = queries.stops(connection, id_)
        outcomes = queries.outcomes(connection, id_)
    doors = _doors(here, who, found, stops)
    shown = [_stop(each, doors.get(each.recipient or "")) for each in stops]
    return models.WholeRound(
        **models.RoundModel.model_validate(found).model_dump(), stops=shown,
        outcomes=[models.OutcomeModel.model_validate(each) for each in outcomes],
    )  # fmt: skip


def _stop(row: StopRow, door: models.DoorModel | None) -> models.StopModel:
    values = asdict(row) | {
        "lat": None if row.lat_e7 is None else row.lat_e7 / 1e7,
        "lon": None if row.lon_e7 is None else row.lon_e7 / 1e7,
        "door": door,
    }
    return models.StopModel.model_validate(values)


def _doors(here: Context, who: Principal, found: RoundRow, stops: Sequence[StopRow]) -> dict[str, models.DoorModel]:
    """Whom to visit, for the courier of a round that is not over; each first look is noted."""
    if who.role is not Role.COURIER or found.courier != named(who) or found.state not in LIVE:
        return {}
    doors: dict[str, models.DoorModel] = {}
    why = f"round {found.id}"
    with here.write() as connection:
        for each in sorted({stop.recipient for stop in stops if stop.recipient}):
            person = recipients.find(connection, here.services.vault, each)
            if person is None:
                continue
            if not queries.was_viewed(connection, named(who), each, why):
                recipients.note_view(connection, named(who), each, why, here.now)
            doors[each] = models.DoorModel(
                name=person.name, phone=person.phone, address=person.address, note=person.note,
                language=person.language, groups=list(person.groups),
            )  # fmt: skip
    return doors
