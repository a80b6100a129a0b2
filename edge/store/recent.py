"""The newest facts of an outbox, for a list that goes on where an earlier run of the agent was."""

from typing import Final

from edge.core.dialogue_state import Fact
from edge.errors import EdgeError
from edge.store.newest import newest
from edge.store.outbox import Outbox
from wire.messages import Count, Kit, Scan, Void

MOST: Final = 300
"""More than a list shows: voids are among them."""


def recent(outbox: Outbox) -> list[tuple[str, int, Fact]]:
    """(stream, sequence, item), newest first; nothing where it cannot be read now."""
    try:
        found = list(newest(outbox, MOST))
    except EdgeError:  # said by whoever writes
        return []
    return [(stream, seq, item) for stream, seq, item in reversed(found) if isinstance(item, Scan | Count | Void | Kit)]
