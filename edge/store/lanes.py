"""What the outbox knows of each lane without looking at its rows, and how a batch is read."""

import sqlite3
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from edge.store import holes as ranges
from edge.store.holes import Fate, Hole, Holes
from edge.store.schema import SHIFT, base
from wire.messages import Gap, GapReason, Lane

GAP_BYTES = 48
"""Most bytes that one declared gap takes in a batch."""


class Position(NamedTuple):
    """Where an item is kept, for ever."""

    stream: str
    seq: int


@dataclass(slots=True)
class LaneRow:
    """One row of `lanes`, see edge/store/schema.py, and its ranges of `holes`: `noted` as they are in the file."""

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
    holes: Holes = ()
    noted: Holes = ()

    @property
    def delivered(self) -> int:
        """Items that the hub has."""
        upto = min(self.through, self.last)
        return upto - sum(self._fated(fate, upto) for fate in _LOST)

    @property
    def pending(self) -> int:
        """Items that the hub has not confirmed yet."""
        return self.last - self.delivered - sum(self._fated(fate, self.last) for fate in _LOST)

    def fated(self, fate: Fate) -> int:
        """Items with this fate."""
        return self._fated(fate, self.last)

    def _fated(self, fate: Fate, upto: int) -> int:
        return ranges.count(self.holes, fate, upto=upto) if self.holes else 0


_LOST = (Fate.THINNED, Fate.UNREADABLE, Fate.TRIMMED)


@dataclass(frozen=True, slots=True)
class Chunk:
    """What a batch is made of: it covers up to `last`, with the items kept and the sequences that are not."""

    last: int
    items: list[bytes]
    gaps: tuple[Gap, ...]
    size: int


def load(db: sqlite3.Connection) -> dict[tuple[str, Lane], LaneRow]:
    """Every lane, older streams first. The file may be of an earlier version."""
    found = db.execute(
        "SELECT no, stream, lane, last, through, gone, sent, kept, thinned, damaged"
        " FROM streams JOIN lanes USING (no) ORDER BY no, lane"
    )
    lanes = {(row[1], Lane(row[2])): LaneRow(row[0], row[1], Lane(row[2]), *row[3:]) for row in found}
    if not all(believable(row.last, row.through, row.gone, row.sent, row.kept, row.damaged) for row in lanes.values()):
        raise sqlite3.DatabaseError("malformed: the counts of a lane contradict each other")
    streams = {row.no: row.stream for row in lanes.values()}
    holes: dict[tuple[str, Lane], list[Hole]] = {}
    if not db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'holes'").fetchone():
        return lanes
    for no, lane, first, last, fate, step in db.execute("SELECT * FROM holes ORDER BY no, lane, first"):
        holes.setdefault((streams[no], Lane(lane)), []).append(Hole(first, last, Fate(fate), step))
    for key, some in holes.items():
        lanes[key].holes = lanes[key].noted = tuple(some)
    return lanes


def believable(*counts: object) -> bool:
    """Whether last, through, gone, sent, kept and damaged of a lane can be true, as the table's rules have it."""
    if not all(isinstance(value, int) for value in counts):
        return False
    last, through, gone, sent, kept, damaged = (value for value in counts if isinstance(value, int))
    return 0 <= gone <= last < 1 << SHIFT and 0 <= kept <= last - gone and min(through, sent) >= 0 and damaged in {0, 1}


def note(db: sqlite3.Connection, row: LaneRow, holes: Holes) -> None:
    """Write down the ranges of a lane, in the caller's transaction; call noted() after its commit."""
    if holes == row.noted:
        return
    thinned = ranges.count(holes, Fate.THINNED, upto=row.last)
    db.execute("UPDATE lanes SET thinned = ? WHERE no = ? AND lane = ?", (thinned, row.no, row.lane.value))
    known, wanted = set(row.noted), set(holes)
    where = "no = ? AND lane = ? AND first = ?"
    gone = [(row.no, row.lane.value, hole.first) for hole in known - wanted]
    db.executemany(f"DELETE FROM holes WHERE {where}", gone)  # noqa: S608
    db.executemany(
        "INSERT INTO holes VALUES (?, ?, ?, ?, ?, ?)",
        [(row.no, row.lane.value, hole.first, hole.last, hole.fate.value, hole.step) for hole in wanted - known],
    )


def noted(row: LaneRow, holes: Holes) -> None:
    """What note() wrote is committed."""
    row.holes = row.noted = holes
    row.thinned = row.fated(Fate.THINNED)


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
    gaps: list[Gap] = []
    if first <= row.gone:
        gaps.append(Gap(first, min(last, row.gone), GapReason.TRIMMED))
        first = row.gone + 1
    if first <= last:
        pieces = ranges.reasons(row.holes, first, last, Fate.UNREADABLE)
        gaps.extend(Gap(piece.first, piece.last, GapReason(piece.fate.value)) for piece in pieces)
    return tuple(gaps)
