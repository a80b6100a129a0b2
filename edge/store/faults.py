"""What the disk's errors say about an outbox: whether its file is damaged, and whether its log can be trusted.

Three things are not what they seem:

- After a sync that failed, the system believes that what it could not write is written: a later sync says yes and
  writes nothing of it (https://wiki.postgresql.org/wiki/Fsync_Errors). A fact appended behind such a hole in the log
  would be gone after a power cut, with the yes that a person was given. So the log is copied into the file and begun
  anew before the next fact is kept. A log that an earlier process left may have such a hole, too.
- A constraint that fails says that tables do not fit each other, as where a page looks like an empty one. The file is
  salvaged then, but once in a run: should it be a mistake of the program's own, a second time would not help.
- A page that cannot be read may be readable a moment later, or never again. Only when the same work fails for a while,
  again and again, is the file taken for damaged.
"""

import sqlite3
import time
from typing import Final

from edge.store.errors import OutboxCorruptError, OutboxError

UNREADABLE_TIMES: Final = 5
UNREADABLE_S: Final = 10.0

_UNWRITTEN: Final = frozenset(
    {sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_DIR_FSYNC, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR}
)
_UNREAD: Final = frozenset({sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ, sqlite3.SQLITE_IOERR_CORRUPTFS})


def of_the_disk(error: Exception) -> bool:
    """Whether the disk did not do what it was asked, which says nothing of what is on it."""
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    return code in {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL}


class Faults:
    """The errors of one open outbox; used by several threads, of which none needs to see another's at once."""

    def __init__(self) -> None:
        self.unsure = False
        """Whether the log must be begun anew before a fact can be kept for certain."""
        self._unread: dict[str, tuple[int, float]] = {}
        self._contradicted = False

    def found(self, error: sqlite3.Error, problem: OutboxError, doing: str) -> OutboxError:
        """What an error comes to: an OutboxCorruptError if the file has to be salvaged."""
        code = getattr(error, "sqlite_errorcode", 0) or 0
        if code in _UNWRITTEN:
            self.unsure = True
        if code & 0xFF == sqlite3.SQLITE_CONSTRAINT and not self._contradicted:
            self._contradicted = True
            return OutboxCorruptError(f"{problem}; its tables contradict each other, what can be read is saved")
        if code in _UNREAD:
            times, since = self._unread.get(doing, (0, time.monotonic()))
            self._unread[doing] = (times + 1, since)
            if times + 1 >= UNREADABLE_TIMES and time.monotonic() - since >= UNREADABLE_S:
                return OutboxCorruptError(f"{problem}; what can be read is saved")
        return problem

    def went_well(self, doing: str) -> None:
        """Work of this kind succeeded."""
        if self._unread:
            self._unread.pop(doing, None)

    def forget(self, *, unsure: bool) -> None:
        """The file was opened anew."""
        self._unread.clear()
        self.unsure = unsure

    def assure(self, db: sqlite3.Connection) -> None:
        """Have everything in the file itself, durably, and the log begun anew. Raises sqlite3.Error: not yet so."""
        busy = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            raise sqlite3.OperationalError("its log is in use")
        self.unsure = False
