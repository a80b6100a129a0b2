"""The outbox: what a device keeps until the hub says that it has it.

A fact is durable (WAL, synchronous=FULL) before append_facts returns; a person is told "saved" only then. The
agent's appends, the uplink's reads and its confirmations come from different threads: writes take turns under one
lock, in short transactions, reads have a connection of their own and wait for nobody. Telemetry and bookkeeping
use a connection that does not wait for the disk, so a fact never waits for more than a few milliseconds of theirs.

Failure modes: a full or read-only disk raises and stores nothing; a damaged file is moved aside and salvaged, at
open or in the middle of a run, and the agent goes on in a new stream.
"""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from edge.core.anchors import Anchor
from edge.store import holes, retention
from edge.store import lanes as lane_rows
from edge.store.appending import Appender, Beside
from edge.store.compaction import Compactor
from edge.store.engine import Engine
from edge.store.errors import OutboxError, OutboxFullError
from edge.store.extent import file_bytes
from edge.store.lanes import Chunk, LaneRow, Position
from edge.store.room import Bounds, Room
from edge.store.salvage import SalvageReport
from edge.store.stats import OutboxStats, count
from edge.version import BUILT_MS
from wire.codec import decode_item, encode_item
from wire.errors import DecodeError
from wire.limits import ITEM_BYTES, KEEP_DAYS
from wire.messages import AnyItem, Clock, Gap, GapReason, Lane

DROP_AT_ONCE = 500
"""Fewer confirmed items of telemetry are deleted with others in the next round: each time costs a write."""
SENT_AHEAD = 4096
"""Telemetry is marked as sent this far ahead, so that few batches cost a write."""


