"""Devices, positions and tracks."""

from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, Query, Response

from hub.api.context import Here
from hub.api.door import Viewing, Whoever, named
from hub.api.faults import ApiError
from hub.api.models.devices import (
    CamePage,
    CredentialsModel,
    DeviceModel,
    Devices,
    HealthModel,
    NewDevice,
    Positions,
    TrackModel,
)
from hub.api.models.shared import LISTED, SIGNED_IN, Cursor, DeviceName, Limit, SearchText, Short, When, errors
from hub.core.access import API
from hub.core.instant import rfc3339
from hub.store import devices as store
from hub.store.queries import device_history, devices, positions
from hub.store.queries.device_history import Came
from hub.store.queries.devices import DeviceFilter
from hub.store.queries.paging import Page
from hub.store.queries.positions import Track

router = APIRouter(prefix=API, tags=["devices"])

DAY_MS: Final = 86_400_000
WEEK_MS: Final = 7 * DAY_MS


Most = Annotated[int | None, Query(ge=1, le=500, description="Most rows in one answer; all where none is named.")]


@router.get("/devices", responses=LISTED)
def the_devices(
    here: Here,
    text: SearchText = None,
    kind: Short = None,
    site: Short = None,
    state: devices.State | None = None,
    limit: Most = None,
    cursor: Cursor = None,
) -> Devices:
    """Devices with their presence, what they hold back, what is missing of theirs, and their health.

    `state`: `silent` are those that are connected and were not heard for 15 minutes, `trouble` those of which facts
    are lost or something is in quarantine.
    """
    wanted = DeviceFilter(text=text, kind=kind, site=site, state=state)
    pager = here.pager("devices", text, kind, site, state)
    with here.services.database.read() as connection:
        page = devices.page(connection, pager, wanted, now=here.now, limit=limit, cursor=cursor)
    listening = here.services.inviter is not None
    return Devices.model_validate({"devices": page.rows, "listening": listening, "next": page.next})


@router.get("/devices/{name}", responses=errors(401, 403, 404, 422, 503))
def the_device(here: Here, name: DeviceName) -> DeviceModel:
    """One device."""
    with here.services.database.read() as connection:
        wanted = DeviceFilter(name=name)
        page = devices.page(connection, here.pager("device"), wanted, now=here.now, limit=1, cursor=None)
    if not page.rows:
        raise _no_device(name)
    return DeviceModel.model_validate(page.rows[0])


@router.get("/devices/{name}/presence", responses=errors(400, 401, 403, 404, 410, 422, 503), response_model=CamePage)
def the_presence(here: Here, name: DeviceName, limit: Limit = 100, cursor: Cursor = None) -> Page[Came]:
    """When a device came and left in the last months, newest first."""
    with here.services.database.read() as connection:
        if not devices.exists(connection, name):
            raise _no_device(name)
        return device_history.came(connection, here.pager("presence", name), name, limit=limit, cursor=cursor)


@router.get("/devices/{name}/health", responses=errors(401, 403, 404, 422, 503))
def the_health(
    here: Here,
    name: DeviceName,
    start: Annotated[When | None, Query(alias="from", description="First time, RFC 3339; a day ago.")] = None,
    end: Annotated[When | None, Query(alias="to", description="Last time, RFC 3339; now.")] = None,
) -> HealthModel:
    """What a device said of its health, of a week at most."""
    end = here.now if end is None else end
    start = max(end - DAY_MS if start is None else start, end - WEEK_MS)
    with here.services.database.read() as connection:
        if not devices.exists(connection, name):
            raise _no_device(name)
        return HealthModel.model_validate({"points": device_history.health(connection, name, start, end)})


@router.post("/devices", status_code=201, responses=errors(401, 403, 409, 422, 503))
def add_device(here: Here, who: Whoever, device: NewDevice) -> CredentialsModel:
    """Let a device in. The answer holds its password and its configuration file, shown this once."""
    with here.services.database.read() as connection:
        if store.is_in(connection, device.name):
            raise ApiError(409, "exists", f"There is a device {device.name} already.", hint="Choose another name.")
    added = here.services.devices.add_device(device.name, device.kind, by=named(who))
    here.services.live.notify()
    return CredentialsModel(name=added.name, password=added.password, config=added.config)


@router.get("/positions", responses=SIGNED_IN, response_model=Positions)
def the_positions(here: Here, viewer: Viewing) -> Response:
    """The newest good position of each device, by the receivers' own time."""
    with here.services.database.read() as connection:
        found = positions.positions(connection, viewer=viewer, now=here.now)
    # Written by hand: the model would take ten times as long for the vehicles of a county.
    rows = [
        {
            "device": one.device, "at": rfc3339(one.at), "lat": one.lat, "lon": one.lon, "speed_mps": one.speed_mps,
            "heading_deg": one.heading_deg, "quality": one.quality, "age_s": one.age_s,
        }
        for one in found
    ]  # fmt: skip
    return Response(msgspec.json.encode({"positions": rows}), media_type="application/json")


@router.get("/devices/{name}/track", responses=errors(401, 403, 404, 422, 503), response_model=TrackModel)
def the_track(
    here: Here,
    name: DeviceName,
    start: Annotated[When | None, Query(alias="from", description="First time, RFC 3339.")] = None,
    end: Annotated[When | None, Query(alias="to", description="Last time, RFC 3339.")] = None,
    limit: Annotated[int, Query(ge=1, le=20_000)] = 5000,
) -> Track:
    """Where a device went, oldest first, each fix with its verdict.

    From a time on: at most `limit` fixes spread over all, with the ends of gaps. Without `from`: the last ones.
    """
    with here.services.database.read() as connection:
        found = positions.track(connection, name, start=start, end=end, limit=limit)
    if found is None:
        raise _no_device(name)
    return found


def _no_device(name: str) -> ApiError:
    return ApiError(404, "no-device", f"There is no device {name}.", hint="GET /api/v1/devices lists them.")
