"""Reports for an organisation's own books; as files they are under `/exports`."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from hub.api.context import Here
from hub.api.door import Viewing
from hub.api.models import reports as models
from hub.api.models.shared import LISTED, Cursor, Limit, Short, When, errors
from hub.core.access import API
from hub.store.queries import reports
from hub.store.queries.paging import Page
from hub.store.queries.reports import Wanted
from hub.store.queries.stock import item_key

router = APIRouter(prefix=API, tags=["reports"])

_READ = errors(401, 403, 422, 503)


async def _wanted(
    site: Short = None,
    item: Short = None,
    owner: Annotated[str | None, Query(max_length=300, description="The organisation; staff: their own.")] = None,
    since: Annotated[When | None, Query(description="RFC 3339.")] = None,
    until: Annotated[When | None, Query(description="RFC 3339, not included.")] = None,
) -> Wanted:
    return Wanted(site=site, item=None if item is None else item_key(item), owner=owner, since=since, until=until)


About = Annotated[Wanted, Depends(_wanted)]


@router.get("/reports/holdings", responses=_READ)
def the_holdings(here: Here, viewer: Viewing, wanted: About) -> models.HoldingReport:
    """What stands where now, by item; what a handling unit holds stands where the unit does. Times do not matter."""
    with here.services.database.read() as connection:
        return models.HoldingReport.model_validate({"rows": reports.holdings(connection, viewer, wanted)})


@router.get("/reports/movements", responses=LISTED, response_model=models.MovementPage)
def the_movements(
    here: Here, viewer: Viewing, wanted: About, limit: Limit = 100, cursor: Cursor = None
) -> Page[reports.Movement]:
    """The ledger's rows, lot by lot in the order of time; undone ones are left out."""
    pager = here.pager("movements", *wanted.parts, viewer.owner_filter, viewer.site_filter)
    with here.services.database.read() as connection:
        return reports.movements(connection, pager, viewer, wanted, limit=limit, cursor=cursor)


@router.get("/reports/hand-overs", responses=LISTED, response_model=models.HandOverPage)
def the_hand_overs(
    here: Here, viewer: Viewing, wanted: About, limit: Limit = 100, cursor: Cursor = None
) -> Page[reports.HandOver]:
    """What reached whom by which consignment, with its proof of delivery. No recipient is named."""
    pager = here.pager("hand-overs", *wanted.parts, viewer.owner_filter, viewer.site_filter)
    with here.services.database.read() as connection:
        return reports.hand_overs(connection, pager, viewer, wanted, limit=limit, cursor=cursor)


@router.get("/reports/fulfilment", responses=_READ)
def the_fulfilment(here: Here, viewer: Viewing, wanted: About) -> models.FulfilledReport:
    """What was handed over, by month, organisation and item. `site`: the station that handed it out."""
    with here.services.database.read() as connection:
        return models.FulfilledReport.model_validate({"rows": reports.fulfilled(connection, viewer, wanted)})
