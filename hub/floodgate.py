"""Devices that flood the hub are shut out for a while: noticed by the broker's thread, done by the hub's own.

Afterwards the hub begins a new session with the broker: what the old one holds back it may hold back for ever.
"""

import queue
from collections.abc import Callable

from hub.broker import Broker
from hub.core.floods import SHUT_MS
from hub.gate import Gate


class Floodgate:
    """`wake` is called when there is something to do."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self.gate: Gate | None = None
        self.broker: Broker | None = None
        self._wake = wake
        self._names: queue.SimpleQueue[str] = queue.SimpleQueue()

    def flooding(self, device: str) -> None:
        """Have a device that sends too much shut out. Any thread."""
        self._names.put(device)
        self._wake()

    def tend(self) -> None:
        """Do what is to be done, for all of them at once. Raises HubError."""
        names = set()
        while not self._names.empty():
            names.add(self._names.get())
        if not names:
            return
        try:
            if self.gate is not None:
                self.gate.shut_out(names, SHUT_MS / 1000)
        finally:
            if self.broker is not None:
                self.broker.reconnect()
