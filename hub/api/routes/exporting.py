"""Stock as a file for spreadsheets: what the viewer sees, nothing computed in it."""

from collections.abc import Iterator
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends
from fastapi.responses import Response, StreamingResponse

from hub.api.context import Context, Here
from hub.api.door import Viewing
from hub.api.faults import ApiError
from hub.api.models.shared import Short, errors
from hub.api.turns import Turns
from hub.core.access import API, Viewer
from hub.store.queries import stock
from hub.store.queries.stock import StockFilter, StockRow
from hub.tables.exporting import MOST_XLSX_ROWS, Value, csv_lines, xlsx

router = APIRouter(prefix=API, tags=["exporting"])

CSV: Final = "text/csv"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADINGS: Final = (
    "site", "account", "gtin", "item", "name", "name_zh", "lot", "expiry", "owner", "condition", "quantity"
)  # fmt: skip
PAGE: Final = 500
_writing = Turns("a workbook")


async def _filter(
    site: Short = None,
    item: Short = None,
    lot: Short = None,
    owner: Short = None,
    condition: Literal["good", "quarantined", "damaged"] | None = None,
) -> StockFilter:
    return StockFilter(site=site, item=item, lot=lot, owner=owner, condition=condition)


Wanted = Annotated[StockFilter, Depends(_filter)]


@router.get(
    "/exports/stock.csv",
    responses={**errors(401, 403, 422, 503), 200: {"content": {CSV: {"schema": {"type": "string"}}}}},
    response_class=Response,
)
def stock_csv(here: Here, viewer: Viewing, wanted: Wanted) -> Response:
    """Stock as CSV (UTF-8 with a mark, commas), page by page: what moves meanwhile may be missing or stand twice.

    A text that a spreadsheet would compute has an apostrophe in front. Spreadsheets cut GTINs: open it as text, or
    take the XLSX.
    """
    pages = ([_row(row) for row in page] for page in _pages(here, viewer, wanted))
    headers = {"Content-Disposition": 'attachment; filename="stock.csv"'}
    return StreamingResponse(csv_lines(HEADINGS, pages), media_type=f"{CSV}; charset=utf-8", headers=headers)


@router.get(
    "/exports/stock.xlsx",
    responses={
        **errors(401, 403, 413, 422, 503),
        200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}},
    },
    response_class=Response,
)
def stock_xlsx(here: Here, viewer: Viewing, wanted: Wanted) -> Response:
    """Stock as XLSX, where every text is text; up to 100,000 rows."""
    rows: list[tuple[Value, ...]] = []
    with _writing.one():
        for page in _pages(here, viewer, wanted):
            rows += map(_row, page)
            if len(rows) > MOST_XLSX_ROWS:
                hint = "Name a site, an item or an owner, or take the CSV."
                raise ApiError(413, "too-many-rows", f"There are more than {MOST_XLSX_ROWS} rows of stock.", hint=hint)
        content = xlsx(HEADINGS, rows)
    headers = {"Content-Disposition": 'attachment; filename="stock.xlsx"'}
    return Response(content, media_type=XLSX, headers=headers)


def _pages(here: Context, viewer: Viewer, wanted: StockFilter) -> Iterator[list[StockRow]]:
    """Each page is read in a transaction of its own: a slow reader holds nothing open."""
    pager = here.pager("export-stock", *wanted.parts)
    cursor: str | None = None
    while True:
        with here.services.database.read() as connection:
            page = stock.stock(connection, pager, wanted, viewer=viewer, limit=PAGE, cursor=cursor)
        yield list(page.rows)
        cursor = page.next
        if cursor is None:
            return


def _row(row: StockRow) -> tuple[Value, ...]:
    day = None if row.expiry is None else f"{row.expiry:08d}"
    expiry = None if day is None else f"{day[:4]}-{day[4:6]}-{day[6:]}"
    return (
        row.site, row.account, row.gtin, row.item, row.name, row.name_zh, row.lot, expiry, row.owner, row.condition,
        row.quantity,
    )  # fmt: skip
