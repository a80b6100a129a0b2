"""A damaged outbox is moved aside, and every row that can still be read goes into a new one.

Rows that cannot be read become gaps declared as unreadable, because the lane's row says how many there were; where
that row is lost too, the hub still knows the greatest sequence that it heard of. Rows whose stream is not known any
more stay in the file that was moved aside: under a new name they might be counted twice.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge.store import holes as ranges
from edge.store.errors import OutboxError, explain
from edge.store.extent import log_path
from edge.store.faults import of_the_disk
from edge.store.first_page import first_page
from edge.store.lanes import LaneRow, believable, note
from edge.store.replacing import put_in_place, settle
from edge.store.retention import doubt_serials, set_meta
from edge.store.schema import base, connect, migrate
from wire.codec import legible
from wire.messages import Lane

MOST_PROBES = 2_000_000
WINDOW = 256
"""Rows that are read at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SalvageReport:
    """What became of a damaged outbox: where it lies now, and how many items were kept and lost, by lane."""

    moved_to: Path
    kept_facts: int
    kept_telemetry: int
    lost_facts: int
    lost_telemetry: int

    def __str__(self) -> str:
        return (
            f"the outbox was damaged: moved to {self.moved_to}; {self.kept_facts} facts and {self.kept_telemetry}"
            f" telemetry items saved, {self.lost_facts} facts and {self.lost_telemetry} telemetry items unreadable"
        )


def salvage(path: Path, *, device: str, now_ms: int) -> SalvageReport:
    """Rebuild the outbox at `path`, which nobody has open. Raises OutboxError if the disk does not allow it.

    Killed on the way it starts again, or is finished by finish_salvage().
    """
    building = path.with_name(path.name + ".salvaging")
    try:
        _remove(building)
        _copy(path, building, device=device, now_ms=now_ms)
        put_in_place(path, building)
    except sqlite3.Error as error:
        raise explain(error, path, "salvage") from error
    except OSError as error:
        raise OutboxError(f"cannot salvage the outbox {path}: {error.strerror}; check the disk") from error
    report = finish_salvage(path)
    if report is None:
        raise OutboxError(f"cannot salvage the outbox {path}: the new file is gone; check the disk")
    return report


def finish_salvage(path: Path) -> SalvageReport | None:
    """Put a finished salvage in place, if there is one: also one whose maker died just then. Raises OutboxError."""
    moved_to = settle(path)
    if moved_to is None:
        return None
    with closing(sqlite3.connect(path)) as db:
        counts = _rows(db, "SELECT value FROM meta WHERE key = 'salvage'")
    numbers = [int(count) for count in (counts[0][0] if counts else "0 0 0 0").split()]
    return SalvageReport(
        moved_to=moved_to,
        kept_facts=numbers[0],
        kept_telemetry=numbers[1],
        lost_facts=numbers[2],
        lost_telemetry=numbers[3],
    )


def _copy(path: Path, building: Path, *, device: str, now_ms: int) -> None:
    """Into a new file, which says also what was kept and lost."""
    with closing(connect(building, synchronous="OFF", create=True)) as new:
        migrate(new, building)
        # Whatever fails, the new file is thrown away: a log would only take as much room again on a disk that is short.
        new.execute("PRAGMA journal_mode=MEMORY").fetchall()
        with closing(_open_damaged(path)) as old:
            new.execute("BEGIN IMMEDIATE")
            _copy_meta(old, new, device)
            _copy_commands(old, new)
            _copy_desk(old, new)
            lanes = [_copy_lane(old, new, row) for row in _streams(old, new, now_ms)]
            set_meta(new, "salvage", _counts(lanes))
            new.execute("COMMIT")
        new.execute("PRAGMA journal_mode=DELETE").fetchall()
    with building.open("rb") as file:
        os.fsync(file.fileno())
    _remove(_mending(path))


def _counts(lanes: list[tuple[LaneRow, int]]) -> str:
    """Facts and telemetry kept, facts and telemetry lost."""
    kept = [sum(row.kept for row, _ in lanes if row.lane is lane) for lane in (Lane.FACTS, Lane.TELEMETRY)]
    lost = [sum(gone for row, gone in lanes if row.lane is lane) for lane in (Lane.FACTS, Lane.TELEMETRY)]
    return " ".join(map(str, kept + lost))


