"""Messages to groups: decides with the lanes' state what is new, and has it turned into rows.

What the reader remembers runs ahead of the database by the groups that are being committed. After a rollback it
forgets everything, and what was built ahead is built again.
"""

from collections import defaultdict
from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection

from hub.core.identity import lane_id
from hub.core.reception import NEW, Beyond, LaneState, ReceptionError, answer, chosen, every, greet, take
from hub.ingest.decoding import BadMessage, ReadBatch, read
from hub.ingest.group import Arrival, Group, LaneChange, LaneRef, Quarantined, Result
from hub.ingest.poster import Poster, newest_health
from wire.codec import decode_presence
from wire.errors import DecodeError, Reason
from wire.messages import Hello, Lane, Presence, Receipt, Welcome
from wire.topics import Leaf

KEPT_BYTES = 1024 * 1024
"""How much of an unreadable message is kept."""
LANES_REMEMBERED = 100_000
"""About the most lanes whose state is remembered: a device names as many streams as it likes."""
STREAMS_LOOKED_AT = 5_000
"""Of a device with more streams no hello is told whether it named them all: that would take too long."""
RUNS_REMEMBERED = 16
"""Most agents under one name that are told apart."""


class Reader:
    """Builds groups. Not thread-safe: its owner holds a lock around build() and forget()."""

    def __init__(self, *, ledger: str, run: str) -> None:
        self.ledger = ledger
        self.run = run
        self.poster = Poster()
        self._lanes: dict[tuple[str, str, Lane], tuple[int, LaneState]] = {}
        self._devices: dict[str, int] = {}
        self._next_device = 1
        self._alive: dict[str, dict[str, Presence]] = defaultdict(dict)
        self._newest = self._before = Group()

    def forget(self, connection: Connection) -> None:
        """Start again from what the database holds."""
        self._lanes.clear()
        self._newest = self._before = Group()
        self.poster.load(connection)
        rows = connection.exec_driver_sql("SELECT id, name FROM device").all()
        self._devices = {row[1]: row[0] for row in rows}
        self._next_device = max((row[0] for row in rows), default=0) + 1

    def build(
        self, arrivals: Iterable[Arrival], connection: Connection, *, group: Group | None = None, apart: bool = False
    ) -> Group:
        """A group out of messages, in their order, or `group` with them added.

        `connection` reads what is not remembered. `apart` leaves the items in group.apart, to be posted one by one.
        Never raises for what a message says.
        """
        if group is None:
            group = self._begin()
        for arrival in arrivals:
            group.arrivals.append(arrival)
            device_id = self.device(group, arrival, connection)
            if arrival.leaf is Leaf.PRESENCE:
                self._presence(group, arrival, device_id)
                continue
            message = read(arrival.payload)
            touch = group.touches[device_id]
            if arrival.reply is None:
                touch.last_seen = arrival.received_at
            if isinstance(message, ReadBatch):
                self._batch(group, arrival, device_id, message, connection, apart=apart)
            elif isinstance(message, Hello):
                self._hello(group, arrival, device_id, message, connection)
            else:
                _set_aside(group, arrival, message)
        return group

    def _begin(self) -> Group:
        """A new group. All but the one before it is committed: what those moved can be read again."""
        if len(self._lanes) > LANES_REMEMBERED:
            self._lanes = {key: found for key, found in self._lanes.items() if found[0] in self._newest.lanes}
        self._before, self._newest = self._newest, Group()
        return self._newest

    def device(self, group: Group, arrival: Arrival, connection: Connection) -> int:
        """The id of a device; one that the broker let in and the hub does not know yet is created as unknown."""
        found = self._devices.get(arrival.device)
        if found is None:
            query = "SELECT id FROM device WHERE name = ?"
            found = connection.exec_driver_sql(query, (arrival.device,)).scalar()
            if found is None:
                found = max(self._next_device, _top(connection) + 1)
                group.devices.append((found, arrival.device, arrival.received_at))
            self._next_device = max(self._next_device, found + 1)
            self._devices[arrival.device] = found
        return found

    def _batch(
        self, group: Group, arrival: Arrival, device_id: int, read: ReadBatch, connection: Connection, *, apart: bool
    ) -> None:
        head = read.head
        if head.ledger != self.ledger:
            return
        key = (arrival.device, head.stream, head.lane)
        lane, state = self._state(key, connection)
        try:
            taken = take(state, lane=head.lane, after=head.after, last=head.last, gaps=head.gaps)
        except ReceptionError as error:
            _set_aside(group, arrival, BadMessage(Reason.BAD_BATCH, str(error)))
            return
        beyond = isinstance(taken, Beyond)
        fresh, aside = 0, len(group.rows.quarantine)
        if not isinstance(taken, Beyond) and taken.state != state:
            self._lanes[key] = (lane, taken.state)
            change = _change(group, device_id, key, lane, state)
            change.after = taken.state
            change.declared.extend((gap.first, gap.last, gap.reason.value) for gap in taken.declared)
            whole = taken.fresh == ((head.after + 1, head.last),) and not head.gaps
            applied = None if whole else msgspec.json.encode(taken.fresh).decode()
            if taken.fresh:
                group.journal.append((lane, head.after, head.last, arrival.received_at, applied, arrival.payload))
                ref = LaneRef(
                    device=arrival.device,
                    device_id=device_id,
                    id_=lane,
                    lane=head.lane,
                    clock=head.clock,
                    received=arrival.received_at,
                )
                pairs = (
                    zip(read.sequences, read.items, strict=True)
                    if whole
                    else chosen(read.sequences, read.items, taken.fresh)
                )
                fixes = len(group.rows.fixes)
                if apart:
                    group.apart.append((ref, list(pairs)))
                else:
                    self.poster.add(group.rows, ref, pairs)
                fresh = _account_for(group, device_id, ref, read, taken.fresh)
                for fix in group.rows.fixes[fixes:]:
                    if fix.verdict == "good":
                        touch = group.touches[device_id]
                        touch.last_position_at = max(touch.last_position_at or fix.t, fix.t)
            state = taken.state
        receipt = Receipt(
            ledger=self.ledger,
            run=self.run,
            time=0,
            hello=head.hello,
            stream=head.stream,
            lane=head.lane,
            through=state.through,
            turn=head.turn,
            beyond=beyond,
        )
        _answer(group, arrival, Result(receipt, fresh, len(group.rows.quarantine) - aside))

    def _hello(self, group: Group, arrival: Arrival, device_id: int, hello: Hello, connection: Connection) -> None:
        states: dict[tuple[str, Lane], LaneState] = {}
        whole = None
        if hello.ledger in (None, self.ledger):
            for end in hello.streams:
                for lane in Lane:
                    states[end.stream, lane] = self._state((arrival.device, end.stream, lane), connection)[1]
            for (stream, lane), after in greet(states, hello).items():
                key = (arrival.device, stream, lane)
                id_, before = self._state(key, connection)
                if after != before:
                    _change(group, device_id, key, id_, before).after = after
                    self._lanes[key] = (id_, after)
                    states[stream, lane] = after
            whole = self._every(group, device_id, hello, connection)
        touch = group.touches[device_id]
        touch.version = hello.version or None
        touch.presence = next(reversed(self._alive[arrival.device].values()), touch.presence)
        touch.last_heard = arrival.received_at
        welcome = Welcome(
            ledger=self.ledger,
            run=self.run,
            time=0,
            hello=hello.hello,
            page=hello.page,
            streams=answer(states, hello),
            every=whole,
        )
        _answer(group, arrival, Result(welcome))

    def _every(self, group: Group, device_id: int, hello: Hello, connection: Connection) -> str | None:
        """All streams of a device: those in the database, and those of this group and the one that is committed now."""
        query = "SELECT DISTINCT stream FROM lane WHERE device_id = ? LIMIT ?"
        rows = connection.exec_driver_sql(query, (device_id, STREAMS_LOOKED_AT)).all()
        if len(rows) == STREAMS_LOOKED_AT:
            return None
        coming = group.minted.get(device_id, set()) | self._before.minted.get(device_id, set())
        return every(coming.union(row[0] for row in rows), hello)

    def _presence(self, group: Group, arrival: Arrival, device_id: int) -> None:
        """Births and last wills.

        An agent has one connection at a time, so the will of an earlier one ends nothing; a second agent under the
        same name is another one, and both are shown.
        """
        try:
            presence = decode_presence(arrival.payload)
        except DecodeError as error:
            _set_aside(group, arrival, BadMessage(Reason.BAD_BATCH, str(error)))
            return
        alive = self._alive[arrival.device]
        known = alive.get(presence.run)
        if presence.online:
            alive.pop(presence.run, None)
            alive[presence.run] = presence
            if len(alive) > RUNS_REMEMBERED:
                del alive[next(iter(alive))]
        elif known is None or known.connection == presence.connection:
            alive.pop(presence.run, None)
        touch = group.touches[device_id]
        touch.presence = next(reversed(alive.values()), presence)
        touch.last_heard = arrival.received_at
        touch.others = max(0, len(alive) - 1)

    def _state(self, key: tuple[str, str, Lane], connection: Connection) -> tuple[int, LaneState]:
        found = self._lanes.get(key)
        if found is None:
            id_ = lane_id(*key)
            row = connection.exec_driver_sql("SELECT through, last FROM lane WHERE id = ?", (id_,)).first()
            state = NEW
            if row is not None:
                query = "SELECT first, last FROM gap WHERE lane_id = ? AND reason <> 'thinned' ORDER BY first"
                gaps = connection.exec_driver_sql(query, (id_,)).all() if key[2] is Lane.FACTS else []
                state = LaneState(row[0], row[1], tuple((gap[0], gap[1]) for gap in gaps))
            found = self._lanes[key] = (id_, state)
        return found


