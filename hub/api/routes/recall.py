"""The recall of a lot, as a list and as a file for spreadsheets."""

from collections.abc import Iterator
from typing import Annotated, Final

from fastapi import APIRouter, Query
from fastapi.responses import Response, StreamingResponse

from hub.api.context import Context, Here
from hub.api.door import Viewing
from hub.api.models.recall import RecallModel
from hub.api.models.shared import LISTED, Cursor, Limit, errors
from hub.api.models.story import HolderPage
from hub.core.access import API
from hub.core.instant import rfc3339
from hub.core.viewer import Viewer
from hub.store.queries import recall
from hub.store.queries.holders import Holder, holders
from hub.store.queries.paging import Page
from hub.store.queries.recall import Gone, Held, Recall
from hub.tables.exporting import Value, csv_lines

router = APIRouter(prefix=API, tags=["stock"])

Item = Annotated[
    str, Query(min_length=1, max_length=300, description="A GTIN, or the key of an item without one (`text:...`).")
]
Number = Annotated[str, Query(max_length=300, description="The lot number; empty for goods without one.")]
HEADINGS: Final = (
    "list", "where", "quantity", "site", "place", "account", "unit", "owner", "condition", "at", "late", "action",
    "from", "to", "task", "by", "device", "seq", "warned",
)  # fmt: skip
PAGE: Final = 500


@router.get("/recall", responses=LISTED, response_model=RecallModel)
def the_recall(
    here: Here, viewer: Viewing, gtin: Item, lot: Number, limit: Limit = 100, cursor: Cursor = None
) -> Recall:
    """Where a lot stands, what is on the way, whom it reached by which fact, and what was handed over after the notice.

    What lies in handling units is listed with them. Goods that are held come first, then what is gone, newest first.
    """
    pager = here.pager("recall", gtin, lot)
    with here.services.database.read() as connection:
        return recall.recall(connection, pager, gtin, lot, viewer=viewer, limit=limit, cursor=cursor)


@router.get("/recall/holders", responses=LISTED, response_model=HolderPage)
def the_holders(
    here: Here, viewer: Viewing, gtin: Item, lot: Number, limit: Limit = 100, cursor: Cursor = None
) -> Page[Holder]:
    """To whom a lot went in parcels, or is on its way: requests, masked names, stations."""
    pager = here.pager("holders", gtin, lot)
    after = pager.key(cursor, (str, str))
    with here.services.database.read() as connection:
        rows = holders(connection, gtin, lot, viewer=viewer, limit=limit + 1, after=after)
    return pager.page([(row.key, row) for row in rows], limit)


@router.get(
    "/exports/recall.csv",
    responses={**errors(401, 403, 422, 503), 200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
    response_class=Response,
)
def recall_csv(here: Here, viewer: Viewing, gtin: Item, lot: Number) -> Response:
    """The same as CSV (UTF-8 with a mark, commas), page by page: what moves meanwhile may be missing or stand twice.

    A text that a spreadsheet would compute has an apostrophe in front.
    """
    headers = {"Content-Disposition": 'attachment; filename="recall.csv"'}
    lines = csv_lines(HEADINGS, _pages(here, viewer, gtin, lot))
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


def _pages(here: Context, viewer: Viewer, gtin: str, lot: str) -> Iterator[list[tuple[Value, ...]]]:
    """Each page is read in a transaction of its own: a slow reader holds nothing open."""
    pager = here.pager("export-recall", gtin, lot)
    cursor: str | None = None
    while True:
        with here.services.database.read() as connection:
            page = recall.recall(connection, pager, gtin, lot, viewer=viewer, limit=PAGE, cursor=cursor)
        yield [*map(_held, page.held), *map(_gone, page.gone)]
        cursor = page.next
        if cursor is None:
            return


def _held(row: Held) -> tuple[Value, ...]:
    return (
        "held", row.where.value, row.quantity, row.site, row.place, row.account, row.unit, row.owner, row.condition,
        *(None for _ in HEADINGS[9:]),
    )  # fmt: skip


def _gone(row: Gone) -> tuple[Value, ...]:
    return (
        "gone", None, row.quantity, None, None, row.holder, row.unit, row.owner, row.condition, rfc3339(row.at),
        "late" if row.late else None, row.action, row.source, row.to, row.task, row.by, row.device, row.seq,
        " ".join(row.warned),
    )  # fmt: skip
