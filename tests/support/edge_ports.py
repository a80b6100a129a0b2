"""What the edge's tests stand on: the far end of a pty, a store that can refuse, a log that is read."""

import os
import select
import threading
import time
import tty
from dataclasses import dataclass, field
from pathlib import Path

from edge.drivers.serial_port import Port
from edge.drivers.stop import Stop
from edge.errors import EdgeError

PATIENCE_S = 20.0


def until(condition, what="it", timeout_s=PATIENCE_S):
    """The condition's first true value. Fails after the timeout."""
    deadline = time.monotonic() + timeout_s
    while not (value := condition()):
        assert time.monotonic() < deadline, f"waited {timeout_s} s for {what}"
        time.sleep(0.002)
    return value


class Device:
    """A device on a pty, behind a path that stays the same when it is plugged in again."""

    def __init__(self, path: Path):
        self.path = path
        self._fds: list[int] = []
        self.plug()

    def plug(self):
        self._master, slave = os.openpty()
        tty.setraw(slave)
        self._fds = [self._master, slave]
        os.set_blocking(self._master, False)
        self.path.symlink_to(os.ttyname(slave))

    def unplug(self):
        self.path.unlink(missing_ok=True)
        for fd in self._fds:
            os.close(fd)
        self._fds = []

    def send(self, data: bytes, timeout_s=PATIENCE_S):
        rest = memoryview(data)
        deadline = time.monotonic() + timeout_s
        while rest:
            try:
                rest = rest[os.write(self._master, rest) :]
            except BlockingIOError:
                assert time.monotonic() < deadline, "the agent does not read"
                select.select([], [self._master], [], 0.1)

    def heard(self, size: int, timeout_s=PATIENCE_S) -> bytes:
        """So many bytes of answers."""
        found = b""
        deadline = time.monotonic() + timeout_s
        while len(found) < size:
            left = deadline - time.monotonic()
            assert left > 0, f"{found[-50:]!r}: {len(found)} of {size} bytes of answers"
            if select.select([self._master], [], [], left)[0]:
                found += os.read(self._master, size - len(found))
        return found

    def silent(self) -> bool:
        """Whether no answer is there now."""
        return not select.select([self._master], [], [], 0)[0]


@dataclass(frozen=True)
class Place:
    stream: str
    seq: int


class Store:
    """Keeps items in memory; refuses while `broken`; waits while `gate` is closed."""

    def __init__(self):
        self.groups = []
        self.anchors = []
        self.broken = False
        self.asked = threading.Semaphore(0)
        self.gate = threading.Event()
        self.gate.set()

    @property
    def items(self):
        return [item for group in self.groups for item in group]

    def append_facts(self, items):
        self.asked.release()
        assert self.gate.wait(PATIENCE_S)
        if self.broken:
            raise EdgeError("cannot write to the outbox: the disk is full; free some space on this disk")
        first = len(self.items) + 1
        self.groups.append(list(items))
        return [Place("0123456789abcdef", first + n) for n in range(len(items))]

    append_telemetry = append_facts

    def observe(self, anchor):
        self.anchors.append(anchor)


@dataclass
class Events:
    """A log that keeps its events."""

    lines: list[tuple[str, dict]] = field(default_factory=list)

    def debug(self, event, **fields):
        self.lines.append((event, fields))

    info = warning = error = debug

    def named(self, event):
        return [fields for name, fields in self.lines if name == event]


class Running:
    """A port read in a thread of its own."""

    def __init__(self, path, session, log, quiet_s=3.0):
        self.stop = Stop()
        self.port = Port(str(path), 115_200, session, quiet_s=quiet_s, stop=self.stop, log=log)
        self.thread = threading.Thread(target=self.port.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join(PATIENCE_S)
        assert not self.thread.is_alive()
        self.stop.close()
