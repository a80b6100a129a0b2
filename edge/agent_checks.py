"""The doctor's checks of what a running agent says of itself, and of who else holds its ports."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from edge.findings import Finding
from edge.status import AgentStatus, PortStatus, SiteDataStatus

_ENOUGH: Final = 5
"""So much garbage is no accident."""
_COLD_START_MS: Final = 5 * 60_000
"""A receiver that starts cold may need this long for its first fix."""
_OLD_HOURS: Final = 24
"""Site data that could not be asked for so long is called old."""
_PTYS: Final = range(136, 144)
"""Major numbers of pseudo-terminals (Linux, admin-guide/devices.txt)."""
_USUAL: Final = {
    "gpsd": "sudo systemctl disable --now gpsd gpsd.socket",
    "ModemManager": "sudo systemctl disable --now ModemManager",
    "brltty": "sudo apt-get purge brltty",
}


def examine_agent(status: AgentStatus) -> Iterator[Finding]:
    """What a running agent has trouble with."""
    if status.foreign_ledger:
        said = f"a hub of ledger {status.foreign_ledger} answers, but this device belongs to {status.ledger}"
        todo = "connect it to its own hub; if that is gone for good: stop the agent, relay-edge rebind"
        yield Finding(check="ledger", said=said, fault=True, todo=todo)
    if status.outbox_room == "full":
        todo = "let it reach its hub, export it to a USB stick, or raise [outbox] limit_mib"
        yield Finding(check="room", said="the outbox is full: scans are refused", fault=True, todo=todo)
    elif status.outbox_room == "tight":
        yield Finding(check="room", said="the outbox is nearly full", todo="let it reach its hub soon")
    if status.site_data is not None:
        yield from _site_data(status.site_data, status.at)
    if status.printer is not None and status.printer.problem:
        said = f"{status.printer.problem} ({status.printer.waiting} wait)"
        yield Finding(check="printer", said=said, fault=True, todo="see to it: what waits is printed by itself")
    if status.terminal is not None and status.terminal.problem:
        todo = "the agent's log says more (part: terminal, page); it starts the page again by itself"
        yield Finding(check="terminal", said=status.terminal.problem, fault=True, todo=todo)
    for port in status.ports:
        yield from _port(port, status)


def holders(port: str, *, proc: Path = Path("/proc")) -> list[tuple[int, str]]:
    """Which other processes, as far as this user may see, have a port open: (process id, name)."""
    try:
        wanted = os.stat(port).st_rdev  # noqa: PTH116 - Path.stat gives the same
    except OSError:
        return []
    if os.major(wanted) in _PTYS:  # simulated: the simulator itself keeps it open
        return []
    found = []
    for folder in proc.glob("[0-9]*"):
        pid = int(folder.name)
        if pid != os.getpid() and any(_device(file) == wanted for file in _files(folder)):
            found.append((pid, _name(folder)))
    return sorted(found)


def held(port: str, others: list[tuple[int, str]]) -> Finding:
    """A port that another program reads: each gets half of what comes."""
    pid, name = others[0]
    todo = _USUAL.get(name, f"stop it (kill {pid}), or give it another port")
    return Finding(check=f"port {port}", said=f"is open in {name} (process {pid})", fault=True, todo=todo)


def _site_data(known: SiteDataStatus, at: int) -> Iterator[Finding]:
    check = "site data"
    age_h = (at - known.fetched) // 3_600_000
    if not known.generation:
        todo = "scans are kept all the same; the device warns of nothing and signs nobody on until it was fetched"
        yield Finding(check=check, said=f"nothing yet: {known.problem or 'not fetched'}", todo=todo)
    elif known.failures and (not known.fetched or age_h >= _OLD_HOURS):
        yield Finding(check=check, said=f"old: {known.problem}", todo="let it reach its hub: it warns by what it knows")
    else:
        yield Finding(check=check, said=f"version {known.version} of site {known.site or 'unknown'}")
    if known.misread:
        todo = "update the agent: the hub is newer"
        yield Finding(check=check, said=f"{known.misread} records were not understood", todo=todo)
    if known.generation and known.sscc_left == 0:
        todo = "let it reach its hub, which reserves more; until then units get labels from elsewhere"
        yield Finding(check="SSCC", said="no number for handling units is left", todo=todo)


def _port(port: PortStatus, status: AgentStatus) -> Iterator[Finding]:
    check, counts = f"{port.kind} {port.port}", port.counts
    garbage, facts = counts.get("garbage") or 0, counts.get("facts") or 0
    if port.kind == "scanner" and garbage >= _ENOUGH and garbage > facts:
        said = f"{garbage} times what came was no label"
        todo = "set `baud`, `prefix` and `suffix` as the scanner has them (its manual has a code for CR LF)"
        yield Finding(check=check, said=said, fault=True, todo=todo)
    if port.kind == "gnss" and port.up and not counts.get("fixes") and status.at - status.since > _COLD_START_MS:
        todo = "give the antenna a free sky; check `baud`, and that the receiver speaks NMEA 0183"
        yield Finding(check=check, said="no position since the agent started", fault=True, todo=todo)


def _files(folder: Path) -> list[Path]:
    try:
        return list((folder / "fd").iterdir())
    except OSError:  # gone, or not ours to see
        return []


def _device(file: Path) -> int | None:
    try:
        return file.stat().st_rdev or None
    except OSError:
        return None


def _name(folder: Path) -> str:
    try:
        return (folder / "comm").read_text().strip()
    except OSError:
        return "a program that has just ended"
