"""Direct shipments: said by the organisation's or the supplier's staff, because none of our devices sees them."""

from typing import Annotated

from fastapi import APIRouter, Path
from sqlalchemy import Connection

from hub.api.context import Context, Here
from hub.api.deciding import deciding
from hub.api.door import Viewing, Whoever, named
from hub.api.faults import ApiError
from hub.api.models import direct as models
from hub.api.models.rounds import OutcomeInput, TakenOutcome
from hub.api.models.shared import LISTED, Cursor, Limit, SearchText
from hub.api.models.space import number
from hub.api.relieving import found, relieving
from hub.api.routes.needs import CHANGED
from hub.api.telling import check_photo, post, proof_of, times
from hub.core.access import API
from hub.core.direct import Batch
from hub.core.lifecycles import Way
from hub.core.rounds import Told
from hub.core.viewer import Viewer
from hub.store import consigning, decisions, postings, recipients
from hub.store import direct as store
from hub.store.direct import DirectError, DirectRow
from hub.store.queries.goods import is_site
from hub.store.queries.paging import Page
from hub.store.rounds import RoundError, Said

router = APIRouter(prefix=API, tags=["last mile"])

Key = Annotated[str, Path(pattern=r"^C-[0-9A-HJKMNP-TV-Z]{8}$", description="Its consignment's id.")]


@router.get("/direct-shipments", responses=LISTED, response_model=models.DirectPage)
def the_shipments(
    here: Here, viewer: Viewing, text: SearchText = None, limit: Limit = 100, cursor: Cursor = None
) -> Page[DirectRow]:
    """Direct shipments, the latest first; staff see those of their organisation."""
    pager = here.pager("direct", text, viewer.owner_filter)
    with here.services.database.read() as connection:
        return store.shipments(connection, pager, viewer, words=text, limit=limit, cursor=cursor)


@router.post("/direct-shipments", status_code=201, responses=CHANGED)
def plan(here: Here, who: Whoever, viewer: Viewing, wanted: models.DirectInput) -> models.DirectWhole:
    """Have a supplier serve some requests whose way is `direct`: a consignment with a parcel for each."""
    new = consigning.NewConsignment(
        requests=tuple(wanted.requests), from_site=None, to_site=None, way=Way.DIRECT,
        due=None if wanted.due is None else number(wanted.due), note=wanted.note, by=named(who), now=here.now,
    )  # fmt: skip
    with relieving(here, "consignment") as (connection, touched):
        rows = [found(connection, viewer, "request", id_) for id_ in wanted.requests]
        id_, more = consigning.plan(connection, new)
        touched.add(more)
        store.begin(connection, id_, rows[0].organisation, wanted.supplier, by=named(who), now=here.now)
    return _whole(here, viewer, id_)


@router.get("/direct-shipments/{key}", responses=CHANGED)
def the_shipment(here: Here, viewer: Viewing, key: Key) -> models.DirectWhole:
    """One, with its parcels."""
    return _whole(here, viewer, key)


@router.post("/direct-shipments/{key}/dispatch", responses=CHANGED)
def dispatch(here: Here, who: Whoever, viewer: Viewing, key: Key, sent: models.DispatchInput) -> models.DirectWhole:
    """The supplier sent it: from the donor onto the way, in the ledger too."""
    batches = {each.item: Batch(each.lot, None if each.expiry is None else number(each.expiry)) for each in sent.lots}
    row = _seen(here, viewer, key)
    at = max(row.made_at, min(here.now, here.now if sent.at is None else sent.at))
    with deciding(here, "consignment", ids=[key]) as connection:
        row = _found(connection, viewer, key)
        store.dispatch(connection, row, batches, at=at, by=named(who), now=here.now)
    post(here)
    return _whole(here, viewer, key)


@router.post("/direct-shipments/{key}/outcomes", responses=CHANGED)
def tell(here: Here, who: Whoever, viewer: Viewing, key: Key, sent: models.DirectOutcomes) -> models.DirectTaken:
    """Say what became of parcels, with proof. What was said before counts once."""
    _seen(here, viewer, key)
    taken = []
    with deciding(here, "consignment", ids=[key]) as connection:
        row = _found(connection, viewer, key)
        back = _back(connection, sent)
        happened = times(connection, sent, here.now, row.sent_at or row.made_at)
        for each, at in zip(sent.outcomes, happened, strict=True):
            taken.append(_take(here, connection, row, each, at, named(who), back))
        stored = sum(each.result == "stored" for each in taken)
        if stored:
            decisions.note(connection, named(who), "direct-told", key, f"{stored} outcomes", here.now)
    post(here)
    return models.DirectTaken(outcomes=taken, shipment=_whole(here, viewer, key))


def _take(
    here: Context, connection: Connection, row: DirectRow, sent: OutcomeInput, at: int, by: str, back: str
) -> TakenOutcome:
    """Keep one, or say why not."""
    if store.is_told(connection, row, sent.id):
        return TakenOutcome(id=sent.id, result="known", sentence="", warned=[])
    try:
        store.check_theirs(connection, row, sent.parcels)
        check_photo(connection, sent.photo)
        proof, warned = proof_of(here, connection, sent) if sent.told is Told.GIVEN else (None, ())
        said = Said(
            id=sent.id, told=sent.told, parcels=tuple(sent.parcels), at=at, by=by, now=here.now, why=sent.why,
            proof=proof, warned=warned,
        )  # fmt: skip
        store.tell(connection, row, said, back)
    except (DirectError, RoundError) as error:
        return TakenOutcome(id=sent.id, result="refused", sentence=str(error), warned=[])
    return TakenOutcome(id=sent.id, result="stored", sentence="", warned=list(warned))


def _back(connection: Connection, sent: models.DirectOutcomes) -> str:
    if sent.back_to is None:
        return ""
    if not is_site(connection, sent.back_to):
        raise ApiError(422, "no-site", f"There is no site {sent.back_to}.", hint="GET /api/v1/sites lists them.")
    return f"place:{sent.back_to}"


def _found(connection: Connection, viewer: Viewer, key: str) -> DirectRow:
    row = store.find(connection, viewer, key)
    if row is None:
        hint = "GET /api/v1/direct-shipments lists them."
        raise ApiError(404, "no-shipment", f"There is no direct shipment {key}.", hint=hint)
    return row


def _seen(here: Context, viewer: Viewer, key: str) -> DirectRow:
    with here.services.database.read() as connection:
        return _found(connection, viewer, key)


def _whole(here: Context, viewer: Viewer, key: str) -> models.DirectWhole:
    with here.services.database.read() as connection:
        row = _found(connection, viewer, key)
        rows = store.parcels(connection, key)
        masked = recipients.shown(connection, {one.recipient for one in rows if one.recipient})
        posted = not postings.pending(connection)
    shown = []
    for one in rows:
        who = masked.get(one.recipient or "")
        contents = [models.DirectContent(item=each.item, owner=each.owner, n=each.n) for each in one.contents]
        shown.append(
            models.DirectParcelModel(
                parcel=one.parcel, state=one.state, shown="" if who is None else who.shown,
                last4="" if who is None else who.last4, contents=contents,
            )
        )  # fmt: skip
    known = models.DirectModel.model_validate(row).model_dump()
    return models.DirectWhole(**known, parcels=shown, posted=posted)
