"""Puts the HTTP side of the hub together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import Depends, FastAPI
from starlette.routing import BaseRoute
from starlette.types import Lifespan

from hub.api import faults
from hub.api.context import Context, Remembered, nobody
from hub.api.description import describe
from hub.api.door import enter
from hub.api.guard import Guard
from hub.api.routes import (
    alerts,
    calls,
    catalogue,
    collecting,
    commands,
    consignments,
    dashboard,
    deliveries,
    device_session,
    devices,
    direct,
    events,
    exporting,
    flows,
    help_lines,
    importing,
    incidents,
    invitations,
    join,
    live_positions,
    needs,
    notices,
    outcomes,
    parcel_page,
    parcels,
    people,
    photos,
    population,
    printing,
    recall,
    recipients,
    reference,
    region_map,
    reports,
    requests,
    reservations,
    rounds,
    session,
    settling,
    situation,
    slips,
    space,
    stations,
    stock,
    story,
    system,
    tokens,
    transfers,
    trips,
    trouble,
)
from hub.api.services import Services
from hub.api.sign_in import SignIn
from hub.store.queries import discrepancies, summary
from hub.store.queries.stock import stock_by_site

ROUTERS = (
    session.router,
    people.router,
    tokens.router,
    system.router,
    reference.router,
    region_map.router,
    catalogue.router,
    deliveries.router,
    transfers.router,
    stock.router,
    flows.router,
    recall.router,
    story.router,
    notices.router,
    space.router,
    needs.router,
    incidents.router,
    population.router,
    situation.router,
    reservations.router,
    requests.router,
    consignments.router,
    parcels.router,
    stations.router,
    collecting.router,
    help_lines.router,
    recipients.router,
    calls.router,
    slips.router,
    rounds.router,
    outcomes.router,
    photos.router,
    direct.router,
    trips.router,
    printing.router,
    importing.router,
    reports.router,
    exporting.router,
    devices.router,
    commands.router,
    invitations.router,
    join.router,
    device_session.router,
    trouble.router,
    alerts.router,
    settling.router,
    events.router,
    live_positions.router,
    parcel_page.router,
    dashboard.router,
)
"""All routes of the application; the dashboard's last, because it takes any address."""

_DESCRIPTION = """The hub of Relief Relay: stock, traces, devices and positions of relief goods.

Sign in with `POST /api/v1/session` (a cookie) or send an API token (`Authorization: Bearer ...`). Times are RFC 3339
in UTC. Lists come in pages: give `next` back as the cursor. Every error is a problem document (RFC 9457), see
`Problem`.
"""


def routes() -> list[BaseRoute]:
    """Every route of the application."""
    return [route for router in ROUTERS for route in router.routes]


def create_app(services: Services) -> FastAPI:
    """The application; it starts and stops what is live. Raises HubError where the database cannot be read."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await services.live.start()
        await services.positions.start()
        try:
            yield
        finally:
            await services.positions.stop()
            await services.live.stop()

    app = _application(services.version, lifespan)
    database = services.database
    app.state.context = Context(
        services=services,
        generation=database.generation,
        sign_in=SignIn(database, services.clock, services.hasher, slowest_refusal_s=services.slowest_refusal_s),
        positions=Remembered(summary.positions),
        pieces=Remembered(summary.pieces),
        troubles=Remembered(lambda connection, viewer: discrepancies.count(connection, viewer, services.clock())),
        site_stock=Remembered(stock_by_site),
        device_of=nobody if services.device_sessions is None else services.device_sessions.device_of,
    )
    app.add_middleware(Guard, hosts=services.hosts)
    return app


def description(version: str) -> dict[str, Any]:
    """The interface as an OpenAPI document, for programs that are made from it; no hub is needed to say it."""
    return _application(version, None).openapi()


def _application(version: str, lifespan: Lifespan[FastAPI] | None) -> FastAPI:
    app = FastAPI(
        title="Relief Relay hub",
        version=version,
        description=_DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        dependencies=[Depends(enter)],
        separate_input_output_schemas=True,
    )
    for router in ROUTERS:
        app.include_router(router)
    faults.install(app)
    describe(app)
    return app
