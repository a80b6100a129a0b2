"""Bytes to a label printer: a device file, a serial port, or a socket. What is said to be sent has left this machine.

A printer says little: one that is out of paper stops taking bytes, which shows here once its memory is full. A label
whose last bytes were taken counts as printed; one that broke off before is sent again whole, and printers throw a
part of a label away when the next one begins.
"""

import fcntl
import os
import select
import socket
import stat
import struct
import termios
import time
from pathlib import Path
from typing import Final

from edge.errors import EdgeError
from edge.printer import PrinterSettings

CONNECT_S: Final = 10.0
STALLED_S: Final = 20.0
"""So long a printer may take nothing before it is left alone."""
_TURN_S: Final = 0.05
_PIECE: Final = 4096


class PrinterError(EdgeError):
    """The printer cannot be reached, or does not take what it is sent."""


def send(settings: PrinterSettings, data: bytes) -> None:
    """All of it has left when this returns. Raises PrinterError: it may have left in part."""
    if settings.address is not None:
        _send_by_network(*settings.address, data)
    else:
        _send_to_device(settings.port, settings.baud, data)


def _send_by_network(host: str, port: int, data: bytes) -> None:
    try:
        with socket.create_connection((host, port), timeout=CONNECT_S) as line:
            line.setblocking(False)
            _write(line.fileno(), data, f"{host}:{port}")
            _await_acknowledged(line, f"{host}:{port}")
            line.shutdown(socket.SHUT_WR)
    except OSError as error:
        raise PrinterError(f"cannot reach the printer at {host}:{port}: {error.strerror or error}") from error


def _send_to_device(path: str, baud: int, data: bytes) -> None:
    try:
        fd = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError as error:
        hint = "; add the agent's user to the group that owns it (often lp)" if error.errno == 13 else ""
        raise PrinterError(f"cannot open the printer {path}: {error.strerror}{hint}") from error
    try:
        if stat.S_ISREG(os.fstat(fd).st_mode):
            raise PrinterError(f"{path} is no printer but a file: correct [printer] port")
        if os.isatty(fd):
            _set_up(path, fd, baud)
        _write(fd, data, path)
        if os.isatty(fd):
            termios.tcdrain(fd)
    except (OSError, termios.error) as error:
        raise PrinterError(f"the printer {path} does not take what it is sent: {error}") from error
    finally:
        os.close(fd)


def _set_up(path: str, fd: int, baud: int) -> None:
    """A serial port: raw, 8 bits, at this speed."""
    speed = getattr(termios, f"B{baud}", None)
    if speed is None:
        raise PrinterError(f"{path} has no speed of {baud} baud: correct [printer] baud")
    mode = termios.tcgetattr(fd)
    control = (mode[2] & ~(termios.CSIZE | termios.PARENB | termios.CSTOPB)) | termios.CS8 | termios.CLOCAL
    termios.tcsetattr(fd, termios.TCSANOW, [0, 0, control, 0, speed, speed, mode[6]])


def _write(fd: int, data: bytes, name: str) -> None:
    rest = memoryview(data)
    while rest:
        if not select.select([], [fd], [], STALLED_S)[1]:
            raise PrinterError(f"the printer {name} takes nothing more: look at its paper and its lamp")
        try:
            rest = rest[os.write(fd, rest[:_PIECE]) :]
        except BlockingIOError:
            continue


def _await_acknowledged(line: socket.socket, name: str) -> None:
    """Until the printer's machine has acknowledged every byte (TIOCOUTQ: how many it has not; Linux tcp(7))."""
    deadline = time.monotonic() + STALLED_S
    while struct.unpack("i", fcntl.ioctl(line.fileno(), termios.TIOCOUTQ, bytes(4)))[0]:
        if time.monotonic() > deadline:
            raise PrinterError(f"the printer at {name} does not acknowledge what it was sent")
        time.sleep(_TURN_S)


def present(settings: PrinterSettings) -> str:
    """Why the printer cannot be used, as far as that shows without printing; empty: nothing shows."""
    found = settings.address
    if found is None:
        path = Path(settings.port)
        if not path.exists():
            return f"{path} is not there: switch the printer on, or correct [printer] port"
        return "" if os.access(path, os.W_OK) else f"{path} may not be written by this user: group lp"
    try:
        with socket.create_connection(found, timeout=CONNECT_S / 3):
            return ""
    except OSError as error:
        return f"{settings.port} cannot be reached: {error.strerror or error}"
