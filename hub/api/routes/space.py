"""Room in warehouses: how much there is, who asks for it, who gets it."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Path, Query
from sqlalchemy import Connection

from hub.api.context import Context, Here
from hub.api.deciding import deciding
from hub.api.door import Viewing, Whoever, named
from hub.api.faults import ApiError
from hub.api.models import space as models
from hub.api.models.reference import Id
from hub.api.models.shared import LISTED, Cursor, Limit, SearchText, errors
from hub.core.access import API
from hub.core.days import later
from hub.core.space import Event, Measure, State, Temperature
from hub.core.viewer import Viewer
from hub.store import space as store
from hub.store.queries import space
from hub.store.queries.paging import Page

router = APIRouter(prefix=f"{API}/space", tags=["space"])

CHANGED = errors(401, 403, 404, 409, 413, 422, 503)
LONGEST_WINDOW_DAYS = 400
BookingId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$", description="A booking's id.")]


@router.get("/capacities", responses=errors(401, 403, 503))
def the_capacities(here: Here, viewer: Viewing) -> models.Capacities:
    """How much room of each kind the sites have."""
    with here.services.database.read() as connection:
        return models.Capacities.model_validate({"capacities": space.capacities(connection, viewer)})


@router.put("/capacities", responses=CHANGED)
def set_capacities(here: Here, who: Whoever, sent: models.CapacityList) -> models.CapacitiesSet:
    """Set capacities, all or none; others stay. What was waiting for room and fits now is approved."""
    approved = []
    with deciding(here, "space") as connection:
        for one in sent.capacities:
            room = store.Room(one.site, one.temperature, one.measure)
            approved += store.set_capacity(connection, room, one.amount, anyway=one.anyway, by=named(who), now=here.now)
    return models.CapacitiesSet(count=len(sent.capacities), approved=approved)


@router.get("/bookings", responses=LISTED, response_model=models.BookingPage)
def the_bookings(
    here: Here,
    viewer: Viewing,
    site: Id | None = None,
    organisation: Id | None = None,
    state: models.StoredState | None = None,
    text: SearchText = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[space.BookingRow]:
    """Bookings, newest first; staff of an organisation see their own."""
    wanted = space.BookingFilter(site=site, organisation=organisation, state=state, words=text)
    pager = here.pager("bookings", site, organisation, state, text)
    with here.services.database.read() as connection:
        return space.bookings(connection, pager, viewer, wanted, limit=limit, cursor=cursor, now=here.now)


@router.post("/bookings", status_code=201, responses=CHANGED)
def ask_for_room(here: Here, who: Whoever, viewer: Viewing, asked: models.BookingInput) -> models.BookingModel:
    """Ask for room. Somebody approves it, refuses it, or puts it on the waiting list."""
    new = store.NewBooking(
        id=asked.id or secrets.token_hex(8), organisation=acting_for(viewer, asked.organisation),
        room=store.Room(asked.site, asked.temperature, asked.measure), amount=asked.amount,
        first=models.number(asked.first_day), last=models.number(asked.last_day), note=asked.note,
        by=named(who), now=here.now,
    )  # fmt: skip
    with deciding(here, "space") as connection:
        return _shown(here, connection, viewer, store.ask(connection, new))


@router.post("/bookings/{booking}/approval", responses=CHANGED)
def approve(here: Here, who: Whoever, viewer: Viewing, booking: BookingId, how: models.Approval) -> models.BookingModel:
    """Approve a booking, if it fits on every day of it. With `wait` it is put on the waiting list where it does not.

    A booking on the waiting list is approved by itself as soon as it fits.
    """
    with _changing(here, viewer, booking) as connection:
        try:
            store.decide(connection, booking, Event.APPROVE, by=named(who), now=here.now)
        except store.FullError:
            if not how.wait:
                raise
            store.decide(connection, booking, Event.WAIT, by=named(who), now=here.now)
        return _shown(here, connection, viewer, booking)


@router.post("/bookings/{booking}/refusal", responses=CHANGED)
def refuse(here: Here, who: Whoever, viewer: Viewing, booking: BookingId, why: models.Refusal) -> models.BookingModel:
    """Refuse a booking, with a reason."""
    with _changing(here, viewer, booking) as connection:
        store.decide(connection, booking, Event.REFUSE, by=named(who), now=here.now, reason=why.reason)
        return _shown(here, connection, viewer, booking)


@router.post("/bookings/{booking}/release", responses=CHANGED)
def release(here: Here, who: Whoever, viewer: Viewing, booking: BookingId) -> models.BookingModel:
    """Give room back, from today on; or withdraw what is not approved yet. Whoever waits for it may get it at once."""
    with _changing(here, viewer, booking) as connection:
        found = _shown(here, connection, viewer, booking)
        store.decide(connection, booking, store.wanted_from(State(found.state)), by=named(who), now=here.now)
        return _shown(here, connection, viewer, booking)


@router.get("/calendar", responses=LISTED)
def the_calendar(
    here: Here,
    viewer: Viewing,
    site: Id,
    temperature: Temperature,
    measure: Measure,
    first: Annotated[models.GivenDay, Query(description="The first day.")],
    last: Annotated[models.GivenDay, Query(description="The last day, included.")],
) -> models.Calendar:
    """What is free of a room on each day, for up to 400 days."""
    begin, end = models.number(first), models.number(last)
    if not begin <= end <= later(begin, LONGEST_WINDOW_DAYS - 1):
        raise ApiError(422, "invalid", f"A calendar has 1 to {LONGEST_WINDOW_DAYS} days.", hint="Ask for fewer days.")
    if not viewer.may_see_site(site):
        raise ApiError(403, "not-allowed", f"You see {viewer.site} alone.", hint="Ask for that site.")
    with here.services.database.read() as connection:
        days = space.calendar(connection, viewer, store.Room(site, temperature, measure), begin, end)
    return models.Calendar.model_validate({"days": days})


def acting_for(viewer: Viewer, organisation: str | None) -> str:
    """The organisation that somebody asks for: staff for their own, others for the one that they name."""
    own = viewer.owner_filter
    if own is not None and organisation not in (None, own):
        raise ApiError(403, "not-allowed", f"You ask for {own} alone.", hint="Leave `organisation` out.")
    found = own or organisation
    if found is None:
        raise ApiError(422, "invalid", "organisation: say for whom.", hint="GET /api/v1/organisations lists all.")
    return found


@contextmanager
def _changing(here: Context, viewer: Viewer, id_: str) -> Iterator[Connection]:
    """A writing transaction on a booking that the viewer sees."""
    with deciding(here, "space") as connection:
        _shown(here, connection, viewer, id_)
        yield connection


def _shown(here: Context, connection: Connection, viewer: Viewer, id_: str) -> models.BookingModel:
    found = space.one(connection, viewer, id_, now=here.now)
    if found is None:
        raise ApiError(404, "no-booking", f"There is no booking {id_}.", hint="GET /api/v1/space/bookings lists them.")
    return models.BookingModel.model_validate(found)
