"""What leaves an outbox, and when.

Confirmed telemetry goes at once, confirmed facts after some days of the hub's time and, when space runs out,
confirmed facts first, then telemetry that was never sent, thinned out.

Every transaction here is short, so that a fact never waits long for one.
"""

import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from threading import RLock

from edge.store.lanes import LaneRow
from edge.store.schema import PAGE_BYTES, base, transaction
from wire.messages import Clock, Lane

HOUR_MS = 3_600_000
ROWS_AT_ONCE = 2000
MOST_ROWS = 50_000
"""So that the log, which is copied back between two rounds, stays small, and nobody waits long for housekeeping."""
RESERVE_BYTES = 32 << 20
VACUUM_PAGES = 500
LOG_BYTES = 4 << 20


def drop(lock: RLock, db: sqlite3.Connection, row: LaneRow, through: int) -> None:
    """Delete the items of a lane up to `through`, some at a time; of very many only the first, the rest next time."""
    start, target = base(row.no), min(through, row.last, row.gone + MOST_ROWS)
    while row.gone < target:
        with lock, transaction(db):
            step = min(target, row.gone + ROWS_AT_ONCE)
            deleted = db.execute(
                f"DELETE FROM {row.lane.value} WHERE id > ? AND id <= ?",  # noqa: S608
                (start + row.gone, start + step),
            ).rowcount
            db.execute(
                "UPDATE lanes SET gone = ?, kept = ?, through = ? WHERE no = ? AND lane = ?",
                (step, kept := _kept(row, deleted, step), row.through, row.no, row.lane.value),
            )
            db.execute("COMMIT")
            row.gone, row.kept = step, kept


def _kept(row: LaneRow, deleted: int, gone: int) -> int:
    """How many are left; never more than there can be, should rows have got lost without a trace."""
    return max(0, min(row.kept - deleted, row.last - gone))


def record(db: sqlite3.Connection, rows: Iterable[LaneRow], hub_ms: int) -> None:
    """Write down how far the hub is, and in which hour of its own time it said so."""
    with transaction(db):
        for row in rows:
            db.execute("UPDATE lanes SET through = ? WHERE no = ? AND lane = ?", (row.through, row.no, row.lane.value))
            if row.lane is Lane.FACTS:
                db.execute("DELETE FROM receipts WHERE no = ? AND through > ?", (row.no, row.through))
                db.execute(
                    "INSERT INTO receipts VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET through = excluded.through",
                    (row.no, hub_ms // HOUR_MS, row.through),
                )
        set_meta(db, "hub_ms", str(hub_ms))
        db.execute("COMMIT")


def expire(lock: RLock, db: sqlite3.Connection, rows: Iterable[LaneRow], hub_ms: int, keep_days: int) -> None:
    """Delete the facts that the hub confirmed more than `keep_days` of its own time ago."""
    hour = (hub_ms - keep_days * 24 * HOUR_MS) // HOUR_MS
    with lock:
        found = db.execute("SELECT no, max(through) FROM receipts WHERE hour < ? GROUP BY no", (hour,)).fetchall()
    if not found:
        return
    facts = {row.no: row for row in rows if row.lane is Lane.FACTS}
    for no, through in found:
        row, target = facts[no], min(through, facts[no].through, facts[no].last)
        drop(lock, db, row, target)
        if row.gone >= target:
            with lock:
                db.execute("DELETE FROM receipts WHERE no = ? AND hour < ?", (no, hour))


def tidy_telemetry(lock: RLock, db: sqlite3.Connection, rows: Iterable[LaneRow]) -> None:
    """Delete confirmed telemetry that was too much to be deleted at once."""
    for row in rows:
        if row.lane is Lane.TELEMETRY and row.kept and row.gone < row.through:
            drop(lock, db, row, row.through)


def make_room(lock: RLock, db: sqlite3.Connection, rows: list[LaneRow], path: Path, limit_bytes: int) -> None:
    """Where the outbox is too large or the disk nearly full: confirmed facts go first, then telemetry is thinned."""
    for _ in range(20):
        pages, free = _pages(lock, db)
        disk = os.statvfs(path.parent)
        left = disk.f_bavail * disk.f_frsize + free * PAGE_BYTES
        if (pages - free) * PAGE_BYTES <= limit_bytes and left >= RESERVE_BYTES:
            break
        confirmed = [r for r in rows if r.lane is Lane.FACTS and r.gone < min(r.through, r.last)]
        if confirmed:
            drop(lock, db, confirmed[0], min(confirmed[0].through, confirmed[0].gone + 5 * ROWS_AT_ONCE))
        elif not any(thin(lock, db, row) for row in rows if row.lane is Lane.TELEMETRY):
            break
    pages, free = _pages(lock, db)
    if free > 4096 and free * 4 > pages:
        with lock:
            db.execute(f"PRAGMA incremental_vacuum({VACUUM_PAGES})").fetchall()


def thin(lock: RLock, db: sqlite3.Connection, row: LaneRow) -> int:
    """Delete every second of the oldest items that were never sent; how many."""
    start = base(row.no)
    with lock, transaction(db):
        found = db.execute(
            "SELECT id FROM telemetry WHERE id > ? AND id <= ? ORDER BY id LIMIT ?",
            (start + max(row.sent, row.gone, row.through), start + row.last, ROWS_AT_ONCE),
        ).fetchall()
        victims = found[::2] if len(found) > 1 else []
        db.executemany("DELETE FROM telemetry WHERE id = ?", victims)
        db.execute(
            "UPDATE lanes SET kept = ?, thinned = thinned + ? WHERE no = ? AND lane = 'telemetry'",
            (kept := _kept(row, len(victims), row.gone), len(victims), row.no),
        )
        db.execute("COMMIT")
        row.kept = kept
        row.thinned += len(victims)
    return len(victims)


def checkpoint(db: sqlite3.Connection, path: Path) -> None:
    """Copy the log into the file, without holding anybody up."""
    try:
        if log_path(path).stat().st_size < LOG_BYTES:
            return
    except OSError:
        return
    db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()


def set_meta(db: sqlite3.Connection, key: str, value: str) -> None:
    db.execute("INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", (key, value))


def set_clock(db: sqlite3.Connection, boot: str, clock: Clock) -> None:
    db.execute(
        "INSERT INTO boots VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET base_ms = excluded.base_ms, error_ms = excluded.error_ms",
        (boot, clock.base, clock.error),
    )


def forget_receipts(db: sqlite3.Connection, ledger: str | None) -> None:
    """Nothing counts as confirmed any more; belong to another ledger, or to none yet."""
    with transaction(db):
        db.execute("UPDATE lanes SET through = 0")
        db.execute("DELETE FROM receipts")
        db.execute("DELETE FROM meta WHERE key = 'ledger'")
        if ledger is not None:
            set_meta(db, "ledger", ledger)
        db.execute("COMMIT")


def log_path(path: Path) -> Path:
    """SQLite's write-ahead log beside a file."""
    return path.with_name(path.name + "-wal")


def file_bytes(path: Path) -> int:
    """What the outbox takes on the disk, with its log."""
    total = 0
    for file in (path, log_path(path)):
        try:
            total += file.stat().st_size
        except OSError:
            continue
    return total


def _pages(lock: RLock, db: sqlite3.Connection) -> tuple[int, int]:
    with lock:  # a read that is under way on this connection would make another thread's write on it fail
        return tuple(db.execute(f"PRAGMA {name}").fetchall()[0][0] for name in ("page_count", "freelist_count"))
