"""A hub that nobody can sign in to yet: whoever starts it is given one link, which makes the first administrator.

The link is made anew with each start and kept in memory alone. It opens nothing from the moment on when there is a
user, however made: a hub that has people never lets in one more that nobody invited.
"""

import secrets

from hub.store import people
from hub.store.database import Database
from hub.store.users import digest

PREFIX = "first-"
"""What its codes begin with, so that the page can tell them from those of invitations."""


class FirstRun:
    """One start of a hub."""

    def __init__(self, database: Database) -> None:
        self._database = database
        code = PREFIX + secrets.token_urlsafe(24)
        self._digest = digest(code)
        self.path = f"/welcome#{code}" if self.open else ""
        """Where the hub's page takes the code, a fragment, which is never sent; '' where there is a user already."""

    @property
    def open(self) -> bool:
        """Whether the first administrator is still to come. Raises DBAPIError."""
        with self._database.read() as connection:
            return not people.exist(connection)

    def fits(self, code: str) -> bool:
        """Whether this is the link's code, and the hub still has nobody. Raises DBAPIError."""
        return secrets.compare_digest(self._digest, digest(code)) and bool(self.path) and self.open
