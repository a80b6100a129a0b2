"""Follows goods on their way to people: what facts say of parcels, and so of consignments and requests.

One thread. It reads the journal behind ingest and writes what concerns parcels into their histories
(hub.store.life_facts), then works out anew where these are (hub.store.lives). Facts may come late, twice and in any
order: the history is sorted by corrected time, and a place in a lane counts once. So following again from the beginning
of the journal changes nothing. As long as nothing is planned, the journal is passed without a look.

What can go wrong: the database cannot be read or written (it tries again from where it was), or the hub dies (what was
read and what follows from it stand in one transaction).
"""

import threading
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import structlog
from sqlalchemy import Connection, Row
from sqlalchemy.exc import DBAPIError

from hub.consequences import follow_up
from hub.core.identity import lane_id
from hub.core.moments import corrected
from hub.errors import HubError
from hub.ingest.decoding import BadItem
from hub.ingest.replay import decode, fact_at, unwrapped
from hub.store import collecting, journeys, life_facts, lives
from hub.store.database import Database
from hub.store.life_facts import Fact
from hub.vault import Vault
from wire.messages import AnyItem, Kit, Lane, Scan, Settle, Void

LOOK_S: Final = 0.5
ROWS: Final = 20
"""Rows of the journal that are followed in one transaction."""
FACTS: Final = 1000
"""Facts after which a transaction ends: ingest waits for it."""
PASSED: Final = 1000
"""Rows of the journal that say nothing of parcels, after which it is kept that they were passed."""
OVER_MS: Final = 60_000
"""So often it is looked what time alone has changed: reservations that are over."""
_META: Final = "follower"
_SIGNS: Final = (
    b"RR:P:",
    b"unit:parcel:",
    b"consignment:",
    b"pick:",
    b'"void"',
    b'"settle"',
    b"unit:sscc:",
    b"opaque",
    b'"arrive"',
    b'"depart"',
)
"""One of these stands in whatever says something of a parcel or consignment, unless it is a pallet by itself."""
_JOURNAL: Final = (
    "SELECT journal.id, lane.id AS lane, device.name AS device, lane.stream, received_at, applied, body FROM journal"
    " JOIN lane ON lane.id = journal.lane_id JOIN device ON device.id = lane.device_id"
    " WHERE journal.id > ? AND lane.lane = 'facts' ORDER BY journal.id LIMIT ?"
)
_LAPSED: Final = (
    "SELECT DISTINCT request.seq FROM reservation JOIN need ON need.seq = reservation.need"
    " JOIN request ON request.id = need.request WHERE reservation.state IN ('held', 'picking')"
    " AND reservation.state = 'held' AND expires_at <= ? AND request.state = 'allocated'"
)

log = structlog.get_logger("follower")


class _Read(NamedTuple):
    facts: list[Fact]
    undone: list[tuple[int, int, Scan | Kit | None]]
    settled: list[Scan | Kit | None]
    last: int


class Follower:
    """Its thread, and what it does each time."""

    def __init__(
        self, database: Database, vault: Vault | None, clock: Callable[[], int], changed: Callable[[], None]
    ) -> None:
        """Without a vault no codes are made and no notices queued. `clock` tells Unix ms; `changed` wakes screens."""
        self._database = database
        self._vault = vault
        self._clock = clock
        self._changed = changed
        self._passed = self._kept = -1
        self._looked_ms = 0
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="follower", daemon=True)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End. Idempotent."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(timeout=30)

    def look(self) -> int:
        """Follow all that is in the journal now; how many things changed. Any thread may ask. Raises DBAPIError."""
        changed = 0
        with self._lock:
            while not self._stopping.is_set():
                with self._database.read() as connection:
                    read = self._read(connection)
                if read is None:
                    break
                if read.facts or read.undone or read.settled or read.last - self._kept >= PASSED:
                    changed += self._take(read)
                self._passed = read.last
            changed += self._lapse()
        return changed

    def _read(self, connection: Connection) -> _Read | None:
        """What the next rows of the journal say; None at its end."""
        if self._passed < 0:
            query = "SELECT value FROM meta WHERE key = ?"
            self._kept = self._passed = int(connection.exec_driver_sql(query, (_META,)).scalar() or 0)
        if not connection.exec_driver_sql("SELECT EXISTS (SELECT 1 FROM parcel)").scalar():
            last = int(connection.exec_driver_sql("SELECT coalesce(max(id), 0) FROM journal").scalar_one())
            return None if last == self._passed else _Read([], [], [], last)
        rows = connection.exec_driver_sql(_JOURNAL, (self._passed, ROWS)).all()
        if not rows:
            return None
        read = _Read([], [], [], rows[-1].id)
        carried = bool(connection.exec_driver_sql("SELECT EXISTS (SELECT 1 FROM consignment_unit)").scalar())
        for row in rows:
            if carried or any(sign in row.body for sign in _SIGNS):
                self._of_batch(connection, row, read)
        return read

    def _of_batch(self, connection: Connection, row: "Row[Any]", read: _Read) -> None:
        stored = decode(row.body, row.applied)
        for seq, raw in stored.pairs:
            item: AnyItem | BadItem = unwrapped(raw)
            if isinstance(item, Scan | Kit):
                at = corrected(item.at, item.up, stored.clock, row.received_at)
                read.facts.append(Fact(item, at, row.lane, seq, row.device))
            elif isinstance(item, Void):
                lane = lane_id(item.device or row.device, item.stream, Lane.FACTS)
                read.undone.append((lane, item.seq, _goods_at(connection, lane, item.seq)))
            elif isinstance(item, Settle):
                lane = lane_id(item.device, item.stream, Lane.FACTS)
                read.settled.append(_goods_at(connection, lane, item.seq))

    def _take(self, read: _Read) -> int:
        now = self._clock()
        with self._database.write() as connection:
            touched = life_facts.take(connection, read.facts, now)
            touched.add(life_facts.undo(connection, read.undone))
            touched.add(life_facts.owned(connection, read.settled))
            touched.parcels |= journeys.take(connection, read.facts)
            touched.parcels |= journeys.undo(connection, [(lane, seq) for lane, seq, _ in read.undone])
            collecting.note_locks(connection, ((fact.item, fact.at) for fact in read.facts))
            changes = lives.restate(connection, touched, now)
            follow_up(connection, self._vault, changes, now)
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

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_S):
            try:
                self.look()
            except (HubError, DBAPIError) as error:
                log.warning("follower-waits", error=str(error))


def _goods_at(connection: Connection, lane: int, seq: int) -> Scan | Kit | None:
    """The fact at a place of a lane, where it has come and moves goods; else the one whose owner it settled."""
    held = fact_at(connection, lane, seq)
    if held is not None and isinstance(held.fact, Settle):
        held = fact_at(connection, lane_id(held.fact.device, held.fact.stream, Lane.FACTS), held.fact.seq)
    return held.fact if held is not None and isinstance(held.fact, Scan | Kit) else None
