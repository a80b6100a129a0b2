"""What people decided: one row a change, written in the transaction that makes the change."""

from sqlalchemy import Connection, insert

from hub.store.schema import decision_log

HERE = "command line"
"""Who decides on the hub's own machine: whoever may read its files."""
MOST_DETAIL = 2000
"""Characters of a detail; what is longer is cut."""


def note(connection: Connection, who: str, action: str, what: str, detail: str, now: int) -> None:
    """Note who did what to what at `now` (Unix ms), before the commit of it.

    `action` is a word of ours, such as `user-invited`; `what` names the thing, `detail` says the rest. No secret
    belongs in any of them: auditors read them.
    """
    row = {"at": now, "who": who, "action": action, "what": what[:MOST_DETAIL], "detail": detail[:MOST_DETAIL]}
    connection.execute(insert(decision_log).values(row))
