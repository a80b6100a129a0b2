"""The agent's threads: each has a name, and if one ends before it was told to, the agent must know at once."""

import threading
from collections.abc import Callable

from edge.log import Log


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
