"""Reading an outbox without touching it, also while an agent has it open.

Rows are read in short transactions, a page at a time, so that a long export never holds up the agent's log.
sqlite-utils is imported only when an outbox is looked into: it costs the agent memory that it does not need.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from edge.store.errors import OutboxError, explain
from edge.store.lanes import load
from edge.store.schema import SHIFT
from edge.store.stats import count

if TYPE_CHECKING:
    from sqlite_utils import Database

_PAGE: Final = 2_000
_LANES: Final = ("facts", "telemetry")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One item as it lies in the outbox; `item` is its JSON."""

    lane: str
    stream: str
    seq: int
    pending: bool
    item: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What the outbox holds, as far as it is written down."""

    device: str
    ledger: str | None
    streams: int
    pending_facts: int
    pending_telemetry: int
    kept_facts: int
    accepted_facts: int


class Browser:
    """A read-only view of an outbox; use `browse`."""

    def __init__(self, db: "Database", path: Path) -> None:
        self._db = db
        self._path = path

    def counts(self) -> Counts:
        """Raises OutboxError."""
        with self._reading():
            meta = dict(self._db.execute("SELECT key, value FROM meta"))
            found = count(load(self._db.conn).values(), size=0, ledger=meta.get("ledger"))
        return Counts(
            device=meta.get("device", ""),
            ledger=found.ledger,
            streams=found.streams,
            pending_facts=found.pending_facts,
            pending_telemetry=found.pending_telemetry,
            kept_facts=found.kept_facts,
            accepted_facts=found.accepted_facts,
        )

    def newest(self, lane: str, limit: int) -> list[Kept]:
        """The newest items of a lane, newest first. Raises OutboxError."""
        with self._reading():
            rows = self._db[lane].rows_where(order_by="id DESC", limit=limit)
            return list(self._kept(lane, [(row["id"], row["payload"]) for row in rows]))

    def items(self, *, pending_only: bool = False) -> Iterator[Kept]:
        """Every item, facts first, oldest first. Raises OutboxError."""
        for lane in _LANES:
            after = -1
            while True:
                with self._reading():
                    found = self._db[lane].rows_where("id > ?", [after], order_by="id", limit=_PAGE)
                    rows = [(row["id"], row["payload"]) for row in found]
                    page = list(self._kept(lane, rows))
                if not rows:
                    break
                after = rows[-1][0]
                yield from (kept for kept in page if kept.pending or not pending_only)

    def check(self) -> str:
        """SQLite's own quick check: "ok", or what is damaged. Raises OutboxError."""
        with self._reading():
            return "; ".join(row[0] for row in self._db.execute("PRAGMA quick_check(3)"))

    def _kept(self, lane: str, rows: list[tuple[int, bytes]]) -> Iterator[Kept]:
        if not rows:
            return
        known = self._db.execute(
            "SELECT no, stream, through FROM streams JOIN lanes USING (no) WHERE lane = ?", (lane,)
        ).fetchall()
        streams = {no: (stream, through) for no, stream, through in known}
        for number, payload in rows:
            stream, through = streams[number >> SHIFT]
            seq = number & ((1 << SHIFT) - 1)
            yield Kept(lane=lane, stream=stream, seq=seq, pending=seq > through, item=payload)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise explain(error, self._path, "read") from error


@contextmanager
def browse(path: Path) -> Iterator[Browser]:
    """Open an outbox to read it. Raises OutboxError, also where there is none."""
    if not path.exists():
        raise OutboxError(f"there is no outbox at {path} yet: the agent makes one at its first start")
    try:
        db = open_to_read(path)
    except sqlite3.Error as error:
        raise explain(error, path, "read") from error
    try:
        from sqlite_utils import Database  # noqa: PLC0415 - see above

        yield Browser(Database(db), path)
    finally:
        db.close()


def open_to_read(path: Path) -> sqlite3.Connection:
    """A connection that can only read, also on a read-only disk. Raises sqlite3.Error."""
    uri = f"{path.absolute().as_uri()}?mode=ro"
    db = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=5.0)
    try:
        db.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        db.close()
        # On a read-only disk SQLite cannot make its shared memory; without a log there is nothing to share either.
        if path.with_name(path.name + "-wal").exists():
            raise
        return sqlite3.connect(f"{uri}&immutable=1", uri=True, isolation_level=None)
    except BaseException:
        db.close()
        raise
    return db


def dump(browser: Browser, file: Path, *, pending_only: bool) -> int:
    """Write items into a new file, as JSON lines; how many. Raises OutboxError, also if the file exists."""
    count = 0
    try:
        with file.open("xb") as out:
            for kept in browser.items(pending_only=pending_only):
                head = f'{{"lane":"{kept.lane}","stream":"{kept.stream}","seq":{kept.seq}'
                out.write(f'{head},"pending":{str(kept.pending).lower()},"item":'.encode() + kept.item + b"}\n")
                count += 1
    except FileExistsError as error:
        raise OutboxError(f"{file} exists already: name another file") from error
    except OSError as error:
        raise OutboxError(f"cannot write {file}: {error.strerror}; name a file in a folder you may write") from error
    return count
