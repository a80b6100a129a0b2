"""Stored batches, opened: what a device sent, word for word, found by its place (lane, sequence)."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from hub.core.moments import Moment, moment
from hub.core.reception import chosen
from hub.store.queries.layouts import layout
from hub.store.schema import journal, quarantine
from wire import codec
from wire.errors import DecodeError
from wire.messages import AnyItem, Clock, Opaque

_ranges = msgspec.json.Decoder(list[tuple[int, int]])
_COVERING = "SELECT id FROM journal WHERE lane_id = ? AND last >= ? AND after < ? ORDER BY last"
_ONWARDS = "SELECT id, after, last FROM journal WHERE lane_id = ? AND last >= ? ORDER BY last"
_BATCHES_PER_FACT = 4
"""More batches than this between facts that are wanted together: then each is looked for by itself."""
_ANY_ASIDE = "SELECT 1 FROM quarantine WHERE lane_id = ? LIMIT 1"
_ASIDE = "SELECT 1 FROM quarantine WHERE lane_id = ? AND seq = ?"
_SOURCE = (
    "SELECT device.name, lane.stream, lane.lane FROM lane JOIN device ON device.id = lane.device_id WHERE lane.id = ?"
)
COLUMNS = (
    journal.c.id, journal.c.lane_id, journal.c.after, journal.c.last,
    journal.c.received_at, journal.c.applied, journal.c.body,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The lane that facts came by."""

    device: str
    stream: str
    lane: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One row of the journal: the items that it brought, as bytes, by sequence."""

    id: int
    lane_id: int
    received_at: int
    clock: Clock | None
    items: dict[int, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One item with what is known of its coming. `item` is as on the wire; times in Unix ms.

    `said_at` is the device's own wall clock, `when` the corrected time with its bounds.
    """

    id: str
    source: Source
    seq: int
    said_at: int
    when: Moment
    received_at: int
    data: bytes

    @property
    def at(self) -> int:
        return self.when.at

    @property
    def estimated(self) -> bool:
        return self.when.estimated

    @property
    def kind(self) -> str:
        """The kind that it was sent as."""
        return _head.decode(self.data).k

    @property
    def item(self) -> AnyItem | None:
        """The item, taken out of its opaque wrapping; None where it cannot be read."""
        try:
            item = codec.decode_item(self.data)
            return codec.decode_item(item.data) if isinstance(item, Opaque) else item
        except DecodeError:
            return None


