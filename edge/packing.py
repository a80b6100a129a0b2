"""What the outbox holds, put into the bytes of one batch."""

from edge.core.effects import SendBatch
from edge.store.lanes import Chunk
from edge.store.outbox import Outbox
from edge.store.times import span
from wire.codec import assemble, decode_item, encode_item
from wire.errors import DecodeError
from wire.messages import Batch, Opaque


def pack(outbox: Outbox, batch: SendBatch) -> tuple[bytes | None, Chunk]:
    """The payload to publish, and what it covers; no payload for a fill of which nothing is here.

    Raises OutboxError.
    """
    chunk = outbox.read(
        batch.stream,
        batch.lane,
        after=batch.after,
        upto=batch.upto,
        max_items=batch.max_items,
        max_bytes=batch.max_bytes,
    )
    if batch.fill and not chunk.items:
        return None, chunk
    ups = span(chunk.items)
    clock = None if ups is None else outbox.clock(batch.stream, batch.lane, *ups)
    head = Batch(
        ledger=batch.ledger,
        hello=batch.hello,
        stream=batch.stream,
        lane=batch.lane,
        after=batch.after,
        last=chunk.last,
        turn=batch.turn,
        gaps=chunk.gaps,
        clock=clock,
    )
    return assemble(head, map(_wrapped, chunk.items) if batch.opaque else chunk.items), chunk


def _wrapped(item: bytes) -> bytes:
    try:
        known = decode_item(item)
    except DecodeError:
        return encode_item(Opaque(at=0, up=0, data=item))
    return encode_item(Opaque(at=known.at, up=known.up, data=item))
