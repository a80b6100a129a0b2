"""Erases personal data when its time is over: one thread that looks once an hour.

`[privacy] keep_days` in hub.toml says how long a recipient is kept after the last call, change or request.
"""

import threading
from collections.abc import Callable
from typing import Final

import structlog
from sqlalchemy.exc import DBAPIError

from hub.errors import HubError
from hub.photos import Photos
from hub.store import erasing
from hub.store.database import Database

LOOK_S: Final = 3600.0

log = structlog.get_logger("retention")


class Retention:
    """Its thread, and what it does each time."""

    def __init__(self, database: Database, photos: Photos, clock: Callable[[], int], *, keep_days: int) -> None:
        self._database = database
        self._photos = photos
        self._clock = clock
        self._keep_days = keep_days
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="retention", daemon=True)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End. Idempotent."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(timeout=30)

    def look(self) -> int:
        """Erase whose time is over; how many recipients. Raises DBAPIError, OSError."""
        erased, photos = 0, list[str]()
        while not self._stopping.is_set():
            now = self._clock()
            with self._database.write() as connection:
                ids = erasing.over(connection, keep_days=self._keep_days, now=now)
                for id_ in ids:
                    photos += erasing.photos_of(connection, id_)
                    erased += erasing.erase(connection, id_, by=erasing.BY_TIME, now=now)
                erasing.erase_calls(connection, keep_days=self._keep_days, now=now)
            while photos:
                self._photos.erase(photos.pop())
            if len(ids) < erasing.AT_ONCE:
                break
        return erased

    def _run(self) -> None:
        while True:
            try:
                erased = self.look()
                if erased:
                    log.info("recipients-erased", count=erased)
            except (HubError, DBAPIError, OSError) as error:
                log.warning("retention-waits", error=str(error))
            if self._stopping.wait(LOOK_S):
                return
