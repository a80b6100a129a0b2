"""What this device was told of its site: records by kind and key, in a file of their own beside the outbox.

The hub sends differences (edge/sitedata.py), in pages. Pages are put aside as they come, so that a connection that
breaks goes on where it was, and the whole difference takes effect in ONE transaction: nobody ever sees half of it. A
new generation (the hub's database was restored) replaces everything.

    records   kind, key, body: what counts now
    marks     by what else a record is looked for, and its rank among those (see `_marks`)
    staged    what has come of the next difference; no body: the record goes
    state     generation and version of what counts, and of what has come; when the hub was asked last (Unix ms)

Nothing here is the device's own word, so nothing here is worth saving: a file that is damaged, or was written by
another version of the agent, is removed and fetched anew; until then the device knows nothing, and scans are kept all
the same. Its size has a bound; what goes beyond it is not taken in.
"""

import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from edge.errors import EdgeError
from wire.errors import DecodeError
from wire.sitedata import Body, Delivery, SiteData, Standing, decode_record

NAME: Final = "known.db"
LAYOUT: Final = 1
_NEVER: Final = 99_999_999
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
PAGE_BYTES: Final = 4096
MOST_PAGES: Final = 256 * 1024 * 1024 // PAGE_BYTES
CACHE_KIB: Final = 256

_TABLES: Final = f"""
    CREATE TABLE records (kind TEXT NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (kind, key))
        STRICT, WITHOUT ROWID;
    CREATE TABLE marks (kind TEXT NOT NULL, mark TEXT NOT NULL, rank INTEGER NOT NULL, key TEXT NOT NULL,
        PRIMARY KEY (kind, mark, rank, key)) STRICT, WITHOUT ROWID;
    CREATE INDEX marks_of ON marks (kind, key);
    CREATE TABLE staged (kind TEXT NOT NULL, key TEXT NOT NULL, body BLOB, PRIMARY KEY (kind, key))
        STRICT, WITHOUT ROWID;
    CREATE TABLE state (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        generation TEXT NOT NULL,
        version INTEGER NOT NULL CHECK (version >= 0),
        device TEXT NOT NULL,
        coming TEXT NOT NULL DEFAULT '',
        through INTEGER NOT NULL DEFAULT 0 CHECK (through >= 0),
        anew INTEGER NOT NULL DEFAULT 0 CHECK (anew IN (0, 1)),
        asked_ms INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    PRAGMA user_version = {LAYOUT};
"""

T = TypeVar("T")


class KnowledgeError(EdgeError):
    """What the device was told of its site cannot be read or written now."""


@dataclass(frozen=True, slots=True)
class Edition:
    """Which state of the hub's site data this is; generation '' and version 0: none."""

    generation: str
    version: int


