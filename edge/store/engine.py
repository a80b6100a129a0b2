"""The file under an outbox: its connections, who may use them when, and what happens when it is damaged."""

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from edge.store.errors import OutboxCorruptError, OutboxError, OutboxForeignError, explain
from edge.store.lanes import LaneRow, load
from edge.store.lock import FileLock
from edge.store.retention import set_meta
from edge.store.salvage import SalvageReport, finish_salvage, salvage
from edge.store.schema import base, connect, migrate
from wire.messages import Clock, Lane

CHECKPOINT_PAGES = 8000
"""The log is copied back into the file in the background; a fact does it only if that did not happen for 32 MiB."""
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

    def __init__(self, path: Path, *, device: str, now_ms: int) -> None:
        """Raises OutboxError. A damaged file is salvaged first; `report` then says what was lost."""
        self.path, self.device, self.now_ms = path, device, now_ms
        self.lock = threading.RLock()
        self.read_lock = threading.Lock()
        self.rows: dict[tuple[str, Lane], LaneRow] = {}
        self.ledger: str | None = None
        self.hub_ms = 0
        self.boot = _boot(now_ms)
        self.boots: dict[str, str] = {}
        """The boot in which each stream was minted."""
        self.clocks: dict[str, Clock] = {}
        """The estimate for each boot that ever had contact."""
        self.report: SalvageReport | None = None
        self.generation = 0
        """Rises each time the file is opened: a stream is minted anew in each."""
        self.is_open = False
        self._guard = FileLock(path.with_name(path.name + ".lock"))
        try:
            finish_salvage(path)
            try:
                self._connect()
            except OutboxCorruptError:
                self.report = salvage(path, device=device, now_ms=now_ms)
                self._connect()
        except BaseException:
            self._guard.close()
            raise

    def attempt(self, work: Callable[[], T], doing: str) -> T:
        """Do something with the file; if that shows it to be damaged, salvage it and do it once more.

        Raises OutboxError.
        """
        if not self.is_open:
            with self.lock:  # whoever salvages holds it: a scan that comes meanwhile is kept in the new file
                if not self.is_open:
                    raise OutboxError(f"cannot {doing} the outbox {self.path}: it is closed")
        generation = self.generation
        try:
            return work()
        except sqlite3.Error as error:
            problem = explain(error, self.path, doing)
            if not isinstance(problem, OutboxCorruptError):
                raise problem from error
            self._recover(generation, problem)
        try:
            return work()
        except sqlite3.Error as error:
            raise explain(error, self.path, doing) from error

    def close(self) -> None:
        """Close all connections and give up the file. May be called again."""
        with self.lock, self.read_lock:
            if self.is_open:
                self._disconnect()
            self._guard.close()

    def _recover(self, generation: int, problem: OutboxError) -> None:
        with self.lock, self.read_lock:
            if generation != self.generation or not self.is_open:
                return
            self._disconnect()
            try:
                self.report = salvage(self.path, device=self.device, now_ms=self.now_ms)
                self._connect()
            except OutboxError as error:
                raise error from problem

    def _connect(self) -> None:
        opened: list[sqlite3.Connection] = []
        try:
            opened.append(connect(self.path, synchronous="FULL", checkpoint_pages=CHECKPOINT_PAGES, create=True))
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
        self.generation += 1
        self.is_open = True

    def _load(self, db: sqlite3.Connection) -> None:
        meta = dict(db.execute("SELECT key, value FROM meta").fetchall())
        if meta.setdefault("device", self.device) != self.device:
            raise OutboxForeignError(
                f"the outbox {self.path} belongs to the device {meta['device']}, not to {self.device};"
                " start the agent under that name, or with another data folder"
            )
        set_meta(db, "device", self.device)
        self.ledger = meta.get("ledger")
        self.hub_ms = int(meta.get("hub_ms", "0"))
        self.rows = load(db)
        self.boots = dict(db.execute("SELECT stream, boot FROM streams").fetchall())
        found_clocks = db.execute("SELECT boot, base_ms, error_ms FROM boots").fetchall()
        self.clocks = {boot: Clock(base=base_ms, error=error_ms) for boot, base_ms, error_ms in found_clocks}
        for row in list(self.rows.values())[-NEWEST:]:
            query = f"SELECT max(id) FROM {row.lane.value} WHERE id > ? AND id < ?"  # noqa: S608
            found = db.execute(query, (base(row.no), base(row.no + 1))).fetchone()[0]
            row.last = max(row.last, (found or 0) - base(row.no))

    def _disconnect(self) -> None:
        self.is_open = False
        for db in (self.reader, self.keeper, self.loose, self.facts):
            db.close()


def _boot(now_ms: int) -> str:
    """What tells this boot of the machine from others; where the system does not say, each run counts as one."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return f"run-{now_ms}"
