"""Items that came wrapped as opaque bytes: interpreted after they were committed, in a process of its own.

A device wraps an item when the hub failed to take it three times, alone. Whatever it does to an interpreter, it does
it to the child. Run as `python -m hub.ingest.opaque`: bytes on standard input, exit code 0 if they post something.
"""

import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from hub.core.postings import Told, post
from hub.ingest.decoding import BadItem, read_wrapped

SECONDS = 20
"""How long one item may take."""
PAUSE_S = 1.0
"""How long a machine that starts no more processes is left alone."""

log = structlog.get_logger("ingest")


@dataclass(frozen=True, slots=True)
class Task:
    """An opaque item: where it stands and what it holds."""

    lane: int
    seq: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one: `fault` is None if it can be posted."""

    task: Task
    fault: str | None


class OpaqueDesk:
    """A thread that has opaque items tried out, one after the other, and hands each verdict on."""

    def __init__(self, done: Callable[[Verdict], None]) -> None:
        self._done = done
        self._tasks: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ingest-opaque", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def add(self, task: Task) -> None:
        """Have one more tried out."""
        self._tasks.put(task)

    def stop(self) -> None:
        """End after the one in hand; what is left stands as waiting in the database. Idempotent."""
        self._stopping.set()
        self._tasks.put(None)

    def _run(self) -> None:
        while (task := self._tasks.get()) is not None:
            try:
                fault = try_out(task.data)
            except OSError as error:
                log.warning("no child process could be started; trying again", error=str(error))
                self._tasks.put(task)
                self._stopping.wait(PAUSE_S)
                continue
            self._done(Verdict(task, fault))


def try_out(data: bytes) -> str | None:
    """Interpret an item in a child process; what went wrong, or None. Raises OSError if there can be no child."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "hub.ingest.opaque"], input=data, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return f"interpreting it took more than {SECONDS} s"
    if done.returncode == 0:
        return None
    return done.stderr.decode(errors="replace").strip()[-500:] or f"the interpreter ended with {done.returncode}"


def main() -> int:
    """The child: 0 if the bytes on standard input are an item that posts something."""
    item = read_wrapped(sys.stdin.buffer.read())
    if isinstance(item, BadItem):
        sys.stderr.write(f"{item.reason}: {item.detail}")
        return 1
    if isinstance(item, Told):
        post(item)
    return 0


if __name__ == "__main__":
    sys.exit(main())