def _open_damaged(path: Path) -> sqlite3.Connection:
    """What can be read of the damaged file.

    Where its first page makes no sense, another takes its place, in a copy. Where that does not help either, there is
    nothing to read.
    """
    mending = _mending(path)
    for file in (path, mending):
        if file is mending:
            shutil.copyfile(path, mending)
            if log_path(path).exists():
                shutil.copyfile(log_path(path), log_path(mending))
            with mending.open("r+b") as copy:
                copy.write(first_page(path))
        old = sqlite3.connect(file, isolation_level=None)
        try:
            old.execute("PRAGMA writable_schema=ON")  # a file that lost its end is read as far as it goes
            for table in Lane:  # named in the first page, whatever became of the table's own pages
                old.execute(f"EXPLAIN SELECT * FROM streams, lanes, {table.value}").fetchone()  # noqa: S608
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:  # whose message quotes the damaged schema
            old.close()
            if of_the_disk(error):  # it may be read a moment later
                raise
        else:
            old.text_factory = lambda raw: raw.decode("utf-8", "replace")
            return old
    return sqlite3.connect(":memory:", isolation_level=None)


def _mending(path: Path) -> Path:
    return path.with_name(path.name + ".mending")


def _copy_meta(old: sqlite3.Connection, new: sqlite3.Connection, device: str) -> None:
    for key, value in _rows(old, "SELECT key, value FROM meta"):
        if isinstance(value, str) and value.isascii() and (key == "ledger" or (key == "hub_ms" and value.isdigit())):
            set_meta(new, key, value)
    set_meta(new, "device", device)


def _copy_commands(old: sqlite3.Connection, new: sqlite3.Connection) -> None:
    """What the log of commands still knows.

    What it knows as accepted may have been done since, on a page that is lost: it is not begun again. And it does not
    know what it has lost: what was issued before the hub is heard again is not taken (edge/store/commands.py).
    """
    known = _rows(old, "SELECT id, ledger, name, args, expires_ms, state, detail FROM commands")
    for row in known:
        with suppress(sqlite3.Error):
            new.execute("INSERT OR IGNORE INTO commands VALUES (?, ?, ?, ?, ?, ?, ?, NULL)", row)
    new.execute("UPDATE commands SET state = 'started' WHERE state = 'accepted'")
    for row in _rows(old, "SELECT no, command, at_ms, text FROM messages"):
        with suppress(sqlite3.Error):
            new.execute("INSERT OR IGNORE INTO messages VALUES (?, ?, ?, ?)", row)
    for key, value in _rows(old, "SELECT key, value FROM meta WHERE key = 'commands_since'"):
        set_meta(new, key, str(value))
    set_meta(new, "commands_salvaged", "1")


def _copy_desk(old: sqlite3.Connection, new: sqlite3.Connection) -> None:
    """What is kept beside the lanes for people. A number that was burned on a lost page must not be taken again."""
    for table, columns in (("serials", 4), ("attempts", 4), ("shifts", 5), ("prints", 4), ("codes", 5)):
        for row in _rows(old, f"SELECT * FROM {table}"):  # noqa: S608
            with suppress(sqlite3.Error):
                new.execute(f"INSERT OR IGNORE INTO {table} VALUES ({', '.join('?' * columns)})", row)  # noqa: S608
    doubt_serials(new)


def _streams(old: sqlite3.Connection, new: sqlite3.Connection, now_ms: int) -> Iterator[LaneRow]:
    """The lanes of all streams that can be read, from the table or its index."""
    streams = {no: (stream, "") for stream, no in _rows(old, "SELECT stream, no FROM streams ORDER BY stream")}
    try:
        streams |= {no: (stream, boot) for no, stream, boot in old.execute("SELECT no, stream, boot FROM streams")}
    except sqlite3.Error as error:
        if not streams and of_the_disk(error):  # without streams nothing could be kept
            raise
    anchors = _rows(old, "SELECT boot, up_ms, low_ms, high_ms, source FROM anchors")
    for anchor in anchors:
        with suppress(sqlite3.Error):
            new.execute("INSERT OR IGNORE INTO anchors VALUES (?, ?, ?, ?, ?)", anchor)
    known = {
        (row[0], row[1]): row[2:]
        for row in _rows(old, "SELECT no, lane, last, through, gone, sent, kept, thinned, damaged FROM lanes")
    }
    holes = _rows(old, "SELECT no, lane, first, last, fate, step FROM holes")
    kept: set[int] = set()
    for no, (stream, boot) in sorted((no, named) for no, named in streams.items() if isinstance(no, int)):
        try:
            new.execute("INSERT INTO streams VALUES (?, ?, ?, ?)", (no, stream, now_ms, boot))
        except sqlite3.IntegrityError:
            continue
        kept.add(no)
        for lane in Lane:
            found = known.get((no, lane.value))
            if found is not None and believable(*found[:5], found[6]):
                row = LaneRow(no, stream, lane, *found)
            else:
                row = LaneRow(no, stream, lane, damaged=1)
            row.holes = ranges.sound(hole[2:] for hole in holes if hole[:2] == (no, lane.value))
            yield row
    for receipt in _rows(old, "SELECT no, hour, through FROM receipts"):
        if receipt[0] in kept:
            with suppress(sqlite3.Error):
                new.execute("INSERT OR IGNORE INTO receipts VALUES (?, ?, ?)", receipt)