class FactReader:
    """Finds facts on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._opened: dict[int, Stored] = {}
        self._sources: dict[int, Source] = {}
        self._clean: set[int] = set()
        """Lanes of which nothing is in quarantine."""
        self._expected: dict[int, list[tuple[int, int, int]]] = {}
        """Of lanes, batches (id, after, last) by `last`: those that come first where they cover an expected place."""

    @property
    def connection(self) -> Connection:
        """What it reads on."""
        return self._connection

    def source(self, lane_id: int) -> Source:
        """Whose lane it is."""
        found = self._sources.get(lane_id)
        if found is None:
            row = self._connection.exec_driver_sql(_SOURCE, (lane_id,)).one_or_none()
            device, stream, name = ("", "", "") if row is None else row
            found = Source(device=device, stream=stream, lane=name)
            self._sources[lane_id] = found
        return found

    def expect(self, places: Iterable[tuple[int, int]]) -> None:
        """Facts at these places (lane, sequence) will be looked for: find out at once in which batches they are."""
        wanted: dict[int, list[int]] = defaultdict(list)
        for lane_id, seq in places:
            wanted[lane_id].append(seq)
        for lane_id, seqs in wanted.items():
            self._expected[lane_id] = self._onwards(lane_id, min(seqs), max(seqs), _BATCHES_PER_FACT * len(seqs))

    def _onwards(self, lane_id: int, first: int, last: int, most: int) -> list[tuple[int, int, int]]:
        """Batches from one sequence to another; none where they are too many to be worth it."""
        found: list[tuple[int, int, int]] = []
        with self._connection.exec_driver_sql(_ONWARDS, (lane_id, first)) as rows:
            for id_, after, end in rows:
                if after >= last:
                    break
                if len(found) == most:
                    return []
                found.append((id_, after, end))
        return found

    def find(self, lane_id: int, seq: int) -> Fact | None:
        """The item at a place; None where the journal holds it no more.

        Several batches may cover the place: of those that brought it the first counts.
        """
        for id_ in self._covering(lane_id, seq):
            found = layout(self._connection, id_)
            data = found.item(self._connection, seq)
            if data is not None and is_item(data) and not self._is_aside(lane_id, seq):
                return self._fact(found.id, lane_id, seq, data, found.clock, found.received_at)
        return None

    def _covering(self, lane_id: int, seq: int) -> Iterator[int]:
        """The batches that cover a place, by where they end; the first of them, where expected, are not looked up."""
        known = self._expected.get(lane_id, [])
        for id_, after, _ in known[bisect_left(known, seq, key=itemgetter(2)) :]:
            if after < seq:
                yield id_
        with self._connection.exec_driver_sql(_COVERING, (lane_id, seq, seq)) as covering:
            for (id_,) in covering:
                yield id_

    def fact(self, stored: Stored, seq: int) -> Fact:
        """One item of an opened batch."""
        return self._fact(stored.id, stored.lane_id, seq, stored.items[seq], stored.clock, stored.received_at)

    def _fact(self, id_: int, lane_id: int, seq: int, data: bytes, clock: Clock | None, received_at: int) -> Fact:
        at, up = _times(data)
        return Fact(
            id=f"{id_}:{seq}",
            source=self.source(lane_id),
            seq=seq,
            said_at=at,
            when=moment(at, up, clock, received_at),
            received_at=received_at,
            data=data,
        )

    def _is_aside(self, lane_id: int, seq: int) -> bool:
        """Whether an item is in quarantine instead."""
        if lane_id in self._clean:
            return False
        if self._connection.exec_driver_sql(_ANY_ASIDE, (lane_id,)).first() is None:
            self._clean.add(lane_id)
            return False
        return self._connection.exec_driver_sql(_ASIDE, (lane_id, seq)).first() is not None

    def open(self, row: Any) -> Stored:
        """A row of the journal (id, lane_id, after, last, received_at, applied, body), opened."""
        known = self._opened.get(row.id)
        if known is not None:
            return known
        batch = codec.decode_raw(row.body)
        sequences = codec.sequences(batch.after, batch.last, batch.gaps, len(batch.items))
        fresh = ((row.after + 1, row.last),) if row.applied is None else tuple(_ranges.decode(row.applied))
        items = {seq: bytes(data) for seq, data in chosen(sequences, batch.items, fresh) if is_item(data)}
        for seq in self._set_aside(row.lane_id, row.after, row.last):
            items.pop(seq, None)
        stored = Stored(id=row.id, lane_id=row.lane_id, received_at=row.received_at, clock=batch.clock, items=items)
        self._opened[row.id] = stored
        return stored

    def _set_aside(self, lane_id: int, after: int, last: int) -> Sequence[int]:
        """Sequences of a batch that are in quarantine instead."""
        query = select(quarantine.c.seq).where(
            quarantine.c.lane_id == lane_id, quarantine.c.seq > after, quarantine.c.seq <= last
        )
        return [seq for seq in self._connection.execute(query).scalars() if seq is not None]


class _Head(msgspec.Struct):
    at: int
    up: int
    k: str


_head = msgspec.json.Decoder(_Head)


def is_item(data: bytes | msgspec.Raw) -> bool:
    """Whether it can be an item at all: what is none was set aside when it came."""
    try:
        _head.decode(data)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, OverflowError):
        return False
    return True


def _times(data: bytes) -> tuple[int, int]:
    times = _head.decode(data)
    return times.at, times.up
