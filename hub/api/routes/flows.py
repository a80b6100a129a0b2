"""What came to sites and what left them, over time."""

from typing import Annotated, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import APIRouter, Query
from sqlalchemy import Connection

from hub.api.context import Here
from hub.api.door import Viewing
from hub.api.faults import ApiError
from hub.api.models.flows import FlowsModel
from hub.api.models.shared import Short, When, errors
from hub.core.access import API
from hub.core.spans import MOST, Step, spans
from hub.store.queries.flows import FlowFilter, flowed
from hub.store.queries.stock import item_key

router = APIRouter(prefix=API, tags=["stock"])

USUAL_MS: Final[dict[Step, int]] = {"hour": 47 * 3_600_000, "day": 29 * 86_400_000}
"""So far back where nobody says since when."""


@router.get("/flows", responses=errors(401, 403, 422, 503))
def the_flows(
    here: Here,
    viewer: Viewing,
    site: Short = None,
    item: Short = None,
    owner: Short = None,
    start: Annotated[When | None, Query(alias="from", description="A time in the first span, RFC 3339.")] = None,
    end: Annotated[When | None, Query(alias="to", description="A time in the last span, RFC 3339; now.")] = None,
    step: Step = "day",
    zone: Annotated[str, Query(max_length=60, description="Whose days, where no site says it.")] = "UTC",
) -> FlowsModel:
    """Pieces that came and that went, by hour or day and by cause, and the stock at the end of each.

    Of all sites where none is named: what goes from one to another then both goes and comes.
    """
    end = here.now if end is None else end
    start = end - USUAL_MS[step] if start is None else start
    wanted = FlowFilter(site=site, item=None if item is None else item_key(item), owner=owner).seen_by(viewer)
    with here.services.database.read() as connection:
        place = site or viewer.site_filter
        name = zone if place is None else _zone_of(connection, place)
        edges = spans(start, max(start, end), step, _zone(name))
        if not edges:
            hint = f"At most {MOST} at once: take days, or a shorter time."
            raise ApiError(422, "too-long", f"These are too many {step}s.", hint=hint)
        found = flowed(connection, wanted, edges)
    return FlowsModel.model_validate({
        "step": step, "zone": name, "opening": found.opening, "due": found.due, "causes": found.causes,
        "rows": found.rows,
    })  # fmt: skip


def _zone_of(connection: Connection, site: str) -> str:
    found = connection.exec_driver_sql("SELECT zone FROM site WHERE id = ?", (site,)).scalar()
    try:
        return str(ZoneInfo(str(found or "UTC")))
    except (ZoneInfoNotFoundError, ValueError):  # a machine without that zone
        return "UTC"


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ApiError(422, "no-zone", f"{name!r} is no time zone here.", hint="Such as Asia/Shanghai.") from error
