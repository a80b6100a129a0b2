"""What an outbox keeps of one task: for a dialogue that goes on where an earlier run of the agent was."""

from typing import Final

from edge.core.knowledge import Before
from edge.store.outbox import Outbox
from edge.store.schema import SHIFT
from wire.codec import decode_item
from wire.errors import DecodeError
from wire.messages import Scan, Void

MOST_FACTS: Final = 20_000
"""So far back it is looked: more than a device scans in a week of hard work, and read in a moment."""
_QUERY: Final = f"""
    SELECT stream, id & {(1 << SHIFT) - 1}, payload
    FROM (SELECT id, payload FROM facts ORDER BY id DESC LIMIT {MOST_FACTS}) JOIN streams ON streams.no = id >> {SHIFT}
    WHERE instr(payload, ?) OR instr(payload, ?)
    ORDER BY id
"""  # noqa: S608 - numbers of ours
_VOID: Final = b'"k":"void"'


def earlier(outbox: Outbox, task: str) -> tuple[Before, ...]:
    """The scans of a task and all voids among the newest facts, oldest first. Raises OutboxError."""
    found = []
    for stream, seq, payload in outbox.ask(_QUERY, f'"task":"{task}"'.encode(), _VOID):
        try:
            item = decode_item(payload)
        except DecodeError:  # of a damaged page, or of another version
            continue
        if isinstance(item, Scan | Void):
            found.append(Before(stream=stream, seq=seq, item=item))
    return tuple(found)
