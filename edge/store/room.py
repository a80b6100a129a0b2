"""Making room in an outbox, and saying how much there is.

Confirmed facts go first, the oldest before the others; then telemetry that was never sent is thinned, where it is
finest first, so that a track keeps its shape and only loses detail. Unconfirmed facts never go: where nothing else is
left, they are not taken any more, and whoever scans is told so.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from edge.store import holes as ranges
from edge.store import retention
from edge.store.engine import Engine
from edge.store.errors import OutboxFullError
from edge.store.extent import (
    DISK_RESERVE_BYTES,
    MIB,
    TELEMETRY_SHARE,
    Extent,
    capacity,
    cost,
    file_bytes,
    measure,
    pages_for,
    spare,
)
from edge.store.lanes import LaneRow, note, noted
from edge.store.retention import ROWS_AT_ONCE
from edge.store.schema import base, transaction
from wire.messages import Lane

CROWDED = 0.7
"""From this share on confirmed facts go before their time, and telemetry is thinned."""
TIGHT = 0.8
"""From this share on people are warned."""
TELEMETRY_SHARE_LEFT = 1 / 16
"""So much telemetry is not thinned before facts really need its room."""
ROUNDS = 20
GRANT_BYTES = 1 << 20
COMMAND_PAGES = 16
COARSEST = 1 << 20
TYPICAL_BYTES = 250
"""An item, generously, with its share of the tree."""


class Level(StrEnum):
    """How much room there is for facts."""

    FREE = "free"
    TIGHT = "tight"
    FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How an outbox fills. `left_bytes` is what facts can still take, `by_disk` says that the disk sets the limit."""

    level: Level
    bytes: int
    limit_bytes: int
    left_bytes: int
    by_disk: bool

    def __str__(self) -> str:
        what = (
            "the disk is nearly full"
            if self.by_disk
            else f"the outbox nears its limit of {self.limit_bytes // MIB} MiB"
        )
        todo = "free some space on it" if self.by_disk else "or raise limit_mib under [outbox]"
        match self.level:
            case Level.FULL:
                what = what.replace("is nearly full", "is full").replace("nears", "has reached")
                return f"{what}: scans are refused until this device reaches its hub; {todo}"
            case Level.TIGHT:
                scans = self.left_bytes // TYPICAL_BYTES
                return f"{what}: room for about {scans} more scans; let this device reach its hub, {todo}"
            case _:
                return ""


