"""A station: what is coming, what waits for whom (masked), what is overdue, and counts of its shelves."""

from typing import Annotated

from fastapi import APIRouter, Path
from sqlalchemy import Connection

from hub.api.context import Here
from hub.api.deciding import deciding
from hub.api.door import Viewing, Whoever, named
from hub.api.faults import ApiError
from hub.api.models import collecting as models
from hub.api.models.reference import Id
from hub.api.models.shared import LISTED, Cursor, Limit, errors
from hub.core.access import API
from hub.core.viewer import Viewer
from hub.store import decisions, shelf_counts
from hub.store.queries import station as queries
from hub.store.queries.goods import is_site
from hub.store.shelf_counts import Count, Outcome

router = APIRouter(prefix=API, tags=["stations"])

CHANGED = errors(401, 403, 404, 409, 413, 422, 503)
SitePath = Annotated[Id, Path(description="A site's id.")]
CountPath = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$", description="A shelf count's id.")]
MOST_COUNTS = 50


@router.get("/stations/{site}", responses=LISTED)
def the_station(
    here: Here,
    viewer: Viewing,
    site: SitePath,
    show: models.Show = "waiting",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> models.StationPage:
    """What is coming, waits, is overdue (reminded, and nobody came), due back, locked, or was given this week."""
    pager = here.pager("station", site, show, viewer.owner_filter)
    with here.services.database.read() as connection:
        _check(connection, viewer, site)
        counts = queries.counts(connection, viewer, site, here.now)
        page = queries.listed(connection, pager, viewer, site, show, now=here.now, limit=limit, cursor=cursor)
    return models.StationPage(counts=counts, rows=[_row(one) for one in page.rows], next=page.next)


@router.post("/stations/{site}/search", responses=errors(401, 403, 404, 422, 503))
def find(here: Here, viewer: Viewing, site: SitePath, sent: models.FindInput) -> models.FoundParcels:
    """Who stands at the counter: by the last four digits of the telephone, or a shelf code. It stands in no address."""
    with here.services.database.read() as connection:
        _check(connection, viewer, site)
        found = queries.find(connection, viewer, site, sent.text, here.now)
    return models.FoundParcels(rows=[_row(one) for one in found])


@router.get("/stations/{site}/shelf-counts", responses=errors(401, 403, 404, 422, 503))
def the_counts(here: Here, viewer: Viewing, site: SitePath) -> models.ShelfCounts:
    """The latest counts of this station's shelves."""
    with here.services.database.read() as connection:
        _check(connection, viewer, site)
        found = shelf_counts.latest(connection, site, MOST_COUNTS)
    return models.ShelfCounts.model_validate({"rows": found})


@router.post("/stations/{site}/shelf-counts", status_code=201, responses=CHANGED)
def begin(
    here: Here, who: Whoever, viewer: Viewing, site: SitePath, sent: models.ShelfCountInput
) -> models.ShelfCountWhole:
    """Begin to count: scan the task `count:<id>` at a device, then every parcel that stands there."""
    with deciding(here, "consignment") as connection:
        _check(connection, viewer, site)
        id_ = shelf_counts.begin(connection, site, sent.shelf, by=named(who), now=here.now)
        decisions.note(connection, named(who), "shelf-count-begun", id_, f"{site} {sent.shelf}".strip(), here.now)
        return _whole(connection, viewer, _found(connection, site, id_))


@router.get("/stations/{site}/shelf-counts/{count}", responses=errors(401, 403, 404, 422, 503))
def the_count(here: Here, viewer: Viewing, site: SitePath, count: CountPath) -> models.ShelfCountWhole:
    """What was seen, what was not, and what stands there though it should not."""
    with here.services.database.read() as connection:
        _check(connection, viewer, site)
        return _whole(connection, viewer, _found(connection, site, count))


@router.post("/stations/{site}/shelf-counts/{count}/closing", responses=CHANGED)
def close(here: Here, who: Whoever, viewer: Viewing, site: SitePath, count: CountPath) -> models.ShelfCountWhole:
    """Nobody goes along any more: what was not seen is missing, and shown as such until something is known of it."""
    with deciding(here, "consignment") as connection:
        _check(connection, viewer, site)
        known = _found(connection, site, count)
        if known.closed_at is not None:
            raise ApiError(409, "wrong-state", f"The count {count} is closed.", hint="Begin another one.")
        found = shelf_counts.close(connection, known, by=named(who), now=here.now)
        decisions.note(connection, named(who), "shelf-count-closed", count, f"{len(found.missing)} missing", here.now)
        return _whole(connection, viewer, _found(connection, site, count))


def _check(connection: Connection, viewer: Viewer, site: str) -> None:
    if not is_site(connection, site) or not viewer.may_see_site(site):
        raise ApiError(404, "no-site", f"There is no site {site}.", hint="GET /api/v1/sites lists them.")


def _found(connection: Connection, site: str, id_: str) -> Count:
    found = shelf_counts.find(connection, id_)
    if found is None or found.site != site:
        raise ApiError(404, "no-count", f"There is no count {id_} here.", hint="GET .../shelf-counts lists them.")
    return found


def _whole(connection: Connection, viewer: Viewer, count: Count) -> models.ShelfCountWhole:
    outcome: Outcome = shelf_counts.outcome(connection, count)
    seen = {id_: queries.one(connection, viewer, id_) for id_, _ in outcome.missing}
    missing = [
        models.MissingModel(parcel=id_, shelf_code=one.shelf_code, shown=one.shown)
        for id_, one in seen.items()
        if one is not None
    ]
    return models.ShelfCountWhole.model_validate(
        {name: getattr(count, name) for name in Count.__slots__}
        | {"found": outcome.found, "missing": missing, "besides": outcome.besides}
    )


def _row(one: queries.Seen) -> models.StationParcel:
    goods = [models.GoodsModel(item=item, lot=lot, n=n) for item, lot, n in one.goods]
    return models.StationParcel.model_validate(
        {name: getattr(one, name) for name in queries.Seen.__slots__} | {"goods": goods}
    )
