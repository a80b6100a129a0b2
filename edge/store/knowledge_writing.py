"""Writing what the hub told into the file where it is kept (edge/store/knowledge.py), by the program that fetches."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from edge.store.knowledge import LAYOUT, Edition, KnowledgeError, connect, is_damage, remove
from wire.errors import DecodeError
from wire.sitedata import Body, Delivery, Parcel, SiteData, Standing, Station, decode_record

PAGE_BYTES: Final = 4096
MOST_PAGES: Final = 256 * 1024 * 1024 // PAGE_BYTES
_NEVER: Final = 99_999_999

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
        """A page of the next difference; how many of its records were not understood.

        Of such a record nothing is known any more: what it said before holds no longer (a PIN, an open delivery).
        Raises KnowledgeError.
        """
        rows, misread = [], 0
        for record in page.records:
            body = None if record.gone else bytes(record.body)
            try:
                known = body is None or decode_record(record.kind, body) is not None
            except DecodeError:
                known, body = True, None
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
            if is_damage(error):
                remove(self._path)
            raise KnowledgeError(f"cannot write {self._path}: {error}; it is tried again by itself") from error
        return done

    def _opened(self) -> sqlite3.Connection:
        for _ in range(2):
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            db = connect(self._path)
            try:
                if _prepare(db, self._device):
                    return db
            except sqlite3.Error as error:
                if not is_damage(error):
                    db.close()
                    raise
            db.close()
            remove(self._path)
        raise KnowledgeError(f"cannot make {self._path}: it is damaged again at once; check the disk")


def _prepare(db: sqlite3.Connection, device: str) -> bool:
    """Make the tables where there are none. Whether the file is of this device and layout. Raises sqlite3.Error."""
    db.execute(f"PRAGMA page_size={PAGE_BYTES}")
    db.execute("PRAGMA journal_mode=WAL").fetchall()
    db.execute("PRAGMA synchronous=NORMAL")
    db.execute("PRAGMA secure_delete=ON").fetchall()  # what goes may name a recipient
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
    """By what else a record is looked for, with its rank.

    A delivery by its units; what stands at the site by its goods, first expired first; a parcel by the last digits of
    a number and by whose it is; a station by its mark.
    """
    match body:
        case Delivery():
            return [(unit, body.expected) for unit in body.units]
        case Standing():
            return [(body.gtin, body.expiry or _NEVER)]
        case Parcel():
            return [(f"{name}:{value}", 0) for name, value in (("last4", body.last4), ("person", body.person)) if value]
        case Station():
            return [(str(body.mark), 0)]
        case _:
            return []