class KnowledgeWriter:
    """The file, opened by the program that fetches: made anew where it is missing, damaged or another device's."""

    def __init__(self, path: Path, *, device: str) -> None:
        """Raises KnowledgeError if the disk does not allow it."""
        self._path, self._device = path, device
        try:
            self._db = self._opened()
        except (OSError, sqlite3.Error) as error:
            raise KnowledgeError(f"cannot make {path}: {error}; check the disk's space and rights") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def edition(self) -> Edition:
        """What counts now."""
        return Edition(*self._state("generation, version"))

    def asked_after(self) -> Edition:
        """From where on the hub is asked: after what has come of a difference that is not whole yet, else `edition`."""
        generation, version, coming, through = self._state("generation, version, coming, through")
        return Edition(coming, through) if coming else Edition(generation, version)

    def put_aside(self, page: SiteData) -> int:
        """A page of the next difference; how many of its records were not understood, and are left out.

        Raises KnowledgeError.
        """
        rows, misread = [], 0
        for record in page.records:
            body = None if record.gone else bytes(record.body)
            try:
                known = body is None or decode_record(record.kind, body) is not None
            except DecodeError:
                known = False
                misread += 1
            if known:
                rows.append((record.kind, record.key, body))

        def write(db: sqlite3.Connection) -> None:
            if page.reset:
                db.execute("DELETE FROM staged")
                db.execute("UPDATE state SET anew = 1")
            db.executemany("INSERT OR REPLACE INTO staged VALUES (?, ?, ?)", rows)
            db.execute("UPDATE state SET coming = ?, through = ?", (page.generation, page.version))

        self._written(write)
        return misread

    def take_over(self, now_ms: int) -> int:
        """The difference is whole: it counts from now on, all of it at once. How many records it changed.

        Raises KnowledgeError.
        """

        def write(db: sqlite3.Connection) -> int:
            if self._state("anew")[0]:
                db.execute("DELETE FROM records")
                db.execute("DELETE FROM marks")
            changed = 0
            for kind, key, body in db.execute("SELECT kind, key, body FROM staged"):
                _replace(db, kind, key, body)
                changed += 1
            db.execute("DELETE FROM staged")
            db.execute("UPDATE state SET generation = coming, version = through, anew = 0 WHERE coming <> ''")
            db.execute("UPDATE state SET coming = '', through = 0, asked_ms = ?", (now_ms,))
            return changed

        changed = self._written(write)
        with suppress(sqlite3.Error):  # only room: the log is cut when nobody looks into it
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return changed

    def _state(self, columns: str) -> Any:
        return self._db.execute(f"SELECT {columns} FROM state").fetchone()  # noqa: S608

    def _written(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            done = work(self._db)
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            with suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")
            if _is_damage(error):
                remove(self._path)
            raise KnowledgeError(f"cannot write {self._path}: {error}; it is tried again by itself") from error
        return done

    def _opened(self) -> sqlite3.Connection:
        for _ in range(2):
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            db = _connect(self._path)
            try:
                if _prepare(db, self._device):
                    return db
            except sqlite3.Error as error:
                if not _is_damage(error):
                    db.close()
                    raise
            db.close()
            remove(self._path)
        raise KnowledgeError(f"cannot make {self._path}: it is damaged again at once; check the disk")


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
            self._db = db = _connect(self._path)
            db.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
            db.execute("PRAGMA query_only=ON")
            if db.execute("PRAGMA user_version").fetchone()[0] != LAYOUT:
                self.close()
                return
            generation, version, self.asked_ms = db.execute(
                "SELECT generation, version, asked_ms FROM state"
            ).fetchone()
            self._edition = Edition(generation, version)
        except sqlite3.Error as error:
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
        """A damaged file goes: the next fetch makes it anew."""
        self.close()
        if _is_damage(error):
            remove(self._path)


def remove(path: Path) -> None:
    """The file and what SQLite keeps beside it. Never raises."""
    for file in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        with suppress(OSError):
            file.unlink(missing_ok=True)


def _connect(path: Path) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode=rw"
    return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=5.0)


def _prepare(db: sqlite3.Connection, device: str) -> bool:
    """Make the tables where there are none. Whether the file is of this device and layout. Raises sqlite3.Error."""
    db.execute(f"PRAGMA page_size={PAGE_BYTES}")
    db.execute("PRAGMA journal_mode=WAL").fetchall()
    db.execute("PRAGMA synchronous=NORMAL")
    db.execute(f"PRAGMA max_page_count={MOST_PAGES}").fetchall()
    layout = db.execute("PRAGMA user_version").fetchone()[0]
    if layout == 0:
        db.executescript(f"BEGIN IMMEDIATE;{_TABLES}")
        db.execute("INSERT INTO state (one, generation, version, device) VALUES (1, '', 0, ?)", (device,))
        db.execute("COMMIT")
        return True
    return bool(layout == LAYOUT and db.execute("SELECT device FROM state").fetchone() == (device,))


def _replace(db: sqlite3.Connection, kind: str, key: str, body: bytes | None) -> None:
    db.execute("DELETE FROM marks WHERE kind = ? AND key = ?", (kind, key))
    if body is None:
        db.execute("DELETE FROM records WHERE kind = ? AND key = ?", (kind, key))
        return
    db.execute("INSERT OR REPLACE INTO records VALUES (?, ?, ?)", (kind, key, body))
    marks = [(kind, mark, rank, key) for mark, rank in _marks(decode_record(kind, body))]
    db.executemany("INSERT OR IGNORE INTO marks VALUES (?, ?, ?, ?)", marks)


def _marks(body: Body | None) -> list[tuple[str, int]]:
    """A delivery is looked for by its units; what stands at the site by its goods, first expired first."""
    match body:
        case Delivery():
            return [(unit, body.expected) for unit in body.units]
        case Standing():
            return [(body.gtin, body.expiry or _NEVER)]
        case _:
            return []


def _is_damage(error: sqlite3.Error) -> bool:
    """A damaged file, or a table that is not ours; not a full or busy disk."""
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    return code in _DAMAGE
