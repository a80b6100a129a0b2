"""The situation report of an incident, to print."""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response

from hub.api.context import Here
from hub.api.door import Viewing
from hub.api.faults import ApiError
from hub.api.models.shared import errors
from hub.api.routes.incidents import IncidentPath, found
from hub.api.turns import Turns
from hub.core import sitrep
from hub.core.access import API
from hub.fonts import FontError
from hub.store.queries.incidents import affected
from hub.store.queries.situation import clock_in, situation, zone_of
from paper import pdf
from paper.picture import Paper
from paper.report import Section, report

router = APIRouter(prefix=API, tags=["incidents"])

PDF: Final = "application/pdf"
A4: Final = Paper(width_mm=210, height_mm=297, dpi=200)
_PRINTED: Final = {
    **errors(401, 403, 404, 422, 503),
    200: {"description": "PDF, A4.", "content": {PDF: {"schema": {"type": "string", "format": "binary"}}}},
}
_drawing = Turns("a report drawn")


@router.get("/incidents/{incident}/report", responses=_PRINTED, response_class=Response)
def the_report(
    here: Here,
    viewer: Viewing,
    incident: IncidentPath,
    language: Annotated[Literal["en", "zh"], Query(description="English or Chinese.")] = "en",
) -> Response:
    """What happened, the clock, who lives there, what they need and have got, and how ready the warehouses are."""
    try:
        font = here.services.font()
    except FontError as error:
        raise ApiError(503, "no-font", str(error), hint="Who runs the hub installs a Chinese font.") from error
    with here.services.database.read() as connection:
        one = found(connection, incident)
        told = situation(connection, viewer, one, here.now)
        zone = zone_of(connection, affected(connection, one))
    parts = sitrep.parts(told, language, lambda at: clock_in(zone, at))
    sections = [Section(heading=p.heading, lines=p.lines, table=p.table, parts=p.parts) for p in parts]
    with _drawing.one():
        pages = report(sitrep.title(told, language), sections, A4, font, foot=one.id)
        content = pdf.encode(pages)
    named = {"Content-Disposition": f'inline; filename="situation-{one.id}.pdf"'}
    return Response(content, media_type=PDF, headers=named)
