"""The live stream."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Header, Response

from hub.api.context import Here
from hub.api.door import Whoever, still_welcome
from hub.api.faults import ApiError
from hub.api.live import FullError
from hub.api.models.shared import SIGNED_IN
from hub.api.stream import EventStream
from hub.core.access import API

router = APIRouter(prefix=API, tags=["live"])
_TEXT: dict[int | str, dict[str, Any]] = {200: {"description": "A stream.", "content": {"text/event-stream": {}}}}


@router.get("/events", response_class=Response, responses={**SIGNED_IN, **_TEXT})
async def events(
    here: Here, principal: Whoever, last_event_id: Annotated[str | None, Header(max_length=100)] = None
) -> Response:
    """What changes, as server-sent events: `stock`, `device`, `quarantine`, `discrepancy`, `reference`.

    With `Last-Event-ID` the events since then come first; `reset` says that they are not known any more: ask
    everything again. A comment comes every 10 seconds. The stream ends with the session.
    Who sees one organisation's goods or one site hears that something changed, and neither
    what nor where.
    """
    live = here.services.live
    try:
        screen = live.join(principal.viewer)
    except FullError as error:
        raise ApiError(503, "too-many", str(error), hint="Close some of them, or try again later.") from error
    messages = live.messages(screen, last_event_id, partial(still_welcome, here, principal))
    return EventStream(messages, partial(live.leave, screen))
