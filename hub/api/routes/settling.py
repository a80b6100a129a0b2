"""What people decide about what does not add up: with a reason, by counter-facts, never by editing."""

import secrets
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Path
from sqlalchemy import Connection, select

from hub.api.context import Context, Here
from hub.api.door import Viewing, Whoever, named
from hub.api.faults import ApiError
from hub.api.models import discrepancies as models
from hub.api.models.shared import LISTED, Cursor, Done, Limit, Short, errors
from hub.core.access import API
from hub.core.discrepancies import ALLOWED, Decision, Kind, key_of
from hub.core.identity import lane_id
from hub.core.postings import CROSSINGS
from hub.core.viewer import Viewer
from hub.desk import DeskError
from hub.store import reference, schema
from hub.store import settlements as store
from hub.store.queries import both_sides, discrepancies, unsettled
from hub.store.queries.both_sides import Side
from hub.store.queries.differing import Discrepancy, whole_story
from hub.store.queries.paging import Page
from hub.store.queries.unsettled import CountRow, Ownerless
from hub.store.settlements import Decided
from hub.store.users import Principal
from wire.messages import Correct, Settle, Transfer, Void

router = APIRouter(prefix=API, tags=["trouble"])

CHANGED = errors(401, 403, 404, 409, 413, 422, 503)
TRANSFER = Transfer.__struct_config__.tag
Key = Annotated[str, Path(pattern=r"^[a-z-]{1,30}\.[0-9a-f]{20}$", description="A discrepancy's key.")]


@router.get("/discrepancies/{key}", responses=errors(401, 403, 404, 422, 503))
def the_discrepancy(here: Here, viewer: Viewing, key: Key) -> models.DiscrepancyWhole:
    """One that is open: both stories, what may be decided about it, and what was."""
    with here.services.database.read() as connection:
        found, sides = _found(here, connection, viewer, key)
        settled = store.of_key(connection, key)
    return models.DiscrepancyWhole.model_validate(
        {"discrepancy": found, "sides": sides, "decisions": ALLOWED[found.kind], "settlements": settled}
    )


@router.post("/discrepancies/{key}/settlement", status_code=201, responses=CHANGED)
def settle(here: Here, who: Whoever, viewer: Viewing, key: Key, sent: models.SettlingInput) -> models.SettledModel:
    """Settle it. `accept` holds while its story stays as it is; the other decisions post what clears it."""
    id_ = secrets.token_hex(8)
    with here.services.database.read() as connection:
        found, sides = _found(here, connection, viewer, key)
        _may(connection, who, found, sides, sent.decision)
        before = store.last(connection, key)
        about = replace(found, story=whole_story(connection, found)) if sent.decision is Decision.ACCEPT else found
    decided = Decided(
        id=id_, key=key, kind=found.kind, decision=sent.decision, reason=sent.reason, by=named(who), now=here.now,
        about=about, facts=_facts(id_, named(who), found, sides, sent),
    )  # fmt: skip
    with here.write() as connection:
        if before[1] or store.last(connection, key) != before:
            hint = "Look again: what follows from it is posted before long, and may have cleared it."
            raise ApiError(409, "decided-meanwhile", "Somebody decided about this a moment ago.", hint=hint)
        store.settle(connection, decided)
        reference.announce(connection, "discrepancy", {"keys": [key]}, here.now)
    _post(here)
    with here.services.database.read() as connection:
        return models.SettledModel.model_validate(store.of_key(connection, key)[0])


@router.get("/unsettled", responses=LISTED, response_model=models.OwnerlessPage)
def the_unsettled(
    here: Here, viewer: Viewing, site: Short = None, limit: Limit = 100, cursor: Cursor = None
) -> Page[Ownerless]:
    """Facts that name no owner and for which none was found: a person says whose goods they moved."""
    pager = here.pager("unsettled", site, viewer.owner_filter, viewer.site_filter)
    with here.services.database.read() as connection:
        return unsettled.ownerless(connection, pager, viewer, site=site, limit=limit, cursor=cursor)


@router.post("/unsettled/settlement", status_code=201, responses=CHANGED)
def settle_owner(here: Here, who: Whoever, sent: models.OwnerInput) -> Done:
    """Say whose goods these facts moved. An owner that is known changes by a transfer only."""
    id_ = secrets.token_hex(8)
    targets = {(lane_id(one.device, one.stream, "facts"), one.seq): one for one in sent.facts}
    with here.write() as connection:
        known = select(schema.organisation.c.id).where(schema.organisation.c.id == sent.owner)
        if connection.execute(known).first() is None:
            hint = "GET /api/v1/organisations lists them."
            raise ApiError(422, "no-organisation", f"There is no organisation {sent.owner}.", hint=hint)
        wanted = {(one.device, one.stream, one.seq) for one in sent.facts}
        said = {(one.device, one.stream, one.seq) for one in store.unposted(connection) if isinstance(one, Settle)}
        if list(unsettled.unexplained(connection, list(targets))) or wanted & said:
            hint = "GET /api/v1/unsettled lists those that have none; an owner that is known changes by a transfer."
            raise ApiError(409, "has-owner", "Some of these facts are unknown, or have an owner.", hint=hint)
        facts = [
            Settle(at=0, up=0, device=one.device, stream=one.stream, seq=one.seq, owner=sent.owner,
                   reason=sent.reason, by=named(who))
            for one in targets.values()
        ]  # fmt: skip
        decided = Decided(
            id=id_, key=key_of(Kind.OWNER_UNSETTLED, id_), kind=Kind.OWNER_UNSETTLED, decision=Decision.SETTLE_OWNER,
            reason=sent.reason, by=named(who), now=here.now, facts=facts,
        )  # fmt: skip
        store.settle(connection, decided)
    _post(here)
    return Done(count=len(facts))


