"""Trips of unmanned vehicles: nothing is decided here, all of it is seen by facts."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from hub.api.context import Here
from hub.api.door import Viewing
from hub.api.faults import ApiError
from hub.api.models import trips as models
from hub.api.models.shared import LISTED, Cursor, Limit, SearchText, errors
from hub.core.access import API
from hub.store.queries import trips as queries
from hub.store.queries.paging import Page
from hub.store.queries.trips import TripRow

router = APIRouter(prefix=API, tags=["last mile"])


@router.get("/trips", responses=LISTED, response_model=models.TripPage)
def the_trips(
    here: Here,
    viewer: Viewing,
    vehicle: Annotated[str | None, Query(pattern=r"^[a-z0-9-]{1,40}$")] = None,
    text: SearchText = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[TripRow]:
    """Trips, the latest planned first."""
    pager = here.pager("trips", vehicle, text, viewer.owner_filter, viewer.site_filter)
    with here.services.database.read() as connection:
        return queries.trips(connection, pager, viewer, vehicle=vehicle, words=text, limit=limit, cursor=cursor)


@router.get("/trips/{consignment}", responses=errors(401, 403, 404, 422, 503))
def the_trip(
    here: Here,
    viewer: Viewing,
    consignment: Annotated[str, Path(pattern=r"^C-[0-9A-HJKMNP-TV-Z]{8}$", description="Its consignment's id.")],
) -> models.WholeTripModel:
    """A trip, with what is in which compartment and what happened."""
    with here.services.database.read() as connection:
        found = queries.one(connection, viewer, consignment)
    if found is None:
        hint = "GET /api/v1/trips lists them."
        raise ApiError(404, "no-trip", f"No vehicle brings a consignment {consignment}.", hint=hint)
    return models.WholeTripModel(
        **models.TripModel.model_validate(found.row).model_dump(),
        compartments=[models.CompartmentModel.model_validate(each) for each in found.aboard],
        steps=[models.TripStepModel.model_validate(each) for each in found.steps],
    )
