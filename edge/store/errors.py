"""What can go wrong with an outbox."""

import sqlite3

from edge.errors import EdgeError


class OutboxError(EdgeError):
    """The outbox cannot be opened, read or written. Nothing of what was asked for was done."""


class OutboxLockedError(OutboxError):
    """Another agent has this outbox open."""


class OutboxForeignError(OutboxError):
    """The outbox belongs to another device."""


class OutboxFullError(OutboxError):
    """The disk is full, or the item is too large: nothing was stored."""


class OutboxCorruptError(OutboxError):
    """The file is damaged: it has to be salvaged."""


_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_NONSENSE = ("malformed", "Could not decode to UTF-8")
"""The second is what Python's module says of a text that is none; it gives no code."""


def explain(error: sqlite3.Error, path: object, doing: str) -> OutboxError:
    """An OutboxError that says what a person can do about an error of SQLite."""
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    what = f"cannot {doing} the outbox {path}: {error}"
    if code in _DAMAGED or any(word in str(error) for word in _NONSENSE):
        return OutboxCorruptError(f"{what}; it is moved aside and salvaged")
    if code == sqlite3.SQLITE_FULL:
        return OutboxFullError(f"{what}; free some space on this disk")
    if code in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}:
        return OutboxError(f"{what}; check that the disk is writable and who owns the folder")
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return OutboxError(f"{what}; another program is writing to it")
    return OutboxError(f"{what}; check the disk")
