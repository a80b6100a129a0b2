"""Many rows in few statements.

One statement of thousands of rows lets the interpreter go for its whole time; thousands of statements of one row would
each wait for another thread's time slice.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection

MOST_VALUES = 30_000
"""Bound values of one statement; SQLite takes 32,766."""


@cache
def _sizes(width: int) -> tuple[int, ...]:
    return MOST_VALUES // width, 250, 25, 5, 1


@cache
def _statement(head: str, width: int, rows: int, tail: str) -> str:
    row = f"({', '.join('?' * width)})"
    return f"{head} VALUES {', '.join([row] * rows)} {tail}"


@cache
def _query(head: str, keys: int) -> str:
    return f"{head} IN ({', '.join('?' * keys)})"


def insert(connection: Connection, head: str, rows: Sequence[tuple[Any, ...]], tail: str = "") -> None:
    """Run `head VALUES (...), ... tail` for all rows, in their order."""
    if not rows:
        return
    width = len(rows[0])
    at = 0
    for size in _sizes(width):
        while len(rows) - at >= size:
            values = tuple(chain.from_iterable(rows[at : at + size]))
            connection.exec_driver_sql(_statement(head, width, size, tail), values)
            at += size


def among(connection: Connection, head: str, keys: Iterable[Any]) -> list[Any]:
    """All rows of `head IN (keys)`."""
    todo = list(keys)
    found: list[Any] = []
    at = 0
    for size in _sizes(1):
        while len(todo) - at >= size:
            found.extend(connection.exec_driver_sql(_query(head, size), tuple(todo[at : at + size])).all())
            at += size
    return found
