"""What systemd is told about the hub, by the protocol of sd_notify(3): ready, how it is, alive, stopping.

A datagram to the socket that NOTIFY_SOCKET names, a path or an abstract name ("@..."). Without that variable, as
under any other supervisor, nothing is said. Nothing is raised either: systemd's watchdog decides what to make of
silence. The variables are taken out of the environment, because the broker that the hub starts knows this protocol
too, and would speak for the hub. (edge/supervision.py does the same for the agent, which starts itself anew and so
keeps them; the two programs share no code but the wire's.)
"""

import os
import socket
import time
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Final

_PINGS: Final = 3
"""Pings within one watchdog time, so that a late one does no harm."""
_PATIENCE_S: Final = 1.0


class Supervisor:
    """systemd, if it started this process."""

    def __init__(self, environment: MutableMapping[str, str] = os.environ) -> None:
        name = environment.pop("NOTIFY_SOCKET", "")
        self._address = "\0" + name[1:] if name.startswith("@") else name
        self._said = ""
        self._every_s = _watchdog_s(environment) / _PINGS
        self._pinged = -self._every_s

    def ready(self, status: str) -> None:
        """What was to be started is started."""
        self._said = status
        self._tell("READY=1", _status(status))

    def alive(self, status: str) -> None:
        """Every working part goes on; to be said at every turn, it is told as often as systemd needs it."""
        now = time.monotonic()
        if self._every_s and now - self._pinged >= self._every_s:
            self._pinged = now
            self._tell("WATCHDOG=1")
        self.show(status)

    def show(self, status: str) -> None:
        """One line for `systemctl status`, and no sign of life."""
        if status != self._said:
            self._said = status
            self._tell(_status(status))

    def stopping(self) -> None:
        """The end has begun, and is wanted."""
        self._tell("STOPPING=1")

    def _tell(self, *lines: str) -> None:
        if not self._address:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as way:
            way.settimeout(_PATIENCE_S)
            way.sendto("\n".join(lines).encode(errors="replace"), self._address)


def _status(text: str) -> str:
    return "STATUS=" + " ".join(text.split())


def _watchdog_s(environment: MutableMapping[str, str]) -> float:
    """Within what time systemd wants a sign of life from this process; 0 if it wants none."""
    process, time_us = environment.pop("WATCHDOG_PID", ""), environment.pop("WATCHDOG_USEC", "")
    if process not in ("", str(os.getpid())):
        return 0.0
    try:
        return max(0, int(time_us or 0)) / 1e6
    except ValueError:
        return 0.0
