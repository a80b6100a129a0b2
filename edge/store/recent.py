"""The newest facts of an outbox, for a list that goes on where an earlier run of the agent was."""

from typing import Final

from edge.core.dialogue_state import Fact
from edge.errors import EdgeError
from edge.store.outbox import Outbox
from edge.store.schema import SHIFT
from wire.codec import decode_item
from wire.errors import DecodeError
from wire.messages import Count, Kit, Scan, Void

MOST: Final = 300
"""More than a list shows: voids are among them."""
_QUERY: Final = f"""
    SELECT stream, id & {(1 << SHIFT) - 1}, payload
    FROM (SELECT id, payload FROM facts ORDER BY id DESC LIMIT {MOST}) JOIN streams ON streams.no = id >> {SHIFT}
    ORDER BY id DESC
"""  # noqa: S608 - numbers of ours


def recent(outbox: Outbox) -> list[tuple[str, int, Fact]]:
    """(stream, sequence, item), newest first; nothing where it cannot be read now."""
    try:
        rows = outbox.ask(_QUERY)
    except EdgeError:  # said by whoever writes
        return []
    found: list[tuple[str, int, Fact]] = []
    for stream, seq, payload in rows:
        try:
            item = decode_item(payload)
        except DecodeError:  # of a damaged page, or of another version
            continue
        if isinstance(item, Scan | Count | Void | Kit):
            found.append((stream, seq, item))
    return found
