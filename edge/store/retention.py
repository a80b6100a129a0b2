"""What leaves an outbox because the hub has it: confirmed telemetry soon, facts after some days of the hub's time.

What leaves it because space runs out: edge/store/room.py. Every transaction here is short, so that a fact never
waits long for one.
"""

import sqlite3
from collections.abc import Collection, Iterable
from threading import RLock

from edge.store.holes import lowered
from edge.store.lanes import LaneRow, note, noted
from edge.store.schema import base, transaction
from wire.messages import Lane

HOUR_MS = 3_600_000
DOUBT = "serials_doubt"
"""In `meta`: how far ranges of numbers were used is not certain, and the range that the hub shows next may be such."""
ROWS_AT_ONCE = 2000
BYTES_AT_ONCE = 256 << 10
MOST_ROWS = 50_000
"""So that the log, which is copied back between two rounds, stays small, and nobody waits long for housekeeping."""


def drop(lock: RLock, db: sqlite3.Connection, row: LaneRow, through: int) -> None:
    """Delete the items of a lane up to `through`, some at a time; of very many only the first, the rest next time."""
    start, target = base(row.no), min(through, row.last, row.gone + MOST_ROWS)
    while row.gone < (target := min(target, row.through)):
        with lock, transaction(db):
            step = _portion(db, row, target)
            deleted = db.execute(
                f"DELETE FROM {row.lane.value} WHERE id > ? AND id <= ?",  # noqa: S608
                (start + row.gone, start + step),
            ).rowcount
            db.execute(
                "UPDATE lanes SET gone = ?, kept = ?, through = ? WHERE no = ? AND lane = ?",
                (step, kept := left(row, deleted, step), row.through, row.no, row.lane.value),
            )
            db.execute("COMMIT")
            row.gone, row.kept = step, kept


def _portion(db: sqlite3.Connection, row: LaneRow, target: int) -> int:
    """Up to where to delete at once: the log has to take every page that changes."""
    start = base(row.no)
    query = f"SELECT id, length(payload) FROM {row.lane.value} WHERE id > ? AND id <= ? ORDER BY id LIMIT ?"  # noqa: S608
    size = 0
    rows = db.execute(query, (start + row.gone, start + target, ROWS_AT_ONCE)).fetchall()
    for number, length in rows:
        size += length
        if size > BYTES_AT_ONCE:
            return int(number - start)
    return int(rows[-1][0] - start) if len(rows) == ROWS_AT_ONCE else target


def left(row: LaneRow, deleted: int, gone: int) -> int:
    """How many are left; never more than there can be, should rows have got lost without a trace."""
    return max(0, min(row.kept - deleted, row.last - gone))


def record(db: sqlite3.Connection, rows: Collection[LaneRow], hub_ms: int) -> None:
    """Write down how far the hub is, and in which hour of its own time it said so."""
    with transaction(db):
        for row in rows:
            note(db, row, row.holes)
            db.execute("UPDATE lanes SET through = ? WHERE no = ? AND lane = ?", (row.through, row.no, row.lane.value))
            if row.lane is Lane.FACTS:
                db.execute("DELETE FROM receipts WHERE no = ? AND through > ?", (row.no, row.through))
                db.execute(
                    "INSERT INTO receipts VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET through = excluded.through",
                    (row.no, hub_ms // HOUR_MS, row.through),
                )
        set_meta(db, "hub_ms", str(hub_ms))
        db.execute("COMMIT")
    for row in rows:
        noted(row, row.holes)


def expire(lock: RLock, db: sqlite3.Connection, rows: Iterable[LaneRow], hub_ms: int, keep_days: int) -> None:
    """Delete the facts that the hub confirmed more than `keep_days` of its own time ago."""
    hour = (hub_ms - keep_days * 24 * HOUR_MS) // HOUR_MS
    with lock:
        found = db.execute("SELECT no, max(through) FROM receipts WHERE hour < ? GROUP BY no", (hour,)).fetchall()
    if not found:
        return
    facts = {row.no: row for row in rows if row.lane is Lane.FACTS}
    for no, through in found:
        row = facts.get(no)
        if row is None or not isinstance(through, int):
            raise sqlite3.DatabaseError("malformed: receipts of no stream")
        target = min(through, row.through, row.last)
        drop(lock, db, row, target)
        if row.gone >= target:
            with lock:
                db.execute("DELETE FROM receipts WHERE no = ? AND hour < ?", (no, hour))


def tidy_telemetry(lock: RLock, db: sqlite3.Connection, rows: Iterable[LaneRow]) -> None:
    """Delete confirmed telemetry that was too much to be deleted at once."""
    for row in rows:
        if row.lane is Lane.TELEMETRY and row.kept and row.gone < row.through:
            drop(lock, db, row, row.through)


def set_meta(db: sqlite3.Connection, key: str, value: str) -> None:
    db.execute("INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", (key, value))


def doubt_serials(db: sqlite3.Connection) -> None:
    """How far ranges of numbers were used is not certain: nothing of them is taken again (edge/store/serials.py)."""
    db.execute("UPDATE serials SET next = last + 1")
    set_meta(db, DOUBT, "1")


def forget_receipts(db: sqlite3.Connection, rows: Collection[LaneRow], ledger: str | None) -> None:
    """Nothing counts as confirmed any more; belong to another ledger, or to none yet."""
    without = [(row, lowered(row.holes, 0, row.gone)) for row in rows]
    with transaction(db):
        db.execute("UPDATE lanes SET through = 0")
        for row, holes in without:
            note(db, row, holes)
        db.execute("DELETE FROM receipts")
        db.execute("DELETE FROM meta WHERE key = 'ledger'")
        if ledger is not None:
            set_meta(db, "ledger", ledger)
        doubt_serials(db)
        db.execute("COMMIT")
    for row, holes in without:
        row.through = 0
        noted(row, holes)
