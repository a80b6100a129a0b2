"""Who needs what, which lots may answer it, and who lends to whom."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Path
from sqlalchemy import Connection

from hub.api.context import Context, Here
from hub.api.deciding import deciding
from hub.api.door import Viewing, Whoever, named
from hub.api.faults import ApiError
from hub.api.models import allocation as models
from hub.api.models.reference import Id
from hub.api.models.shared import LISTED, Cursor, Limit, SearchText, errors
from hub.api.models.space import number
from hub.api.routes.space import acting_for
from hub.core.access import API
from hub.core.allocation import SENTENCES, Lot
from hub.core.reservations import NeedState
from hub.core.viewer import Viewer
from hub.store import needs as store
from hub.store.queries import needs
from hub.store.queries.candidates import Candidates, candidates
from hub.store.queries.paging import Page

router = APIRouter(prefix=API, tags=["allocation"])

CHANGED = errors(401, 403, 404, 409, 413, 422, 503)
RandomPath = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$", description="An id, as it was given.")]


@router.get("/needs", responses=LISTED, response_model=models.NeedPage)
def the_needs(
    here: Here,
    viewer: Viewing,
    organisation: Id | None = None,
    state: NeedState | None = None,
    text: SearchText = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[needs.NeedRow]:
    """Needs, newest first; staff of an organisation see its own."""
    pager = here.pager("needs", organisation, state, text)
    with here.services.database.read() as connection:
        return needs.needs(
            connection, pager, viewer, organisation=organisation, state=state, words=text, limit=limit, cursor=cursor,
            now=here.now,
        )  # fmt: skip


@router.post("/needs", status_code=201, responses=CHANGED)
def ask_for_goods(here: Here, who: Whoever, viewer: Viewing, asked: models.NeedInput) -> models.NeedModel:
    """Say what is needed, where and by when."""
    new = store.NewNeed(
        id=asked.id or secrets.token_hex(8), organisation=acting_for(viewer, asked.organisation),
        destination=asked.destination, item=asked.item, n=asked.n, needed_by=number(asked.needed_by),
        shelf_days=asked.shelf_days, substitutes=asked.substitutes, note=asked.note, by=named(who), now=here.now,
    )  # fmt: skip
    with deciding(here, "allocation") as connection:
        store.ask(connection, new)
        return _shown(here, connection, viewer, new.id)


@router.get("/needs/{need}", responses=CHANGED)
def the_need(here: Here, viewer: Viewing, need: RandomPath) -> models.NeedModel:
    """A need, and how far it is covered."""
    with here.services.database.read() as connection:
        return _shown(here, connection, viewer, need)


@router.post("/needs/{need}/cancellation", responses=CHANGED)
def cancel_need(here: Here, who: Whoever, viewer: Viewing, need: RandomPath) -> models.NeedModel:
    """A need is over; what is held for it is free again."""
    with changing(here, viewer, need) as (connection, found):
        store.not_of_a_request(found)
        store.cancel(connection, found, by=named(who), now=here.now)
        return _shown(here, connection, viewer, need)


@router.get("/needs/{need}/candidates", responses=CHANGED)
def the_candidates(
    here: Here, viewer: Viewing, need: RandomPath, item: models.ItemKey | None = None, site: Id | None = None
) -> models.CandidatesModel:
    """The lots that may answer a need, first expired first, in all pack sizes; with `item`, those of a substitute.

    They belong to its organisation, or to an owner who lends them. `take` is a proposal for what is open.
    """
    with here.services.database.read() as connection:
        _shown(here, connection, viewer, need)
        found = store.find(connection, need, here.now)
        assert found is not None  # noqa: S101 (it was just shown)
        if item is not None and not found.substitutes:
            raise ApiError(409, "no-substitute", "This need takes no substitutes.", hint="Leave `item` out.")
        lots = candidates(connection, found, item=item, site=site, now=here.now)
    return models.CandidatesModel.model_validate(
        {"need": need, "wanted": found.open, "lacking": lots.lacking, "more": lots.more, **_told(lots)}
    )


@router.get("/consents", responses=LISTED, response_model=models.ConsentPage)
def the_consents(here: Here, viewer: Viewing, limit: Limit = 100, cursor: Cursor = None) -> Page[needs.ConsentRow]:
    """Who lends what to whom, newest first; staff see what they gave and by what they may take."""
    with here.services.database.read() as connection:
        return needs.consents(connection, here.pager("consents"), viewer, limit=limit, cursor=cursor)


@router.post("/consents", status_code=201, responses=CHANGED)
def lend(here: Here, who: Whoever, viewer: Viewing, given: models.ConsentInput) -> models.ConsentModel:
    """An owner lets others' needs be answered by its goods, until the consent is ended."""
    new = store.NewConsent(
        id=given.id or secrets.token_hex(8), owner=acting_for(viewer, given.owner), taker=given.taker or "",
        item=given.item or "", until=None if given.until is None else number(given.until), by=named(who),
        now=here.now,
    )  # fmt: skip
    with deciding(here, "allocation") as connection:
        store.lend(connection, new)
        return _consent(connection, viewer, new.id)


@router.post("/consents/{consent}/end", responses=CHANGED)
def end_consent(here: Here, who: Whoever, viewer: Viewing, consent: RandomPath) -> models.ConsentModel:
    """Lend no more. What was reserved under it stays reserved."""
    with deciding(here, "allocation") as connection:
        _consent(connection, viewer, consent)
        store.end_consent(connection, consent, by=named(who), now=here.now)
        return _consent(connection, viewer, consent)


@contextmanager
def changing(here: Context, viewer: Viewer, need: str) -> Iterator[tuple[Connection, store.Need]]:
    """A writing transaction on a need that the viewer sees."""
    with deciding(here, "allocation") as connection:
        found = store.find(connection, need, here.now)
        if found is None or not viewer.may_see_owner(found.organisation):
            raise _no_need(need)
        yield connection, found


def _shown(here: Context, connection: Connection, viewer: Viewer, need: str) -> models.NeedModel:
    found = needs.need(connection, viewer, need, now=here.now)
    if found is None:
        raise _no_need(need)
    return models.NeedModel.model_validate(found)


def _no_need(need: str) -> ApiError:
    return ApiError(404, "no-need", f"There is no need {need}.", hint="GET /api/v1/needs lists them.")


def _consent(connection: Connection, viewer: Viewer, id_: str) -> models.ConsentModel:
    found = needs.consent(connection, viewer, id_)
    if found is None:
        raise ApiError(404, "no-consent", f"There is no consent {id_}.", hint="GET /api/v1/consents lists them.")
    return models.ConsentModel.model_validate(found)


def _told(found: Candidates) -> dict[str, Any]:
    rows = [
        {
            **_lot(lot), "pieces": lot.pieces, "stands": lot.stands, "free": lot.free,
            "free_pieces": lot.free * lot.pieces, "take": offer.take, "take_pieces": offer.take * lot.pieces,
        }
        for offer in found.offers
        for lot in (offer.lot,)
    ]  # fmt: skip
    return {"rows": rows, "unfit": [{**_lot(lot), "why": why, "sentence": SENTENCES[why]} for lot, why in found.unfit]}


def _lot(lot: Lot) -> dict[str, Any]:
    return {"site": lot.site, "item": lot.item, "lot": lot.lot, "owner": lot.owner, "expiry": lot.expiry}
