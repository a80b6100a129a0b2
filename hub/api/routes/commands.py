"""What people ask of devices: commands and configurations. What became of it is what the device says itself."""

from fastapi import APIRouter

from hub.api.context import Context, Here
from hub.api.door import Whoever, named
from hub.api.faults import ApiError
from hub.api.models.commands import (
    CommandModel,
    CommandPage,
    ConfigurationModel,
    NewCommandModel,
    NewConfiguration,
)
from hub.api.models.shared import Cursor, DeviceName, Limit, errors
from hub.core.access import API
from hub.store import commands as store
from hub.store.queries import commands, devices
from hub.store.queries.paging import Page
from hub.store.users import Principal

router = APIRouter(prefix=f"{API}/devices/{{name}}", tags=["devices"])


@router.get("/commands", responses=errors(400, 401, 403, 404, 410, 422, 503), response_model=CommandPage)
def the_commands(here: Here, name: DeviceName, limit: Limit = 100, cursor: Cursor = None) -> Page[commands.CommandRow]:
    """What was asked of a device, newest first."""
    with here.services.database.read() as connection:
        if not devices.exists(connection, name):
            raise _no_device(name)
        pager = here.pager("commands", name)
        return commands.commands(connection, pager, name, limit=limit, cursor=cursor, now=here.now)


@router.post("/commands", status_code=201, responses=errors(401, 403, 404, 409, 422, 503))
def issue_command(here: Here, who: Whoever, name: DeviceName, asked: NewCommandModel) -> CommandModel:
    """Ask a device to do something once. It is done before its time is over, or never; offline devices get it later."""
    now = here.now
    made = store.NewCommand(
        device=name, name=asked.name, args=asked.args, by=named(who), now=now, expires=now + asked.expires_s * 1000,
        id=asked.id,
    )  # fmt: skip
    with here.write() as connection:
        try:
            id_ = store.issue(connection, made)
        except store.NoDeviceError as error:
            raise _no_device(name) from error
        found = commands.one(connection, id_, now=now)
    here.services.asked(name)
    return CommandModel.model_validate(found)


@router.get("/configuration", responses=errors(401, 403, 404, 422, 503))
def the_configuration(here: Here, name: DeviceName) -> ConfigurationModel:
    """The configuration that a device should have, and whether it has it."""
    with here.services.database.read() as connection:
        if not devices.exists(connection, name):
            raise _no_device(name)
        return ConfigurationModel.model_validate(commands.configuration(connection, name))


@router.put("/configuration", responses=errors(401, 403, 404, 409, 422, 503))
def wish_configuration(here: Here, who: Whoever, name: DeviceName, wished: NewConfiguration) -> ConfigurationModel:
    """Say what configuration a device should have. The device checks it, tries it, and says what came of it."""
    return _wish(here, name, wished, who)


def _wish(here: Context, name: str, wished: NewConfiguration, who: Principal) -> ConfigurationModel:
    with here.write() as connection:
        try:
            store.wish(connection, name, wished.settings, by=named(who), now=here.now, generation=here.generation)
        except store.NoDeviceError as error:
            raise _no_device(name) from error
        found = commands.configuration(connection, name)
    here.services.asked(name)
    return ConfigurationModel.model_validate(found)


def _no_device(name: str) -> ApiError:
    return ApiError(404, "no-device", f"There is no device {name}.", hint="GET /api/v1/devices lists them.")