def _change(group: Group, device_id: int, key: tuple[str, str, Lane], lane: int, before: LaneState) -> LaneChange:
    found = group.lanes.get(lane)
    if found is None:
        found = group.lanes[lane] = LaneChange(
            device_id, key[1], key[2], new=before is NEW, before=before, after=before
        )
        if found.new:
            group.minted[device_id].add(key[1])
    return found


def _answer(group: Group, arrival: Arrival, taken: Result) -> None:
    if arrival.reply is not None:
        group.replies.append((arrival.reply, taken))
    elif taken.answer is not None:
        group.answers.append((arrival.device, taken.answer))


def _account_for(
    group: Group, device_id: int, ref: LaneRef, read: ReadBatch, fresh: tuple[tuple[int, int], ...]
) -> int:
    """Counts, and what the device's row shows. Returns how many sequences are new."""
    stored = sum(last - first + 1 for first, last in fresh)
    touch = group.touches[device_id]
    if ref.clock is not None:
        touch.clock_error_ms = ref.clock.error
    if ref.facts:
        group.facts += stored
        group.rows.ranges.extend((ref.id, first, last) for first, last in fresh)
        touch.last_fact_at = ref.received_at
        return stored
    group.telemetry += stored
    health = newest_health(read.items)
    if health is not None:
        touch.pending_facts, touch.pending_telemetry = health.pending_facts, health.pending_telemetry
        touch.version = health.version or touch.version
        touch.health, touch.health_at = health, ref.received_at
    return stored


def _set_aside(group: Group, arrival: Arrival, bad: BadMessage) -> None:
    kept = arrival.payload[:KEPT_BYTES]
    group.rows.quarantine.append(
        Quarantined(arrival.device, None, None, arrival.received_at, bad.reason, bad.detail, kept)
    )
    _answer(group, arrival, Result(None))


def _top(connection: Connection) -> int:
    return int(connection.exec_driver_sql("SELECT coalesce(max(id), 0) FROM device").scalar() or 0)
