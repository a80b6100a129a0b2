"""Devices, positions and tracks."""

from typing import Annotated

from fastapi import APIRouter, Query

from hub.api.context import Here
from hub.api.door import Viewing, Whoever, named
from hub.api.faults import ApiError
from hub.api.models.devices import CredentialsModel, Devices, NewDevice, Positions, TrackModel
from hub.api.models.shared import SIGNED_IN, DeviceName, When, errors
from hub.core.access import API
from hub.store import devices as store
from hub.store.queries import devices, positions
from hub.store.queries.positions import Track

router = APIRouter(prefix=API, tags=["devices"])


@router.get("/devices", responses=SIGNED_IN)
def the_devices(here: Here) -> Devices:
    """All devices with their presence, what they hold back and what is missing of theirs."""
    with here.services.database.read() as connection:
        rows = devices.devices(connection)
    return Devices.model_validate({"devices": rows, "listening": here.services.inviter is not None})


@router.post("/devices", status_code=201, responses=errors(401, 403, 409, 422, 503))
def add_device(here: Here, who: Whoever, device: NewDevice) -> CredentialsModel:
    """Let a device in. The answer holds its password and its configuration file, shown this once."""
    with here.services.database.read() as connection:
        if store.is_in(connection, device.name):
            raise ApiError(409, "exists", f"There is a device {device.name} already.", hint="Choose another name.")
    added = here.services.devices.add_device(device.name, device.kind, by=named(who))
    here.services.live.notify()
    return CredentialsModel(name=added.name, password=added.password, config=added.config)


@router.get("/positions", responses=SIGNED_IN)
def the_positions(here: Here, viewer: Viewing) -> Positions:
    """The newest good position of each device, by the receivers' own time."""
    with here.services.database.read() as connection:
        return Positions.model_validate({"positions": positions.positions(connection, viewer=viewer, now=here.now)})


@router.get("/devices/{name}/track", responses=errors(401, 403, 404, 422, 503), response_model=TrackModel)
def the_track(
    here: Here,
    name: DeviceName,
    start: Annotated[When | None, Query(alias="from", description="First time, RFC 3339.")] = None,
    end: Annotated[When | None, Query(alias="to", description="Last time, RFC 3339.")] = None,
    limit: Annotated[int, Query(ge=1, le=20_000)] = 5000,
) -> Track:
    """Where a device went: its last `limit` fixes between two times, oldest first, each with its verdict."""
    with here.services.database.read() as connection:
        found = positions.track(connection, name, start=start, end=end, limit=limit)
    if found is None:
        raise ApiError(404, "no-device", f"There is no device {name}.", hint="GET /api/v1/devices lists them.")
    return found
