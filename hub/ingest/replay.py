"""The journal read back: stored batches as items again."""

from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

import msgspec
from sqlalchemy import Connection

from hub.core.moments import corrected
from hub.core.reception import Ranges, chosen
from hub.ingest.decoding import BadItem, ReadBatch, read, read_wrapped
from hub.ingest.group import LaneRef
from wire.errors import Reason
from wire.messages import AnyItem, Clock, Lane, Opaque

_ranges = msgspec.json.Decoder(tuple[tuple[int, int], ...])


@dataclass(frozen=True, slots=True)
class Found:
    """One item of the journal, with its corrected time in Unix ms."""

    fact: AnyItem | BadItem
    at: int


@dataclass(frozen=True, slots=True)
class Stored:
    """One row of the journal, decoded: the items that it brought, with their sequences."""

    clock: Clock | None
    pairs: list[tuple[int, AnyItem | BadItem]]
    fresh: Ranges


@lru_cache(maxsize=1)
def decode(body: bytes, applied: str | None) -> Stored:
    """The items of a stored batch that were new when it came; remembers the last one, for many undos of one batch."""
    batch = read(body)
    if not isinstance(batch, ReadBatch):
        return Stored(None, [], ())
    head = batch.head
    if applied is None:
        pairs = list(zip(batch.sequences, batch.items, strict=True))
        return Stored(head.clock, pairs, ((head.after + 1, head.last),))
    fresh = _ranges.decode(applied)
    return Stored(head.clock, list(chosen(batch.sequences, batch.items, fresh)), fresh)


def fact_at(connection: Connection, lane: int, seq: int, *, wrapped: bool = False) -> Found | None:
    """The item at one place of a lane, without its opaque wrapping; None if the hub has none there."""
    held = _held(connection, lane, seq)
    if held is None:
        return None
    item, clock, received_at = held
    if wrapped and isinstance(item, Opaque):
        return Found(BadItem(item.data, Reason.UNINTERPRETABLE, ""), 0)
    fact = unwrapped(item)
    return Found(fact, 0 if isinstance(fact, BadItem) else corrected(fact.at, fact.up, clock, received_at))


def _held(connection: Connection, lane: int, seq: int) -> tuple[AnyItem | BadItem, Clock | None, int] | None:
    """The item at one place as it came, with its batch's clock and time of receipt.

    Several batches may cover the place: one that declared it missing, one that filled it, later ones that repeat it.
    """
    query = "SELECT body, applied, received_at FROM journal WHERE lane_id = ? AND last >= ? AND after < ? ORDER BY last"
    for body, applied, received_at in connection.exec_driver_sql(query, (lane, seq, seq)):
        stored = decode(body, applied)
        place = bisect_left(stored.pairs, seq, key=itemgetter(0))
        if place < len(stored.pairs) and stored.pairs[place][0] == seq:
            return stored.pairs[place][1], stored.clock, received_at
    return None


def unwrapped(item: AnyItem | BadItem) -> AnyItem | BadItem:
    """What an opaque item holds; anything else as it is."""
    return read_wrapped(item.data) if isinstance(item, Opaque) else item


def left_out(connection: Connection, lane: int, pairs: list[tuple[int, AnyItem | BadItem]]) -> set[int]:
    """Sequences that are in quarantine, or opaque and not yet interpreted."""
    if not pairs:
        return set()
    span = (lane, pairs[0][0], pairs[-1][0])
    query = "SELECT seq FROM quarantine WHERE lane_id = ? AND seq BETWEEN ? AND ?"
    found = set(connection.exec_driver_sql(query, span).scalars())
    query = "SELECT seq FROM opaque WHERE lane_id = ? AND seq BETWEEN ? AND ? AND state <> 'done'"
    found.update(connection.exec_driver_sql(query, span).scalars())
    found.update(seq for seq, item in pairs if isinstance(item, Opaque) and isinstance(unwrapped(item), BadItem))
    return found


def place_of(connection: Connection, lane: int, seq: int) -> LaneRef | None:
    """Where one item of the journal comes from."""
    held = _held(connection, lane, seq)
    row = connection.exec_driver_sql(_PLACE, (lane,)).first()
    if held is None or row is None:
        return None
    _, clock, received_at = held
    return LaneRef(device=row[0], device_id=row[1], id_=lane, lane=Lane(row[2]), clock=clock, received=received_at)


_PLACE = (
    "SELECT device.name, device.id, lane.lane FROM lane JOIN device ON device.id = lane.device_id WHERE lane.id = ?"
)
