"""Putting items into an outbox: the stream of this run, and one transaction a call."""

import sqlite3
from collections.abc import Callable

from edge.store.engine import Engine
from edge.store.errors import OutboxFullError
from edge.store.lanes import LaneRow, Position
from edge.store.room import Bounds
from edge.store.schema import base, transaction
from wire.messages import Lane

Beside = Callable[[sqlite3.Connection, range], None]
"""Writes on a connection, in a transaction that it neither begins nor ends, knowing the rows of the facts in it."""


class Appender:
    """Appends to the stream of this run, which is minted with the first item after each opening of the file."""

    def __init__(self, engine: Engine, bounds: Bounds, stream_factory: Callable[[], str]) -> None:
        self._engine = engine
        self._bounds = bounds
        self._factory = stream_factory
        self._current: tuple[int, str] | None = None

    def append(self, lane: Lane, payloads: list[bytes], also: Beside | None = None) -> list[Position]:
        """Facts durably, telemetry not. Raises OutboxError: nothing is kept."""
        try:
            positions = self._engine.attempt(lambda: self._insert(lane, payloads, also), "write to")
        except OutboxFullError:
            if lane is Lane.FACTS:
                self._bounds.refused()
            raise
        self._engine.appends += 1
        return positions

    def stream(self) -> str | None:
        """The stream of this run, unless none was minted since the file was opened."""
        return self._current[1] if self._current and self._current[0] == self._engine.generation else None

    def _insert(self, lane: Lane, payloads: list[bytes], also: Beside | None) -> list[Position]:
        engine = self._engine
        with engine.lock:
            if lane is Lane.FACTS:
                engine.assure()
            self._bounds.admit(lane, [len(payload) for payload in payloads], beside=also is not None)
            db = engine.facts if lane is Lane.FACTS else engine.loose
            if not payloads:
                _write_beside(db, also)
                return []
            stream = self.stream()
            row = engine.rows[stream, lane] if stream else self._mint(lane)
            first = row.last + 1
            with transaction(db):
                if stream is None:
                    _begin_stream(db, row, engine)
                start = base(row.no) + first
                db.executemany(f"INSERT INTO {lane.value} VALUES (?, ?)", enumerate(payloads, start))  # noqa: S608
                db.execute(
                    "UPDATE lanes SET last = ?, kept = kept + ? WHERE no = ? AND lane = ?",
                    (row.last + len(payloads), len(payloads), row.no, lane.value),
                )
                if also is not None:
                    also(db, range(start, start + len(payloads)))
                db.execute("COMMIT")
            if stream is None:
                self._current = (engine.generation, row.stream)
                engine.times.minted(row.stream)
                engine.rows |= {(row.stream, x): row if x is lane else LaneRow(row.no, row.stream, x) for x in Lane}
            row.last += len(payloads)
            row.kept += len(payloads)
            return [Position(row.stream, seq) for seq in range(first, row.last + 1)]

    def _mint(self, lane: Lane) -> LaneRow:
        return LaneRow(1 + max((row.no for row in self._engine.rows.values()), default=0), self._factory(), lane)


def _begin_stream(db: sqlite3.Connection, row: LaneRow, engine: Engine) -> None:
    minted = (row.no, row.stream, engine.now_ms, engine.boot)
    db.execute("INSERT INTO streams VALUES (?, ?, ?, ?)", minted)
    db.executemany("INSERT INTO lanes (no, lane) VALUES (?, ?)", [(row.no, x.value) for x in Lane])


def _write_beside(db: sqlite3.Connection, also: Beside | None) -> None:
    with transaction(db):
        if also is not None:
            also(db, range(0))
        db.execute("COMMIT")
