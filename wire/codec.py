"""Messages to bytes and back. Any garbage gives DecodeError, never another exception."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import msgspec

from wire.errors import DecodeError
from wire.limits import ITEM_BYTES, UNPACKED_BYTES
from wire.messages import (
    AnyItem,
    Batch,
    Command,
    Desired,
    Down,
    Gap,
    Hello,
    Known,
    Now,
    Opaque,
    Order,
    Presence,
    RawBatch,
    Receipt,
    Status,
    Up,
    Welcome,
)

Message = Hello | Batch | Welcome | Receipt | Command | Desired | Known | Status | Presence | Now
T = TypeVar("T")

_encoder = msgspec.json.Encoder()
_up = msgspec.json.Decoder(Up)
_raw = msgspec.json.Decoder(RawBatch)
_down = msgspec.json.Decoder(Down)
_order = msgspec.json.Decoder(Order)
_status = msgspec.json.Decoder(Status)
_presence = msgspec.json.Decoder(Presence)
_now = msgspec.json.Decoder(Now)
_item = msgspec.json.Decoder(AnyItem)


def encode(message: Message) -> bytes:
    """A message as compact JSON."""
    return _encoder.encode(message)


def encode_item(item: AnyItem) -> bytes:
    """One item as compact JSON, as it is kept in an outbox and put into a batch."""
    return _encoder.encode(item)


def assemble(head: Batch, items: Iterable[bytes]) -> bytes:
    """A batch out of a head (whose own items are empty) and items that are encoded already."""
    return b"".join((_encoder.encode(head)[:-1], b',"items":[', b",".join(items), b"]}"))


def decode_up(payload: bytes) -> Up:
    """A hello or a batch. The batch's sequences add up: see sequences()."""
    message: Up = _guard(_up.decode, payload, UNPACKED_BYTES)
    if type(message) is Batch:
        sequences(message.after, message.last, message.gaps, len(message.items))
    return message


def decode_raw(payload: bytes) -> RawBatch:
    """A batch whose envelope is sound while its items may not be; they stay bytes."""
    batch = _guard(_raw.decode, payload, UNPACKED_BYTES)
    sequences(batch.after, batch.last, batch.gaps, len(batch.items))
    return batch


def decode_item(data: bytes) -> AnyItem:
    """One item. Opaque ones may be larger by their wrapping."""
    item: AnyItem = _guard(_item.decode, data, 2 * ITEM_BYTES)
    if len(data) > ITEM_BYTES and item.__struct_config__.tag != "opaque":
        raise DecodeError(f"an item of {len(data)} bytes is larger than {ITEM_BYTES}")
    return item


def legible(item: bytes) -> bytes:
    """The item, or its bytes wrapped where they are no item: it would make its whole batch unreadable."""
    try:
        decode_item(item)
    except DecodeError:
        return encode_item(Opaque(at=0, up=0, data=item))
    return item


def decode_down(payload: bytes) -> Down:
    """A welcome or a receipt."""
    message: Down = _guard(_down.decode, payload, UNPACKED_BYTES)
    return message


def decode_order(payload: bytes) -> Order:
    """A command or a desired configuration."""
    order: Order = _guard(_order.decode, payload, ITEM_BYTES)
    return order


def decode_status(payload: bytes) -> Status:
    """The hub's status."""
    return _guard(_status.decode, payload, ITEM_BYTES)


def decode_presence(payload: bytes) -> Presence:
    """A device's presence."""
    return _guard(_presence.decode, payload, ITEM_BYTES)


def decode_now(payload: bytes) -> Now:
    """A device's newest state."""
    return _guard(_now.decode, payload, ITEM_BYTES)


def sequences(after: int, last: int, gaps: Sequence[Gap], items: int) -> Sequence[int]:
    """The sequence of each item of a batch that covers (after, last], in order.

    Raises DecodeError unless the gaps ascend inside of it and items + declared = last - after.
    """
    if not gaps:
        if items != last - after:
            raise DecodeError(f"({after}, {last}] holds {last - after} sequences, the batch {items} items")
        return range(after + 1, last + 1)
    declared = sum(gap.last - gap.first + 1 for gap in gaps)
    if items + declared != last - after:
        raise DecodeError(f"({after}, {last}] holds {last - after}, the batch {items} items and {declared} declared")
    found: list[int] = []
    at = after
    for gap in gaps:
        if not at < gap.first <= gap.last <= last:
            raise DecodeError(f"the gap {gap.first} to {gap.last} is out of order in ({after}, {last}]")
        found.extend(range(at + 1, gap.first))
        at = gap.last
    found.extend(range(at + 1, last + 1))
    return found


def _guard(decode: Callable[[bytes], T], payload: bytes, limit: int) -> T:
    if len(payload) > limit:
        raise DecodeError(f"{len(payload)} bytes are more than the {limit} allowed here")
    try:
        return decode(payload)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, OverflowError) as error:
        raise DecodeError(str(error)) from error
