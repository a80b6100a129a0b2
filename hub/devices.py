"""Adding devices: a password that is shown once, and a configuration file that the device can use as it is."""

from collections.abc import Callable
from dataclasses import dataclass, field

from hub.clock import now_ms
from hub.config import Address
from hub.credentials import KINDS, access_lines, hashed, may_connect, new_password
from hub.store import authority, invitations
from hub.store import devices as store
from hub.store.database import Database
from hub.store.decisions import HERE, note
from hub.store.devices import DeviceError
from hub.store.reference import announce

_CONFIG = """\
{note}[device]
name = "{name}"
kind = "{kind}"
data = "/var/lib/relief-relay/{name}"

[hub]
host = "{host}"
port = {port}
username = "{name}"
password = "{password}"

{drivers}"""
_SCANNER = """\
[[scanner]]
port = "/dev/ttyUSB0"
baud = 115200
do = "receive"
# to = "place:SITE/BIN"
"""
_GNSS = """\
[[gnss]]
port = "/dev/ttyACM0"
baud = 9600
rate_hz = 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a new device needs to connect: shown this once. `config` is its agent's configuration (TOML)."""

    name: str
    password: str = field(repr=False)
    config: str = field(repr=False)


class Registry:
    """Lets devices in and out. `changed` is called after each commit: who runs the broker reloads its rules."""

    def __init__(self, database: Database, address: Address, *, embedded: bool, changed: Callable[[], None]) -> None:
        self._database = database
        self._address = address
        self._embedded = embedded
        self._changed = changed

    def add_device(self, name: str, kind: str, *, renew: bool = False, by: str = HERE) -> Credentials:
        """Add a device, or give one a new password. Raises DeviceError."""
        if not may_connect(name):
            raise DeviceError(f"{name!r} cannot name a device: use 1 to 40 of a-z, 0-9 and hyphen, and not 'hub'.")
        if kind not in KINDS:
            raise DeviceError(f"{kind!r} is no kind of device; use one of {', '.join(KINDS)}.")
        password = new_password()
        secret = hashed(password)
        with self._database.write() as connection:
            store.admit(connection, name, kind, secret, now=now_ms(), renew=renew)
            note(connection, by, "device-added", name, kind, now_ms())
        self._changed()
        return Credentials(name=name, password=password, config=self._config(name, kind, password, secret))

    def remove_device(self, name: str, *, by: str = HERE) -> str:
        """Let a device in no longer, neither by password nor by certificate nor by an invitation. Raises DeviceError.

        A connection that it has ends at once. What is left to do to a person: nothing, but for a broker of others.
        """
        now = now_ms()
        with self._database.write() as connection:
            ended = authority.take_back(connection, name, now=now) + invitations.cancel(connection, name)
            if not ended or store.is_in(connection, name):
                store.remove(connection, name, now=now)
            announce(connection, "device", {"names": [name]}, now)
            note(connection, by, "device-revoked", name, "", now)
        self._changed()
        return "" if self._embedded else f"The broker at {self._address} is not the hub's own: remove its user {name}."

    def _config(self, name: str, kind: str, password: str, secret: str) -> str:
        drivers = _GNSS if kind == "vehicle" else _SCANNER
        return _CONFIG.format(
            note="" if self._embedded else self._note(name, secret),
            name=name,
            kind=kind,
            host=self._address.host,
            port=self._address.port,
            password=password,
            drivers=drivers,
        )

    def _note(self, name: str, secret: str) -> str:
        """The hub cannot tell a broker of someone else whom to let in."""
        lines = [
            f"The broker at {self._address} is not the hub's own: tell it of this user.",
            f"Mosquitto's password file: {name}:{secret}",
            "Its ACL file:",
            *access_lines(name).splitlines(),
        ]
        return "".join(f"# {line}\n" for line in lines) + "\n"
