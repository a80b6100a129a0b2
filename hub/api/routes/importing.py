"""Tables from spreadsheets: tried first, then taken in whole. One at a time: a large one takes a core for seconds."""

import csv
import io
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from hub.api.context import Here
from hub.api.door import Whoever, named
from hub.api.faults import ApiError
from hub.api.models.importing import ImportModel
from hub.api.models.shared import errors
from hub.api.problems import Fault
from hub.api.turns import Turns
from hub.core.access import API
from hub.core.viewer import Role
from hub.desk import DeskError
from hub.tables.grid import TableError
from hub.tables.importing import Hub, Report, bring_in, template

router = APIRouter(prefix=API, tags=["importing"])

KindName = Literal["organisations", "sites", "bins", "catalogue", "kits", "people", "stock", "settlements"]
CSV: Final = "text/csv"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BINARY: Final = {"schema": {"type": "string", "format": "binary"}}
_BODY: Final = {"requestBody": {"required": True, "content": {CSV: _BINARY, XLSX: _BINARY}}}
_ADMIN_ONLY: Final = frozenset({"organisations", "people"})
_TYPES: Final = frozenset({CSV, XLSX, "application/octet-stream", "application/vnd.ms-excel", "text/plain"})
_importing = Turns("to import a table")


@router.post("/imports", responses=errors(400, 401, 403, 409, 413, 415, 422, 503), openapi_extra=_BODY)
async def import_table(
    here: Here,
    who: Whoever,
    request: Request,
    kind: KindName,
    dry_run: Annotated[bool, Query(description="Only say what it would do, and every fault.")] = True,
    datum: Annotated[
        Literal["WGS84", "GCJ-02", "BD-09"] | None, Query(description="Of positions in rows that name none.")
    ] = None,
) -> ImportModel:
    """Import a table, CSV or XLSX, sent as it is. Nothing is imported unless all of it is right.

    A dry run answers 200 also where there are faults; else they are an error with code `table-faults`.
    """
    if kind in _ADMIN_ONLY and who.role is not Role.ADMIN:
        raise ApiError(403, "not-allowed", f"The role {who.role} may not import {kind}.", hint="Ask an administrator.")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in _TYPES:
        hint = f"Send the file as it is, with Content-Type: {CSV} or {XLSX}."
        raise ApiError(415, "wrong-type", "The body is no table.", hint=hint)
    data = await request.body()
    hub = Hub(read=here.services.database.read, write=here.write, desk=here.services.desk, by=named(who), now=here.now)
    report = await run_in_threadpool(_bring_in, hub, kind, data, dry_run=dry_run, datum=datum)
    if report.taken:
        here.services.live.notify()
    if report.faults and not dry_run:
        raise _faulty(report)
    return ImportModel.model_validate(report)


@router.get(
    "/imports/templates/{kind}.csv",
    responses={**errors(401, 403, 422, 503), 200: {"content": {CSV: {"schema": {"type": "string"}}}}},
    response_class=Response,
)
def the_template(kind: Annotated[KindName, Path()]) -> Response:
    """A table with the headings of a kind and a row as an example (CSV UTF-8, with the mark that Excel needs)."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows(template(kind))
    headers = {"Content-Disposition": f'attachment; filename="{kind}.csv"'}
    return Response("\ufeff" + out.getvalue(), media_type=f"{CSV}; charset=utf-8", headers=headers)


def _bring_in(hub: Hub, kind: str, data: bytes, *, dry_run: bool, datum: str | None) -> Report:
    if not dry_run and kind == "stock" and hub.desk is None:
        raise ApiError(409, "no-desk", "This hub posts no facts, so it takes in no stock.", hint="Ask who runs it.")
    with _importing.one():
        try:
            return bring_in(hub, kind, data, dry_run=dry_run, datum=datum)
        except TableError as error:
            raise ApiError(422, "no-table", str(error), hint="See docs/import.md.") from error
        except DeskError as error:
            hint = "Import the same table again: what is stored already is not counted twice."
            raise ApiError(503, "not-posted", str(error), hint=hint) from error


def _faulty(report: Report) -> ApiError:
    faults = [
        Fault(field=f"row {fault.row}, {fault.column}", message=fault.message, remedy=fault.remedy)
        for fault in report.faults
    ]
    first = f"{faults[0].field}: {faults[0].message}"
    sentence = f"Nothing was imported: the table has {report.total} faults; {first}"
    return ApiError(422, "table-faults", sentence, hint="Try it with dry_run=true: that lists them.", faults=faults)
