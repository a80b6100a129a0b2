"""What people ask for: households by help-lines and stations, organisations for their sites."""

import secrets
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy import Connection

from hub.api.context import Context, Here
from hub.api.door import Viewing, Whoever, named
from hub.api.faults import ApiError
from hub.api.models import relief as models
from hub.api.models.reference import Id
from hub.api.models.shared import LISTED, Cursor, Limit, ReasonInput, SearchText
from hub.api.models.space import number
from hub.api.relieving import found, relieving
from hub.api.routes.needs import CHANGED, RandomPath
from hub.api.routes.space import acting_for
from hub.consequences import received
from hub.core.access import API
from hub.core.lifecycles import REQUEST, RequestEvent, RequestState, Way
from hub.core.viewer import Role, Viewer
from hub.store import allocating, help_lines, relief
from hub.store import requests as store
from hub.store.lives import Touched
from hub.store.queries import relief as queries
from hub.store.queries.paging import Page
from hub.store.relief import Found
from hub.store.users import Principal

router = APIRouter(prefix=API, tags=["relief"])


@router.get("/requests", responses=LISTED, response_model=models.RequestPage)
def the_requests(
    here: Here,
    viewer: Viewing,
    state: RequestState | None = None,
    organisation: Id | None = None,
    way: Way | None = None,
    site: Id | None = None,
    priority: Annotated[int | None, Query(ge=1, le=3)] = None,
    incident: Annotated[str | None, Query(pattern=r"^[0-9a-f]{16}$")] = None,
    line: Annotated[str | None, Query(pattern=r"^[0-9a-f]{16}$")] = None,
    recipient: Annotated[str | None, Query(pattern=r"^[0-9a-f]{16}$")] = None,
    text: SearchText = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[dict[str, Any]]:
    """Requests, newest first; staff of an organisation see its own."""
    filters: dict[str, str | int | None] = {
        "state": state, "organisation": organisation, "way": way, "site": site, "priority": priority,
        "incident": incident, "line": line, "recipient": recipient,
    }  # fmt: skip
    pager = here.pager("requests", text, *filters.values())
    with here.services.database.read() as connection:
        return queries.requests(connection, pager, viewer, limit=limit, cursor=cursor, words=text, **filters)


@router.post("/requests", status_code=201, responses=CHANGED)
def ask(here: Here, who: Whoever, viewer: Viewing, asked: models.RequestInput) -> models.RequestWhole:
    """Ask for goods, or keep a draft of it."""
    new = relief.NewRequest(
        id=asked.id or secrets.token_hex(8), organisation=acting_for(viewer, asked.organisation), way=asked.way,
        site=asked.site, recipient=asked.recipient, incident=asked.incident, line=asked.line, call=asked.call,
        priority=asked.priority, groups=tuple(dict.fromkeys(asked.groups)), needed_by=number(asked.needed_by),
        note=asked.note, lines=tuple(relief.Line(item=one.item, n=one.n) for one in asked.lines), by=named(who),
        now=here.now, state=RequestState.DRAFT if asked.draft else RequestState.ASKED,
    )  # fmt: skip
    with relieving(here, "request") as (connection, _):
        _check_person(connection, viewer, new)
        relief.ask(connection, new)
        _tell(here, connection, new.id)
    return _shown(here, viewer, new.id)


def _check_person(connection: Connection, viewer: Viewer, new: relief.NewRequest) -> None:
    """Nobody has strangers told that something was asked for them. Raises ApiError."""
    if new.recipient is None:
        return
    if not help_lines.is_kept(connection, new.recipient):
        raise ApiError(
            404, "no-recipient", f"Nothing is kept of a recipient {new.recipient}.",
            hint="They may have been erased; POST /api/v1/recipients/search finds people.",
        )  # fmt: skip
    if viewer.role is Role.HELPLINE:
        theirs = help_lines.knows(connection, new.by, new.recipient)
    else:
        theirs = viewer.owner_filter is None or help_lines.serves(connection, viewer.owner_filter, new.recipient)
    if not theirs:
        raise ApiError(
            403, "not-your-recipient", f"The recipient {new.recipient} called no help-line of yours.",
            hint="Take a call of theirs first (POST /api/v1/calls), with the number that they call from.",
        )  # fmt: skip


@router.post("/requests/decisions", responses=CHANGED)
def decide_many(here: Here, who: Whoever, viewer: Viewing, asked: models.BulkInput) -> models.BulkModel:
    """One decision about up to 500 requests: made for all of them, or for none."""
    event = RequestEvent(asked.event)
    if who.role not in REQUEST.may[event]:
        raise ApiError(403, "not-allowed", f"The role {who.role} may not decide this.", hint="Ask an administrator.")
    lacking: list[str] = []
    with relieving(here, "request") as (connection, touched):
        rows = [found(connection, viewer, "request", id_) for id_ in dict.fromkeys(asked.ids)]
        if event is RequestEvent.ALLOCATE:
            kept, more = allocating.allocate(connection, rows, by=named(who), now=here.now, site=asked.site)
            lacking = [id_ for id_, lines in kept.items() if any(one.lacking for one in lines)]
            touched.add(more)
        else:
            for row in rows:
                touched.add(store.decide(connection, row, event, by=named(who), now=here.now, reason=asked.reason))
                _tell(here, connection, row.id)
    return models.BulkModel(decided=len(rows), lacking=lacking)


@router.get("/requests/{request}", responses=CHANGED)
def the_request(here: Here, viewer: Viewing, request: RandomPath) -> models.RequestWhole:
    """A request, its parcels, and what happened to it."""
    return _shown(here, viewer, request)


@router.post("/requests/{request}/submission", responses=CHANGED)
def submit(here: Here, who: Whoever, viewer: Viewing, request: RandomPath) -> models.RequestWhole:
    """A draft is asked for."""
    return _decided(here, who, viewer, request, RequestEvent.SUBMIT)


@router.post("/requests/{request}/approval", responses=CHANGED)
def approve(
    here: Here, who: Whoever, viewer: Viewing, request: RandomPath, why: ReasonInput | None = None
) -> models.RequestWhole:
    """Goods may be reserved for it from now on."""
    return _decided(here, who, viewer, request, RequestEvent.APPROVE, "" if why is None else why.reason)


@router.post("/requests/{request}/refusal", responses=CHANGED)
def refuse(
    here: Here, who: Whoever, viewer: Viewing, request: RandomPath, why: models.GivenReason
) -> models.RequestWhole:
    """Nothing is given for it, with the reason."""
    return _decided(here, who, viewer, request, RequestEvent.REFUSE, why.reason)


@router.post("/requests/{request}/cancellation", responses=CHANGED)
def cancel(
    here: Here, who: Whoever, viewer: Viewing, request: RandomPath, why: ReasonInput | None = None
) -> models.RequestWhole:
    """It is not wanted any more: what is reserved for it is free. Not once something was packed: that is returned."""
    return _decided(here, who, viewer, request, RequestEvent.CANCEL, "" if why is None else why.reason)


@router.post("/requests/{request}/split", status_code=201, responses=CHANGED)
def split(
    here: Here, who: Whoever, viewer: Viewing, request: RandomPath, parts: models.RequestSplit
) -> models.RequestWhole:
    """Move what nothing covers yet to a request of its own, which is answered; the rest goes on without it."""
    new_id = parts.id or secrets.token_hex(8)

    def do(connection: Connection, row: Found) -> Touched:
        if relief.request(connection, new_id) is not None:
            raise relief.ReliefError(f"There is another request {new_id} already.")
        which = {part.line: part.n for part in parts.lines}
        return store.split(connection, row, which, new_id=new_id, by=named(who), now=here.now)

    _changed(here, viewer, request, do)
    return _shown(here, viewer, new_id)


@router.post("/requests/{request}/reroute", responses=CHANGED)
def reroute(
    here: Here, who: Whoever, viewer: Viewing, request: RandomPath, where: models.Reroute
) -> models.RequestWhole:
    """Answer it another way or at another site, before anything is planned; what came back is asked for again."""

    def do(connection: Connection, row: Found) -> Touched:
        return store.reroute(
            connection, row, where.way, where.site, by=named(who), now=here.now, reason=where.reason
        )  # fmt: skip

    return _changed(here, viewer, request, do)


@router.post("/requests/{request}/allocation", responses=CHANGED)
def allocate(
    here: Here, who: Whoever, viewer: Viewing, request: RandomPath, wanted: models.AllocationInput | None = None
) -> models.RequestAllocated:
    """Reserve what it lacks, first expired first, as much as is free."""
    with relieving(here, "request") as (connection, touched):
        row = found(connection, viewer, "request", request)
        site = None if wanted is None else wanted.site
        kept, more = allocating.allocate(connection, [row], by=named(who), now=here.now, site=site)
        touched.add(more)
    lines = [one._asdict() for one in kept[request]]
    return models.RequestAllocated.model_validate({"request": _shown(here, viewer, request), "lines": lines})


def _decided(
    here: Context, who: Principal, viewer: Viewer, id_: str, event: RequestEvent, reason: str = ""
) -> models.RequestWhole:
    def do(connection: Connection, row: Found) -> Touched:
        touched = store.decide(connection, row, event, by=named(who), now=here.now, reason=reason)
        _tell(here, connection, row.id)
        return touched

    return _changed(here, viewer, id_, do)


def _tell(here: Context, connection: Connection, id_: str) -> None:
    """Whoever asks hears that it was heard; said once (hub.store.notices)."""
    row = relief.request(connection, id_)
    if row is not None and row.state == RequestState.ASKED:
        received(connection, here.services.vault, row, here.now)


def _changed(
    here: Context, viewer: Viewer, id_: str, do: Callable[[Connection, Found], Touched]
) -> models.RequestWhole:
    with relieving(here, "request") as (connection, touched):
        touched.add(do(connection, found(connection, viewer, "request", id_)))
    return _shown(here, viewer, id_)


def _shown(here: Context, viewer: Viewer, id_: str) -> models.RequestWhole:
    with here.services.database.read() as connection:
        row = found(connection, viewer, "request", id_)
        (told,) = queries.request_rows(connection, [row])
        parcels = queries.parcel_rows(connection, relief.parcels_of(connection, "request", row.seq))
        history = queries.history(connection, "request", id_)
    may = REQUEST.open_to(RequestState(row.state), viewer.role)
    return models.RequestWhole.model_validate({**told, "parcels": parcels, "history": history, "may": may})
