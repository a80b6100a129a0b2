"""Facts of the hub that are due: kept in the transaction of the decision that they follow from, posted by its desk.

Each row of facts has a time that no other row has, and its facts are committed in their order. So after a crash in the
middle the ledger tells how many of them it has, and the desk posts the rest: each counts once. A row is marked when all
of its facts are known to be there; only rows that are not are looked for.
"""

from collections.abc import Callable, Sequence
from itertools import chain, count
from typing import Final, Protocol

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection, bindparam, insert, select, text, update

from hub.store.database import Database
from hub.store.schema import posting
from wire.messages import HUB, Scan

MOST_FACTS: Final = 2_000
"""Of one row."""
MOST_AT_ONCE: Final = 200
"""Rows that are posted in one go."""
_facts = msgspec.json.Decoder(list[Scan])
_THERE = text(
    "SELECT count(*) FROM (SELECT DISTINCT lane_id, task_fact.seq FROM task_fact"
    " JOIN lane ON lane.id = lane_id JOIN device ON device.id = lane.device_id"
    " WHERE task IN :tasks AND at = :at AND device.name = :hub)"
).bindparams(bindparam("tasks", expanding=True))


class Poster(Protocol):
    """What posts facts of the hub: hub.desk.Desk."""

    def post_due(self, due: Callable[[], Sequence[Scan]]) -> Sequence[object]:
        """Post what is due now. Raises DeskError."""


def keep(connection: Connection, facts: Sequence[Scan], *, at: int, by: str, now: int, key: str | None = None) -> int:
    """Keep facts that happened at `at`, or as few ms from it as make it a time of their own; the row's number.

    Each names a task. Raises ValueError for facts that nobody could post.
    """
    if not 0 < len(facts) <= MOST_FACTS or not all(fact.task for fact in facts):
        raise ValueError("facts to post name a task each, and are not too many")
    own = free_time(connection, min(at, now), min(at, now), now)
    body = msgspec.json.encode([replace(fact, at=own) for fact in facts])
    _facts.decode(body)  # what the contract does not allow must not get this far
    values = {"at": own, "facts": body, "made_at": now, "made_by": by, "key": key}
    return int(connection.execute(insert(posting).values(values).returning(posting.c.seq)).scalar_one())


def is_kept(connection: Connection, key: str) -> bool:
    """Whether facts were kept under this key."""
    return connection.execute(select(posting.c.seq).where(posting.c.key == key)).first() is not None


def free_time(connection: Connection, at: int, earliest: int, latest: int) -> int:
    """The time nearest to this one that no facts have yet: before it down to `earliest`, else after it to `latest`.

    Where all of these are taken the order gives way, and it is one before them.
    """
    nearest = chain(range(at, earliest - 1, -1), range(at + 1, latest + 1), count(min(at, earliest) - 1, -1))
    return next(each for each in nearest if _is_free(connection, each))


def _is_free(connection: Connection, at: int) -> bool:
    taken: bool = connection.execute(select(posting.c.seq).where(posting.c.at == at)).first() is not None
    return not taken


def due(connection: Connection) -> list[Scan]:
    """Facts that the ledger lacks, oldest first."""
    query = select(posting.c.at, posting.c.facts).where(posting.c.posted_at.is_(None)).order_by(posting.c.seq)
    found: list[Scan] = []
    for row in connection.execute(query.limit(MOST_AT_ONCE)):
        facts = _facts.decode(row.facts)
        tasks = sorted({fact.task for fact in facts if fact.task})
        there = connection.execute(_THERE, {"tasks": tasks, "at": row.at, "hub": HUB}).scalar_one()
        found += facts[there:]
    return found


def pending(connection: Connection) -> list[int]:
    """The rows whose facts are not known to be posted."""
    query = select(posting.c.seq).where(posting.c.posted_at.is_(None)).order_by(posting.c.seq)
    return list(connection.execute(query.limit(MOST_AT_ONCE)).scalars())


def mark_posted(connection: Connection, rows: Sequence[int], now: int) -> None:
    """Their facts are in the ledger."""
    query = update(posting).where(posting.c.seq.in_(list(rows)), posting.c.posted_at.is_(None))
    connection.execute(query.values(posted_at=now))


def post_all(database: Database, desk: Poster, now: int) -> int:
    """Have the desk post what is due; how many rows were. Raises DeskError."""
    done = 0
    while True:
        with database.read() as connection:
            rows = pending(connection)
        if not rows:
            return done

        def lacking() -> list[Scan]:
            with database.read() as connection:
                return due(connection)

        desk.post_due(lacking)
        with database.write() as connection:
            mark_posted(connection, rows, now)
        done += len(rows)
