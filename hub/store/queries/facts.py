"""Stored batches, opened: what a device sent, word for word, found by its place (lane, sequence)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from hub.core.moments import Moment, moment
from hub.core.reception import chosen
from hub.store.schema import device as device_table
from hub.store.schema import journal, lane, quarantine
from wire import codec
from wire.errors import DecodeError
from wire.messages import AnyItem, Clock, Opaque

NEAR = 64
"""Rows of the journal after a place that are looked at first: the batch that brought it is nearly always the next."""

_ranges = msgspec.json.Decoder(list[tuple[int, int]])
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
    """Finds facts on one connection; each batch is read and opened once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._opened: dict[int, Stored] = {}
        self._recent: dict[int, list[int]] = {}
        self._sources: dict[int, Source] = {}

    @property
    def connection(self) -> Connection:
        """What it reads on."""
        return self._connection

    def source(self, lane_id: int) -> Source:
        """Whose lane it is."""
        found = self._sources.get(lane_id)
        if found is None:
            query = (
                select(device_table.c.name, lane.c.stream, lane.c.lane)
                .join_from(lane, device_table, device_table.c.id == lane.c.device_id)
                .where(lane.c.id == lane_id)
            )
            row = self._connection.execute(query).one_or_none()
            device, stream, name = ("", "", "") if row is None else row
            found = Source(device=device, stream=stream, lane=name)
            self._sources[lane_id] = found
        return found

    def find(self, lane_id: int, seq: int) -> Fact | None:
        """The item at a place; None where the journal holds it no more."""
        for id_ in self._recent.get(lane_id, ()):
            if seq in self._opened[id_].items:
                return self.fact(self._opened[id_], seq)
        covering = select(*COLUMNS).where(journal.c.lane_id == lane_id, journal.c.last >= seq).order_by(journal.c.last)
        near = covering.with_only_columns(journal.c.id).limit(NEAR).subquery()
        for query in (
            select(*COLUMNS).where(journal.c.id.in_(select(near.c.id)), journal.c.after < seq),
            covering.where(journal.c.after < seq),
        ):
            for row in self._connection.execute(query):
                stored = self.open(row)
                if seq in stored.items:
                    return self.fact(stored, seq)
        return None

    def fact(self, stored: Stored, seq: int) -> Fact:
        """One item of an opened batch."""
        data = stored.items[seq]
        at, up = _times(data)
        return Fact(
            id=f"{stored.id}:{seq}",
            source=self.source(stored.lane_id),
            seq=seq,
            said_at=at,
            when=moment(at, up, stored.clock, stored.received_at),
            received_at=stored.received_at,
            data=data,
        )

    def open(self, row: Any) -> Stored:
        """A row of the journal (id, lane_id, after, last, received_at, applied, body), opened."""
        known = self._opened.get(row.id)
        if known is not None:
            return known
        batch = codec.decode_raw(row.body)
        sequences = codec.sequences(batch.after, batch.last, batch.gaps, len(batch.items))
        fresh = ((row.after + 1, row.last),) if row.applied is None else tuple(_ranges.decode(row.applied))
        items = {seq: bytes(data) for seq, data in chosen(sequences, batch.items, fresh) if _is_item(data)}
        for seq in self._set_aside(row.lane_id, row.after, row.last):
            items.pop(seq, None)
        stored = Stored(id=row.id, lane_id=row.lane_id, received_at=row.received_at, clock=batch.clock, items=items)
        self._opened[row.id] = stored
        self._recent.setdefault(row.lane_id, []).append(row.id)
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


def _is_item(data: msgspec.Raw) -> bool:
    """Whether it can be an item at all: what is none was set aside when it came."""
    try:
        _head.decode(data)
    except msgspec.MsgspecError:
        return False
    return True


def _times(data: bytes) -> tuple[int, int]:
    times = _head.decode(data)
    return times.at, times.up
