"""Which decisions are in the ledger: the hub's own facts carry them as their task.

Devices may name any task, also one of these: what they say posts no decision, and hides none that is not posted.
"""

from sqlalchemy import Column, Exists, select

from hub.store.schema import device, lane, task_fact
from wire.messages import HUB


def posted(prefix: str, column: "Column[str]") -> Exists:
    """Whether a fact of the hub has the task that these belong to, by the id in a column."""
    return (
        select(task_fact.c.seq)
        .join(lane, lane.c.id == task_fact.c.lane_id)
        .join(device, device.c.id == lane.c.device_id)
        .where(task_fact.c.task == prefix + column, device.c.name == HUB)
        .exists()
    )
