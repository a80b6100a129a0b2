"""Goods kept for needs, and the lists by which they are fetched."""

import secrets
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from sqlalchemy import Connection

from hub.api.context import Context, Here
from hub.api.deciding import deciding
from hub.api.door import Viewing, Whoever, named
from hub.api.faults import ApiError
from hub.api.models import allocation as models
from hub.api.models.reference import Id
from hub.api.models.shared import LISTED, Cursor, Limit, SearchText
from hub.api.routes.needs import CHANGED, RandomPath, changing
from hub.core.access import API
from hub.core.reservations import Event
from hub.core.viewer import Viewer
from hub.store import allocation, consignments, picks
from hub.store.lives import restate_requests
from hub.store.queries import reservations
from hub.store.queries.paging import Page
from hub.store.queries.standing import Key
from hub.store.users import Principal

router = APIRouter(prefix=API, tags=["allocation"])

PickId = Annotated[str, Path(pattern=r"^[A-Za-z0-9-]{1,40}$", description="A pick list's id.")]


@router.post("/needs/{need}/reservations", status_code=201, responses=CHANGED)
def reserve(
    here: Here, who: Whoever, viewer: Viewing, need: RandomPath, wanted: models.ReservationInput
) -> models.ReservationModel:
    """Keep goods for a need: whole units of one lot, never more than is free. The hold ends by itself.

    What the need lacks then stays open. Ask with an `id` of your own to be able to ask again.
    """
    id_ = wanted.id or secrets.token_hex(8)
    with changing(here, viewer, need) as (connection, found):
        now = here.now
        new = allocation.NewReservation(
            id=id_, key=Key(wanted.site, wanted.item, wanted.lot, wanted.owner), n=wanted.n, by=named(who), now=now,
            expires_at=now + wanted.hold_s * 1000,
        )  # fmt: skip
        allocation.reserve(connection, found, new)
        restate_requests(connection, "need.id", need, now)
    with here.services.database.read() as connection:
        return _reservation(here, connection, viewer, id_)


@router.get("/reservations", responses=LISTED, response_model=models.ReservationPage)
def the_reservations(
    here: Here,
    viewer: Viewing,
    need: Annotated[str | None, Query(pattern=r"^[0-9a-f]{16}$")] = None,
    site: Id | None = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[reservations.ReservationRow]:
    """Reservations, newest first; staff see those for their organisation, and those of its goods."""
    pager = here.pager("reservations", need, site)
    with here.services.database.read() as connection:
        return reservations.reservations(
            connection, pager, viewer, need=need, site=site, limit=limit, cursor=cursor, now=here.now
        )


@router.get("/reservations/{reservation}", responses=CHANGED)
def the_reservation(here: Here, viewer: Viewing, reservation: RandomPath) -> models.ReservationModel:
    """A reservation, and what was picked of it."""
    with here.services.database.read() as connection:
        return _reservation(here, connection, viewer, reservation)


@router.post("/reservations/{reservation}/cancellation", responses=CHANGED)
def cancel_reservation(here: Here, who: Whoever, viewer: Viewing, reservation: RandomPath) -> models.ReservationModel:
    """Give a hold back: its goods are free again."""
    with deciding(here, "allocation") as connection:
        _own(here, connection, viewer, reservation)
        allocation.cancel(connection, reservation, by=named(who), now=here.now)
        restate_requests(connection, "r.id", reservation, here.now)
        return _reservation(here, connection, viewer, reservation)


@router.post("/reservations/{reservation}/release", status_code=201, responses=CHANGED)
def release(here: Here, who: Whoever, viewer: Viewing, reservation: RandomPath) -> models.PickModel:
    """Let one reservation be picked: a pick list of its own."""
    return _release(here, viewer, [reservation], who)


@router.get("/picks", responses=LISTED, response_model=models.PickPage)
def the_picks(
    here: Here,
    viewer: Viewing,
    site: Id | None = None,
    state: Literal["open", "closed", "cancelled"] | None = None,
    text: SearchText = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[reservations.PickRow]:
    """Pick lists with their lines, newest first."""
    pager = here.pager("picks", site, state, text)
    with here.services.database.read() as connection:
        return reservations.picks(
            connection, pager, viewer, site=site, state=state, words=text, limit=limit, cursor=cursor
        )


@router.post("/picks", status_code=201, responses=CHANGED)
def make_pick_list(here: Here, who: Whoever, viewer: Viewing, wanted: models.PickInput) -> models.PickModel:
    """Let reservations be picked together; devices at the site are told of the list."""
    return _release(here, viewer, wanted.reservations, who)


@router.get("/picks/{pick}", responses=CHANGED)
def the_pick(here: Here, viewer: Viewing, pick: PickId) -> models.PickModel:
    """A pick list, and what was fetched for it."""
    with here.services.database.read() as connection:
        return _pick(connection, viewer, pick)


@router.post("/picks/{pick}/closing", responses=CHANGED)
def close_pick(here: Here, who: Whoever, viewer: Viewing, pick: PickId) -> models.PickModel:
    """Nothing more is fetched for a list; what is short is free again, and open in its need."""
    return _end(here, viewer, pick, Event.CLOSE, who)


@router.post("/picks/{pick}/cancellation", responses=CHANGED)
def cancel_pick(here: Here, who: Whoever, viewer: Viewing, pick: PickId) -> models.PickModel:
    """Nothing is fetched for a list after all, and what was has to be put back: it covers no need."""
    return _end(here, viewer, pick, Event.CANCEL, who)


def _release(here: Context, viewer: Viewer, ids: list[str], who: Principal) -> models.PickModel:
    with deciding(here, "allocation") as connection:
        for id_ in ids:
            _own(here, connection, viewer, id_)
        return _pick(connection, viewer, picks.release(connection, ids, by=named(who), now=here.now))


def _end(here: Context, viewer: Viewer, pick: str, event: Event, who: Principal) -> models.PickModel:
    with deciding(here, "allocation") as connection:
        _pick(connection, viewer, pick)
        if event is Event.CANCEL:
            consignments.not_of_a_consignment(connection, pick)
        picks.end(connection, pick, event, by=named(who), now=here.now)
        restate_requests(connection, "pick.id", pick, here.now)
        return _pick(connection, viewer, pick)


def _own(here: Context, connection: Connection, viewer: Viewer, id_: str) -> None:
    """Whoever sees a reservation only because its goods are theirs may not decide on it."""
    found = _reservation(here, connection, viewer, id_)
    if not viewer.may_see_owner(found.organisation):
        raise ApiError(
            403, "not-allowed", f"The reservation {id_} is for {found.organisation}.", hint="They decide on it."
        )


def _reservation(here: Context, connection: Connection, viewer: Viewer, id_: str) -> models.ReservationModel:
    found = reservations.reservation(connection, viewer, id_, now=here.now)
    if found is None:
        hint = "GET /api/v1/reservations lists them."
        raise ApiError(404, "no-reservation", f"There is no reservation {id_}.", hint=hint)
    return models.ReservationModel.model_validate(found)


def _pick(connection: Connection, viewer: Viewer, pick: str) -> models.PickModel:
    found = reservations.pick(connection, viewer, pick)
    if found is None:
        raise ApiError(404, "no-pick", f"There is no pick list {pick}.", hint="GET /api/v1/picks lists them.")
    return models.PickModel.model_validate(found)