def _copy_lane(old: sqlite3.Connection, new: sqlite3.Connection, row: LaneRow) -> tuple[LaneRow, int]:
    """Copy the rows of one lane; the lane, and how many of its items are lost."""
    expected, start, kept, last = row.kept, base(row.no), 0, 0
    missing: list[ranges.Range] = []
    end = start + row.last if row.last else base(row.no + 1) - 1
    for number, payload in _items(old, row.lane, start + 1, end, gone=start + row.gone):
        if not isinstance(payload, bytes):
            continue
        new.execute(f"INSERT OR IGNORE INTO {row.lane.value} VALUES (?, ?)", (number, legible(payload)))  # noqa: S608
        if number - start > last + 1:
            missing.append((last + 1, number - start - 1))
        kept, last = kept + 1, number - start
    row.last = max(row.last, last)
    row.gone = min(row.gone, row.last - kept)
    if row.lane is Lane.TELEMETRY and row.gone < (done := min(row.through, row.last)):  # as the next round would
        run = (start, start + done)
        confirmed = new.execute("DELETE FROM telemetry WHERE id > ? AND id <= ?", run).rowcount
        expected, kept, row.gone = expected - confirmed, kept - confirmed, done
    row.holes = _lost(row, [*missing, (last + 1, row.last)])
    lost = max(0, expected - kept)
    row.damaged = int(row.damaged or lost > 0)
    row.kept = kept
    new.execute(
        "INSERT INTO lanes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (row.no, row.lane.value, row.last, row.through, row.gone, row.sent, kept, 0, row.damaged),
    )
    note(new, row, row.holes)
    return row, lost


def _lost(row: LaneRow, missing: list[ranges.Range]) -> ranges.Holes:
    """The ranges of a lane, of which these rows were not found: what no range explains was lost."""
    holes = ranges.lowered(row.holes, row.through, row.gone)
    after = [(max(first, row.gone + 1), last) for first, last in missing if last > row.gone]
    return ranges.lost(holes, [(first, last) for first, last in after if first <= last], row.through)


def _items(old: sqlite3.Connection, lane: Lane, first: int, last: int, *, gone: int) -> Iterator[tuple[int, object]]:
    """The rows of first to last that can be read: where a range cannot, its halves are tried.

    A damaged page may hold row numbers of its own, which hide rows of others: what comes out of order is not believed,
    and facts, which have no gaps after `gone`, are looked for one by one where a range lacks some.
    """
    width = WINDOW if last - first < WINDOW * MOST_PROBES // 1000 else last - first + 1
    ranges = [(low, min(last, low + width - 1)) for low in range(first, last + 1, width)][::-1]
    probes = 0
    while ranges and probes < MOST_PROBES:
        low, high = ranges.pop()
        probes += 1
        rows, clean = _range(old, lane, low, high)
        lacking = lane is Lane.FACTS and width == WINDOW and gone < low and len(rows) < high - low + 1
        if low == high or (clean and not lacking):
            yield from rows
        else:
            middle = (low + high) // 2
            ranges.extend([(middle + 1, high), (low, middle)])


def _range(old: sqlite3.Connection, lane: Lane, low: int, high: int) -> tuple[list[tuple[int, object]], bool]:
    """The rows of a range, and whether it could be read to its end."""
    rows: list[tuple[int, object]] = []
    # The limit keeps SQLite from looking into the page behind the last row, which may be the damaged one.
    query = f"SELECT id, payload FROM {lane.value} WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?"  # noqa: S608
    try:
        for number, payload in old.execute(query, (low, high, high - low + 1)):
            if not (rows[-1][0] if rows else low - 1) < number <= high:
                return [], False
            rows.append((number, payload))
    except sqlite3.DatabaseError:
        return [], False
    return rows, True


def _rows(old: sqlite3.Connection, query: str) -> list[tuple[Any, ...]]:
    """What can be read of a small table."""
    found: list[tuple[Any, ...]] = []
    with suppress(sqlite3.Error):
        found.extend(old.execute(query))
    return found


def _remove(path: Path) -> None:
    for file in (path, log_path(path), path.with_name(path.name + "-shm"), path.with_name(path.name + "-journal")):
        file.unlink(missing_ok=True)
