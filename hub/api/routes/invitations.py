"""Letting devices in by a code, and throwing them out. Who did it stands in the log; the code does not."""

from dataclasses import asdict

import structlog
from fastapi import APIRouter

from hub.api.context import Here
from hub.api.door import Whoever, named
from hub.api.faults import NOT_LISTENING, ApiError
from hub.api.models.invitations import InvitationModel, InvitationState, NewInvitation, Revoked
from hub.api.models.shared import DeviceName, errors
from hub.core.access import API
from hub.core.instant import rfc3339
from hub.inviting import svg
from hub.store import devices as store
from hub.store import invitations
from hub.store.devices import DeviceError

router = APIRouter(prefix=f"{API}/devices/{{name}}", tags=["devices"])

log = structlog.get_logger("devices")


@router.post("/invitation", status_code=201, responses=errors(401, 403, 409, 422, 503))
def invite(here: Here, who: Whoever, name: DeviceName, asked: NewInvitation) -> InvitationModel:
    """Invite a device, new or known, by a code that is good once and shown this once. Earlier codes for it end."""
    if here.services.inviter is None:
        raise NOT_LISTENING
    with here.services.database.read() as connection:
        replaces = store.is_in(connection, name)
    offer = here.services.inviter.invite(name, asked.kind, asked.hours, by=named(who))
    here.services.live.notify()
    log.info("invited", device=name, kind=offer.kind, by=named(who), until=rfc3339(offer.expires_at))
    return InvitationModel(
        device=offer.device, kind=offer.kind, code=offer.code, command=offer.command, qr=offer.qr,
        qr_svg=svg(offer.qr), expires_at=rfc3339(offer.expires_at), replaces=replaces,
    )  # fmt: skip


@router.get("/invitation", responses=errors(401, 403, 404, 422, 503))
def the_invitation(here: Here, name: DeviceName) -> InvitationState:
    """Whether somebody joined by the newest invitation of a name. Its code is known to nobody but who made it."""
    with here.services.database.read() as connection:
        found = invitations.latest(connection, name)
    if found is None:
        raise ApiError(404, "no-invitation", f"There is no invitation for {name}.", hint="POST makes one.")
    return InvitationState.model_validate(asdict(found))


@router.post("/revocation", responses=errors(401, 403, 404, 409, 422, 503))
def revoke(here: Here, who: Whoever, name: DeviceName) -> Revoked:
    """Throw a device out: certificates, password and invitation end, and its connection too. What it delivered stays.

    The answer comes when the hub's own broker has ended the connection; else `hint` says what is left to do.
    """
    try:
        hint = here.services.devices.remove_device(name, by=named(who))
    except DeviceError as error:
        raise ApiError(404, "no-device", str(error), hint="GET /api/v1/devices lists them.") from error
    log.info("revoked", device=name, by=named(who))
    here.services.live.notify()
    return Revoked(device=name, hint=hint)
