"""Goods that change their owner where they stand (hub.core.transfers)."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Path, Query
from sqlalchemy import select

from hub.api.context import Context, Here
from hub.api.door import Viewing, Whoever, named
from hub.api.faults import ApiError
from hub.api.models import transfers as models
from hub.api.models.reference import Id
from hub.api.models.shared import LISTED, Cursor, Limit, ReasonInput, SearchText, errors
from hub.core.access import API
from hub.core.transfers import Event, State, obstacle, side_of
from hub.core.viewer import Viewer
from hub.desk import DeskError
from hub.store import reference, schema
from hub.store import transfers as store
from hub.store.queries import transfers as queries
from hub.store.queries.paging import Page
from hub.store.queries.transfers import TransferRow
from hub.store.users import Principal
from wire.messages import Transfer

router = APIRouter(prefix=API, tags=["transfers"])

CHANGED = errors(401, 403, 404, 409, 413, 422, 503)
Key = Annotated[models.TransferId, Path(description="A transfer's id.")]


@router.get("/transfers", responses=LISTED, response_model=models.TransferPage)
def the_transfers(
    here: Here,
    viewer: Viewing,
    state: Annotated[State | None, Query()] = None,
    organisation: Id | None = None,
    text: SearchText = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[TransferRow]:
    """Requests and what became of them; staff see those that their organisation gives or takes."""
    pager = here.pager("transfers", state, organisation, text, viewer.owner_filter, viewer.site_filter)
    with here.services.database.read() as connection:
        return queries.transfers(
            connection, pager, viewer, state=state, organisation=organisation, words=text, limit=limit, cursor=cursor
        )


@router.get("/transfers/{key}", responses=errors(401, 403, 404, 422, 503), response_model=models.TransferModel)
def the_transfer(here: Here, viewer: Viewing, key: Key) -> TransferRow:
    """One request."""
    return _seen(here, viewer, key)


@router.post("/transfers", status_code=201, responses=CHANGED, response_model=models.TransferModel)
def ask(here: Here, who: Whoever, viewer: Viewing, sent: models.TransferInput) -> TransferRow:
    """Ask that goods change their owner. The giver decides; nothing moves until then."""
    if sent.giver == sent.taker:
        raise ApiError(422, "same-owner", "Giver and taker are the same.", hint="Name two organisations.")
    side = side_of(viewer, sent.giver, sent.taker, sent.asked_for)
    if side is None:
        hint = "Name your organisation as giver or taker."
        raise ApiError(403, "not-yours", "You ask for your own organisation only.", hint=hint)
    key = sent.id or f"T-{secrets.token_hex(6)}"
    with here.write() as connection:
        for organisation in (sent.giver, sent.taker):
            query = select(schema.organisation.c.id).where(schema.organisation.c.id == organisation)
            if connection.execute(query).first() is None:
                hint = "GET /api/v1/organisations lists them."
                raise ApiError(422, "no-organisation", f"There is no organisation {organisation}.", hint=hint)
        store.ask(
            connection,
            store.Wanted(
                id=key, account=sent.account, item=sent.item, lot=sent.lot, condition=sent.condition,
                giver=sent.giver, taker=sent.taker, n=sent.n, note=sent.note, asked_for=side, by=named(who),
                now=here.now,
            ),
        )  # fmt: skip
        reference.announce(connection, "transfer", {"ids": [key]}, here.now)
    here.services.live.notify()
    return _seen(here, viewer, key)


@router.post("/transfers/{key}/approval", responses=CHANGED, response_model=models.TransferModel)
def approve(here: Here, who: Whoever, viewer: Viewing, key: Key, sent: ReasonInput) -> TransferRow:
    """Give the goods away: as much as stands there and nobody reserved. It is posted at once, or when the hub can."""
    _decide(here, who, viewer, key, Event.APPROVE, sent.reason)
    desk = here.services.desk
    if desk is not None:
        try:
            desk.post_due(lambda: _due(here))
        except DeskError as error:
            hint = "The hub posts it by itself as soon as it can; do not ask anew."
            sentence = f"The transfer {key} is approved, and not in the ledger yet. {error}"
            raise ApiError(503, "not-posted-yet", sentence, hint=hint) from error
    return _seen(here, viewer, key)


@router.post("/transfers/{key}/refusal", responses=CHANGED, response_model=models.TransferModel)
def refuse(here: Here, who: Whoever, viewer: Viewing, key: Key, sent: ReasonInput) -> TransferRow:
    """Do not give the goods away, with a reason."""
    _decide(here, who, viewer, key, Event.REFUSE, sent.reason)
    return _seen(here, viewer, key)


@router.post("/transfers/{key}/withdrawal", responses=CHANGED, response_model=models.TransferModel)
def withdraw(here: Here, who: Whoever, viewer: Viewing, key: Key, sent: ReasonInput) -> TransferRow:
    """Ask no longer."""
    _decide(here, who, viewer, key, Event.WITHDRAW, sent.reason)
    return _seen(here, viewer, key)


def _due(here: Context) -> list[Transfer]:
    with here.services.database.read() as connection:
        return store.unposted(connection)


def _decide(here: Context, who: Principal, viewer: Viewer, key: str, event: Event, reason: str) -> None:
    found = _seen(here, viewer, key)
    why_not = obstacle(
        viewer,
        event,
        who=named(who),
        giver=found.giver,
        asked_for=found.asked_for,
        asked_by=found.asked_by,
        reason=reason,
    )
    if why_not is not None:
        needs_reason = why_not.startswith("Give a reason")
        raise ApiError(422 if needs_reason else 403, "no-reason" if needs_reason else "not-yours", why_not)
    with here.write() as connection:
        store.decide(connection, key, event, by=named(who), reason=reason.strip(), now=here.now)
        reference.announce(connection, "transfer", {"ids": [key]}, here.now)
    here.services.live.notify()


def _seen(here: Context, viewer: Viewer, key: str) -> TransferRow:
    with here.services.database.read() as connection:
        found = queries.one(connection, viewer, key)
    if found is None:
        raise ApiError(404, "no-transfer", f"There is no transfer {key}.", hint="GET /api/v1/transfers lists them.")
    return found
