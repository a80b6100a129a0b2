"""What single recipients get: where it is, and what becomes of it."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from sqlalchemy import Connection

from hub.api.context import Context, Here
from hub.api.door import Viewing, Whoever, named
from hub.api.models import relief as models
from hub.api.models.reference import Id
from hub.api.models.shared import LISTED, Cursor, Limit, ReasonInput, SearchText
from hub.api.relieving import found, post, relieving
from hub.api.routes.needs import CHANGED
from hub.core.access import API
from hub.core.lifecycles import PARCEL, ParcelState, Way
from hub.core.viewer import Viewer
from hub.store import parcels as store
from hub.store import relief
from hub.store.lives import Touched
from hub.store.queries import relief as queries
from hub.store.queries.paging import Page
from hub.store.relief import Found

router = APIRouter(prefix=API, tags=["relief"])

ParcelId = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9-]{1,40}\.[0-9A-HJKMNP-TV-Z]{6}$", description="A parcel's id, as on its label.")
]


@router.get("/parcels", responses=LISTED, response_model=models.ParcelPage)
def the_parcels(
    here: Here,
    viewer: Viewing,
    site: Annotated[Id | None, Query(description="The station that hands them out.")] = None,
    state: ParcelState | None = None,
    way: Way | None = None,
    consignment: Annotated[str | None, Query(pattern=r"^C-[0-9A-HJKMNP-TV-Z]{8}$")] = None,
    request: Annotated[str | None, Query(pattern=r"^[0-9a-f]{16}$")] = None,
    text: SearchText = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[dict[str, Any]]:
    """Parcels, newest first; operators and clerks of a site see what comes from there or goes there."""
    pager = here.pager("parcels", site, state, way, consignment, request, text)
    with here.services.database.read() as connection:
        of = None if consignment is None else relief.consignment(connection, consignment)
        asked = None if request is None else relief.request(connection, request)
        if (consignment is not None and of is None) or (request is not None and asked is None):
            return Page([], None)
        carried = "consignment" if of is None or of.back_of is None else "back"
        filters: dict[str, str | int | None] = {
            "station": site, "state": state, "way": way, carried: None if of is None else of.seq,
            "request": None if asked is None else asked.seq,
        }  # fmt: skip
        return queries.parcels(connection, pager, viewer, limit=limit, cursor=cursor, words=text, **filters)


@router.get("/parcels/{parcel}", responses=CHANGED)
def the_parcel(here: Here, viewer: Viewing, parcel: ParcelId) -> models.ParcelWhole:
    """A parcel, and what happened to it."""
    return _shown(here, viewer, parcel)


@router.post("/parcels/{parcel}/reroute", responses=CHANGED)
def reroute(
    here: Here, who: Whoever, viewer: Viewing, parcel: ParcelId, where: models.ParcelReroute
) -> models.ParcelWhole:
    """Have it go another way, or be handed out at another station, with its request."""
    return _changed(
        here, viewer, parcel, lambda connection, row: store.reroute(
            connection, row, where.way, where.station, by=named(who), now=here.now, reason=where.reason
        )
    )  # fmt: skip


@router.post("/parcels/{parcel}/return", responses=CHANGED)
def give_back(
    here: Here, who: Whoever, viewer: Viewing, parcel: ParcelId, why: ReasonInput | None = None
) -> models.ParcelWhole:
    """Nobody gets it after all: it goes back to where it came from."""
    reason = "" if why is None else why.reason
    return _changed(
        here, viewer, parcel, lambda connection, row: store.send_back(
            connection, row, by=named(who), now=here.now, reason=reason
        )
    )  # fmt: skip


@router.post("/parcels/{parcel}/loss", responses=CHANGED)
def lose(here: Here, who: Whoever, viewer: Viewing, parcel: ParcelId, why: models.GivenReason) -> models.ParcelWhole:
    """It cannot be found: a fact of the hub says so."""
    post(
        here, lambda connection: store.lose([found(connection, viewer, "parcel", parcel)], by=named(who)),
        by=named(who), action="parcel-lost", what=parcel, detail=why.reason,
    )  # fmt: skip
    return _shown(here, viewer, parcel)


def _changed(here: Context, viewer: Viewer, id_: str, do: Callable[[Connection, Found], Touched]) -> models.ParcelWhole:
    with relieving(here, "consignment") as (connection, touched):
        touched.add(do(connection, found(connection, viewer, "parcel", id_)))
    return _shown(here, viewer, id_)


def _shown(here: Context, viewer: Viewer, id_: str) -> models.ParcelWhole:
    with here.services.database.read() as connection:
        row = found(connection, viewer, "parcel", id_)
        (told,) = queries.parcel_rows(connection, [row])
        history = queries.parcel_history(connection, row)
    may = PARCEL.open_to(ParcelState(row.state), viewer.role)
    return models.ParcelWhole.model_validate({**told, "history": history, "may": may})