@router.get("/counts", responses=LISTED, response_model=models.CountPage)
def the_counts(
    here: Here, viewer: Viewing, site: Short = None, limit: Limit = 100, cursor: Cursor = None
) -> Page[CountRow]:
    """Counts, the latest first, with what each changed."""
    pager = here.pager("counts", site, viewer.owner_filter, viewer.site_filter)
    with here.services.database.read() as connection:
        return unsettled.counts(connection, pager, viewer, site=site, limit=limit, cursor=cursor)


def _found(here: Context, connection: Connection, viewer: Viewer, key: str) -> tuple[Discrepancy, list[Side]]:
    found = discrepancies.find(connection, viewer, key, now=here.now)
    if found is None:
        hint = "It may have cleared itself, or somebody settled it: GET /api/v1/discrepancies lists what is open."
        raise ApiError(404, "no-discrepancy", f"Nothing is open under {key}.", hint=hint)
    return found, both_sides.sides(connection, found, here.now)


def _may(connection: Connection, who: Principal, found: Discrepancy, sides: list[Side], decision: Decision) -> None:
    if decision not in ALLOWED[found.kind] or decision is Decision.SETTLE_OWNER:
        hint = f"Decide one of: {', '.join(each for each in ALLOWED[found.kind] if each is not Decision.SETTLE_OWNER)}."
        if found.kind is Kind.OWNER_UNSETTLED:
            hint = "Say whose they are, fact by fact: POST /api/v1/unsettled/settlement."
        raise ApiError(422, "no-help", f"{decision} does not help against {found.kind}.", hint=hint)
    if found.kind is Kind.COUNT_DIFFERENCE and decision is Decision.ACCEPT:
        if who.by_token:
            hint = "Sign in with a password."
            raise ApiError(
                403, "no-person", "A count is approved by a person who signed in, not by a token.", hint=hint
            )
        counters = [side.by for side in sides if side.role == "counted" and side.by]
        if any(store.is_person(connection, who.name, by) for by in counters):
            hint = "Another person has to look at it, or count again."
            raise ApiError(403, "own-count", "You counted this yourself and cannot approve it.", hint=hint)


def _facts(
    id_: str, by: str, found: Discrepancy, sides: list[Side], sent: models.SettlingInput
) -> list[Void | Settle | Correct]:
    """What follows from a decision. Raises ApiError where it lacks something."""
    if sent.decision is Decision.UNDO:
        known = {(side.device, side.stream, side.seq): side for side in sides if side.seq is not None}
        one = sent.fact
        if one is None or (one.device, one.stream, one.seq) not in known:
            hint = "Name one of the facts that its sides show."
            raise ApiError(422, "no-fact", "It is not said which fact is wrong.", hint=hint)
        if known[one.device, one.stream, one.seq].said == TRANSFER:
            hint = "The owner now has to approve a transfer back: POST /api/v1/transfers."
            raise ApiError(422, "no-undo", "A transfer that the giver approved is not undone.", hint=hint)
        return [Void(at=0, up=0, device=one.device, stream=one.stream, seq=one.seq, by=by, reason=sent.reason)]
    if sent.decision is Decision.CORRECT:
        move = sent.move
        if move is None or found.account not in (move.source, move.to) or move.source == move.to:
            hint = f"Move the goods from or to {found.account}: `move` with `from`, `to` and `n`."
            raise ApiError(422, "no-move", "It is not said what happened to the goods.", hint=hint)
        if CROSSINGS & {move.source, move.to}:
            hint = "Name a place, or say that they were lost, found, or never came in."
            raise ApiError(422, "no-move", "Owner, condition and kits change by facts of their own.", hint=hint)
        return [
            Correct(
                at=0, up=0, item=found.item or "", lot=found.lot or "", owner=found.owner or "",
                condition=_condition(found), source=move.source, to=move.to, n=move.n, reason=sent.reason,
                about=found.key, task=store.TASK + id_, by=by,
            )
        ]  # fmt: skip
    return []


def _condition(found: Discrepancy) -> Any:
    return found.condition or "good"


def _post(here: Context) -> None:
    """Post what was decided and the ledger lacks. Raises ApiError where that has to wait."""
    desk = here.services.desk
    here.services.live.notify()
    if desk is None:
        return
    ids: list[str] = []

    def due() -> store.Facts:
        with here.services.database.read() as connection:
            ids.extend(store.pending(connection))
            return store.unposted(connection)

    try:
        desk.post_due(due)
    except DeskError as error:
        hint = "The hub posts it by itself as soon as it can; do not decide anew."
        raise ApiError(
            503, "not-posted-yet", f"It is decided, and not in the ledger yet. {error}", hint=hint
        ) from error
    with here.write() as connection:
        store.mark_posted(connection, ids, here.now)
