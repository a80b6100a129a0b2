"""Erases personal data when its time is over: one thread that looks once an hour.

`[privacy] keep_days` in hub.toml says how long a recipient is kept after the last call, change or request.
"""

from collections.abc import Callable
from typing import Final

import structlog
from sqlalchemy.exc import DBAPIError

from hub.errors import HubError
from hub.photos import Photos
from hub.store import erasing, photos
from hub.store.database import Database
from hub.tending import Tending

LOOK_S: Final = 3600.0

log = structlog.get_logger("retention")


class Retention(Tending):
    """Its thread, and what it does each time."""

    name = "retention"
    every_s = LOOK_S
    first_s = 0.0
    troubles = (HubError, DBAPIError, OSError)

    def __init__(self, database: Database, kept: Photos, clock: Callable[[], int], *, keep_days: int) -> None:
        super().__init__()
        self._database = database
        self._photos = kept
        self._clock = clock
        self._keep_days = keep_days

    def look(self) -> int:
        """Erase whose time is over; how many recipients. Raises DBAPIError, OSError."""
        erased = 0
        while not self._stopping.is_set():
            now = self._clock()
            with self._database.write() as connection:
                ids = erasing.over(connection, keep_days=self._keep_days, now=now)
                for id_ in ids:
                    self._erase(photos.showing(connection, id_))
                    erased += erasing.erase(connection, id_, by=erasing.BY_TIME, now=now)
                erasing.erase_calls(connection, keep_days=self._keep_days, now=now)
            if len(ids) < erasing.AT_ONCE:
                break
        self._erase_needless()
        if erased:
            log.info("recipients-erased", count=erased)
        return erased

    def _erase_needless(self) -> None:
        """Photos that prove nothing to anybody who is kept; nobody's, or never said what of."""
        before = self._clock() - self._keep_days * erasing.DAY_MS
        with self._database.write() as connection:
            found = photos.needless(connection, before, erasing.AT_ONCE)
            if found:
                self._erase(found)
                photos.forget(connection, found)

    def _erase(self, names: list[str]) -> None:
        """Files go before their rows: a crash between leaves a name without a picture, never a picture."""
        for name in names:
            self._photos.erase(name)
