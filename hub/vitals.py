"""Whether the parts of a hub go on: a thread that ended is seen at once, one that hangs only by what it leaves out.

Each part has a pulse. A loop beats it at every turn. Ingest beats it when it gets on with what waits, so an idle
ingest is well, and so is one that says that the disk is full. HTTP beats it when a request was really answered.
"""

import http.client
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Protocol

from hub.core.access import API

ASK_EVERY_S = 10.0
ANSWER_S = 10.0


class Sign(Protocol):
    """A part's sign of life."""

    @property
    def age_s(self) -> float:
        """How old it is."""


class Pulse:
    """When a part last showed that it goes on."""

    def __init__(self) -> None:
        self._at = time.monotonic()

    def beat(self) -> None:
        """Called where it goes on."""
        self._at = time.monotonic()

    @property
    def age_s(self) -> float:
        return time.monotonic() - self._at


class Progress:
    """The pulse of work that comes and goes: it beats when there is none, and when `done` has risen."""

    def __init__(self, *, busy: Callable[[], bool], done: Callable[[], int]) -> None:
        self._busy, self._done = busy, done
        self._before = done()
        self._pulse = Pulse()

    @property
    def age_s(self) -> float:
        """For how long there was work and none of it was done, as far as somebody asked."""
        done = self._done()
        if done != self._before or not self._busy():
            self._before = done
            self._pulse.beat()
        return self._pulse.age_s


class Door:
    """Asks the hub's own HTTP port, in a thread, whether it is well. Any answer is a sign of life."""

    def __init__(self, address: tuple[str, int], every_s: float = ASK_EVERY_S) -> None:
        host, self._port = address
        self._host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
        self._every_s = every_s
        self._stopping = threading.Event()
        self._pulse = Pulse()
        self._thread = threading.Thread(target=self._run, name="http-watch", daemon=True)

    @property
    def age_s(self) -> float:
        """For how long nothing was answered."""
        return self._pulse.age_s

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ask no more. Idempotent; a question under way is not waited for."""
        self._stopping.set()

    def _run(self) -> None:
        while not self._stopping.wait(self._every_s):
            try:
                with closing(http.client.HTTPConnection(self._host, self._port, timeout=ANSWER_S)) as connection:
                    connection.request("GET", f"{API}/health", headers={"Host": "localhost"})
                    connection.getresponse().read()
            except (OSError, http.client.HTTPException):
                continue
            self._pulse.beat()


def stuck(signs: Mapping[str, Sign], limit_s: float) -> list[str]:
    """The names of the parts that have not gone on for so long."""
    return [name for name, sign in signs.items() if sign.age_s > limit_s]
