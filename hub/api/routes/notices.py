"""Notices to recipients: which went out, which did not, and those sent again."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from sqlalchemy import Connection

from hub.api.context import Here
from hub.api.deciding import deciding
from hub.api.door import Viewing, Whoever, named
from hub.api.faults import ApiError
from hub.api.models import story as models
from hub.api.models.shared import LISTED, Cursor, Limit, SearchText, errors
from hub.core.access import API
from hub.core.notices import State
from hub.core.viewer import Viewer
from hub.store import help_lines, recipients
from hub.store import notices as store
from hub.store.queries import notices as queries
from hub.store.queries.notices import Notice

router = APIRouter(prefix=API, tags=["notices"])

NoticeId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$", description="A notice's id.")]
About = Annotated[
    str | None, Query(max_length=100, pattern=r"^[a-z]+:[A-Za-z0-9.-]+$", examples=["parcel:st-1.4T7K2M"])
]


@router.get("/notices", responses=LISTED)
def the_notices(
    here: Here, viewer: Viewing, state: State | None = None, about: About = None, text: SearchText = None,
    limit: Limit = 100, cursor: Cursor = None,
) -> models.NoticePage:  # fmt: skip
    """Notices, newest first. What they say is not in the list."""
    pager = here.pager("notices", state, about, text)
    with here.services.database.read() as connection:
        page = queries.notices(
            connection, pager, viewer, state=state, about=about, words=text, limit=limit, cursor=cursor
        )
        unsent = queries.unsent(connection, viewer)
    rows = [models.NoticeModel.model_validate(row) for row in page.rows]
    return models.NoticePage(rows=rows, open=unsent, next=page.next)


@router.get("/notices/{notice}", responses=errors(401, 403, 404, 422, 503))
def the_notice(here: Here, who: Whoever, viewer: Viewing, notice: NoticeId) -> models.NoticeWords:
    """A notice with its words, for who answers the recipient's help-line; the log of views says who read it."""
    with here.write() as connection:
        found = _found(connection, viewer, notice)
        if not help_lines.knows(connection, named(who), found.recipient):
            raise ApiError(
                403, "not-your-recipient", "Of this recipient you see the masked name only.",
                hint="Who answers the help-line that knows the recipient can read the notice.",
            )  # fmt: skip
        text = store.words(connection, here.services.vault, found.id)
        recipients.note_view(connection, named(who), found.recipient, "notice", here.now)
    return models.NoticeWords(notice=models.NoticeModel.model_validate(found), text=text)


@router.post("/notices/{notice}/again", responses=errors(401, 403, 404, 409, 422, 503))
def send_again(here: Here, who: Whoever, viewer: Viewing, notice: NoticeId) -> models.NoticeModel:
    """Send a notice that failed once more."""
    with deciding(here, "notice", notice=notice) as connection:
        _found(connection, viewer, notice)
        try:
            store.again(connection, notice, by=named(who), now=here.now)
        except store.NoticeError as error:
            raise ApiError(409, error.code, str(error)) from error
        return models.NoticeModel.model_validate(_found(connection, viewer, notice))


def _found(connection: Connection, viewer: Viewer, id_: str) -> Notice:
    found = queries.notice(connection, viewer, id_)
    if found is None:
        raise ApiError(404, "no-notice", f"There is no notice {id_}, or none that you may see.")
    return found
