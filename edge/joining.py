"""Joining a hub: from a code that a person carries to an identity that the hub's broker takes.

    1. ask the hub, untrusted, which authority it claims to be; it must be the one that the code stands for
    2. over TLS that this authority vouches for: the code's secret and a certificate request, of a key made here
    3. write the identity and put it in place, whole or not at all
    4. connect to the broker once, and say what came of it

Up to step 3 nothing is changed on the device, and the secret goes nowhere but to the hub that made it. From step 2
on the code is used up; whoever fails later needs a new one, but for step 4, which `relay-edge doctor` repeats.

The device's wall clock plays no part: see edge/trust.py.
"""

import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from edge import desired
from edge import identity as identities
from edge.browse import browse
from edge.config import Settings, load
from edge.door import Door
from edge.errors import EdgeError
from edge.identity import Identity, Membership
from edge.link import LinkError
from edge.parties import HubSettings
from edge.store.errors import OutboxError
from edge.trial import prove
from edge.version import BUILT_MS
from wire.errors import WireError
from wire.joining import HTTPS_PORT, Invitation, Joined, JoinRequest, parse_code, parse_invitation

NEW_CONFIG: Final = """\
# Written by `relay-edge join`. Every key: docs/devices.md, deploy/edge.example.toml.

[device]
data = "data"

[hub]
identity = "identity"

[[{section}]]
port = "auto"
"""


class JoiningError(EdgeError):
    """The device cannot join like this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedDevice:
    """What came of joining. `before` is the ledger that the outbox belongs to, where that is another one."""

    identity: Identity
    before: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What a person gave: HUB and CODE, or the text of a QR code as HUB alone, or the port of a scanner."""

    hub: str = ""
    code: str = ""
    scanner: str = ""


def introduce(config: Path, typed: Typed, say: Callable[[str], None]) -> None:
    """The whole way, with a word to the person at each step. Raises EdgeError."""
    settings = prepare(config)
    invitation = _read(typed, settings, say) if typed.scanner else understand(typed)
    joined = join(invitation, config, settings)
    member = joined.identity.membership
    ends = time.strftime("%Y-%m-%d", time.gmtime(member.expires / 1000))
    say(f"joined: this device is {member.device} ({member.kind}); its certificate is good until {ends}")
    if settings is None:
        say(f"written: {config}")
    if joined.before is not None:
        say(
            f"advice: the outbox belongs to another hub's ledger ({joined.before}), and its scans stay here until a"
            f" person decides: relay-edge rebind --config {config}"
        )
    try:
        prove(broker_of(joined.identity), joined.identity)
    except LinkError as error:
        raise JoiningError(
            f"but its broker does not serve this device yet: {error}\n"
            f"The identity stays. When that is mended: relay-edge doctor --config {config}"
        ) from error
    say(f"the broker at {member.host}:{member.mqtt_port} serves it")
    say(f"next: relay-edge run --config {config} (if the agent runs already, restart it)")


def understand(typed: Typed) -> Invitation:
    """The invitation that was typed. Raises JoiningError."""
    if not typed.hub:
        raise JoiningError("say which hub, and the code that it gave: relay-edge join HUB CODE")
    try:
        if not typed.code:
            return parse_invitation(typed.hub)
        host, port = _address(typed.hub)
        return Invitation(host=host, port=port, code=parse_code(typed.code))
    except WireError as error:
        raise JoiningError(str(error)) from error


def prepare(config: Path) -> Settings | None:
    """The settings of the device that is to join; None where there is no file yet. Raises EdgeError."""
    if not config.exists():
        if not config.absolute().parent.is_dir():
            raise JoiningError(f"there is no folder {config.absolute().parent}: name another file with --config")
        return None
    settings = load(config, joined=False)
    if settings.hub.identity is None:
        raise JoiningError(
            f"{config} lets this device in by a password: in [hub], replace host, port and password by"
            ' identity = "identity", then join'
        )
    return settings


