"""Being let in at the hub's door: proving who this device is, for the routes that are for devices."""

import base64
from dataclasses import dataclass
from typing import Final

from edge import identity as identities
from edge.config import Settings
from edge.door import PATIENCE_S, Door, DoorError
from edge.parties import HubSettings
from edge.trust import HubContext, trusting
from wire.device_session import PasswordRequest, SessionRequest, session_text

LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """The hub's door, what it is known by (None: in clear, on the hub's own machine), and the token."""

    door: Door
    context: HubContext | None
    token: str


def admitted(settings: Settings, patience_s: float = PATIENCE_S, token: str = "") -> Admitted:
    """Be let in, or not asked for where there is a `token`; no answer is waited for longer than `patience_s`.

    Raises EdgeError.
    """
    hub, name = settings.hub, settings.device.name
    if hub.identity is None:
        return _by_password(hub, name, patience_s)
    from edge.signing import sign  # noqa: PLC0415 - large

    identity = identities.load(hub.identity)
    context = trusting(identity.authority.read_text(encoding="ascii"), identity.trusted_ms())
    door = Door(hub.host, identity.membership.https_port, patience_s)
    if token:
        return Admitted(door=door, context=context, token=token)
    nonce = door.challenge(context, name)
    try:
        signature = sign(identity, session_text(nonce))
    except UnicodeEncodeError as error:
        raise DoorError(f"the hub at {door.address} gave a number that cannot be signed") from error
    proof = SessionRequest(
        device=name,
        nonce=nonce,
        certificate=identity.certificate.read_text(encoding="ascii"),
        signature=base64.b64encode(signature).decode("ascii"),
    )
    return Admitted(door=door, context=context, token=door.session(context, proof))


def _by_password(hub: HubSettings, name: str, patience_s: float) -> Admitted:
    if hub.http_port is None or hub.host not in LOOPBACK:
        raise DoorError(
            "a device with a password hears of its site on the hub's own machine only: set [hub] http_port there,"
            " else let this device join (relay-edge join)"
        )
    door = Door(hub.host, hub.http_port, patience_s)
    token = door.session(None, PasswordRequest(device=name, password=hub.password))
    return Admitted(door=door, context=None, token=token)
