"""What the outbox knows of each lane without looking at its rows, and how a batch is read."""

import sqlite3
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from edge.store.schema import base
from wire.messages import Gap, GapReason, Lane

GAP_BYTES = 48
"""Most bytes that one declared gap takes in a batch."""


class Position(NamedTuple):
    """Where an item is kept, for ever."""

    stream: str
    seq: int


@dataclass(slots=True)
class LaneRow:
    """One row of `lanes`; see edge/store/schema.py."""

    no: int
    stream: str
    lane: Lane
    last: int = 0
    through: int = 0
    gone: int = 0
    sent: int = 0
    kept: int = 0
    thinned: int = 0
    damaged: int = 0
    mean_bytes: int = 200

    @property
    def pending(self) -> int:
        """Items that the hub has not confirmed yet."""
        if self.lane is Lane.TELEMETRY:
            return self.kept
        return max(0, self.last - max(self.through, self.gone))


@dataclass(frozen=True, slots=True)
class Chunk:
    """What a batch is made of: it covers up to `last`, with the items kept and the sequences that are not."""

    last: int
    items: list[bytes]
    gaps: tuple[Gap, ...]
    size: int


def load(db: sqlite3.Connection) -> dict[tuple[str, Lane], LaneRow]:
    """Every lane, older streams first."""
    found = db.execute(
        "SELECT no, stream, lane, last, through, gone, sent, kept, thinned, damaged"
        " FROM streams JOIN lanes USING (no) ORDER BY no, lane"
    )
    return {(row[1], Lane(row[2])): LaneRow(row[0], row[1], Lane(row[2]), *row[3:]) for row in found}


def read(db: sqlite3.Connection, row: LaneRow, *, after: int, upto: int, max_items: int, max_bytes: int) -> Chunk:
    """The items of (after, upto] that fit, in order, and the gaps between them. At least one item, if there is one."""
    if upto <= after:
        return Chunk(after, [], (), 0)
    start = base(row.no)
    limit = max(1, min(max_items, max_bytes // row.mean_bytes + 16))
    rows = db.execute(
        f"SELECT id, payload FROM {row.lane.value} WHERE id > ? AND id <= ? ORDER BY id LIMIT ?",  # noqa: S608
        (start + after, start + upto, limit),
    ).fetchall()
    if not rows:
        return Chunk(upto, [], _missing(row, after + 1, upto), 0)
    items = [payload for _, payload in rows]
    if set(map(type, items)) != {bytes}:
        raise sqlite3.DatabaseError("malformed: an item is not made of bytes")
    if [number for number, _ in rows] == list(range(start + after + 1, start + after + 1 + len(rows))):
        ends = list(accumulate([len(payload) + 1 for payload in items]))
        row.mean_bytes = max(20, ends[-1] // len(ends))
        fit = max(1, bisect_right(ends, max_bytes))
        if fit < len(items):
            return Chunk(after + fit, items[:fit], (), ends[fit - 1])
        if len(items) == limit or rows[-1][0] == start + upto:
            return Chunk(after + len(items), items, (), ends[-1])
    return _sparse(row, rows, after=after, upto=upto, full=len(rows) == limit, max_bytes=max_bytes)


def _sparse(row: LaneRow, rows: list[tuple[int, bytes]], *, after: int, upto: int, full: bool, max_bytes: int) -> Chunk:
    start, at, size = base(row.no), after, 0
    items: list[bytes] = []
    gaps: list[Gap] = []
    for number, payload in rows:
        seq = number - start
        if not at < seq <= upto:
            raise sqlite3.DatabaseError("malformed: items are out of order")
        between = _missing(row, at + 1, seq - 1) if seq > at + 1 else ()
        cost = len(payload) + 1 + GAP_BYTES * len(between)
        if items and size + cost > max_bytes:
            return Chunk(at, items, tuple(gaps), size)
        gaps.extend(between)
        items.append(payload)
        size += cost
        at = seq
    if not full and at < upto:
        gaps.extend(_missing(row, at + 1, upto))
        at = upto
    return Chunk(at, items, tuple(gaps), size)


def _missing(row: LaneRow, first: int, last: int) -> tuple[Gap, ...]:
    """Why first to last are not kept: deleted after the hub confirmed them, thinned, or lost with a damaged file."""
    other = GapReason.THINNED if row.lane is Lane.TELEMETRY and not row.damaged else GapReason.UNREADABLE
    if last <= row.gone:
        return (Gap(first, last, GapReason.TRIMMED),)
    if first > row.gone:
        return (Gap(first, last, other),)
    return Gap(first, row.gone, GapReason.TRIMMED), Gap(row.gone + 1, last, other)
