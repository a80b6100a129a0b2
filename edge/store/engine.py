"""The file under an outbox: its connections, who may use them when, and what happens when it is damaged."""

import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from edge.store.errors import OutboxCorruptError, OutboxError, OutboxForeignError, explain
from edge.store.extent import log_path, log_share
from edge.store.faults import Faults
from edge.store.lanes import LaneRow, load
from edge.store.lock import FileLock
from edge.store.retention import set_meta
from edge.store.salvage import SalvageReport, finish_salvage, salvage
from edge.store.schema import LOG_KEPT_BYTES, PAGE_BYTES, base, connect, migrate
from edge.store.times import BootTimes
from edge.version import BUILT_MS
from wire.messages import Lane

MEND_EVERY_S = 2.0
NEWEST = 6

T = TypeVar("T")


class Engine:
    """An open outbox file.

    `lock` is held to write: by `facts`, whose commits are durable, or `loose`, whose commits do not wait for the
    disk. `read_lock` is held to use `reader`, which never waits for a writer. Lock first, then read_lock.
    """

    facts: sqlite3.Connection
    loose: sqlite3.Connection
    reader: sqlite3.Connection
    keeper: sqlite3.Connection

    def __init__(self, path: Path, *, device: str, now_ms: int, boot: str | None = None) -> None:
        """Raises OutboxError. A damaged file is salvaged first; `report` then says what was lost."""
        self.path, self.device, self.now_ms = path, device, now_ms
        self.lock = threading.RLock()
        self.read_lock = threading.Lock()
        self.rows: dict[tuple[str, Lane], LaneRow] = {}
        self.ledger: str | None = None
        self.hub_ms = 0
        self.boot = _boot(now_ms) if boot is None else boot
        self.times = BootTimes(self.boot, BUILT_MS)
        self.report: SalvageReport | None = None
        self.limit_bytes = 1 << 30
        self.page_bytes = PAGE_BYTES
        self.appends = 0
        """How many times something was appended: to see whether anybody is at work."""
        self.generation = 0
        """Rises each time the file is opened: a stream is minted anew in each."""
        self.is_open = False
        self.faults = Faults()
        self._damaged = False
        self._given_up = False
        self._mend_at = 0.0
        self._broken = ""
        self._guard = FileLock(path.with_name(path.name + ".lock"))
        try:
            self._open()
        except BaseException:
            self._guard.close()
            raise

    def attempt(self, work: Callable[[], T], doing: str) -> T:
        """Do something with the file; if that shows it to be damaged, salvage it and do it once more.

        Where it cannot be salvaged, as on a full disk, later attempts try that again. Raises OutboxError.
        """
        self._await_open(doing)
        generation = self.generation
        try:
            done = work()
        except sqlite3.Error as error:
            problem = self.faults.found(error, explain(error, self.path, doing), doing)
            if not isinstance(problem, OutboxCorruptError):
                raise problem from error
            self._recover(generation, problem)
        except OSError as error:  # the disk could not even be measured
            raise self._unmeasured(error, doing) from error
        else:
            self.faults.went_well(doing)
            return done
        try:
            return work()
        except sqlite3.Error as error:
            raise explain(error, self.path, doing) from error
        except OSError as error:
            raise self._unmeasured(error, doing) from error

    def _unmeasured(self, error: OSError, doing: str) -> OutboxError:
        return OutboxError(f"cannot {doing} the outbox {self.path}: {error.strerror or error}; check the disk")

    def limit(self, limit_bytes: int) -> None:
        """Keep the log within its share of this limit: whoever writes copies it back, if nobody did in time."""
        with self.lock:
            self.limit_bytes = limit_bytes
            if self.is_open:
                self._limit_log()

    def close(self) -> None:
        """Close all connections and give up the file. May be called again."""
        with self.lock, self.read_lock:
            self._given_up = True
            if self.is_open:
                self._disconnect()
            self._guard.close()

    def assure(self) -> None:
        """Before a fact is kept: nothing behind which it is written can get lost. Raises sqlite3.Error."""
        if self.faults.unsure:
            with self.lock, self.read_lock:
                self.faults.assure(self.facts)

    def _await_open(self, doing: str) -> None:
        """Whoever salvages holds the lock: a scan that comes meanwhile is kept in the new file."""
        if self.is_open:
            return
        with self.lock, self.read_lock:
            if self._given_up:
                raise OutboxError(f"cannot {doing} the outbox {self.path}: it is closed")
            if not self.is_open:
                self._mend()

    def _recover(self, generation: int, problem: OutboxError) -> None:
        with self.lock, self.read_lock:
            if generation != self.generation or self._given_up:
                return
            if self.is_open:
                self._disconnect()
                self._damaged = True
                self._mend_at = 0.0
            try:
                self._mend()
            except OutboxError as error:
                raise error from problem

    def _mend(self) -> None:
        """Salvage and open, now and then until it succeeds. Raises OutboxError."""
        if time.monotonic() < self._mend_at:
            raise OutboxError(self._broken)
        try:
            self._open()
        except OutboxError as error:
            self._mend_at = time.monotonic() + MEND_EVERY_S
            self._broken = f"{error}; nothing can be stored until then, it is tried again by itself"
            raise OutboxError(self._broken) from error

    def _open(self) -> None:
        """Open the file; if it is known or found to be damaged, salvage it first."""
        self._salvaged(finish_salvage(self.path))
        if self._damaged:
            self._salvaged(salvage(self.path, device=self.device, now_ms=self.now_ms))
        try:
            self._connect()
        except OutboxCorruptError:
            self._damaged = True
            self._salvaged(salvage(self.path, device=self.device, now_ms=self.now_ms))
            self._connect()

    def _salvaged(self, report: SalvageReport | None) -> None:
        if report is not None:
            self.report, self._damaged = report, False

    def _connect(self) -> None:
        opened: list[sqlite3.Connection] = []
        left_behind = _has_log(self.path)
        try:
            opened.append(connect(self.path, synchronous="FULL", create=True))
            migrate(opened[0], self.path)
            self._load(opened[0])
            opened.extend(connect(self.path, synchronous="NORMAL") for _ in range(3))
        except BaseException as error:
            for db in opened:
                db.close()
            if isinstance(error, sqlite3.Error):
                raise explain(error, self.path, "open") from error
            raise
        self.facts, self.loose, self.reader, self.keeper = opened
        self.reader.text_factory = bytes
        self.keeper.execute("PRAGMA busy_timeout=0").fetchall()  # what it cannot do now, it does in the next round
        self.page_bytes = self.facts.execute("PRAGMA page_size").fetchone()[0]
        self._limit_log()
        self.faults.forget(unsure=left_behind)
        self.generation += 1
        self.is_open = True

    def _limit_log(self) -> None:
        share = log_share(self.limit_bytes)
        for db in (self.facts, self.loose):
            pages = share // 2 // self.page_bytes  # half: one transaction may come on top
            db.execute(f"PRAGMA wal_autocheckpoint={pages}").fetchall()
            db.execute(f"PRAGMA journal_size_limit={min(LOG_KEPT_BYTES, share)}").fetchall()

    def _load(self, db: sqlite3.Connection) -> None:
        """SQLite finds pages that make no sense; values that make none are found here."""
        try:
            self._take_in(db)
        except (ValueError, KeyError, TypeError) as error:
            raise sqlite3.DatabaseError(f"malformed: a table holds what was never written ({error})") from error

    def _take_in(self, db: sqlite3.Connection) -> None:
        known = dict(db.execute("SELECT key, value FROM meta").fetchall())
        meta = {"device": self.device, **known}
        if meta["device"] != self.device:
            raise OutboxForeignError(
                f"the outbox {self.path} belongs to the device {meta['device']}, not to {self.device};"
                " start the agent under that name, or with another data folder"
            )
        if "device" not in known:
            set_meta(db, "device", self.device)
        self.ledger = meta.get("ledger")
        self.hub_ms = int(meta.get("hub_ms", "0"))
        self.rows = load(db)
        self.times.load(db)
        for row in list(self.rows.values())[-NEWEST:]:
            query = f"SELECT max(id) FROM {row.lane.value} WHERE id > ? AND id < ?"  # noqa: S608
            found = db.execute(query, (base(row.no), base(row.no + 1))).fetchone()[0]
            row.last = max(row.last, (found or 0) - base(row.no))

    def _disconnect(self) -> None:
        self.is_open = False
        for db in (self.reader, self.keeper, self.loose, self.facts):
            db.close()


def _has_log(path: Path) -> bool:
    """Whether an earlier process left a log, which may have holes; see edge/store/faults.py."""
    try:
        return log_path(path).stat().st_size > 0
    except OSError:
        return False


def _boot(now_ms: int) -> str:
    """What tells this boot of the machine from others; where the system does not say, each run counts as one."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return f"run-{now_ms}"
