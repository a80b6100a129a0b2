"""Turns for what takes a core for seconds: one request at a time, and few that wait.

Whoever waits holds one of the threads that all requests share (40), so the others are told to come again.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from hub.api.faults import ApiError

WAITING: Final = 4
PATIENCE_S: Final = 30.0


class Turns:
    """Thread-safe. `what` ends the sentence that somebody is told for whom there is no room."""

    def __init__(self, what: str, *, waiting: int = WAITING, patience_s: float = PATIENCE_S) -> None:
        self._what = what
        self._patience_s = patience_s
        self._room = threading.BoundedSemaphore(waiting + 1)
        self._turn = threading.Lock()

    @contextmanager
    def one(self) -> Iterator[None]:
        """The turn of one request. Raises ApiError (503)."""
        if not self._room.acquire(blocking=False):
            raise self._busy()
        try:
            if not self._turn.acquire(timeout=self._patience_s):
                raise self._busy()
            try:
                yield
            finally:
                self._turn.release()
        finally:
            self._room.release()

    def _busy(self) -> ApiError:
        return ApiError(503, "too-many", f"Too many at this moment want {self._what}.", hint="Try again soon.")
