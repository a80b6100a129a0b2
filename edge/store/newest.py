"""The newest facts of an outbox, in the order in which they were kept."""

from collections.abc import Iterator
from typing import Final

from edge.store.outbox import Outbox
from edge.store.schema import SHIFT
from wire.codec import decode_item
from wire.errors import DecodeError
from wire.messages import AnyItem

MOST_FACTS: Final = 20_000
"""So far back it is looked: more than a device scans in a week of hard work, and read in a moment."""
VOIDS: Final = b'"k":"void"'
"""What the bytes of every void hold."""


def newest(
    outbox: Outbox, most: int = MOST_FACTS, *, holding: tuple[bytes, ...] = ()
) -> Iterator[tuple[str, int, AnyItem]]:
    """(stream, sequence, item), oldest first, of the newest `most` facts; of these only what holds one of some bytes.

    What cannot be read (of a damaged page, or of another version) is left out. Raises OutboxError.
    """
    such = " OR ".join("instr(payload, ?)" for _ in holding) or "1"
    query = f"""
        SELECT stream, id & {(1 << SHIFT) - 1}, payload
        FROM (SELECT id, payload FROM facts ORDER BY id DESC LIMIT {most}) JOIN streams ON streams.no = id >> {SHIFT}
        WHERE {such} ORDER BY id
    """  # noqa: S608 - numbers of ours
    for stream, seq, payload in outbox.ask(query, *holding):
        try:
            item = decode_item(payload)
        except DecodeError:
            continue
        yield stream, seq, item
