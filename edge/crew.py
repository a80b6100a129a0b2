"""The agent's threads: each has a name, and if one ends before it was told to, the agent must know at once.

One that hangs does not end. So each beats its pulse at every turn of its loop, which never waits for longer than a
few seconds, and whoever watches sees an old pulse.
"""

import threading
import time
from collections.abc import Callable, Mapping

from edge.log import Log


class Pulse:
    """When a thread last showed that it goes on."""

    def __init__(self) -> None:
        self._at = time.monotonic()

    def beat(self) -> None:
        """Called by the thread itself."""
        self._at = time.monotonic()

    @property
    def age_s(self) -> float:
        return time.monotonic() - self._at


def stuck(pulses: Mapping[str, Pulse], limit_s: float) -> list[str]:
    """The names of those that have not gone on for so long."""
    return [name for name, pulse in pulses.items() if pulse.age_s > limit_s]


class Crew:
    """Threads that run until stop. `alarm` is called, from the thread itself, when one ends unexpectedly."""

    def __init__(self, stopping: Callable[[], bool], alarm: Callable[[], None], log: Log) -> None:
        self.lost: list[str] = []
        """Names of the threads that ended unexpectedly."""
        self._stopping = stopping
        self._alarm = alarm
        self._log = log
        self._threads: list[threading.Thread] = []

    def watch_strays(self) -> None:
        """Notice also the death of a thread that somebody else started."""
        threading.excepthook = self._stray

    def hire(self, name: str, work: Callable[[], None]) -> None:
        """Start a thread."""
        thread = threading.Thread(target=self._run, args=(name, work), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def join(self, timeout_s: float) -> list[str]:
        """Wait for all of them; the names of those that still run."""
        for thread in self._threads:
            thread.join(timeout_s)
        return [thread.name for thread in self._threads if thread.is_alive()]

    def _run(self, name: str, work: Callable[[], None]) -> None:
        try:
            work()
            why = "it returned"
        except BaseException as error:  # whatever it is, the agent must not go on without it
            why = _traceback(error)
        if not self._stopping():
            self._lose(name, why)

    def _stray(self, arguments: threading.ExceptHookArgs) -> None:
        name = arguments.thread.name if arguments.thread else "unknown"
        self._lose(name, _traceback(arguments.exc_value) if arguments.exc_value else "it raised")

    def _lose(self, name: str, why: str) -> None:
        self.lost.append(name)
        self._log.error("thread-died", thread=name, why=why)
        self._alarm()


def _traceback(error: BaseException) -> str:
    import traceback  # noqa: PLC0415 - only a dying thread needs it

    return "".join(traceback.format_exception(error))
