"""The doctor's checks of a device that joined: its identity, and whether its hub still takes it."""

import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from edge import identity as identities
from edge import status as status_file
from edge.config import Settings
from edge.findings import Finding
from edge.identity import Identity, IdentityError, NoIdentityError
from edge.link import LinkError
from edge.trial import knock
from edge.trust import EXPIRED, REFUSED, REVOKED

JOIN: Final = "at the hub: relay-hub device invite {device}; then here: relay-edge join HUB CODE --config {config}"
_LATE: Final = 6
"""Renewal begins when a third of the lifetime is left; at half of that it has failed for long."""


def examine_identity(settings: Settings) -> Iterator[Finding]:
    """Every check of the identity, and of the hub as this device sees it; none for a device with a password."""
    path = settings.hub.identity
    if path is None:
        return
    check = f"identity {path}"
    join = JOIN.format(device=settings.device.name or "NAME", config=settings.path)
    try:
        identity = identities.load(path)
    except NoIdentityError:
        yield Finding(check=check, said="missing: this device has not joined a hub", fault=True, todo=join)
        return
    except IdentityError as error:
        yield Finding(check=check, said=str(error), fault=True, todo=join)
        return
    if settings.device.name != identity.membership.device:
        said = f"it is that of {identity.membership.device}, but the configuration says {settings.device.name}"
        yield Finding(check=check, said=said, fault=True, todo=f"remove `name` from {settings.path}, or join again")
    yield _key(check, identity)
    yield _dates(identity, settings, join)
    yield _hub(settings, join)


def _key(check: str, identity: Identity) -> Finding:
    member = identity.membership
    try:
        mode = identity.key.stat().st_mode
        with identity.key.open("rb"):
            pass
    except OSError as error:
        todo = f"run this as the agent's user; or give it the folder: sudo chown -R USER {identity.folder}"
        return Finding(
            check=check, said=f"the key may not be read by this user: {error.strerror}", fault=True, todo=todo
        )
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        todo = f"chmod 600 {identity.key}; if somebody may have copied it, revoke the device at the hub and join again"
        return Finding(check=check, said="others on this machine may read the key", fault=True, todo=todo)
    return Finding(check=check, said=f"{member.device} ({member.kind}) of the hub with ledger {member.ledger}")


def _dates(identity: Identity, settings: Settings, join: str) -> Finding:
    """Held against the latest time that the hub said, not against this machine's clock."""
    member, now = identity.membership, identity.trusted_ms()
    ends = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(member.expires / 1000))
    problem = _renewal_problem(settings.status)
    if member.expires <= now:
        return Finding(check="certificate", said=f"expired on {ends}{problem}", fault=True, todo=join)
    if (member.expires - now) * _LATE < member.expires - member.issued:
        todo = f"the agent renews it by itself through port {member.https_port} of the hub: see that it is reachable"
        return Finding(check="certificate", said=f"expires soon, on {ends}{problem}", fault=True, todo=todo)
    return Finding(check="certificate", said=f"good until {ends}{problem}")


def _renewal_problem(path: Path) -> str:
    status = status_file.read(path)
    if status is None or status.certificate is None or not status.certificate.problem:
        return ""
    return f"; it could not be renewed: {status.certificate.problem}"


def _hub(settings: Settings, join: str) -> Finding:
    check = f"hub {settings.hub.host}:{settings.hub.port}"
    todos = {
        REVOKED: f"if this device may come back: {join}",
        REFUSED: join,
        EXPIRED: f"check the hub's clock; if it is right: {join}",
    }
    try:
        knock(settings.hub)
    except LinkError as error:
        todo = todos.get(error.refusal, "check [hub] host and port, the network and the hub; scans are kept meanwhile")
        return Finding(check=check, said=str(error), fault=True, todo=todo)
    return Finding(check=check, said="it is the hub that this device joined, and it takes its certificate")
