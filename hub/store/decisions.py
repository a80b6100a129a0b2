"""What people decided: one row a change, written in the transaction that makes the change."""

from sqlalchemy import Connection

HERE = "command line"
"""Who decides on the hub's own machine: whoever may read its files."""
MOST_DETAIL = 2000
"""Characters of a detail; what is longer is cut."""


def note(connection: Connection, who: str, action: str, what: str, detail: str, now: int) -> None:
    """Note who did what to what at `now` (Unix ms), before the commit of it.

    `action` is a word of ours, such as `user-invited`; `what` names the thing, `detail` says the rest. No secret
    belongs in any of them: auditors read them.
    """
    query = "INSERT INTO decision_log (at, who, action, what, detail) VALUES (?, ?, ?, ?, ?)"
    connection.exec_driver_sql(query, (now, who, action, what[:MOST_DETAIL], detail[:MOST_DETAIL]))
