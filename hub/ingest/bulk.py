"""Many rows in few statements.

One statement of a thousand rows lets the interpreter go for its whole time; a thousand statements of one row would
each wait for another thread's time slice.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection

SIZES = (1000, 100, 10, 1)


@cache
def _statement(head: str, width: int, rows: int, tail: str) -> str:
    row = f"({', '.join('?' * width)})"
    return f"{head} VALUES {', '.join([row] * rows)} {tail}"


def insert(connection: Connection, head: str, rows: Sequence[tuple[Any, ...]], tail: str = "") -> None:
    """Run `head VALUES (...), ... tail` for all rows, in their order."""
    if not rows:
        return
    width = len(rows[0])
    at = 0
    for size in SIZES:
        while len(rows) - at >= size:
            values = tuple(chain.from_iterable(rows[at : at + size]))
            connection.exec_driver_sql(_statement(head, width, size, tail), values)
            at += size


def among(connection: Connection, head: str, keys: Iterable[Any]) -> list[Any]:
    """All rows of `head IN (keys)`."""
    todo = list(keys)
    found: list[Any] = []
    at = 0
    for size in SIZES:
        while len(todo) - at >= size:
            sql = f"{head} IN ({', '.join('?' * size)})"
            found.extend(connection.exec_driver_sql(sql, tuple(todo[at : at + size])).all())
            at += size
    return found
