"""What can go wrong in the hub. Every sentence says what was tried, on what, and what a person can do."""

import sqlite3

DAMAGED = 3
"""Exit code where the database is damaged: trying again does not help."""
REMEDY = (
    "stop the hub and put the latest backup in its place (relay-hub restore FILE); devices send again what it lacks"
)


class HubError(Exception):
    """The hub could not do what it was asked; the message says what and what helps."""


class BrokerError(HubError):
    """The MQTT broker could not be started, reached or told its rules."""


class StoreError(HubError):
    """The database could not be opened, read or written."""


class DamagedError(StoreError):
    """The database's file is damaged: nothing but a restore helps."""


class BackupError(HubError):
    """A backup could not be made or put back."""


class FolderBusyError(HubError):
    """A hub runs on this data folder."""


def says_damaged(error: BaseException) -> bool:
    """Whether an error of SQLite, perhaps wrapped by SQLAlchemy, says that the file is damaged."""
    cause = getattr(error, "orig", None) or error
    code = (getattr(cause, "sqlite_errorcode", None) or 0) & 0xFF
    return isinstance(cause, sqlite3.Error) and code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
