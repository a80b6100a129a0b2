"""What a running agent says about itself, in a file beside the outbox: for `relay-edge status` and a person's eyes.

The file is replaced whole, so a reader never sees half of it. It is not synced: after a power cut it is only old.
"""

import os
from pathlib import Path

import msgspec

NAME = "status.json"
_SILENT_MS = 20_000


class PortStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One port: `counts` are those of its driver since the agent started.

    A scanner's `expects` says in words what it waits for, `person` who is signed on at it.
    """

    kind: str
    port: str
    up: bool
    why: str = ""
    opened: int = 0
    counts: dict[str, int | None] = {}
    expects: str = ""
    person: str | None = None


class CertificateStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How the certificate stands: `expires` is Unix ms, `problem` why the last renewal failed, in words."""

    expires: int
    renewed: int = 0
    failures: int = 0
    problem: str = ""


class SiteDataStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What the device knows of its site: `fetched` is Unix ms by its clock, `problem` why the last try failed.

    Generation '' is nothing. `misread` records were not understood, `sscc_left` numbers for handling units are left.
    """

    generation: str = ""
    version: int = 0
    site: str = ""
    fetched: int = 0
    failures: int = 0
    problem: str = ""
    misread: int = 0
    sscc_left: int = 0


class PrinterStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The label printer: how much waits, how much this run of the agent printed, and why nothing is printed now."""

    port: str
    waiting: int = 0
    printed: int = 0
    problem: str = ""


class TerminalStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The terminal: its port on this machine, how many sessions and open pages it has, and why its page ended last."""

    port: int
    sessions: int = 0
    pages: int = 0
    problem: str = ""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A text from the hub for the person at the device, as it was written: whoever shows it makes it harmless first."""

    at: int
    text: str


class AgentStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The whole agent. Times are Unix ms by the device's clock; `up` is when it was said, in ms of uptime.

    `started` tells the process from another that got its number later: clock ticks since boot (proc_pid_stat(5)).
    `state` is running, stopping or stopped, `delivery` offline, greeting or flowing, and `problem` what keeps it
    from flowing, in words. `outbox_room` is free, tight (a warning) or full (scans are refused); `written_bytes` is
    what this run of the agent had the disk write.
    """

    pid: int
    started: int = 0
    device: str
    kind: str
    version: str
    state: str
    since: int
    at: int
    up: int = 0
    hub: str
    connected: bool = False
    delivery: str = "offline"
    problem: str = ""
    ledger: str | None = None
    foreign_ledger: str | None = None
    last_receipt_age_s: float | None = None
    pending_facts: int = 0
    pending_telemetry: int = 0
    accepted_facts: int = 0
    confirmed_facts: int = 0
    outbox_bytes: int = 0
    outbox_limit_bytes: int = 0
    outbox_room: str = "free"
    written_bytes: int = 0
    rss_bytes: int = 0
    note: str = ""
    configuration: str = ""
    messages: tuple[Message, ...] = ()
    ports: tuple[PortStatus, ...] = ()
    certificate: CertificateStatus | None = None
    site_data: SiteDataStatus | None = None
    printer: PrinterStatus | None = None
    terminal: TerminalStatus | None = None


def write(path: Path, status: AgentStatus) -> None:
    """Replace the file. Raises OSError."""
    new = path.with_name(path.name + ".new")
    new.write_bytes(msgspec.json.encode(status) + b"\n")
    new.replace(path)


def read(path: Path) -> AgentStatus | None:
    """What the agent last said, None if it never did or it cannot be understood."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=AgentStatus)
    except (OSError, ValueError):  # msgspec's own, and what it says of bytes that are no text
        return None


def turns(status: AgentStatus, up_ms: int) -> bool:
    """Whether the agent's main loop goes round, by uptime, which nobody sets: it says something every few seconds."""
    return 0 <= up_ms - status.up < _SILENT_MS


def is_alive(status: AgentStatus) -> bool:
    """Whether the process that wrote it still runs, and no other has its number, as after a reboot."""
    if status.state == "stopped":
        return False
    try:
        os.kill(status.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return status.started in (0, started(status.pid) or status.started)


def started(pid: int) -> int:
    """When a process began, in clock ticks since boot; 0 for one that this user may not see."""
    try:
        about = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return 0
    return int(about.rpartition(b")")[2].split()[19])
