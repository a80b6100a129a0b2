"""Payloads of the topic `up`, decoded as far as they can be."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from wire import codec
from wire.errors import DecodeError, Reason
from wire.limits import ITEM_BYTES
from wire.messages import FACTS, AnyItem, Batch, Hello, Lane, Opaque, RawBatch


@dataclass(frozen=True, slots=True)
class BadItem:
    """An item that cannot be read: its bytes and why."""

    data: bytes
    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class BadMessage:
    """A message that cannot be read at all."""

    reason: Reason
    detail: str


@dataclass(slots=True)
class ReadBatch:
    """A batch with the sequence of each item; where an item could not be read, a BadItem stands in its place."""

    head: Batch | RawBatch
    sequences: Sequence[int]
    items: Sequence[AnyItem | BadItem] = field(default_factory=list)


def read(payload: bytes) -> Hello | ReadBatch | BadMessage:
    """What a payload says. Never raises."""
    try:
        message = codec.decode_up(payload)
    except DecodeError as whole:
        try:
            return _one_by_one(payload)
        except DecodeError:
            return BadMessage(Reason.BAD_BATCH, str(whole))
    if isinstance(message, Hello):
        return message
    if _may_be_too_large(payload):
        return _one_by_one(payload)
    return ReadBatch(
        message, codec.sequences(message.after, message.last, message.gaps, len(message.items)), message.items
    )


def _one_by_one(payload: bytes) -> ReadBatch:
    raw = codec.decode_raw(payload)
    items = [read_item(bytes(data)) for data in raw.items]
    return ReadBatch(raw, codec.sequences(raw.after, raw.last, raw.gaps, len(items)), items)


def _may_be_too_large(payload: bytes) -> bool:
    """Whether an item may be larger than allowed: an item's fate must not depend on the batch that it travels in.

    One that is too large covers a whole window of half its size, in which no item ends.
    """
    size = ITEM_BYTES // 2 + 2
    return any(payload.find(b"},{", at, at + size) < 0 for at in range(0, len(payload) - size + 1, ITEM_BYTES // 2))


def read_item(data: bytes) -> AnyItem | BadItem:
    """One item, or why it is none. Never raises."""
    try:
        return codec.decode_item(data)
    except DecodeError as error:
        if len(data) > ITEM_BYTES:
            return BadItem(data, Reason.TOO_LARGE, str(error))
        unknown = "Invalid value" in str(error) and "$.k" in str(error)
        return BadItem(data, Reason.UNKNOWN_KIND if unknown else Reason.INVALID, str(error))


def read_wrapped(data: bytes) -> AnyItem | BadItem:
    """What an opaque item holds, which is never another one. Never raises."""
    item = read_item(data)
    if isinstance(item, Opaque):
        return BadItem(data, Reason.INVALID, "an opaque item holds an opaque item")
    return item


def belongs(item: AnyItem, lane: Lane) -> bool:
    """Whether an item may travel in a lane; an opaque one may in either."""
    return isinstance(item, Opaque) or isinstance(item, FACTS) == (lane is Lane.FACTS)
