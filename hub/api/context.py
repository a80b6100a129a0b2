"""What every route has at hand."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Final, Generic, TypeVar

from fastapi import Depends, Request
from sqlalchemy import Connection

from hub.api.asking import Asking
from hub.api.services import Services
from hub.api.sign_in import SignIn
from hub.api.strangers import CALLS, SEARCHES, Strangers
from hub.core.viewer import Viewer
from hub.store.queries.paging import Pager, Part

T = TypeVar("T")

CHEAP_S: Final = 0.2
MOST_SCOPES: Final = 200
REST: Final = 8
"""A sum that took t seconds is believed for 8 t: however many screens ask, it takes a small part of the time."""


class Remembered(Generic[T]):
    """A sum that may be slow to make, of what a viewer sees: made anew each time while that is cheap. Thread-safe."""

    def __init__(self, make: Callable[[Connection, Viewer], T], timer: Callable[[], float] = time.monotonic) -> None:
        self._make = make
        self._timer = timer
        self._lock = threading.Lock()
        self._known: OrderedDict[object, tuple[T, float]] = OrderedDict()

    def value(self, connection: Connection, viewer: Viewer) -> T:
        """The sum, a little old where making it is slow; one for all who see the same."""
        scope = (viewer.owner_filter, viewer.site_filter)
        with self._lock:
            began = self._timer()
            known = self._known.get(scope)
            if known is not None and began < known[1]:
                return known[0]
            made = self._make(connection, viewer)
            took = self._timer() - began
            self._known[scope] = made, self._timer() + (took * REST if took > CHEAP_S else 0.0)
            self._known.move_to_end(scope)
            if len(self._known) > MOST_SCOPES:
                self._known.popitem(last=False)
            return made


def nobody(_token: str) -> str | None:
    """For a hub that gives no tokens to devices."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The services, and what the API itself remembers. `generation` is of the ledger since its last restore.

    `searches` and `calls` count numbers of strangers, `asking` guesses of recipients. `device_of` tells the device that
    a token was given to, None for a token that is none of a device's.
    """

    services: Services
    generation: str
    sign_in: SignIn
    positions: Remembered[int]
    pieces: Remembered[int]
    troubles: Remembered[int]
    site_stock: Remembered[Mapping[str, int]]
    device_of: Callable[[str], str | None] = nobody
    searches: Strangers = field(default_factory=lambda: Strangers(SEARCHES))
    calls: Strangers = field(default_factory=lambda: Strangers(CALLS))
    asking: Asking = field(default_factory=Asking)
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
