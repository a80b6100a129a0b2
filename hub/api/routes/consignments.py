"""Goods that go together, from one site to one place."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path
from sqlalchemy import Connection

from hub.api.context import Context, Here
from hub.api.door import Viewing, Whoever, named
from hub.api.models import consignments as models
from hub.api.models.reference import Id
from hub.api.models.relief import GivenReason
from hub.api.models.shared import LISTED, SIGNED_IN, Cursor, Limit, ReasonInput, SearchText
from hub.api.models.space import number
from hub.api.relieving import found, post, relieving
from hub.api.routes.needs import CHANGED
from hub.core.access import API
from hub.core.lifecycles import CONSIGNMENT, PARCEL, ConsignmentEvent, ConsignmentState, ParcelEvent, ParcelState, Way
from hub.core.viewer import Viewer
from hub.store import consigning, parcels, relief
from hub.store import consignments as store
from hub.store.lives import Touched
from hub.store.queries import relief as queries
from hub.store.queries.paging import Page
from hub.store.relief import Found, ReliefError
from wire.messages import Scan

router = APIRouter(prefix=API, tags=["relief"])

ConsignmentId = Annotated[str, Path(pattern=r"^C-[0-9A-HJKMNP-TV-Z]{8}$", description="A consignment's id.")]


@router.get("/consignments", responses=LISTED, response_model=models.ConsignmentPage)
def the_consignments(
    here: Here,
    viewer: Viewing,
    state: ConsignmentState | None = None,
    organisation: Id | None = None,
    way: Way | None = None,
    site: Id | None = None,
    text: SearchText = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[dict[str, Any]]:
    """Consignments, newest first; with `site`, those that come from there or go there."""
    pager = here.pager("consignments", state, organisation, way, site, text)
    with here.services.database.read() as connection:
        return queries.consignments(
            connection, pager, viewer, limit=limit, cursor=cursor, site=site, words=text, state=state,
            organisation=organisation, way=way,
        )  # fmt: skip


@router.get("/consignments/board", responses=SIGNED_IN)
def the_board(
    here: Here,
    viewer: Viewing,
    organisation: Id | None = None,
    way: Way | None = None,
    site: Id | None = None,
) -> models.Board:
    """Consignments that are not over, by state: how many, and the newest of each."""
    with here.services.database.read() as connection:
        states = queries.board(connection, viewer, site=site, organisation=organisation, way=way)
    return models.Board.model_validate({"states": states})


@router.post("/consignments", status_code=201, responses=CHANGED)
def plan(here: Here, who: Whoever, viewer: Viewing, wanted: models.ConsignmentInput) -> models.ConsignmentWhole:
    """Send what is reserved at one site for some requests: a pick list, and a parcel for each of them."""
    new = consigning.NewConsignment(
        requests=tuple(wanted.requests), from_site=wanted.from_site, to_site=wanted.to_site, way=wanted.way,
        vehicle=wanted.vehicle, due=None if wanted.due is None else number(wanted.due), note=wanted.note,
        by=named(who), now=here.now,
    )  # fmt: skip
    with relieving(here, "consignment") as (connection, touched):
        for id_ in wanted.requests:
            found(connection, viewer, "request", id_)
        id_, more = consigning.plan(connection, new)
        touched.add(more)
    return _shown(here, viewer, id_)


@router.get("/consignments/{consignment}", responses=CHANGED)
def the_consignment(here: Here, viewer: Viewing, consignment: ConsignmentId) -> models.ConsignmentWhole:
    """A consignment, and what happened to it. GET /api/v1/parcels?consignment= lists its parcels."""
    return _shown(here, viewer, consignment)


@router.post("/consignments/{consignment}/cancellation", responses=CHANGED)
def cancel(
    here: Here, who: Whoever, viewer: Viewing, consignment: ConsignmentId, why: ReasonInput | None = None
) -> models.ConsignmentWhole:
    """Nothing goes after all, before anything has left: what was reserved is free."""
    reason = "" if why is None else why.reason
    return _changed(
        here, viewer, consignment, lambda connection, row: store.cancel(
            connection, row, by=named(who), now=here.now, reason=reason
        )
    )  # fmt: skip


@router.post("/consignments/{consignment}/closing", responses=CHANGED)
def close(
    here: Here, who: Whoever, viewer: Viewing, consignment: ConsignmentId, why: ReasonInput | None = None
) -> models.ConsignmentWhole:
    """It is over as it is; what differs is shown as a discrepancy until that is settled."""
    reason = "" if why is None else why.reason
    return _changed(
        here, viewer, consignment, lambda connection, row: store.close(
            connection, row, by=named(who), now=here.now, reason=reason
        )
    )  # fmt: skip


@router.post("/consignments/{consignment}/return", status_code=201, responses=CHANGED)
def give_back(
    here: Here, who: Whoever, viewer: Viewing, consignment: ConsignmentId, how: models.ConsignmentReturn | None = None
) -> models.ConsignmentWhole:
    """Have what nobody got brought back. Answers with the consignment that brings it."""
    told = how or models.ConsignmentReturn()
    with relieving(here, "consignment") as (connection, touched):
        row = found(connection, viewer, "consignment", consignment)
        id_, more = store.give_back(
            connection, row, to_site=told.to_site, by=named(who), now=here.now, reason=told.reason
        )
        touched.add(more)
    return _shown(here, viewer, id_)


@router.post("/consignments/{consignment}/reroute", responses=CHANGED)
def reroute(
    here: Here, who: Whoever, viewer: Viewing, consignment: ConsignmentId, where: models.ConsignmentReroute
) -> models.ConsignmentWhole:
    """Have it go another way or to another station, with all its parcels that are not over."""
    due = None if where.due is None else number(where.due)
    return _changed(
        here, viewer, consignment, lambda connection, row: store.reroute(
            connection, row, way=where.way, to_site=where.to_site, vehicle=where.vehicle, due=due, by=named(who),
            now=here.now, reason=where.reason,
        )
    )  # fmt: skip


@router.post("/consignments/{consignment}/loss", responses=CHANGED)
def lose(
    here: Here, who: Whoever, viewer: Viewing, consignment: ConsignmentId, why: GivenReason
) -> models.ConsignmentWhole:
    """What is on its way is lost: facts of the hub say so for each parcel that is."""
    post(
        here,
        lambda connection: _lost(connection, found(connection, viewer, "consignment", consignment), by=named(who)),
        by=named(who), action="consignment-lost", what=consignment, detail=why.reason,
    )  # fmt: skip
    return _shown(here, viewer, consignment)


@router.post("/consignments/{consignment}/split", status_code=201, responses=CHANGED)
def split(
    here: Here, who: Whoever, viewer: Viewing, consignment: ConsignmentId, which: models.ConsignmentSplit
) -> models.ConsignmentWhole:
    """Let some of its parcels go by a consignment of their own, which is answered."""
    with relieving(here, "consignment") as (connection, touched):
        row = found(connection, viewer, "consignment", consignment)
        id_, more = store.split(connection, row, which.parcels, by=named(who), now=here.now)
        touched.add(more)
        touched.consignments.add(row.seq)
    return _shown(here, viewer, id_)


def _lost(connection: Connection, row: Found, *, by: str) -> list[Scan]:
    store.check(row, ConsignmentEvent.LOSE)
    on_the_way = [
        one
        for one in relief.parcels_of(connection, "consignment", row.seq)
        if one.state in (ParcelState.UNDER_WAY, ParcelState.OUT, ParcelState.RETURNING)
        and PARCEL.decided(ParcelState(one.state), ParcelEvent.LOSE)
    ]
    if not on_the_way:
        raise ReliefError(f"Nothing of the consignment {row.id} is on its way.")
    return parcels.lose(on_the_way, by=by)


def _changed(
    here: Context, viewer: Viewer, id_: str, do: Callable[[Connection, Found], Touched]
) -> models.ConsignmentWhole:
    with relieving(here, "consignment") as (connection, touched):
        touched.add(do(connection, found(connection, viewer, "consignment", id_)))
    return _shown(here, viewer, id_)


def _shown(here: Context, viewer: Viewer, id_: str) -> models.ConsignmentWhole:
    with here.services.database.read() as connection:
        row = found(connection, viewer, "consignment", id_)
        (told,) = queries.consignment_rows(connection, [row])
        history = queries.history(connection, "consignment", id_)
        custody = queries.custody(connection, row)
    may = CONSIGNMENT.open_to(ConsignmentState(row.state), viewer.role)
    return models.ConsignmentWhole.model_validate({**told, "history": history, "custody": custody, "may": may})
