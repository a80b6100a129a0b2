"""Whether the hub is well, what it measures, and what it offers."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy import select

from hub.api import metrics
from hub.api.context import Here
from hub.api.door import Viewing
from hub.api.faults import ApiError
from hub.api.models.reference import Health, Ready, SettingsModel, SummaryModel
from hub.api.models.shared import SIGNED_IN, errors
from hub.core.access import API
from hub.store import sscc
from hub.store.queries import summary

router = APIRouter(prefix=API, tags=["hub"])


@router.get("/health", responses=errors(503))
def health(here: Here) -> Health:
    """Whether the hub answers and its database can be read. Needs no sign-in."""
    with here.services.database.read() as connection:
        connection.execute(select(1)).scalar_one()
    services = here.services
    return Health(status="ok", ledger=services.ledger, run=services.run, version=services.version)


@router.get("/ready", responses=errors(503))
def ready(here: Here) -> Ready:
    """Whether the hub takes in what devices deliver: 503 and why, where it does not. Needs no sign-in."""
    faults = here.services.faults()
    if faults:
        raise ApiError(503, "not-ready", "; ".join(faults), hint="relay-hub doctor says more; devices keep their data.")
    return Ready(status="ready")


@router.get("/settings", responses=SIGNED_IN)
def settings(here: Here) -> SettingsModel:
    """How the hub is set up: what its hub.toml and its command line say, and its numbers for handling units."""
    services = here.services
    with services.database.read() as connection:
        prefix = sscc.company_prefix(connection)
    return SettingsModel(
        version=services.version, ledger=services.ledger, listening=services.inviter is not None,
        notices=services.notices_host, keep_days=services.keep_days, public_url=services.public_url,
        company_prefix=prefix or "",
    )  # fmt: skip


@router.get("/summary", responses=SIGNED_IN, response_model=SummaryModel)
def the_summary(here: Here, viewer: Viewing) -> summary.Summary:
    """The numbers that stand above everything else.

    `stock_units` and `discrepancies` are those that the viewer sees; the others are of the whole hub.
    In a hub with millions of rows `positions`, `stock_units` and `discrepancies` may be some seconds old.
    """
    with here.services.database.read() as connection:
        return summary.summary(
            connection,
            positions=here.positions.value(connection, viewer),
            pieces=here.pieces.value(connection, viewer),
            troubles=here.troubles.value(connection, viewer),
            now=here.now,
        )


@router.get(
    "/metrics",
    response_class=Response,
    responses={**SIGNED_IN, 200: {"content": {metrics.CONTENT_TYPE: {"schema": {"type": "string"}}}}},
)
def the_metrics(here: Here) -> Response:
    """Measurements in the text format of Prometheus, for monitoring with an API token."""
    with here.services.database.read() as connection:
        totals = summary.totals(connection)
    gauges = {**here.services.gauges(), **here.asking.gauges()}
    values = metrics.collect(totals, gauges, screens=here.services.live.screens, timings=here.services.timings)
    return Response(values, media_type=metrics.CONTENT_TYPE)


@router.get("/openapi.json", include_in_schema=False)
def openapi(request: Request) -> JSONResponse:
    """The description of this interface (OpenAPI 3.1)."""
    schema: dict[str, Any] = request.app.openapi()
    return JSONResponse(schema)
