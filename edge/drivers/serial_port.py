"""A serial port that comes and goes: opened, read as bytes arrive, closed when it vanishes, tried again.

Failure modes: the path does not exist or may not be opened (tried again, said once for each reason); the device is
unplugged (EIO, or readable without bytes); the other side does not read what is written to it (given up after a
while, so that reading goes on).
"""

import os
import select
import termios
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Event
from typing import Final, Protocol

import serial

from edge.crew import Pulse
from edge.drivers.stop import Stop
from edge.errors import EdgeError
from edge.log import Log

READ_BYTES: Final = 64 * 1024
"""Most bytes handed on at once: what one commit may hold."""

_FIRST_RETRY_S: Final = 0.1
_LAST_RETRY_S: Final = 2.0


class PortError(EdgeError):
    """A port cannot be opened, or is gone."""


class Line:
    """An open port, locked for this process."""

    def __init__(self, path: str, baud: int) -> None:
        """Raises PortError."""
        try:
            self._serial = serial.Serial(path, baud, timeout=0, exclusive=True)
        except (OSError, ValueError, termios.error) as error:  # SerialException is an OSError
            raise PortError(f"cannot open {path}: {_reason(error)}") from error
        self._path = path
        self._fd = self._serial.fileno()

    def read(self, timeout_s: float, stop: Stop) -> bytes:
        """All bytes that are there, as soon as there are any; none after the timeout or on stop.

        Raises PortError when the port is gone.
        """
        ready, _, _ = select.select([self._fd, stop.fileno()], [], [], timeout_s)
        if self._fd not in ready or stop.is_set():
            return b""
        data = self._read()
        if not data:
            raise PortError(f"{self._path} is gone: the device was unplugged or switched off")
        found = [data]
        size = len(data)
        while data and size < READ_BYTES:
            try:
                data = self._read()
            except PortError:
                break  # what came before it counts; the next read says that the port is gone
            found.append(data or b"")
            size += len(data or b"")
        return b"".join(found)

    def write(self, data: bytes, timeout_s: float) -> bool:
        """Whether the other side took all of it in time; if not, the rest is dropped. Raises PortError."""
        rest = memoryview(data)
        deadline = time.monotonic() + timeout_s
        while rest:
            try:
                rest = rest[os.write(self._fd, rest) :]
            except BlockingIOError:
                left = max(0.0, deadline - time.monotonic())
                if not select.select([], [self._fd], [], left)[1]:
                    # A stale answer, read later, could be taken for the answer to another scan.
                    termios.tcflush(self._fd, termios.TCOFLUSH)
                    return False
            except OSError as error:
                raise PortError(f"{self._path} is gone: {error.strerror}") from error
        return True

    def close(self) -> None:
        with suppress(OSError):  # it was unplugged: there is nothing left to close
            self._serial.close()

    def _read(self) -> bytes | None:
        """Bytes, b"" at the end of a device, None when there are none now."""
        try:
            return os.read(self._fd, READ_BYTES)
        except BlockingIOError:
            return None
        except OSError as error:
            raise PortError(f"{self._path} is gone: {error.strerror}") from error


class Session(Protocol):
    """What is done with a port's bytes. PortError raised in it closes the port, and it is opened again."""

    def opened(self) -> None:
        """The port was opened: nothing of before goes on."""

    def received(self, data: bytes, line: Line) -> None:
        """Bytes came."""

    def quiet(self, line: Line) -> None:
        """Nothing came for `quiet_s`."""

    def closed(self) -> None:
        """The port was closed, or is gone."""


class Port:
    """Keeps one port open for a session."""

    def __init__(
        self,
        path: str,
        baud: int,
        session: Session,
        *,
        quiet_s: float,
        stop: Stop,
        log: Log,
        locate: Callable[[], str] | None = None,
    ) -> None:
        """`locate` gives the path anew at each attempt, or raises PortError; without it, it is always `path`."""
        self.path = path
        self.up = False
        self.why = "not tried yet"
        self.opened = 0
        self.tried = Event()
        """Set after the first attempt to open it."""
        self.pulse = Pulse()
        self._baud = baud
        self._session = session
        self._quiet_s = quiet_s
        self._stop = stop
        self._log = log
        self._locate = locate or (lambda: path)

    def run(self) -> None:
        """Until stop."""
        retry_s = _FIRST_RETRY_S
        while not self._stop.is_set():
            self.pulse.beat()
            started = time.monotonic()
            if self._attempt() and time.monotonic() - started > _LAST_RETRY_S:
                retry_s = _FIRST_RETRY_S
            self._stop.wait(retry_s)
            retry_s = min(_LAST_RETRY_S, retry_s * 2)
        self.up, self.why = False, "the agent stopped"

    def _attempt(self) -> bool:
        """Open and read until the port fails or stop. Whether it could be opened."""
        try:
            line = Line(self._locate(), self._baud)
        except PortError as error:
            self._is_down(str(error))
            return False
        try:
            self._is_up()
            self._session.opened()
            self._read(line)
        except PortError as error:
            self._is_down(str(error))
        finally:
            line.close()
            self._session.closed()
        return True

    def _read(self, line: Line) -> None:
        while not self._stop.is_set():
            self.pulse.beat()
            data = line.read(self._quiet_s, self._stop)
            if data:
                self._session.received(data, line)
            elif not self._stop.is_set():
                self._session.quiet(line)

    def _is_up(self) -> None:
        self.up, self.why = True, ""
        self.opened += 1
        self.tried.set()
        self._log.info("port-up", port=self.path)

    def _is_down(self, why: str) -> None:
        if self.why != why:
            self._log.warning("port-down", port=self.path, why=why, next="it is tried again and again")
        self.up, self.why = False, why
        self.tried.set()


def _reason(error: Exception) -> str:
    """What went wrong and what a person can do."""
    number = getattr(error, "errno", None)
    text = os.strerror(number) if isinstance(number, int) else str(error)
    if number == 2:
        return f"{text}; plug the device in, or correct `port` in the configuration"
    if number == 13:
        return f"{text}; add the agent's user to the group that owns the port (often dialout)"
    if "exclusively lock" in str(error) or number == 11:
        return "another program has it open; stop that one"
    if "configure port" in str(error) or isinstance(error, termios.error):
        return f"{error}; this is no serial port"
    return text
