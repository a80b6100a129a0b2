"""The whole story of a call, request, consignment, handling unit, lot or parcel."""

from typing import Annotated

from fastapi import APIRouter, Query

from hub.api.context import Here
from hub.api.door import Viewing
from hub.api.faults import ApiError
from hub.api.models.shared import LISTED, Cursor, Limit, errors
from hub.api.models.story import StoryModel
from hub.core.access import API
from hub.store.queries import story

router = APIRouter(prefix=API, tags=["relief"])

Of = Annotated[
    str,
    Query(
        min_length=1, max_length=4096, examples=["request:0123456789abcdef"],
        description="`call:ID`, `request:ID`, `consignment:ID`, `parcel:ID`, or a code as the scanner reads it.",
    ),
]  # fmt: skip


@router.get("/story", responses={**LISTED, **errors(404)})
def the_story(here: Here, viewer: Viewing, of: Of, limit: Limit = 100, cursor: Cursor = None) -> StoryModel:
    """Calls, decisions, facts and notices of a thing and of all that belongs to it, newest first.

    From a call down to the hand-over, and back up from a parcel or a lot. People are masked names.
    """
    with here.services.database.read() as connection:
        pager = here.pager("story", of)
        found = story.story(connection, pager, of, viewer=viewer, now=here.now, limit=limit, cursor=cursor)
    if found is None:
        raise ApiError(404, "no-story", "There is nothing by this name, or nothing that you may see.")
    return StoryModel.model_validate(found)
