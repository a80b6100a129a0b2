"""What this device was told of its site: records by kind and key, in a file of their own beside the outbox.

The hub sends differences (edge/sitedata.py), in pages. Pages are put aside as they come, so that a connection that
breaks goes on where it was, and the whole difference takes effect in ONE transaction (edge/store/knowledge_writing.py):
nobody ever sees half of it. A new generation (the hub's database was restored) replaces everything.

    records   kind, key, body: what counts now
    marks     by what else a record is looked for, and its rank among those (which the writer gives it)
    staged    what has come of the next difference; no body: the record goes
    state     generation and version of what counts, and of what has come; when the hub was asked last (Unix ms)

Nothing here is the device's own word, so nothing here is worth saving: a file that is damaged, or was written by
another version of the agent, is removed and fetched anew; until then the device knows nothing, and scans are kept all
the same. Its size has a bound; what goes beyond it is not taken in.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from edge.errors import EdgeError

NAME: Final = "known.db"
LAYOUT: Final = 3
"""Another one for every new kind of records too: an earlier agent passed them over, and they do not come again."""
_DAMAGE: Final = frozenset(
    {
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_ERROR,
        sqlite3.SQLITE_CONSTRAINT,
        sqlite3.SQLITE_FORMAT,
    }
)
"""SQLITE_ERROR: a table is missing."""
CACHE_KIB: Final = 256


class KnowledgeError(EdgeError):
    """What the device was told of its site cannot be read or written now."""


@dataclass(frozen=True, slots=True)
class Edition:
    """Which state of the hub's site data this is; generation '' and version 0: none."""

    generation: str
    version: int


class KnowledgeFile:
    """The same file, read by the agent. One thread at a time. Where it cannot be read, nothing is known."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._db: sqlite3.Connection | None = None
        self._edition = Edition("", 0)
        self.asked_ms = 0
        """When the hub was asked last, Unix ms by this device's clock."""
        self.renew()

    @property
    def edition(self) -> Edition:
        """What counts now."""
        return self._edition

    def renew(self) -> None:
        """Something may have been fetched: open it anew."""
        self.close()
        if not self._path.exists():
            return
        try:
            self._db = db = connect(self._path)
            db.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
            db.execute("PRAGMA query_only=ON")
            if db.execute("PRAGMA user_version").fetchone()[0] != LAYOUT:
                self.close()
                return
            for generation, version, asked_ms in db.execute("SELECT generation, version, asked_ms FROM state"):
                self._edition, self.asked_ms = Edition(generation, version), asked_ms
        except sqlite3.Error as error:
            self.close()
            self._failed(error)

    def body(self, kind: str, key: str) -> bytes | None:
        """A record's body."""
        rows = self._rows("SELECT body FROM records WHERE kind = ? AND key = ?", kind, key)
        return rows[0][0] if rows else None

    def marked(self, kind: str, mark: str, most: int) -> list[bytes]:
        """The bodies of the records that bear a mark, in the order of their ranks."""
        query = (
            "SELECT body FROM marks JOIN records USING (kind, key) WHERE marks.kind = ? AND mark = ?"
            " ORDER BY rank, key LIMIT ?"
        )
        return [row[0] for row in self._rows(query, kind, mark, most)]

    def of_kind(self, kind: str, most: int) -> list[bytes]:
        """The bodies of the records of a kind, by their keys."""
        query = "SELECT body FROM records WHERE kind = ? ORDER BY key LIMIT ?"
        return [row[0] for row in self._rows(query, kind, most)]

    def close(self) -> None:
        """May be called again; `renew` opens it."""
        db, self._db = self._db, None
        self._edition = Edition("", 0)
        if db is not None:
            db.close()

    def _rows(self, query: str, *values: object) -> Sequence[tuple[Any, ...]]:
        if self._db is None:
            return ()
        try:
            return self._db.execute(query, values).fetchall()
        except sqlite3.Error as error:
            self._failed(error)
            return ()

    def _failed(self, error: sqlite3.Error) -> None:
        """A damaged file goes: it is fetched anew. Whatever else fails may go well the next time."""
        if is_damage(error):
            self.close()
            remove(self._path)


def remove(path: Path) -> None:
    """The file and what SQLite keeps beside it. Never raises."""
    for file in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        with suppress(OSError):
            file.unlink(missing_ok=True)


def connect(path: Path) -> sqlite3.Connection:
    """To a file that is there. Raises sqlite3.Error."""
    uri = f"{path.absolute().as_uri()}?mode=rw"
    return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=5.0)


def is_damage(error: sqlite3.Error) -> bool:
    """A damaged file, or a table that is not ours; not a full or busy disk."""
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    return code in _DAMAGE
