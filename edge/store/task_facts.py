"""What an outbox keeps of one task: for a dialogue that goes on where an earlier run of the agent was."""

from edge.core.knowledge import Before
from edge.store.newest import VOIDS, newest
from edge.store.outbox import Outbox
from wire.messages import Scan, Void


def earlier(outbox: Outbox, task: str) -> tuple[Before, ...]:
    """The scans of a task and all voids among the newest facts, oldest first. Raises OutboxError."""
    found = newest(outbox, holding=(f'"task":"{task}"'.encode(), VOIDS))
    return tuple(
        Before(stream=stream, seq=seq, item=item) for stream, seq, item in found if isinstance(item, Scan | Void)
    )
