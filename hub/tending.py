"""A thread that looks after something again and again: what could not be done now is said, and tried the next time."""

import threading
from abc import ABC, abstractmethod
from typing import ClassVar

import structlog
from sqlalchemy.exc import DBAPIError

from hub.errors import HubError

STOP_S = 30.0
"""So long a thread that is told to end is waited for."""


class Tending(ABC):
    """Its thread; whoever has one says what is done each time."""

    name: ClassVar[str]
    every_s: ClassVar[float]
    """Seconds between two times."""
    first_s: ClassVar[float | None] = None
    """Seconds before the first time; None: as many."""
    troubles: ClassVar[tuple[type[Exception], ...]] = (HubError, DBAPIError)
    """What may pass by itself; of anything else the thread dies, which the hub notices."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, after what is being done. Idempotent."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(timeout=STOP_S)

    @abstractmethod
    def look(self) -> int:
        """Do what is due; how much was done. Raises what is in `troubles`."""

    def _run(self) -> None:
        log = structlog.get_logger(self.name)
        waits = f"{self.name}-waits"
        wait_s = self.every_s if self.first_s is None else self.first_s
        while not self._stopping.wait(wait_s):
            wait_s = self.every_s
            try:
                self.look()
            except self.troubles as error:
                log.warning(waits, error=str(error))