class Bounds:
    """Keeps one outbox below its limit. `limit_bytes` may be set at any time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._refused_pages = 0
        self._granted = dict.fromkeys(Lane, 0)
        """Bytes that may be written before the file is measured again: that takes as long as a third of a commit."""

    @property
    def limit_bytes(self) -> int:
        return self._engine.limit_bytes

    @limit_bytes.setter
    def limit_bytes(self, limit: int) -> None:
        self._engine.limit(limit)
        self._granted = dict.fromkeys(Lane, 0)

    def admit(self, lane: Lane, sizes: Collection[int], *, beside: bool) -> None:
        """Make sure that rows of these sizes fit, before they are written; the lock is held.

        `beside`: something that may use the reserve goes with them. Raises OutboxFullError.
        """
        pages = pages_for(sizes, self._engine.page_bytes) + (COMMAND_PAGES if beside else 0)
        self._granted[lane] -= cost(pages, self._engine.page_bytes)
        if self._granted[lane] >= 0 and not self._refused_pages:
            return
        for _ in range(ROUNDS):
            left = self._spare(self._measure(), lane, pages, beside=beside)
            if left >= 0:
                self._granted[lane] = min(GRANT_BYTES, left // 4)
                if lane is Lane.FACTS:
                    self._refused_pages = 0
                return
            if not self._relieve():
                break
        self._granted[lane] = 0
        if lane is Lane.FACTS:
            self._refused_pages = pages
            raise OutboxFullError(f"nothing was stored: {self.room()}")
        raise OutboxFullError("no telemetry was stored: what room is left is for facts")

    def refused(self) -> None:
        """The disk took no facts."""
        self._refused_pages = max(1, self._refused_pages)

    def relax(self) -> None:
        """Housekeeping: make room before it is needed."""
        for _ in range(ROUNDS):
            with self._engine.lock:
                extent = self._measure()
                self._granted = dict.fromkeys(Lane, 0)
            if self._refused_pages and self._spare(extent, Lane.FACTS, self._refused_pages, beside=False) >= 0:
                self._refused_pages = 0
            keep = int(TELEMETRY_SHARE_LEFT * capacity(self.limit_bytes, extent.page_bytes)) // TYPICAL_BYTES
            if not self._crowded(extent) or not self._relieve(keep):
                break

    def room(self) -> Room:
        """How much room there is. Raises sqlite3.Error, OSError."""
        with self._engine.lock:
            extent, limit = self._measure(), self.limit_bytes
        most = capacity(limit, extent.page_bytes)
        left = max(0, min(most - extent.live_bytes, extent.room_on_disk))
        scarce = extent.room_on_disk < DISK_RESERVE_BYTES
        level = Level.FREE
        if self._refused_pages:
            level = Level.FULL
        elif scarce or extent.live_bytes > TIGHT * most:
            level = Level.TIGHT
        by_disk = scarce and extent.room_on_disk < most - extent.live_bytes
        size = file_bytes(self._engine.path)
        return Room(level=level, bytes=size, limit_bytes=limit, left_bytes=left, by_disk=by_disk)

    def _measure(self) -> Extent:
        return measure(self._engine.facts, self._engine.path)

    def _spare(self, extent: Extent, lane: Lane, pages: int, *, beside: bool) -> int:
        """Bytes left after a transaction that fills so many pages; below zero: it may not come."""
        limit = self.limit_bytes
        if lane is Lane.FACTS:
            return spare(extent, pages, limit, reserved=not beside)
        most = int(TELEMETRY_SHARE * capacity(limit, extent.page_bytes))
        share = most - extent.live_bytes - pages * extent.page_bytes
        return min(share, spare(extent, pages, limit, reserved=True))

    def _crowded(self, extent: Extent) -> bool:
        most = capacity(self.limit_bytes, extent.page_bytes)
        return extent.live_bytes > CROWDED * most or extent.room_on_disk < DISK_RESERVE_BYTES

    def _relieve(self, keep: int = 0) -> int:
        """Let one portion go: confirmed facts, else some telemetry, of which `keep` items stay; how many rows went."""
        engine = self._engine
        rows = list(engine.rows.values())
        for row in rows:
            confirmed = min(row.through, row.last) - row.gone
            if row.lane is Lane.FACTS and confirmed > 0:
                retention.drop(engine.lock, engine.loose, row, row.gone + min(confirmed, 5 * ROWS_AT_ONCE))
                return confirmed
        telemetry = [row for row in rows if row.lane is Lane.TELEMETRY]
        if sum(row.kept for row in telemetry) <= keep:
            return 0
        return next((gone for row in telemetry if (gone := self._thin(row))), 0)

    def _thin(self, row: LaneRow) -> int:
        """Keep every second of the finest items that were never sent, of one portion; how many went."""
        with self._engine.lock:
            parts = ranges.segments(row.holes, max(row.sent, row.gone, row.through), row.last)
            for part in sorted(parts, key=lambda part: (part.step, part.first)):
                last = min(part.last, part.first + ROWS_AT_ONCE * part.step - 1)
                if part.step < COARSEST and (gone := self._rewrite(row, part.first, last, 2 * part.step)):
                    return gone
        return 0

    def _rewrite(self, row: LaneRow, first: int, last: int, step: int) -> int:
        """Delete a run of rows and put those back that stay: deleted one by one they would leave half-empty pages."""
        db, start = self._engine.loose, base(row.no)
        run = (start + first, start + last)
        holes = ranges.thinned(row.holes, first, last, step)
        with transaction(db):
            stay = db.execute(
                "SELECT id, payload FROM telemetry WHERE id BETWEEN ? AND ? AND id % ? = 0", (*run, step)
            ).fetchall()
            gone = db.execute("DELETE FROM telemetry WHERE id BETWEEN ? AND ?", run).rowcount - len(stay)
            if not gone:
                return 0
            db.executemany("INSERT INTO telemetry VALUES (?, ?)", stay)
            kept = retention.left(row, gone, row.gone)
            db.execute("UPDATE lanes SET kept = ? WHERE no = ? AND lane = 'telemetry'", (kept, row.no))
            note(db, row, holes)
            db.execute("COMMIT")
        row.kept = kept
        noted(row, holes)
        return gone
