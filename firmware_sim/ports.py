"""A serial port that an agent can open: a pseudo terminal behind a symlink that keeps its name.

The simulator holds the master side only. So it notices, like a USB device by its DTR line, when nobody has the
port open any more (Linux reports a hang-up on the master), and it survives that the agent closes and opens it
again, any number of times. Nothing here blocks: a write takes what fits into the kernel's buffer, about 20 kB.
"""

import fcntl
import os
import select
import termios
import tty
from contextlib import suppress
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Final, Self

from firmware_sim.errors import SimError

_CHUNK: Final = 65536


class Port:
    """One simulated serial port at the path `link`; thread-safe; closing it removes the symlink."""

    def __init__(self, link: Path) -> None:
        self.link = link
        self.generation = 0
        """Grows with every new pseudo terminal behind the symlink."""
        self._lock = Lock()
        self._master = -1
        self._slave_name = ""
        self.appear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.vanish()

    @property
    def present(self) -> bool:
        """Whether there is a pseudo terminal behind the symlink."""
        return self._master >= 0

    def appear(self) -> None:
        """Plug in: a new pseudo terminal, raw, at the same symlink; nothing if it is there already.

        Raises SimError where the symlink cannot be made or something else has its name.
        """
        with self._lock:
            if self._master >= 0:
                return
            if self.link.exists() and not self.link.is_symlink():
                raise SimError(f"{self.link} exists and is no simulated port: remove it or choose another --port")
            master, slave = os.openpty()
            try:
                tty.setraw(slave)
                name = os.ttyname(slave)
                os.set_blocking(master, False)
                _point(self.link, name)
            except OSError as error:
                os.close(master)
                raise SimError(f"cannot make the port {self.link}: {error.strerror}") from error
            finally:
                os.close(slave)
            self._master, self._slave_name = master, name
            self.generation += 1

    def vanish(self) -> None:
        """Unplug: the symlink goes, whoever has the port open sees a hang-up; nothing if it is gone already."""
        with self._lock:
            if self._master < 0:
                return
            with suppress(OSError):
                if str(self.link.readlink()) == self._slave_name:
                    self.link.unlink()
            os.close(self._master)
            self._master = -1

    close = vanish

    def listening(self) -> bool:
        """Whether somebody has the port open."""
        with self._lock:
            return self._master >= 0 and not self._hung_up()

    def read(self) -> bytes:
        """What was sent to the device since the last call; b"" if nothing. Works also after the other side closed."""
        with self._lock:
            if self._master < 0:
                return b""
            with suppress(OSError):
                return os.read(self._master, _CHUNK)
            return b""

    def write(self, data: bytes) -> int:
        """Send what fits; returns how many bytes were taken, 0 while the buffer is full or the port is gone."""
        with self._lock:
            if self._master < 0:
                return 0
            with suppress(OSError):
                return os.write(self._master, data)
            return 0

    def wait(self, timeout_s: float, *, writable: bool = False) -> None:
        """Return when there is something to read (or room to write), at the latest after `timeout_s`."""
        with self._lock:
            master = self._master
        if master >= 0:
            poller = select.poll()
            poller.register(master, select.POLLIN | (select.POLLOUT if writable else 0))
            poller.poll(max(0, round(timeout_s * 1000)))

    def purge(self) -> None:
        """Drop what was sent and not read yet, as a device drops its buffer when its host goes away."""
        with self._lock:
            if self._master < 0:
                return
            with suppress(OSError, termios.error):
                slave = os.open(self._slave_name, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
                try:
                    termios.tcflush(slave, termios.TCIFLUSH)
                finally:
                    os.close(slave)

    def drained(self) -> bool:
        """Whether all that was sent has been read (what the kernel still moves between its buffers aside)."""
        with self._lock:
            if self._master < 0:
                return True
            try:
                slave = os.open(self._slave_name, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
            except OSError:
                return True
            try:
                return fcntl.ioctl(slave, termios.FIONREAD, bytes(4)) == bytes(4)
            finally:
                os.close(slave)

    def _hung_up(self) -> bool:
        poller = select.poll()
        poller.register(self._master, select.POLLIN)
        return any(events & select.POLLHUP for _, events in poller.poll(0))


def _point(link: Path, target: str) -> None:
    link.parent.mkdir(parents=True, exist_ok=True)
    fresh = link.with_name(f".{link.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(link)
