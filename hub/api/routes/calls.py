"""Calls of help-lines: taken, listed without what was said, and followed up."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Path, Query
from sqlalchemy import Connection

from hub.api.context import Context, Here
from hub.api.deciding import deciding
from hub.api.door import Viewing, Whoever, named
from hub.api.faults import ApiError
from hub.api.models import help_lines as models
from hub.api.models.shared import LISTED, Cursor, Limit, errors
from hub.api.routes.help_lines import line_answered
from hub.core.access import API
from hub.core.viewer import Role, Viewer
from hub.store import calls as store
from hub.store import help_lines, recipients
from hub.store.queries.paging import Page

router = APIRouter(prefix=API, tags=["help-lines"])

CHANGED = errors(401, 403, 404, 409, 413, 422, 503)
CallId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$", description="A call's id.")]
OneId = Annotated[str | None, Query(pattern=r"^[0-9a-f]{16}$")]


@router.get("/calls", responses=LISTED, response_model=models.CallPage)
def the_calls(
    here: Here,
    who: Whoever,
    viewer: Viewing,
    line: OneId = None,
    recipient: OneId = None,
    about: OneId = None,
    open: Annotated[bool | None, Query(description="Whether somebody has to call back yet.")] = None,  # noqa: A002
    kind: store.Kind | None = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[store.Call]:
    """Calls, newest first; with `open`, the one that is due first. Operators see those of the lines they answer."""
    wanted = store.CallFilter(
        line=line, recipient=recipient, about=about, open=open, kind=kind, organisation=viewer.owner_filter,
        operator=named(who) if viewer.role is Role.HELPLINE else None,
    )  # fmt: skip
    with here.services.database.read() as connection:
        return store.calls(connection, here.pager("calls", *wanted.parts), wanted, limit=limit, cursor=cursor)


@router.post("/calls", status_code=201, responses=errors(401, 403, 404, 409, 413, 422, 429, 503))
def take_call(here: Here, who: Whoever, viewer: Viewing, sent: models.CallInput) -> models.OneCall:
    """Keep a call. What was asked for in it is a request that names it (POST /api/v1/requests)."""
    new = store.NewCall(
        id=sent.id or secrets.token_hex(8), recipient=sent.recipient, kind=sent.kind, phone=sent.phone,
        about=sent.about, after=sent.after, due=sent.due, by=named(who), now=here.now,
        said=store.Said(note=sent.note, answers=sent.answers, caller=sent.caller),
    )  # fmt: skip
    with deciding(here, "helpline", call=new.id) as connection:
        line = line_answered(connection, sent.line, named(who))
        if new.recipient is not None and not help_lines.knows(connection, new.by, new.recipient):
            here.calls.check(new.by, here.now)
        try:
            store.take(connection, here.services.vault, line, new)
        except store.StrangerError as error:
            here.calls.missed(new.by, here.now)
            raise ApiError(403, "not-your-recipient", str(error)) from error
        return _shown(here, connection, viewer, named(who), new.id)


@router.get("/calls/{call}", responses=errors(401, 403, 404, 422, 503))
def the_call(here: Here, who: Whoever, viewer: Viewing, call: CallId) -> models.OneCall:
    """A call. What was said is for who answers its line, and the log of views says who saw it."""
    with here.write() as connection:
        shown = _shown(here, connection, viewer, named(who), call)
        if shown.note is not None and shown.recipient is not None:
            recipients.note_view(connection, named(who), shown.recipient, "call", here.now)
        return shown


@router.post("/calls/{call}/follow-up", responses=CHANGED)
def follow_up(here: Here, who: Whoever, viewer: Viewing, call: CallId, sent: models.FollowUp) -> models.OneCall:
    """Say when somebody has to call back, or that it is done."""
    with deciding(here, "helpline", call=call) as connection:
        found = _found(connection, viewer, call)
        line_answered(connection, found.line, named(who))
        store.follow_up(connection, found, due=sent.due, by=named(who), now=here.now)
        return _shown(here, connection, viewer, named(who), call)


def _found(connection: Connection, viewer: Viewer, call: str) -> store.Call:
    found = store.one(connection, call)
    if found is None or not viewer.may_see_owner(found.organisation):
        raise ApiError(404, "no-call", f"There is no call {call}.", hint="GET /api/v1/calls lists them.")
    return found


def _shown(here: Context, connection: Connection, viewer: Viewer, who: str, call: str) -> models.OneCall:
    found = _found(connection, viewer, call)
    requests = connection.exec_driver_sql("SELECT id FROM request WHERE call = ? ORDER BY seq", (call,))
    told = {name: getattr(found, name) for name in models.CallModel.model_fields}
    line = help_lines.one(connection, found.line)
    said = None
    if line is not None and who in line.operators:
        said = store.said(connection, here.services.vault, call)
    return models.OneCall(
        **told, requests=[row[0] for row in requests], note=None if said is None else said.note,
        answers=None if said is None else said.answers, caller=None if said is None else said.caller,
    )  # fmt: skip