class Outbox:
    """One device's outbox, locked against other agents. Thread-safe. Made by Outbox.open."""

    def __init__(self, engine: Engine, stream_factory: Callable[[], str]) -> None:
        self.keep_days = KEEP_DAYS
        self.on_change: Callable[[], None] = _nothing
        """Called after each append, by the thread that appended: it must be quick."""
        self.on_facts: Callable[[Sequence[AnyItem], Sequence[Position]], None] = _no_facts
        """Called after each commit of facts that were appended, and where they stand; quick too."""
        self._engine = engine
        self._bounds = Bounds(engine)
        self._appender = Appender(engine, self._bounds, stream_factory)
        self._compactor = Compactor(engine)
        self._dirty: set[tuple[str, Lane]] = set()

    @classmethod
    def open(
        cls, path: Path, *, device: str, now_ms: int, stream_factory: Callable[[], str], boot: str | None = None
    ) -> Self:
        """Create or open, lock and migrate. `stream_factory` gives 16 random hexadecimal digits.

        `boot` names this boot of the machine, where not the system is to say it.
        A damaged file is moved aside and salvaged row by row; `salvage` then reports it. Raises OutboxLockedError,
        OutboxForeignError (another device's file), OutboxError (read-only disk, newer version and the like).
        """
        return cls(Engine(path, device=device, now_ms=now_ms, boot=boot), stream_factory)

    @property
    def path(self) -> Path:
        return self._engine.path

    @property
    def boot(self) -> str:
        """What tells this boot of the machine from others."""
        return self._engine.boot

    @property
    def limit_bytes(self) -> int:
        """Most bytes that the outbox takes on the disk, with its log; may be set at any time."""
        return self._bounds.limit_bytes

    @limit_bytes.setter
    def limit_bytes(self, limit: int) -> None:
        self._bounds.limit_bytes = limit

    @property
    def ledger(self) -> str | None:
        """The ledger that this outbox is bound to; None before the first contact."""
        return self._engine.ledger

    @property
    def salvage(self) -> SalvageReport | None:
        """What the latest salvage of a damaged file saved and lost, at open or since."""
        return self._engine.report

    def append_facts(self, items: Sequence[AnyItem]) -> Sequence[Position]:
        """Keep facts, in ONE durable commit, before this returns. Raises OutboxError: then none is kept."""
        positions = self._append(Lane.FACTS, items)
        self.on_facts(items, positions)
        return positions

    def append_telemetry(self, items: Sequence[AnyItem]) -> Sequence[Position]:
        """Keep telemetry; a power cut (not a crash) may take the last seconds. Raises OutboxError: none is kept."""
        return self._append(Lane.TELEMETRY, items)

    def keep(self, facts: Sequence[AnyItem], also: Beside) -> Sequence[Position]:
        """Keep facts, which may be none, and what `also` writes beside them, in ONE durable commit.

        `also` is given the connection and the rows that the facts will have. Raises OutboxError: nothing is kept.
        """
        return self._append(Lane.FACTS, facts, also)

    def ask(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of the tables beside the lanes, as they are committed. Raises OutboxError."""
        engine = self._engine

        def fetch() -> list[tuple[Any, ...]]:
            with engine.lock:
                return engine.facts.execute(query, values).fetchall()

        return engine.attempt(fetch, "read")

    def lanes(self) -> list[tuple[str, Lane, int]]:
        """Stream, lane and last sequence minted, of every stream ever minted: older streams first."""
        with self._engine.lock:
            return [(row.stream, row.lane, row.last) for row in self._engine.rows.values()]

    def growing(self) -> list[tuple[str, Lane, int]]:
        """The same for the one stream that can still grow: cheap."""
        with self._engine.lock:
            stream = self._appender.stream()
            return [] if stream is None else [(stream, lane, self._engine.rows[stream, lane].last) for lane in Lane]

    def read(self, stream: str, lane: Lane, *, after: int, upto: int, max_items: int, max_bytes: int) -> Chunk:
        """What goes into a batch that starts after `after`. Telemetry is marked as sent first. Raises OutboxError."""
        engine = self._engine

        def fetch() -> Chunk:
            row, end = engine.rows.get((stream, lane)), upto
            if row is None:  # its stream was lost with a damaged file
                return Chunk(upto, [], (Gap(after + 1, upto, GapReason.UNREADABLE),), 0)
            if lane is Lane.TELEMETRY and upto > row.sent:
                end = min(upto, max(after, row.gone) + max_items)
                self._mark_sent(row, end)
            with engine.read_lock:
                return lane_rows.read(
                    engine.reader, row, after=after, upto=end, max_items=max_items, max_bytes=max_bytes
                )

        return engine.attempt(fetch, "read")

    def confirm(self, stream: str, lane: Lane, through: int, hub_ms: int) -> None:
        """The hub has this lane up to `through`, also if that is less than before. Raises OutboxError.

        Telemetry is deleted, a little of it in the next maintain(); facts stay for `keep_days` of the hub's time. A hub
        that has more facts than there ever were here shows that this file is an older copy.
        """
        engine = self._engine
        row = engine.rows.get((stream, lane))
        if row is None:
            return
        with engine.lock:
            engine.hub_ms = max(engine.hub_ms, hub_ms)
            lowered = through < row.through
            row.through = through
            if lowered:
                row.holes = holes.lowered(row.holes, through, row.gone)
            self._dirty.add((stream, lane))
        if lane is Lane.FACTS and through > row.last:
            self.doubt(stream, str(through))
        if lowered:
            self.flush()
        elif lane is Lane.TELEMETRY and min(through, row.last) - row.gone >= DROP_AT_ONCE:
            engine.attempt(lambda: self._drop(stream, lane), "tidy")

    def doubt(self, what: str, seen: str) -> bool:
        """Something was `seen` that shows this file to be an older copy, or a new one: each such thing counts once.

        What was reserved for this device may be used up then. Whether it was new. Raises OutboxError.
        """
        if self.ask("SELECT 1 FROM meta WHERE key = ? AND value = ?", f"older:{what}", seen):
            return False

        def note(db: sqlite3.Connection, _: range) -> None:
            retention.doubt_serials(db)
            retention.set_meta(db, f"older:{what}", seen)

        self.keep((), note)
        return True

    def flush(self) -> None:
        """Write down how far the hub is. What is not written down is only asked for again. Raises OutboxError."""
        if self._dirty:
            self._engine.attempt(self._record, "tidy")

    def maintain(self) -> None:
        """Housekeeping, every few seconds, by the uplink: expired facts, space, the log. Raises OutboxError."""
        self.flush()
        engine = self._engine

        def work() -> None:
            rows = list(engine.rows.values())
            retention.tidy_telemetry(engine.lock, engine.loose, rows)
            retention.expire(engine.lock, engine.loose, rows, engine.hub_ms, self.keep_days)
            self._bounds.relax()
            self._compactor.round(sum(row.pending for row in rows))

        engine.attempt(work, "tidy")

    def bind(self, ledger: str) -> None:
        """Belong to a ledger from now on: durable when this returns. Raises OutboxError if bound to another."""
        engine = self._engine

        def write() -> None:
            with engine.lock:
                retention.set_meta(engine.facts, "ledger", ledger)
                engine.ledger = ledger

        if engine.ledger not in {None, ledger}:
            raise OutboxError(f"the outbox {self.path} belongs to ledger {engine.ledger}, not to {ledger}; rebind it")
        engine.attempt(write, "bind")

    def rebind(self, ledger: str | None) -> None:
        """A person decided: everything still stored goes to another ledger (None: the next that answers)."""
        engine = self._engine

        def write() -> None:
            with engine.lock:
                retention.forget_receipts(engine.facts, list(engine.rows.values()), ledger)
                engine.ledger = ledger
                self._dirty.clear()

        engine.attempt(write, "rebind")

    def oldest_pending(self) -> int | None:
        """When the oldest fact that the hub does not have was made, Unix ms by the device's clock; None: it has all.

        Raises OutboxError.
        """
        engine = self._engine
        with engine.lock:
            rows = [row for row in engine.rows.values() if row.lane is Lane.FACTS and row.pending]
            waiting = [(row.stream, row.through) for row in rows]
        for stream, through in waiting:  # older streams first
            chunk = self.read(stream, Lane.FACTS, after=through, upto=through + 64, max_items=1, max_bytes=ITEM_BYTES)
            for payload in chunk.items:
                with suppress(DecodeError):
                    return decode_item(payload).at
        return None

    def observe(self, anchor: Anchor) -> None:
        """Uptime and true time met in this boot: kept for its items, however much later they leave.

        Written down where it tells something new. Raises OutboxError.
        """
        engine = self._engine

        def write() -> None:
            with engine.lock:
                engine.times.write(engine.loose, anchor, engine.rows.values())

        if engine.times.tells(anchor):
            engine.attempt(write, "tidy")

    def clock(self, stream: str, lane: Lane, first: int, last: int) -> Clock | None:
        """What is known of the time of a lane's items made between two uptimes; None for a stream that was lost.

        Raises OutboxError.
        """
        engine = self._engine

        def look_back() -> None:
            with engine.read_lock:
                engine.times.look_back(engine.reader, list(engine.rows.values()))

        if not engine.times.knows(stream):
            engine.attempt(look_back, "read")
        return engine.times.clock(stream, lane, first, last)

    def newest_anchor(self) -> int | None:
        """The uptime of the latest time that this boot was told; None before any."""
        return self._engine.times.newest

    def hub_time(self, up: int) -> tuple[int, int] | None:
        """The hub's time at an uptime of this boot, Unix ms, and how wrong that may be; None before any contact."""
        return self._engine.times.now(up)

    @property
    def earliest_ms(self) -> int:
        """No moment from now on is before this, Unix ms: the newest hub time ever seen, else when this was built."""
        return max(self._engine.hub_ms, BUILT_MS)

    def stats(self) -> OutboxStats:
        """Counts, without looking at a row."""
        engine = self._engine
        with engine.lock:
            return count(engine.rows.values(), size=file_bytes(engine.path), ledger=engine.ledger)

    def room(self) -> Room:
        """How full it is. Raises OutboxError."""
        return self._engine.attempt(self._bounds.room, "measure")

    def close(self) -> None:
        """Write down what is known and give up the lock. May be called again."""
        if self._engine.is_open:
            with suppress(OutboxError):  # only a convenience: the hub says it again at the next hello
                self.flush()
        self._engine.close()

    def _append(self, lane: Lane, items: Sequence[AnyItem], also: Beside | None = None) -> list[Position]:
        if not items and also is None:
            return []
        payloads = [encode_item(item) for item in items]
        large = max(map(len, payloads), default=0)
        if large > ITEM_BYTES:
            raise OutboxFullError(f"an item of {large} bytes is larger than {ITEM_BYTES}; nothing was stored")
        positions = self._appender.append(lane, payloads, also)
        self.on_change()
        return positions

    def _mark_sent(self, row: LaneRow, upto: int) -> None:
        """Durable: what may have left the device is never thinned afterwards."""
        with self._engine.lock:
            self._engine.facts.execute(
                "UPDATE lanes SET sent = ? WHERE no = ? AND lane = ?", (upto + SENT_AHEAD, row.no, row.lane.value)
            )
            row.sent = upto + SENT_AHEAD

    def _drop(self, stream: str, lane: Lane) -> None:
        row = self._engine.rows.get((stream, lane))
        if row is not None:  # else its stream was lost with a damaged file
            retention.drop(self._engine.lock, self._engine.loose, row, row.through)

    def _record(self) -> None:
        engine = self._engine
        with engine.lock:
            dirty = set(self._dirty)
            rows = [engine.rows[key] for key in sorted(dirty) if key in engine.rows]
            retention.record(engine.loose, rows, engine.hub_ms)
            self._dirty -= dirty


def _no_facts(_: Sequence[AnyItem], __: Sequence[Position]) -> None:
    """Nobody follows the facts yet."""


def _nothing() -> None:
    """Nobody waits for changes yet."""
