"""What an outbox knows of the time in each boot of its device, for items that leave in a later one.

Anchors (edge/core/anchors.py) are written down when they tell something new: the first of a boot, then about one an
hour, and whenever one is much better than what was known. How long an earlier boot lasted, and what its wall clock
claimed, is read off the items that it left.
"""

import sqlite3
import threading
from collections.abc import Iterable
from typing import Final

import msgspec

from edge.core.anchors import Anchor, Source, agree, thinned, trusted
from edge.core.batch_clock import Told, clock_of, now_of
from edge.core.boots import Boot, learnt, lines
from edge.core.timeline import Between, Timeline
from edge.store.lanes import LaneRow
from edge.store.schema import base, transaction
from wire.messages import Clock, Lane

EVERY_MS: Final = 3_600_000
BETTER: Final = 2
CLEAR_MS: Final = 50
"""An anchor tells something new if it is BETTER times as narrow as what was known, and that was wider than this."""
CONFIRM_MS: Final = 2_000
"""What contradicts all before it counts when the same source says it again, so much later; the hub's word at once."""
MOST_BOOTS: Final = 20
"""Of boots that left nothing here, so many keep their anchors: the rate is learnt from them."""


class _Times(msgspec.Struct):
    at: int
    up: int


_times = msgspec.json.Decoder(_Times)


def span(items: list[bytes]) -> tuple[int, int] | None:
    """The uptimes of the first and the last of some items; None if neither is one."""
    found = [told.up for told in (_read(items[0]), _read(items[-1])) if told is not None] if items else []
    return (min(found), max(found)) if found else None


