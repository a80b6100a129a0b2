"""The change log, read for the live screens."""

from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, func, select

from hub.store.schema import change

_decoder = msgspec.json.Decoder()


@dataclass(frozen=True, slots=True)
class Change:
    """One row: what it is about, and its data as JSON values."""

    id: int
    topic: str
    data: Any


def span(connection: Connection) -> tuple[int, int]:
    """The first and the last id that the log holds; (1, 0) for an empty one."""
    first, last = connection.execute(select(func.min(change.c.id), func.max(change.c.id))).one()
    return (1, 0) if first is None else (first, last)


def after(connection: Connection, id_: int, *, through: int | None = None, limit: int) -> list[Change]:
    """The rows that follow an id, in order."""
    query = select(change.c.id, change.c.topic, change.c.data).where(change.c.id > id_).order_by(change.c.id)
    if through is not None:
        query = query.where(change.c.id <= through)
    return [Change(row.id, row.topic, _value(row.data)) for row in connection.execute(query.limit(limit))]


def _value(text: str) -> Any:
    try:
        return _decoder.decode(text)
    except msgspec.DecodeError:
        return {}