def join(invitation: Invitation, config: Path, settings: Settings | None) -> JoinedDevice:
    """Become a device of the hub that invites; `settings` are what `prepare` found. Raises EdgeError."""
    from edge.signing import checked, expires_ms, make_request  # noqa: PLC0415 - large, and needed here only

    place = settings.hub.identity if settings else None
    place = place or config.absolute().parent / "data" / "identity"
    with identities.exclusively(place):
        door = Door(invitation.host, invitation.port)
        authority = door.authority(invitation.code)
        request = make_request(_named(config) or "new-device")
        asked = JoinRequest(code=invitation.code.secret, csr=request.csr)
        answer = door.join(authority, BUILT_MS, asked)
        files = checked(answer, authority, request)
        before = _fits(answer, place.parent / "outbox.db", config)
        membership = Membership(
            device=answer.device,
            kind=answer.kind,
            host=invitation.host,
            mqtt_port=answer.mqtt_port,
            https_port=invitation.port,
            ledger=answer.ledger,
            issued=answer.time,
            expires=expires_ms(answer),
        )
        staged = identities.stage(place, membership, files, seen_ms=answer.time)
        if settings is None:
            _write_config(config, answer.kind)
        identities.adopt(place, staged)
        desired.forget(place.parent / desired.NAME, entirely=before is not None)
    return JoinedDevice(identity=staged, before=before)


def broker_of(identity: Identity) -> HubSettings:
    """Where a joined device connects to."""
    member = identity.membership
    return HubSettings(
        host=member.host, port=member.mqtt_port, username=member.device, password="", identity=identity.folder
    )


def _read(typed: Typed, settings: Settings | None, say: Callable[[str], None]) -> Invitation:
    """The invitation that the device's own scanner reads."""
    from edge.drivers.invitation import plain_scanner, read_invitation  # noqa: PLC0415 - only this way of joining

    if typed.hub or typed.code:
        raise JoiningError("with --scanner the QR code says it all: leave out the hub and the code")
    configured = settings.scanners if settings else ()
    known = [each for each in configured if each.port == typed.scanner]
    scanner = known[0] if known else plain_scanner(typed.scanner)
    return read_invitation(scanner, say)


def _address(text: str) -> tuple[str, int]:
    """Host and port of `host`, `host:port`, `[v6]:port` or a whole URL. Raises JoiningError."""
    plain = text.strip().removeprefix("https://").rstrip("/")
    if plain.startswith("["):
        host, _, rest = plain[1:].partition("]")
    elif plain.count(":") > 1:
        host, rest = plain, ""
    else:
        host, colon, rest = plain.partition(":")
        rest = colon + rest
    port = rest.removeprefix(":") or str(HTTPS_PORT)
    if not host or "/" in plain or not port.isascii() or not port.isdigit() or not 0 < int(port) <= 65_535:
        raise JoiningError(f"{text!r} is no address of a hub: write it like hub.example.org or 192.168.1.5:8443")
    return host, int(port)


def _fits(answer: Joined, outbox: Path, config: Path) -> str | None:
    """Raises JoiningError if the invitation was meant for another device than this one."""
    again = f"invite the right one at the hub: relay-hub device invite NAME; {answer.device} has to be invited anew too"
    named = _named(config)
    if named not in {"", answer.device}:
        raise JoiningError(f"{config} says that this device is {named}, but the code is for {answer.device}; {again}")
    if not outbox.exists():
        return None
    try:
        with browse(outbox) as browser:
            counts = browser.counts()
    except OutboxError:
        return None  # damaged or locked: the agent salvages it and looks at its name then
    if counts.device not in {"", answer.device}:
        raise JoiningError(f"{outbox} holds scans of {counts.device}, but the code is for {answer.device}; {again}")
    return counts.ledger if counts.ledger not in {None, answer.ledger} else None


def _named(config: Path) -> str:
    """The name that the file itself gives the device: not the one by which it joined before."""
    if not config.exists():
        return ""
    return str(tomllib.loads(config.read_text(encoding="utf-8")).get("device", {}).get("name", ""))


def _write_config(config: Path, kind: str) -> None:
    try:
        with config.open("x", encoding="utf-8") as file:
            file.write(NEW_CONFIG.format(section="gnss" if kind == "vehicle" else "scanner"))
    except OSError as error:
        raise JoiningError(f"cannot write {config}: {error.strerror}; name another file with --config") from error
