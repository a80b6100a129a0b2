"""What does not fit, what is missing, what could not be understood."""

from typing import Literal

from fastapi import APIRouter

from hub.api.context import Here
from hub.api.door import Viewing
from hub.api.models.devices import GapPage, QuarantinePage
from hub.api.models.discrepancies import DiscrepancyPage, of_settled
from hub.api.models.shared import LISTED, Cursor, Limit, Short
from hub.core.access import API
from hub.core.discrepancies import Kind
from hub.store import settlements
from hub.store.queries import devices, discrepancies, quarantine
from hub.store.queries.devices import GapRow
from hub.store.queries.paging import Page
from hub.store.queries.quarantine import QuarantineRow

router = APIRouter(prefix=API, tags=["trouble"])


@router.get("/quarantine", responses=LISTED, response_model=QuarantinePage)
def the_quarantine(
    here: Here, viewer: Viewing, device: Short = None, limit: Limit = 100, cursor: Cursor = None
) -> Page[QuarantineRow]:
    """What could not be understood, newest first, with its bytes and the reason."""
    pager = here.pager("quarantine", device)
    with here.services.database.read() as connection:
        return quarantine.rows(connection, pager, viewer=viewer, device=device, limit=limit, cursor=cursor)


@router.get("/discrepancies", responses=LISTED)
def the_discrepancies(
    here: Here,
    viewer: Viewing,
    state: Literal["open", "settled"] = "open",
    kind: Kind | None = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> DiscrepancyPage:
    """What does not add up; each says whom it waits for. `settled`: what people decided, the latest first."""
    pager = here.pager("discrepancies", state, kind, viewer.owner_filter, viewer.site_filter)
    with here.services.database.read() as connection:
        if state == "settled":
            done = settlements.settlements(connection, pager, viewer, limit=limit, cursor=cursor)
            return DiscrepancyPage.model_validate({"rows": [of_settled(row) for row in done.rows], "next": done.next})
        found = discrepancies.discrepancies(
            connection, pager, viewer=viewer, now=here.now, limit=limit, cursor=cursor, kind=kind
        )
    return DiscrepancyPage.model_validate({"rows": found.rows, "next": found.next})


@router.get("/gaps", responses=LISTED, response_model=GapPage)
def the_gaps(
    here: Here, lane: Literal["facts", "telemetry"] | None = None, limit: Limit = 100, cursor: Cursor = None
) -> Page[GapRow]:
    """Sequences that devices declared as missing and that nobody has sent since."""
    pager = here.pager("gaps", lane)
    with here.services.database.read() as connection:
        return devices.gaps(connection, pager, lane_name=lane, limit=limit, cursor=cursor)
