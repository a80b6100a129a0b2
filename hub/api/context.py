"""What every route has at hand."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Final, Generic, TypeVar

from fastapi import Depends, Request
from sqlalchemy import Connection

from hub.api.services import Services
from hub.api.sign_in import SignIn
from hub.store.queries.paging import Pager, Part

T = TypeVar("T")

CHEAP_S: Final = 0.2
REST: Final = 8
"""A sum that took t seconds is believed for 8 t: however many screens ask, it takes a small part of the time."""


class Remembered(Generic[T]):
    """A sum that may be slow to make: made anew each time while that is cheap. Thread-safe."""

    def __init__(self, make: Callable[[Connection], T], timer: Callable[[], float] = time.monotonic) -> None:
        self._make = make
        self._timer = timer
        self._lock = threading.Lock()
        self._value: T | None = None
        self._until = float("-inf")

    def value(self, connection: Connection) -> T:
        """The sum, a little old where making it is slow."""
        with self._lock:
            began = self._timer()
            if self._value is None or began >= self._until:
                self._value = self._make(connection)
                took = self._timer() - began
                self._until = self._timer() + (took * REST if took > CHEAP_S else 0.0)
            return self._value


def nobody(_token: str) -> str | None:
    """For a hub that gives no tokens to devices."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The services, and what the API itself remembers. `generation` is of the ledger since its last restore.

    `device_of` tells the device that a token was given to, None for a token that is none of a device's.
    """

    services: Services
    generation: str
    sign_in: SignIn
    positions: Remembered[int]
    pieces: Remembered[int]
    troubles: Remembered[int]
    site_stock: Remembered[Mapping[str, int]]
    device_of: Callable[[str], str | None] = nobody
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
