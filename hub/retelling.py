"""Parcels, consignments and requests told again from the beginning of the journal, for whoever makes all anew.

What people decided stays. Facts are forgotten and followed again, and then everything is restated, also that of which
no fact tells. Nobody is notified and no code is made: that was done when it happened.
"""

from collections.abc import Callable
from typing import Final

from hub.follower import Follower
from hub.store import lives
from hub.store.database import Database

_FORGET: Final = (
    "DELETE FROM life_event WHERE lane_id IS NOT NULL",
    "DELETE FROM journey",
    "DELETE FROM consignment_unit",
    "DELETE FROM custody_unit",
    "DELETE FROM custody",
    "DELETE FROM meta WHERE key = 'follower'",
)


class Retelling:
    """As hub.ingest.rebuild wants it."""

    def __init__(self, clock: Callable[[], int]) -> None:
        """`clock` tells Unix ms."""
        self._clock = clock

    def follow(self, database: Database) -> None:
        """Follow what is in the journal and was not followed yet. Raises DBAPIError."""
        Follower(database, None, self._clock, changed=_nobody).look()

    def retell(self, database: Database) -> None:
        """Forget all that was followed, and follow it again from the beginning. Raises DBAPIError."""
        with database.write() as connection:
            for query in _FORGET:
                connection.exec_driver_sql(query)
        self.follow(database)
        with database.write() as connection:
            touched = lives.Touched(
                parcels=set(connection.exec_driver_sql("SELECT id FROM parcel").scalars()),
                consignments=set(connection.exec_driver_sql("SELECT seq FROM consignment").scalars()),
                requests=set(connection.exec_driver_sql("SELECT seq FROM request").scalars()),
            )
            lives.restate(connection, touched, self._clock())


def _nobody() -> None:
    """Nobody watches."""
