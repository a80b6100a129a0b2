"""Who this device is, and which hub it belongs to: the sections [device] and [hub] of its configuration.

Either the device joined a hub: then its identity says who it is and where the hub is, and the file may say where the
hub is otherwise, but not who the device is. Or it was given a name and a password by hand.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path

from edge.identity import IdentityError, Membership, load
from edge.section import Section
from wire.joining import MQTT_TLS_PORT

KINDS = ("scanner", "terminal", "vehicle")
LANGUAGES = ("", "en", "zh")
"""Of what a display is told; none: nothing but the answer itself."""
DATA = "/var/lib/relief-relay/edge"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSettings:
    name: str
    kind: str
    data: Path
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSettings:
    """Where the hub is, and how this device is known there: by its identity, else by name and password."""

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    identity: Path | None = None
    http_port: int | None = None
    """Where a device with a password hears of its site, on the hub's own machine."""


def parties(root: Section, path: Path, *, joined: bool) -> tuple[DeviceSettings, HubSettings]:
    """What the two sections say; their faults are noted. See edge.config.load for `joined`."""
    hub = root.table("hub", required=True)
    folder = hub.text("identity", "")
    device = root.table("device", required=not folder)
    data = path.parent / device.text("data", DATA)
    identity = data / folder if folder else None
    language = device.choice("language", LANGUAGES, "")
    named, known = _joined(device, hub, identity, data, joined=joined) if identity else _given(device, hub, data, path)
    device.rest()
    hub.rest()
    return replace(named, language=language), known


def _given(device: Section, hub: Section, data: Path, path: Path) -> tuple[DeviceSettings, HubSettings]:
    named = DeviceSettings(name=device.device("name"), kind=device.choice("kind", KINDS), data=data)
    return named, HubSettings(
        host=hub.text("host"),
        port=hub.integer("port", 1883, least=1, most=65_535),
        username=hub.text("username", named.name),
        password=_password(hub, path),
        http_port=hub.integer("http_port", 0, least=0, most=65_535) or None,
    )


def _joined(
    device: Section, hub: Section, identity: Path, data: Path, *, joined: bool
) -> tuple[DeviceSettings, HubSettings]:
    member = _membership(hub, identity, joined=joined)
    named = _member(device, data, member, joined=joined)
    host, port = (member.host, member.mqtt_port) if member else ("", MQTT_TLS_PORT)
    return named, HubSettings(
        host=hub.text("host", host),
        port=hub.integer("port", port, least=1, most=65_535),
        username=named.name,
        password="",
        identity=identity,
    )


def _membership(section: Section, identity: Path, *, joined: bool) -> Membership | None:
    for key in ("username", "password", "password_file"):
        if section.text(key, ""):
            section.fault(key, "goes with a password, and this device is known by its identity: remove one of the two")
    try:
        return load(identity).membership
    except IdentityError as error:
        if joined:
            section.fault("identity", str(error))
        return None


def _member(section: Section, data: Path, member: Membership | None, *, joined: bool) -> DeviceSettings:
    """Who the device is: what it joined as, which the file may repeat and not change."""
    if member is None:
        return DeviceSettings(name=section.device("name", ""), kind=section.choice("kind", KINDS, KINDS[0]), data=data)
    name = section.device("name", member.device)
    if joined and name != member.device:
        section.fault(
            "name", f"is {name!r}, but this device joined as {member.device!r}: remove the key, or join again"
        )
    return DeviceSettings(name=name, kind=section.choice("kind", KINDS, member.kind), data=data)


def _password(section: Section, path: Path) -> str:
    password, file = section.text("password", ""), section.text("password_file", "")
    if bool(password) == bool(file):
        said = "is needed, or password_file, or identity: exactly one of them; `relay-edge join` makes an identity"
        section.fault("password", said)
        return ""
    secret = path.parent / file if file else path
    section.private(secret, "password_file" if file else "password")
    if not file:
        return password
    try:
        return secret.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        section.fault("password_file", f"cannot be read: {error}")
        return ""