class BootTimes:
    """Boots by what they left: thread-safe, but for what says that it wants the engine's lock."""

    def __init__(self, boot: str, earliest: int) -> None:
        self.boot, self._earliest = boot, earliest
        self._lock = threading.Lock()
        self._streams: dict[str, str] = {}
        self._anchors: dict[str, list[Anchor]] = {}
        self._told: dict[tuple[str, Lane], Told] = {}
        self._line: Timeline | None = None
        self._doubt: Anchor | None = None
        self._seen: dict[str, list[_Times]] | None = None
        self._lines: dict[str, Timeline | Between] | None = None

    def load(self, db: sqlite3.Connection) -> None:
        """Read what the file holds."""
        with self._lock:
            found = db.execute("SELECT stream, boot FROM streams ORDER BY no").fetchall()
            self._streams = {stream: boot or f"of {stream}" for stream, boot in found}
            mine = self._anchors.get(self.boot, [])
            self._anchors = {self.boot: mine} if mine else {}
            rows = db.execute("SELECT boot, up_ms, low_ms, high_ms, source FROM anchors ORDER BY boot, up_ms")
            for boot, up, low, high, source in rows:
                if boot != self.boot or not mine:  # else this run knows more than the file, which was salvaged
                    self._anchors.setdefault(boot, []).append(Anchor(up, low, high, Source(source)))
            self._seen = None
            self._renew()

    @property
    def newest(self) -> int | None:
        """The uptime of the latest anchor of this boot."""
        line = self._line
        return None if line is None else line.newest

    def minted(self, stream: str) -> None:
        """A stream began in this boot."""
        with self._lock:
            self._streams[stream] = self.boot

    def tells(self, anchor: Anchor) -> bool:
        """Whether an anchor is to be written down."""
        with self._lock:
            mine = self._anchors.get(self.boot, [])
            if self._line is not None:
                low, high = self._line.at(anchor.up)
                if low <= anchor.high and anchor.low <= high:
                    better = high - low > max(CLEAR_MS, BETTER * anchor.width)
                    return better or anchor.up - self._line.newest >= EVERY_MS
            if anchor.source is Source.HUB:
                return True
            if anchor.up + anchor.high < self._earliest or anchor not in trusted([*mine, anchor]):
                return False
            doubt, self._doubt = self._doubt, anchor
            if doubt is None or doubt.source != anchor.source or not agree(doubt, anchor):
                return False
            if anchor.up - doubt.up < CONFIRM_MS:
                self._doubt = doubt
                return False
            return True

    def write(self, db: sqlite3.Connection, anchor: Anchor, rows: Iterable[LaneRow]) -> None:
        """Know an anchor of this boot, then write it down; its owner holds the engine's lock."""
        with self._lock:
            mine = self._anchors.get(self.boot, [])
            kept = thinned(sorted({known.up: known for known in [*mine, anchor]}.values()))
            gone = [] if mine else self._forgotten({row.stream for row in rows if row.kept})
            for boot in gone:
                del self._anchors[boot]
            self._anchors[self.boot] = kept
            self._renew()
        with transaction(db):
            db.executemany("DELETE FROM anchors WHERE boot = ?", [(boot,) for boot in gone])
            if len(kept) <= len(mine):
                db.execute("DELETE FROM anchors WHERE boot = ?", (self.boot,))
            new = [(self.boot, *each) for each in (kept if len(kept) <= len(mine) else [anchor])]
            db.executemany("INSERT OR REPLACE INTO anchors VALUES (?, ?, ?, ?, ?)", new)
            db.execute("COMMIT")

    def now(self, up: int) -> tuple[int, int] | None:
        """The true time at an uptime of this boot, and how wrong that may be; None before any contact."""
        with self._lock:
            return None if self._line is None else now_of(self._line, up)

    def knows(self, stream: str) -> bool:
        """Whether clock() can answer without looking at what boots left."""
        return self._seen is not None or (self._line is not None and self._streams.get(stream) == self.boot)

    def look_back(self, db: sqlite3.Connection, rows: Iterable[LaneRow]) -> None:
        """Read off the items of each boot how long it lasted, and what its wall clock claimed."""
        seen: dict[str, list[_Times]] = {}
        for row in sorted(rows, key=lambda row: row.no):
            if row.kept:
                seen.setdefault(self._streams.get(row.stream, self.boot), []).extend(_ends(db, row))
        with self._lock:
            self._seen, self._lines = seen, None

    def clock(self, stream: str, lane: Lane, first: int, last: int) -> Clock | None:
        """The clock for items of a lane made between two uptimes; None for a stream that is not known."""
        with self._lock:
            boot = self._streams.get(stream)
            if boot is None:
                return None
            told = self._told.setdefault((stream, lane), Told())
            if boot == self.boot and self._line is not None:
                return clock_of(self._line, first, last, told=told)
            if self._lines is None:
                order = self._order()
                self._lines = dict(zip(order, lines([self._boot(each) for each in order], self._earliest), strict=True))
            return clock_of(self._lines[boot], first, last, walls=self._boot(boot).walls, told=told)

    def _renew(self) -> None:
        mine = self._anchors.get(self.boot)
        every = [Boot(anchors=tuple(self._anchors.get(boot, ()))) for boot in self._order()]
        self._line = Timeline(mine, learnt(every)) if mine else None
        self._lines = None

    def _order(self) -> list[str]:
        """All boots that minted a stream, older ones first, and this one."""
        return [*dict.fromkeys(boot for boot in self._streams.values() if boot != self.boot), self.boot]

    def _boot(self, boot: str) -> Boot:
        seen = sorted((self._seen or {}).get(boot, ()), key=lambda each: each.up)
        return Boot(
            anchors=tuple(self._anchors.get(boot, ())),
            last=seen[-1].up if seen else 0,
            walls=tuple(times.at - times.up for times in seen),
        )

    def _forgotten(self, holding: set[str]) -> list[str]:
        """Boots whose anchors serve nothing any more."""
        held = {self._streams.get(stream) for stream in holding}
        order = [boot for boot in self._order() if boot in self._anchors]
        lost = [boot for boot in self._anchors if boot not in order]
        return lost + [boot for boot in order[:-MOST_BOOTS] if boot not in held]


def _ends(db: sqlite3.Connection, row: LaneRow) -> list[_Times]:
    """The times of the first and the last item of a lane."""
    start, end = base(row.no), base(row.no + 1)
    found = []
    for order in ("ASC", "DESC"):
        query = f"SELECT payload FROM {row.lane.value} WHERE id > ? AND id < ? ORDER BY id {order} LIMIT 1"  # noqa: S608
        payload = db.execute(query, (start, end)).fetchone()
        told = _read(payload[0]) if payload and isinstance(payload[0], bytes) else None
        if told is not None:
            found.append(told)
    return found


def _read(item: bytes) -> _Times | None:
    """When an item says that it was made; None for what is none, or was wrapped without its times."""
    try:
        told = _times.decode(item)
    except (ValueError, RecursionError):  # msgspec's own, and what it says of bytes that are no text
        return None
    return told if told.up or told.at else None
