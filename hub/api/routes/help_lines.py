"""Help-lines: opened, changed and closed by an organisation, which says who answers them."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Path
from sqlalchemy import Connection

from hub.api.context import Context, Here
from hub.api.deciding import deciding
from hub.api.door import Viewing, Whoever, named
from hub.api.faults import ApiError
from hub.api.models import help_lines as models
from hub.api.models.shared import SIGNED_IN, errors
from hub.api.routes.space import acting_for
from hub.core.access import API
from hub.core.viewer import Viewer
from hub.store import help_lines as store

router = APIRouter(prefix=API, tags=["help-lines"])

CHANGED = errors(401, 403, 404, 409, 413, 422, 503)
LineId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$", description="A help-line's id.")]


@router.get("/lines", responses=SIGNED_IN)
def the_lines(here: Here, who: Whoever, viewer: Viewing, mine: bool = False) -> models.LineList:
    """Help-lines, open ones first; with `mine` those that whoever asks answers."""
    with here.services.database.read() as connection:
        found = store.lines(connection, operator=named(who) if mine else None)
    return models.LineList(
        rows=[models.HelpLineModel.model_validate(each) for each in found if viewer.may_see_owner(each.organisation)]
    )


@router.post("/lines", status_code=201, responses=CHANGED)
def open_line(here: Here, who: Whoever, viewer: Viewing, sent: models.HelpLineInput) -> models.HelpLineModel:
    """Open a help-line."""
    id_, organisation = sent.id or secrets.token_hex(8), acting_for(viewer, sent.organisation)
    with deciding(here, "helpline", line=id_) as connection:
        store.open_line(connection, id_, organisation, _wording(sent), by=named(who), now=here.now)
        return _shown(connection, viewer, id_)


@router.put("/lines/{line}", responses=CHANGED)
def change_line(
    here: Here, who: Whoever, viewer: Viewing, line: LineId, sent: models.LineFields
) -> models.HelpLineModel:
    """Say something else of a line: all of it."""
    with _changing(here, viewer, line) as (connection, found):
        store.change(connection, found, _wording(sent), by=named(who), now=here.now)
        return _shown(connection, viewer, line)


@router.post("/lines/{line}/closing", responses=CHANGED)
def close_line(here: Here, who: Whoever, viewer: Viewing, line: LineId) -> models.HelpLineModel:
    """End a line. No call is taken on it any more."""
    with _changing(here, viewer, line) as (connection, found):
        store.close(connection, found, by=named(who), now=here.now)
        return _shown(connection, viewer, line)


@router.put("/lines/{line}/operators", responses=CHANGED)
def set_operators(
    here: Here, who: Whoever, viewer: Viewing, line: LineId, sent: models.OperatorsInput
) -> models.HelpLineModel:
    """Say who answers a line. They alone see the data of the people who called it."""
    with _changing(here, viewer, line) as (connection, found):
        store.set_operators(connection, found, sent.operators, by=named(who), now=here.now)
        return _shown(connection, viewer, line)


def line_answered(connection: Connection, id_: str, who: str) -> store.Line:
    """A line that somebody answers. Raises ApiError."""
    found = store.one(connection, id_)
    if found is None:
        raise _no_line(id_)
    if not store.answers(connection, found.seq, who):
        raise ApiError(
            403, "not-your-line", f"You do not answer the help-line {found.name}.",
            hint="Whoever opened the line says who answers it.",
        )  # fmt: skip
    return found


@contextmanager
def _changing(here: Context, viewer: Viewer, id_: str) -> Iterator[tuple[Connection, store.Line]]:
    with deciding(here, "helpline", line=id_) as connection:
        found = store.one(connection, id_)
        if found is None or not viewer.may_see_owner(found.organisation):
            raise _no_line(id_)
        yield connection, found


def _shown(connection: Connection, viewer: Viewer, id_: str) -> models.HelpLineModel:
    found = store.one(connection, id_)
    if found is None or not viewer.may_see_owner(found.organisation):
        raise _no_line(id_)
    return models.HelpLineModel.model_validate(found)


def _no_line(id_: str) -> ApiError:
    return ApiError(404, "no-line", f"There is no help-line {id_}.", hint="GET /api/v1/lines lists them.")


def _wording(sent: models.LineFields) -> store.Wording:
    return store.Wording(
        name=sent.name, number=sent.number, hours=sent.hours, languages=tuple(sent.languages),
        groups=tuple(sent.groups), questions=tuple(sent.questions),
    )  # fmt: skip
