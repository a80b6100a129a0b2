"""What every route has at hand."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Final

from fastapi import Depends, Request
from sqlalchemy import Connection

from hub.api.services import Services
from hub.api.sign_in import SignIn
from hub.store.queries.paging import Pager, Part

CHEAP_S: Final = 0.05
REST: Final = 20
"""A count that took t seconds is believed for 20 t, so that counting never takes more than a 20th of the time."""


class Remembered:
    """A number that may be slow to count: counted anew each time while that is cheap. Thread-safe."""

    def __init__(self, count: Callable[[Connection], int], timer: Callable[[], float] = time.monotonic) -> None:
        self._count = count
        self._timer = timer
        self._lock = threading.Lock()
        self._value = 0
        self._until = float("-inf")

    def value(self, connection: Connection) -> int:
        """The number, a little old where counting is slow."""
        with self._lock:
            began = self._timer()
            if began >= self._until:
                self._value = self._count(connection)
                took = self._timer() - began
                self._until = self._timer() + (took * REST if took > CHEAP_S else 0.0)
            return self._value


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The services, and what the API itself remembers. `generation` is of the ledger since its last restore."""

    services: Services
    generation: str
    sign_in: SignIn
    positions: Remembered
    _writing: threading.Lock = field(default_factory=threading.Lock)

    @property
    def now(self) -> int:
        return self.services.clock()

    def pager(self, *scope: Part | None) -> Pager:
        """The cursors of one list: its name and filters."""
        return Pager(self.generation, *scope)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction; requests take turns, so that at most one of them competes with ingest."""
        with self._writing, self.services.database.write() as connection:
            yield connection


async def _context(request: Request) -> Context:
    context: Context = request.app.state.context
    return context


Here = Annotated[Context, Depends(_context)]
