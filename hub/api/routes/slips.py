"""The slip in large print that tells somebody without a telephone what waits for them, and their code."""

from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from hub import collecting
from hub.api.context import Context, Here
from hub.api.door import Whoever, named
from hub.api.faults import ApiError
from hub.api.models.help_lines import SlipInput
from hub.api.models.shared import errors
from hub.api.parcel_page import NUMBER, PATH
from hub.api.routes.recipients import check_known
from hub.api.turns import Turns
from hub.core.access import API
from hub.fonts import FontError
from hub.store import recipients
from hub.store.queries.slips import waiting
from paper import pdf
from paper.collection_slip import CollectionSlip, collection_slip
from wire.collecting import grouped

router = APIRouter(prefix=API, tags=["help-lines"])

PDF = {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}, "description": "One page."}
_drawing = Turns("a slip")
_HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@router.post("/slips", responses={**errors(401, 403, 404, 409, 413, 422, 503), 200: PDF}, response_class=Response)
def slip(here: Here, who: Whoever, sent: SlipInput, request: Request) -> Response:
    """One page for whom an operator of their help-line asked. It holds their code, so the log of views says so."""
    try:
        font = here.services.font()
    except FontError as error:
        raise ApiError(503, "no-font", str(error), hint="Who runs the hub installs a Chinese font.") from error
    told = _told(here, named(who), sent, _base(here, request))
    with _drawing.one():
        return Response(pdf.encode([collection_slip(told, sent.size, font)]), media_type="application/pdf")


def _told(here: Context, who: str, sent: SlipInput, base: str) -> CollectionSlip:
    vault = here.services.vault
    with here.write() as connection:
        found = waiting(connection, sent.parcel, chinese=False)
        if found is None or found.recipient is None:
            raise ApiError(
                404, "no-parcel", f"There is no parcel {sent.parcel} for a person.", hint="GET /api/v1/parcels."
            )
        check_known(connection, found.recipient, who)
        person = recipients.find(connection, vault, found.recipient)
        language = sent.language or ("zh" if person is None else person.language)
        if language == "zh":
            found = waiting(connection, sent.parcel, chinese=True) or found
        code = collecting.code_of(connection, vault, sent.parcel)
        if code is None:
            raise ApiError(
                409, "no-code", f"The parcel {sent.parcel} is not collected with a code.",
                hint="It goes to the door, or its story is over.",
            )  # fmt: skip
        recipients.note_view(connection, who, found.recipient or "", "slip", here.now)
    return CollectionSlip(
        language=language, whom=found.whom, goods=found.goods, where=found.where, code=grouped(code),
        hours=found.hours, shelf=found.shelf, until=found.until, line=found.line,
        number=sent.parcel, link=f"{base}{PATH}?{urlencode({NUMBER: sent.parcel})}" if base else "",
    )  # fmt: skip


def _base(here: Context, request: Request) -> str:
    """Where a recipient reaches this hub: as the settings say, else as the operator's browser does from elsewhere."""
    if here.services.public_url or request.url.hostname in _HERE:
        return here.services.public_url
    return f"{request.url.scheme}://{request.url.netloc}"
