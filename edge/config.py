"""The agent's configuration: one TOML file, read once, checked whole, every fault named at once.

A key that is unknown is a fault too: a mistyped key would otherwise be a setting that silently does nothing.
Paths in the file are relative to the file. A device that joined a hub takes its name, its kind and where the hub is
from its identity; the file may say where the hub is otherwise, but not who the device is.
"""

import socket
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge.core.configuration import overlaid
from edge.core.dialogue import Work
from edge.core.ports import AUTO
from edge.errors import EdgeError
from edge.parties import DeviceSettings, HubSettings, parties
from edge.printer import PrinterSettings, printer
from edge.section import Faults, Section
from wire.actions import Action
from wire.limits import KEEP_DAYS

CONFIRM = ("ack", "echo", "none")
LIMIT_MIB, LEAST_LIMIT_MIB = 1024, 16
TERMINAL_PORT, TERMINAL_TLS_PORT = 8090, 8091
LEVELS = ("debug", "info", "warning", "error")


class ConfigError(EdgeError):
    """The configuration cannot be used; `faults` holds one sentence each."""

    def __init__(self, path: Path, faults: tuple[str, ...]) -> None:
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__(f"{path}: {count}\n" + "\n".join(f"  {fault}" for fault in faults))
        self.path = path
        self.faults = faults


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOnSettings:
    """`required`: nothing is taken while nobody is signed on; `idle_min` 0: nobody is signed off by time alone."""

    required: bool
    idle_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannerSettings:
    port: str
    baud: int
    prefix: bytes
    suffix: bytes
    confirm: str
    work: Work
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GnssSettings:
    port: str
    baud: int
    rate_hz: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalSettings:
    """The page of a terminal (edge/ui). `listen` "": on this machine alone; else handhelds come over TLS to `tls_port`.

    `scanner` is the port of the [[scanner]] whose dialogue the terminal's own screen shares; `work` is for all others.
    """

    port: int
    listen: str
    tls_port: int
    scanner: str
    work: Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All that a run of the agent is told. `advice` is what works but should be better."""

    path: Path
    device: DeviceSettings
    hub: HubSettings
    scanners: tuple[ScannerSettings, ...]
    gnss: tuple[GnssSettings, ...]
    keep_days: int
    limit_mib: int
    log_level: str
    log_json: bool
    trial_s: int = 120
    printer: PrinterSettings | None = None
    terminal: TerminalSettings | None = None
    advice: tuple[str, ...] = ()
    overlaid: bool = False
    """Whether what the hub wished is laid over the file."""

    @property
    def ports(self) -> tuple[str, ...]:
        """The ports that this agent reads."""
        return (*(scanner.port for scanner in self.scanners), *(gnss.port for gnss in self.gnss))

    @property
    def outbox(self) -> Path:
        """Where the outbox lives."""
        return self.device.data / "outbox.db"

    @property
    def terminal_socket(self) -> Path:
        """Where the agent listens for its terminal's page."""
        return self.device.data / "terminal.sock"

    @property
    def status(self) -> Path:
        """Where a running agent says how it is."""
        return self.device.data / "status.json"


def load(path: Path, *, joined: bool = True, overlay: Mapping[str, Any] | None = None) -> Settings:
    """The settings of a file, with an overlay laid over it. Raises ConfigError with every fault that it has.

    With `joined` False an identity that is missing or damaged is no fault: name and host are then empty.
    """
    try:
        text = path.read_bytes().decode()
        table = tomllib.loads(text)
    except OSError as error:
        raise ConfigError(path, (f"cannot be read: {error.strerror}; name an existing file with --config",)) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(path, (f"is not TOML: {error}",)) from error
    if overlay:
        table, faults = overlaid(table, overlay)
        if faults:
            raise ConfigError(path, tuple(faults))
    return check(table, path, joined=joined)


