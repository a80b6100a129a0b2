"""Opaque items on their way: handed in to be tried out, and then posted, or set aside.

Few are in memory at once; those that wait stand in the database, also over a restart of the hub.
"""

from collections.abc import Callable, Iterable
from typing import Final

from sqlalchemy import Connection

from hub.ingest.decoding import BadItem
from hub.ingest.group import Quarantined, Rows
from hub.ingest.opaque import Task
from hub.ingest.poster import Poster
from hub.ingest.projector import Projector
from hub.ingest.quarantine import set_aside
from hub.ingest.replay import fact_at, place_of
from hub.ingest.writer import tell
from wire.errors import Reason

MOST_TRIED: Final = 256
"""Most opaque items that are kept in memory to be tried out."""


class Unwrapping:
    """The writer's side; `later` hands a task to whoever tries it out."""

    def __init__(
        self, poster: Poster, projector: Projector, *, clock: Callable[[], int], later: Callable[[Task], None]
    ) -> None:
        self._poster = poster
        self._projector = projector
        self._clock = clock
        self._later = later
        self._tasks: set[tuple[int, int]] = set()
        self._more = False

    def resume(self, connection: Connection) -> None:
        """Have the opaque items tried out that were waiting when the hub ended."""
        query = "SELECT lane_id, seq FROM opaque WHERE state = 'waiting' LIMIT ?"
        waiting = connection.exec_driver_sql(query, (2 * MOST_TRIED,)).all()
        self.hand_in(connection, [(row[0], row[1]) for row in waiting])

    def hand_in(self, connection: Connection, opaques: Iterable[tuple[int, int]]) -> None:
        """Have them tried out, as many as there is room for: the others wait in the database."""
        for lane, seq in opaques:
            if len(self._tasks) >= MOST_TRIED:
                self._more = True
                return
            found = fact_at(connection, lane, seq, wrapped=True)
            if (lane, seq) not in self._tasks and found is not None and isinstance(found.fact, BadItem):
                self._tasks.add((lane, seq))
                self._later(Task(lane, seq, found.fact.data))

    def tried_out(self, connection: Connection, task: Task) -> None:
        """Make room for another; the next that wait come when half of it is free."""
        self._tasks.discard((task.lane, task.seq))
        if self._more and len(self._tasks) < MOST_TRIED // 2:
            self._more = False
            with connection.begin():
                self.resume(connection)

    def unwrap(self, connection: Connection, task: Task) -> str | None:
        """Post it, in the transaction of whoever calls; else why it cannot be."""
        found = fact_at(connection, task.lane, task.seq)
        ref = place_of(connection, task.lane, task.seq)
        if found is None or ref is None:
            return "the journal has no such item"
        rows = Rows()
        self._poster.add(rows, ref, [(task.seq, found.fact)])
        if rows.quarantine:
            return rows.quarantine[0].detail
        rows.ranges.append((task.lane, task.seq, task.seq))
        self._projector.apply(connection, rows)
        connection.exec_driver_sql(
            "UPDATE opaque SET state = 'done' WHERE lane_id = ? AND seq = ?", (task.lane, task.seq)
        )
        connection.exec_driver_sql("INSERT INTO unwrapped (lane_id, seq) VALUES (?, ?)", (task.lane, task.seq))
        tell(connection, [("stock", {"sites": [], "facts": 1})], self._clock())
        return None

    def condemn(self, connection: Connection, task: Task, fault: str) -> bool:
        """Quarantine it, in the transaction of whoever calls; whether it still stood in the journal."""
        ref = place_of(connection, task.lane, task.seq)
        if ref is not None:
            row = Quarantined(
                ref.device, task.lane, task.seq, ref.received_at, Reason.UNINTERPRETABLE, fault, task.data
            )
            set_aside(connection, [row])
        connection.exec_driver_sql(
            "UPDATE opaque SET state = 'quarantined' WHERE lane_id = ? AND seq = ?", (task.lane, task.seq)
        )
        tell(connection, [("quarantine", {"count": 1})], self._clock())
        return ref is not None
