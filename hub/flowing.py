"""Reckons what came to sites and what left them, a few seconds behind ingest (hub.store.flows).

One thread. It works for a tenth of the time at most, so that a backlog that comes in is not slowed down: flows are then
shown later, not wrongly. It only catches up with what ingest noted as due; what it has not done yet stays noted.
"""

import threading
from typing import Final

from hub.store import flows
from hub.store.database import Database
from hub.tending import Tending

LOOK_S: Final = 5.0
GOES: Final = 4
"""Transactions each time."""


class Flowing(Tending):
    """Its thread, and what it does each time."""

    name = "flowing"
    every_s = LOOK_S

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database
        self._lock = threading.Lock()

    def look(self) -> int:
        """Reckon what is due; how many lots that were. Any thread may ask. Raises DBAPIError."""
        with self._lock:
            return flows.reckon(self._database, most=GOES)