def check(table: dict[str, Any], path: Path, *, joined: bool = True) -> Settings:
    """The settings of a parsed file. Raises ConfigError with every fault that it has."""
    faults = Faults()
    root = Section(table, "", faults)
    device, hub = parties(root, path, joined=joined)
    sign_on = root.table("sign_on")
    people = SignOnSettings(
        required=sign_on.boolean("required", False), idle_min=sign_on.integer("idle_min", 15, least=0, most=1440)
    )
    scanners = tuple(_scanner(section, people, device.language) for section in root.tables("scanner"))
    gnss = tuple(_gnss(section) for section in root.tables("gnss"))
    outbox = root.table("outbox")
    log = root.table("log")
    desired = root.table("desired")
    settings = Settings(
        path=path,
        device=device,
        hub=hub,
        scanners=scanners,
        gnss=gnss,
        keep_days=outbox.integer("keep_days", KEEP_DAYS, least=1, most=3650),
        limit_mib=outbox.integer("limit_mib", LIMIT_MIB, least=LEAST_LIMIT_MIB, most=1 << 20),
        log_level=log.choice("level", LEVELS, "info"),
        log_json=log.boolean("json", True),
        trial_s=desired.integer("trial_s", 120, least=5, most=3600),
        printer=printer(root, path),
        terminal=_terminal(root.table("terminal"), people),
        advice=tuple(faults.advice),
    )
    for section in (sign_on, outbox, log, desired, root):
        section.rest()
    _ports_differ(settings, faults)
    if faults.found:
        raise ConfigError(path, tuple(faults.found))
    return settings


def _scanner(section: Section, people: SignOnSettings, language: str) -> ScannerSettings:
    work = _work(section, people)
    scanner = ScannerSettings(
        port=section.text("port"),
        baud=section.integer("baud", 115_200, least=300, most=4_000_000),
        prefix=section.affix("prefix", ""),
        suffix=section.affix("suffix", "\r\n", needed=True),
        confirm=section.choice("confirm", CONFIRM, "ack"),
        work=work,
        language=language,
    )
    section.rest()
    return scanner


def _work(section: Section, people: SignOnSettings) -> Work:
    return Work(
        do=Action(section.choice("do", tuple(Action), Action.SIGHT.value)),
        source=section.account("from"),
        to=section.account("to"),
        owner=section.name("owner"),
        by=section.name("by"),
        sign_on=people.required,
        idle_ms=people.idle_min * 60_000,
    )


def _terminal(section: Section, people: SignOnSettings) -> TerminalSettings | None:
    if not section.given:
        return None
    terminal = TerminalSettings(
        port=section.integer("port", TERMINAL_PORT, least=1, most=65_535),
        listen=section.text("listen", ""),
        tls_port=section.integer("tls_port", TERMINAL_TLS_PORT, least=1, most=65_535),
        scanner=section.text("scanner", ""),
        work=_work(section, people),
    )
    if terminal.listen and not _is_address(terminal.listen):
        section.fault(
            "listen", f'{terminal.listen!r} is no address: write "0.0.0.0" for all of this machine\'s, or one'
        )
    if terminal.port == terminal.tls_port:
        section.fault("tls_port", f"{terminal.port} is also the port on this machine: choose another")
    section.rest()
    return terminal


def _gnss(section: Section) -> GnssSettings:
    gnss = GnssSettings(
        port=section.text("port"),
        baud=section.integer("baud", 9_600, least=300, most=4_000_000),
        rate_hz=section.integer("rate_hz", 1, least=1, most=10),
    )
    section.rest()
    return gnss


def _is_address(text: str) -> bool:
    for family in (socket.AF_INET, socket.AF_INET6):
        with suppress(OSError):
            socket.inet_pton(family, text)
            return True
    return False


def _ports_differ(settings: Settings, faults: Faults) -> None:
    for kind, ports in (("scanner", settings.scanners), ("gnss", settings.gnss)):
        if sum(each.port == AUTO for each in ports) > 1:
            faults.found.append(f'[[{kind}]] port: "{AUTO}" finds one device; name the ports of the others')
    named = settings.terminal.scanner if settings.terminal is not None else ""
    if named and named not in {scanner.port for scanner in settings.scanners}:
        faults.found.append(f"[terminal] scanner: {named} is the port of no [[scanner]]: write it as it stands there")
    seen: set[str] = {AUTO}
    for port in settings.ports:
        if port and port != AUTO and port in seen:
            faults.found.append(f"port: {port} is named twice; a port has one reader, remove one of the entries")
        seen.add(port)
