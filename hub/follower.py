"""Follows goods on their way to people: what facts say of parcels, and so of consignments and requests.

One thread. It reads the journal behind ingest and writes what concerns parcels into their histories
(hub.store.life_facts), then works out anew where these are (hub.store.lives). Facts may come late, twice and in any
order: the history is sorted by corrected time, and a place in a lane counts once. So following again from the beginning
of the journal changes nothing (hub.retelling). As long as nothing is planned, the journal is passed without a look.

What ingest set aside counts for nothing here either. An item that came wrapped is followed once it was interpreted and
posted (`unwrapped`), never before: custody and carriers are read from the ledger.

What can go wrong: the database cannot be read or written (it tries again from where it was), or the hub dies (what was
read and what follows from it stand in one transaction).
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import structlog
from sqlalchemy import Connection

from hub.consequences import follow_up
from hub.core.identity import lane_id
from hub.core.moments import corrected
from hub.ingest.decoding import BadItem
from hub.ingest.replay import decode, fact_at, left_out, unwrapped
from hub.store import collecting, journeys, life_facts, lives
from hub.store.database import Database
from hub.store.life_facts import Fact, Goods
from hub.tending import Tending
from hub.vault import Vault
from wire.messages import AnyItem, Lane, Settle, Void

LOOK_S: Final = 0.5
ROWS: Final = 500
FACTS: Final = 1000
"""Rows of the journal, and facts, after which a transaction ends: ingest waits for it."""
PASSED: Final = 1000
"""Rows of the journal that move no goods, after which it is kept that they were passed."""
OVER_MS: Final = 60_000
"""So often it is looked what time alone has changed: reservations that are over."""
_META: Final = "follower"
_JOURNAL: Final = (
    "SELECT journal.id, lane.id AS lane, device.name AS device, lane.stream, received_at, applied, body FROM journal"
    " JOIN lane ON lane.id = journal.lane_id JOIN device ON device.id = lane.device_id"
    " WHERE journal.id > ? AND lane.lane = 'facts' ORDER BY journal.id LIMIT ?"
)
_UNWRAPPED: Final = (
    "SELECT lane_id, seq, device.name AS device FROM unwrapped JOIN lane ON lane.id = lane_id"
    " JOIN device ON device.id = lane.device_id ORDER BY lane_id, seq LIMIT ?"
)
_LAPSED: Final = (
    "SELECT DISTINCT request.seq FROM reservation JOIN need ON need.seq = reservation.need"
    " JOIN request ON request.id = need.request WHERE reservation.state IN ('held', 'picking')"
    " AND reservation.state = 'held' AND expires_at <= ? AND request.state = 'allocated'"
)

log = structlog.get_logger("follower")


@dataclass(slots=True)
class _Read:
    """What was read: facts, those that were undone or whose owner was settled, and up to where."""

    last: int
    facts: list[Fact] = field(default_factory=list)
    undone: list[tuple[int, int, Goods | None]] = field(default_factory=list)
    settled: list[Goods | None] = field(default_factory=list)
    unwrapped: list[tuple[int, int]] = field(default_factory=list)

    @property
    def says(self) -> bool:
        return bool(self.facts or self.undone or self.settled or self.unwrapped)


class Follower(Tending):
    """Its thread, and what it does each time."""

    name = "follower"
    every_s = LOOK_S

    def __init__(
        self, database: Database, vault: Vault | None, clock: Callable[[], int], changed: Callable[[], None]
    ) -> None:
        """Without a vault no codes are made and no notices queued. `clock` tells Unix ms; `changed` wakes screens."""
        super().__init__()
        self._database = database
        self._vault = vault
        self._clock = clock
        self._changed = changed
        self._passed = self._kept = -1
        self._looked_ms = 0
        self._lock = threading.Lock()

    def look(self) -> int:
        """Follow all that is in the journal now; how many things changed. Any thread may ask. Raises DBAPIError."""
        changed = 0
        with self._lock:
            while not self._stopping.is_set():
                with self._database.read() as connection:
                    read = self._read(connection)
                if read is None:
                    break
                if read.says or read.last - self._kept >= PASSED:
                    changed += self._take(read)
                self._passed = read.last
            changed += self._lapse()
        return changed

    def _read(self, connection: Connection) -> _Read | None:
        """What the next rows of the journal say; None at its end."""
        if self._passed < 0:
            query = "SELECT value FROM meta WHERE key = ?"
            self._kept = self._passed = int(connection.exec_driver_sql(query, (_META,)).scalar() or 0)
        read = _Read(self._passed)
        if not connection.exec_driver_sql("SELECT EXISTS (SELECT 1 FROM parcel)").scalar():
            read.last = int(connection.exec_driver_sql("SELECT coalesce(max(id), 0) FROM journal").scalar_one())
            return None if read.last == self._passed else read
        for row in connection.exec_driver_sql(_JOURNAL, (self._passed, ROWS)).all():
            stored = decode(row.body, row.applied)
            aside = left_out(connection, row.lane, stored.pairs)
            for seq, raw in stored.pairs:
                item = unwrapped(raw)
                if seq not in aside and not isinstance(item, BadItem):
                    at = corrected(item.at, item.up, stored.clock, row.received_at)
                    _sort(connection, read, item, at, (row.lane, seq, row.device))
            read.last = row.id
            if len(read.facts) >= FACTS:
                break
        for row in connection.exec_driver_sql(_UNWRAPPED, (FACTS,)).all():
            held = fact_at(connection, row.lane_id, row.seq)
            if held is not None and not isinstance(held.fact, BadItem):
                _sort(connection, read, held.fact, held.at, (row.lane_id, row.seq, row.device))
            read.unwrapped.append((row.lane_id, row.seq))
        return read if read.last > self._passed or read.unwrapped else None

    def _take(self, read: _Read) -> int:
        now = self._clock()
        with self._database.write() as connection:
            touched = life_facts.take(connection, read.facts, now)
            touched.add(life_facts.undo(connection, read.undone))
            touched.add(life_facts.owned(connection, read.settled))
            along = journeys.take(connection, read.facts)
            along |= journeys.undo(connection, [(lane, seq) for lane, seq, _ in read.undone])
            touched.add(life_facts.moved(connection, along))
            collecting.note_locks(connection, ((fact.item, fact.at) for fact in read.facts))
            changes = lives.restate(connection, touched, now)
            follow_up(connection, self._vault, changes, now)
            if read.unwrapped:
                connection.exec_driver_sql("DELETE FROM unwrapped WHERE lane_id = ? AND seq = ?", read.unwrapped)
            query = "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)"
            connection.exec_driver_sql(query, (_META, str(read.last)))
        self._kept = read.last
        if changes:
            self._changed()
        return len(changes)

    def _lapse(self) -> int:
        """Requests whose reservations are over are open again."""
        now = self._clock()
        if abs(now - self._looked_ms) < OVER_MS:
            return 0
        self._looked_ms = now
        with self._database.read() as connection:
            over = set(connection.exec_driver_sql(_LAPSED, (now,)).scalars())
        if not over:
            return 0
        with self._database.write() as connection:
            return len(lives.restate(connection, lives.Touched(requests=over), now))


def _sort(connection: Connection, read: _Read, item: AnyItem, at: int, place: tuple[int, int, str]) -> None:
    """Put an item where it belongs; those that say nothing of goods are passed."""
    lane, seq, device = place
    if isinstance(item, Goods):
        read.facts.append(Fact(item, at, lane, seq, device))
    elif isinstance(item, Void):
        lane = lane_id(item.device or device, item.stream, Lane.FACTS)
        read.undone.append((lane, item.seq, _goods_at(connection, lane, item.seq)))
    elif isinstance(item, Settle):
        lane = lane_id(item.device, item.stream, Lane.FACTS)
        read.settled.append(_goods_at(connection, lane, item.seq))


def _goods_at(connection: Connection, lane: int, seq: int) -> Goods | None:
    """The fact at a place of a lane, where it has come and moves goods; else the one whose owner it settled."""
    held = fact_at(connection, lane, seq)
    if held is not None and isinstance(held.fact, Settle):
        held = fact_at(connection, lane_id(held.fact.device, held.fact.stream, Lane.FACTS), held.fact.seq)
    return held.fact if held is not None and isinstance(held.fact, Goods) else None
