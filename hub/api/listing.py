"""Any list as a file for spreadsheets, with the filters of its own route and in its order, nothing computed in it.

A list is registered by the route that gives its pages (hub/api/routes/exporting.py has the table). What the file holds
is what that route shows to the same viewer: the same function makes the pages, the same model makes the values. So a
list has one query, and nobody finds in a file what no screen shows them.

CSV is streamed page by page, each read in a transaction of its own: a slow reader holds nothing open, and what changes
meanwhile may be missing or stand twice. XLSX is made whole, for one reader at a time.
"""

import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final, TypeAlias, get_args, get_origin

from fastapi import APIRouter
from fastapi.responses import Response, StreamingResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel

from hub.api.context import Context
from hub.api.faults import ApiError
from hub.api.models.shared import errors
from hub.api.turns import Turns
from hub.core.instant import rfc3339
from hub.store.queries.naming import Kind, Names, names
from hub.tables.exporting import MOST_XLSX_ROWS, Value, csv_lines, xlsx

CSV: Final = "text/csv"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PAGE: Final = 500
KINDS: Final[dict[str, Kind]] = {
    **dict.fromkeys(("site", "from_site", "to_site", "source_site", "station"), "site"),
    **dict.fromkeys(("organisation", "owner", "giver", "taker"), "organisation"),
    "item": "item",
}  # fmt: skip
"""Which fields hold the key of something that has names."""
_PAGING: Final = frozenset({"limit", "cursor"})
_writing = Turns("a workbook")

Rows: TypeAlias = list[tuple[Value, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list that can be had as a file.

    `columns`: fields of its rows, with spaces between them; `given.way` is a field of a field, and `site+` is followed
    by the names of what it holds the key of. `each`: the field whose parts get a line of their own (`lines`); the rest
    of the row stands on each of them, and on one line where there are none.
    """

    router: APIRouter
    columns: str
    each: str | None = None

    @property
    def headings(self) -> tuple[str, ...]:
        """The names of the columns."""
        found: list[str] = []
        for column in self.columns.split():
            path = column.removesuffix("+")
            short = path.removeprefix(f"{self.each}.")
            head = (path if short in found else short).replace(".", "_")
            found += (head, f"{head}_name", f"{head}_name_zh") if column.endswith("+") else (head,)
        return tuple(found)

    def lines(self, row: dict[str, Any], named: Names) -> Iterator[tuple[Value, ...]]:
        """What stands in the file of one row."""
        parts = [None] if self.each is None else row[self.each] or [None]
        for part in parts:
            whole = row if self.each is None else {**row, self.each: part}
            yield tuple(chain.from_iterable(_cells(column, whole, named) for column in self.columns.split()))


def export(router: APIRouter, name: str, path: str, listing: Listing) -> None:
    """Add the routes `/exports/{name}.csv` and `.xlsx`, which take the filters of the route of this list."""
    route = _route(listing.router, path)
    pages = _reader(route, listing)

    def as_csv(**given: Any) -> Response:
        rows = pages(given)
        first = next(rows)
        lines = csv_lines(listing.headings, chain((first,), rows))
        return StreamingResponse(lines, media_type=f"{CSV}; charset=utf-8", headers=_named(given["here"], name, "csv"))

    def as_xlsx(**given: Any) -> Response:
        rows: Rows = []
        with _writing.one():
            for page in pages(given):
                rows += page
                if len(rows) > MOST_XLSX_ROWS:
                    hint = "Narrow the list by its filters, or take the CSV."
                    raise ApiError(413, "too-many-rows", f"These are more than {MOST_XLSX_ROWS} rows.", hint=hint)
            content = xlsx(listing.headings, rows, title=name)
        return Response(content, media_type=XLSX, headers=_named(given["here"], name, "xlsx"))

    for suffix, endpoint, codes, content in (
        ("csv", as_csv, (401, 403, 422, 503), {CSV: {"schema": {"type": "string"}}}),
        ("xlsx", as_xlsx, (401, 403, 413, 422, 503), {XLSX: {"schema": {"type": "string", "format": "binary"}}}),
    ):
        endpoint.__signature__ = _filters(route.endpoint)  # type: ignore[attr-defined]
        endpoint.__name__ = f"{name}_{suffix}".replace("-", "_")
        router.add_api_route(
            f"/exports/{name}.{suffix}", endpoint, methods=["GET"], response_class=Response,
            description=_DESCRIPTIONS[suffix].format(path=path),
            responses={**errors(*codes), 200: {"content": content}},
        )  # fmt: skip


_DESCRIPTIONS: Final = {
    "csv": (
        "`GET {path}` as CSV (UTF-8 with a mark, commas), with its filters, page by page: what changes meanwhile may be"
        " missing or stand twice. A text that a spreadsheet would compute has an apostrophe in front. Spreadsheets cut"
        " GTINs: open it as text, or take the XLSX."
    ),
    "xlsx": "`GET {path}` as XLSX, with its filters; every text is text. Up to 100,000 rows.",
}


def _route(router: APIRouter, path: str) -> APIRoute:
    """Where a list is asked for."""
    for route in router.routes:
        if isinstance(route, APIRoute) and route.path == path and "GET" in (route.methods or ()):
            return route
    raise LookupError(f"GET {path} is not a route of this router")


def _rows_of(page: type[BaseModel]) -> tuple[str, type[BaseModel]]:
    """Of the model of a page: the field that holds the rows, `rows` or its only list, and the model of a row."""
    lists = [name for name, field in page.model_fields.items() if get_origin(field.annotation) is list]
    (name,) = ["rows"] if "rows" in lists else lists
    (model,) = get_args(page.model_fields[name].annotation)
    return name, model


def _filters(endpoint: Callable[..., Any]) -> inspect.Signature:
    """What the list's route takes, but for its paging."""
    signature = inspect.signature(endpoint)
    return signature.replace(
        parameters=[
            each.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            for each in signature.parameters.values()
            if each.name not in _PAGING
        ],
        return_annotation=Response,
    )


def _reader(route: APIRoute, listing: Listing) -> Callable[[dict[str, Any]], Iterator[Rows]]:
    field, model = _rows_of(route.response_model)
    paged = "cursor" in inspect.signature(route.endpoint).parameters

    def pages(given: dict[str, Any]) -> Iterator[Rows]:
        with given["here"].services.database.read() as connection:
            named = names(connection)
        cursor: str | None = None
        while True:
            page = route.endpoint(**given, **({"limit": PAGE, "cursor": cursor} if paged else {}))
            rows = _plain(getattr(page, field), model)
            yield list(chain.from_iterable(listing.lines(row, named) for row in rows))
            cursor = getattr(page, "next", None)
            if cursor is None:
                return

    return pages


def _plain(rows: Iterable[Any], model: type[BaseModel]) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield model.model_validate(row).model_dump(mode="json")


def _cells(column: str, row: dict[str, Any], named: Names) -> Sequence[Value]:
    path = column.removesuffix("+").split(".")
    value: Any = row
    for part in path:
        value = None if value is None else value.get(part)
    if not column.endswith("+"):
        return (_cell(value),)
    return (_cell(value), *named[KINDS[path[-1]]].get(value, ("", "")))


def _cell(value: Any) -> Value:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return " ".join(map(str, value))
    if value is None or isinstance(value, int | float):
        return value
    return str(value)


def _named(here: Context, name: str, suffix: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}-{rfc3339(here.now)[:10]}.{suffix}"'}
