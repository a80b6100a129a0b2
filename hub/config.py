"""The hub's settings: one frozen object out of command-line options and DIR/hub.toml, validated whole.

An option of the command line wins over the file, the file over the default. All faults are reported at once,
each with where it stands, its key, and what is allowed.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from hub.errors import HubError
from hub.webhook import check_secret, check_url
from wire.joining import HTTPS_PORT, MQTT_TLS_PORT

FILE = "hub.toml"
_LISTEN = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])?(?::([0-9]{1,5}))?", re.ASCII)
LEVELS = ("debug", "info", "warning", "error")


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong: `where` is a file or the command line."""

    where: str
    key: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.where}: {self.key}: {self.sentence}"


class ConfigError(HubError):
    """The settings cannot be used; the message lists every fault."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, faults)))


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where an MQTT broker is and who the hub is there."""

    host: str
    port: int
    user: str = ""
    password: str = ""

    def __str__(self) -> str:
        return f"mqtt://{self.host}:{self.port}"


class Listen(msgspec.Struct, frozen=True, kw_only=True):
    """Where devices on other machines come in: MQTT with TLS. No host means every address of this machine."""

    host: str = ""
    port: int = MQTT_TLS_PORT


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a hub is told. `broker` None means: start Mosquitto ourselves on `mqtt_port` (0: any free).

    `http_names` are further names by which browsers call this hub, `public_url` is where recipients do. `listen` None
    means: nothing beyond loopback but what `http_host` says; else devices join by HTTPS on `https_port`, and
    `listen_names` are names they dial. `font` is the file that labels are drawn with, None: one that is installed. So
    many `keep_days` after the last call, change or request a recipient's data is erased. `forget_recipients`: the key
    that sealed them is lost for good.
    """

    data: Path
    mqtt_port: int = 1883
    http_host: str = "127.0.0.1"
    http_port: int = 8000
    http_names: tuple[str, ...] = ()
    public_url: str = ""
    broker: Address | None = None
    listen: Listen | None = None
    https_port: int = HTTPS_PORT
    listen_names: tuple[str, ...] = ()
    log_level: str = "info"
    log_json: bool = False
    font: Path | None = None
    keep_days: int = 90
    notices_url: str = ""
    notices_secret: str = ""
    forget_recipients: bool = False

    @property
    def database(self) -> Path:
        return self.data / "hub.db"

    @property
    def broker_folder(self) -> Path:
        return self.data / "broker"

    @property
    def run_file(self) -> Path:
        return self.data / "run.json"


def _port(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 65_535:
        raise ValueError(f"{value!r} is not a port; use 0 (any free one) to 65535")
    return value


def _host(value: object) -> str:
    if not isinstance(value, str) or not value or any(sign.isspace() or sign == "/" for sign in value):
        raise ValueError(f"{value!r} is not a host name or address, such as 127.0.0.1")
    return value


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise ValueError(f'{value!r} is no list of host names, such as ["hub.example.org"]')  # noqa: TRY004
    return tuple(_host(name) for name in value)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{value!r} is neither true nor false")  # noqa: TRY004 (one kind of fault)
    return value


def _file(value: object) -> Path:
    if not isinstance(value, str) or not value.startswith("/") or "\0" in value:
        raise ValueError(f"{value!r} is no file; use its whole path, such as /usr/share/fonts/truetype/font.ttf")
    return Path(value)


def _days(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 3650:
        raise ValueError(f"{value!r} is no number of days; use 1 to 3650")
    return value


def _level(value: object) -> str:
    if value not in LEVELS:
        raise ValueError(f"{value!r} is no level; use one of {', '.join(LEVELS)}")
    return str(value)


def parse_broker(value: object) -> Address:
    """`mqtt://user:password@host:port`, the port 1883 if left out. Raises ValueError without the password."""
    form = "use mqtt://user:password@host:port"
    try:
        parts = urlsplit(value if isinstance(value, str) else "")
        port = parts.port or 1883
    except ValueError as error:
        raise ValueError(f"the broker's address has a host or port that cannot be; {form}") from error
    if parts.scheme != "mqtt" or not parts.hostname or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError(f"the broker's address is not understood; {form}")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if password and not user:
        raise ValueError(f"the broker's address has a password but no user; {form}")
    return Address(host=parts.hostname, port=port, user=user, password=password)


def parse_public(value: object) -> str:
    """`https://NAME` or `http://NAME:PORT`, nothing behind it. Raises ValueError."""
    try:
        parts = urlsplit(value.rstrip("/") if isinstance(value, str) else "")
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        known = False
    if not known or parts.path or parts.query or parts.fragment or parts.username or len(parts.geturl()) > 100:
        raise ValueError(f"{value!r} is no address of a hub, such as https://relief.example.org")
    return parts.geturl()


def parse_listen(value: object) -> Listen:
    """`HOST:PORT`, each of which may be left out; an IPv6 address in brackets. Raises ValueError."""
    text = value if isinstance(value, str) else "?"
    found = _LISTEN.fullmatch(text)
    port = int(found[2] or MQTT_TLS_PORT) if found else -1
    if found is None or port > 65_535 or (found[1] or "").isdecimal():
        raise ValueError(f"{value!r} says not where to listen; use HOST:PORT, HOST, :PORT, or nothing for all")
    return Listen(host="" if found[1] in ("0.0.0.0", "[::]") else (found[1] or "").strip("[]"), port=port)


_KEYS: Mapping[tuple[str, str], tuple[str, Callable[[object], Any]]] = {
    ("mqtt", "port"): ("mqtt_port", _port),
    ("mqtt", "broker"): ("broker", parse_broker),
    ("http", "host"): ("http_host", _host),
    ("http", "port"): ("http_port", _port),
    ("http", "names"): ("http_names", _names),
    ("http", "public"): ("public_url", parse_public),
    ("listen", "at"): ("listen", parse_listen),
    ("listen", "https_port"): ("https_port", _port),
    ("listen", "names"): ("listen_names", _names),
    ("print", "font"): ("font", _file),
    ("privacy", "keep_days"): ("keep_days", _days),
    ("notices", "url"): ("notices_url", check_url),
    ("notices", "secret"): ("notices_secret", check_secret),
    ("log", "level"): ("log_level", _level),
    ("log", "json"): ("log_json", _flag),
}
_OPTIONS = {field: (f"--{field.replace('_', '-')}", check) for field, check in _KEYS.values()}


def load(data: Path, options: Mapping[str, object] | None = None) -> Settings:
    """The settings of a data folder. `options` are fields of Settings, None where not given. Raises ConfigError."""
    faults: list[Fault] = []
    values = _from_file(data / FILE, faults)
    given = {field: value for field, value in (options or {}).items() if value is not None}
    for field, value in given.items():
        option, check = _OPTIONS[field]
        try:
            values[field] = check(value)
        except ValueError as error:
            faults.append(Fault(where="command line", key=option, sentence=str(error)))
    if "broker" in given and "mqtt_port" in given:
        sentence = "--mqtt-port is for the hub's own broker; give one of the two"
        faults.append(Fault(where="command line", key="--broker", sentence=sentence))
    settings = Settings(data=data.absolute(), **values)
    faults += _clashes(settings)
    if faults:
        raise ConfigError(faults)
    return settings


def _clashes(settings: Settings) -> Iterator[Fault]:
    """Where two settings do not go together."""
    ports = {"HTTP": settings.http_port}
    if settings.broker is None:
        ports = {"MQTT": settings.mqtt_port} | ports
    if settings.listen is not None:
        ports |= {"MQTT with TLS": settings.listen.port, "HTTPS": settings.https_port}
    for (name, port), (other, same) in combinations(ports.items(), 2):
        if port == same != 0:
            sentence = f"{port} cannot serve both {name} and {other}; change one"
            yield Fault(where="settings", key=f"{other} port", sentence=sentence)
    if bool(settings.notices_url) != bool(settings.notices_secret):
        sentence = "notices go to an adapter only when they are signed; give both url and secret, or neither"
        yield Fault(where="settings", key="[notices]", sentence=sentence)
    if settings.listen is not None and settings.broker is not None:
        sentence = "the hub can only open a broker of its own to devices; leave out this or the broker"
        yield Fault(where="settings", key="listen", sentence=sentence)


def _from_file(path: Path, faults: list[Fault]) -> dict[str, Any]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeError, tomllib.TOMLDecodeError) as error:
        faults.append(Fault(where=str(path), key="file", sentence=f"cannot be read: {error}"))
        return {}
    values: dict[str, Any] = {}
    for section, content in document.items():
        if not isinstance(content, dict) or section not in {name for name, _ in _KEYS}:
            known = ", ".join(sorted({f"[{name}]" for name, _ in _KEYS}))
            faults.append(Fault(where=str(path), key=section, sentence=f"is not known; sections are {known}"))
            continue
        for key, value in content.items():
            _take(str(path), section, key, value, values, faults)
    return values


def _take(where: str, section: str, key: str, value: object, values: dict[str, Any], faults: list[Fault]) -> None:
    known = _KEYS.get((section, key))
    if known is None:
        keys = ", ".join(name for part, name in _KEYS if part == section)
        faults.append(Fault(where=where, key=f"[{section}] {key}", sentence=f"is not known; [{section}] has {keys}"))
        return
    field, check = known
    try:
        values[field] = check(value)
    except ValueError as error:
        faults.append(Fault(where=where, key=f"[{section}] {key}", sentence=str(error)))
