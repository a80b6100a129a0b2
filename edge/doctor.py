"""What can be wrong with a device before and while the agent runs: each check says what is, and what to do."""

import os
import shutil
import socket
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from edge import status as status_file
from edge.agent_checks import examine_agent, held, holders
from edge.browse import browse
from edge.clock import uptime_ms
from edge.config import Settings
from edge.core.ports import AUTO
from edge.drivers.finding import finder
from edge.drivers.printer import present
from edge.errors import EdgeError
from edge.findings import Finding
from edge.identity_checks import examine_identity
from edge.printer import PrinterSettings
from edge.status import AgentStatus
from edge.terminal_checks import examine_terminal

_LOW_BYTES: Final = 200 * 1024 * 1024
_CONNECT_S: Final = 3.0
_BUILT_BEFORE: Final = 1_767_225_600
"""2026-01-01: a clock before it was never set."""


def examine(settings: Settings) -> Iterator[Finding]:
    """Every check but the configuration's own, which is what gave these settings."""
    status = status_file.read(settings.status)
    running = status is not None and status_file.is_alive(status)
    yield _agent(settings, status if running else None)
    for kind, ports in (("scanner", settings.scanners), ("receiver", settings.gnss)):
        for each in ports:
            yield _found(each.port, kind, settings, running=running)
    if not settings.ports and settings.terminal is None:
        yield Finding(check="ports", said="none configured", todo="add [[scanner]] or [[gnss]] to read a device")
    if status is not None and running:
        yield from examine_agent(status)
    yield from examine_terminal(settings, running=running)
    if settings.printer is not None:
        yield _printer(settings.printer)
    yield _disk(settings.device.data)
    yield _outbox(settings)
    if settings.hub.identity is None:
        yield _broker(settings)
    yield from examine_identity(settings)
    yield _clock(time.time)
    for advice in settings.advice:
        yield Finding(check="advice", said=advice, todo="see there")


def _agent(settings: Settings, status: AgentStatus | None) -> Finding:
    if status is None:
        return Finding(check="agent", said="does not run", todo=f"relay-edge run --config {settings.path}")
    if not status_file.turns(status, uptime_ms()):
        todo = f"end it (kill -ABRT {status.pid}: its log then says where it stood) and start it again"
        return Finding(check="agent", said="runs, but its main loop stands still", fault=True, todo=todo)
    return Finding(check="agent", said="runs")


def _found(port: str, kind: str, settings: Settings, *, running: bool) -> Finding:
    """A port, which may have to be found first."""
    if port != AUTO:
        return _port(port, running=running)
    try:
        found = finder(port, "gnss" if kind == "receiver" else kind, settings)()
    except EdgeError as error:
        return Finding(check=f"port {AUTO} ({kind})", said=str(error), fault=True, todo="see there")
    return _port(found, running=running)


def _port(port: str, *, running: bool) -> Finding:
    check = f"port {port}"
    try:
        mode = Path(port).stat().st_mode
    except OSError as error:
        todo = "plug the device in, or correct `port` in the configuration (ls /dev/serial/by-id)"
        return Finding(check=check, said=str(error.strerror), fault=True, todo=todo)
    if not stat.S_ISCHR(mode):
        return Finding(check=check, said="is no device", fault=True, todo="correct `port` in the configuration")
    if not os.access(port, os.R_OK | os.W_OK):
        todo = "add this user to the group that owns it: sudo usermod -aG dialout $USER, then sign in again"
        return Finding(check=check, said="may not be read and written by this user", fault=True, todo=todo)
    if running:
        return Finding(check=check, said="there, in use by the agent")
    others = holders(port)
    return held(port, others) if others else Finding(check=check, said="there, may be opened")


def _printer(printer: PrinterSettings) -> Finding:
    check, problem = f"printer {printer.port}", present(printer)
    if problem:
        return Finding(check=check, said=problem, fault=True, todo="see there; what is to be printed waits")
    return Finding(check=check, said="there")


def _disk(data: Path) -> Finding:
    check = f"disk {data}"
    # The agent makes the folder as its own user; made here it could belong to another one.
    folder = next((each for each in (data, *data.parents) if each.is_dir()), data)
    probe = folder / f".doctor-{os.getpid()}"
    try:
        with probe.open("wb") as file:
            file.write(b"x" * 4096)
            os.fsync(file.fileno())
        probe.unlink()
        free = shutil.disk_usage(folder).free
    except OSError as error:
        todo = "mount it writable, free space, or give the folder to the agent's user"
        return Finding(check=check, said=f"cannot be written: {error.strerror}", fault=True, todo=todo)
    said = f"writable, {free // 1024**2} MiB free"
    if free < _LOW_BYTES:
        return Finding(check=check, said=said, fault=True, todo="free some space: a full disk refuses scans")
    return Finding(check=check, said=said)


def _outbox(settings: Settings) -> Finding:
    path = settings.outbox
    check = f"outbox {path}"
    if not path.exists():
        return Finding(check=check, said="not made yet: the agent makes it at its first start")
    try:
        with browse(path) as browser:
            sound = browser.check()
            counts = browser.counts()
    except EdgeError as error:
        todo = "start the agent: it moves a damaged file aside and saves what it can, row by row"
        return Finding(check=check, said=str(error), fault=True, todo=todo)
    if sound != "ok":
        todo = "restart the agent: it moves a damaged file aside and saves what it can, row by row"
        return Finding(check=check, said=f"damaged: {sound}", fault=True, todo=todo)
    if counts.device and settings.device.name and counts.device != settings.device.name:
        todo = "correct [device] name or data: two devices never share an outbox"
        return Finding(check=check, said=f"belongs to {counts.device}", fault=True, todo=todo)
    return Finding(check=check, said=f"sound, {counts.pending_facts} facts wait for the hub")


def _broker(settings: Settings) -> Finding:
    host, port = settings.hub.host, settings.hub.port
    check = f"hub {host}:{port}"
    try:
        with socket.create_connection((host, port), timeout=_CONNECT_S):
            return Finding(check=check, said="its broker answers")
    except OSError as error:
        todo = "check [hub] host and port, the network and the hub; scans are kept meanwhile"
        return Finding(check=check, said=f"cannot be reached: {error}", fault=True, todo=todo)


def _clock(now_s: Callable[[], float]) -> Finding:
    said = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(now_s()))
    if now_s() < _BUILT_BEFORE:
        todo = "set the clock (timedatectl set-ntp true); it works as it is: the hub corrects the times of scans"
        return Finding(check="clock", said=f"{said} cannot be right", todo=todo)
    return Finding(check="clock", said=said)
