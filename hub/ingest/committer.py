"""Commits one group after the other, and finds its way around what the database refuses.

A group that is refused is tried again message by message, then item by item in savepoints, while the reader waits.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Lock
from typing import Protocol

import msgspec
import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from hub.errors import StoreError
from hub.ingest.decoding import BadItem
from hub.ingest.group import Arrival, Group, LaneRef, Quarantined, Result, Rows
from hub.ingest.opaque import Task, Verdict
from hub.ingest.projector import Projector
from hub.ingest.quarantine import set_aside
from hub.ingest.reader import KEPT_BYTES, Reader
from hub.ingest.timing import Timing
from hub.ingest.unwrapping import Unwrapping
from hub.ingest.writer import announce, write
from wire import codec, topics
from wire.errors import Reason
from wire.messages import AnyItem, Now, Welcome, batch_name
from wire.topics import Leaf

log = structlog.get_logger("ingest")


class Outlet(Protocol):
    """What ingest needs of its surroundings."""

    def publish(self, topic: str, payload: bytes) -> None:
        """Send to a device; may be lost."""

    def changed(self) -> None:
        """Say that the change log has grown."""

    def shown(self, device: str, now: Now, received_at: int) -> None:
        """Show a device's newest state, which is not stored."""


class Committer:
    """The writer's side. `lock` guards the reader, which works ahead in another thread."""

    def __init__(
        self,
        reader: Reader,
        *,
        lock: Lock,
        reading: Callable[[], AbstractContextManager[Connection]],
        outlet: Outlet,
        clock: Callable[[], int],
        later: Callable[[Task], None],
        ahead: Callable[[], list[Group]],
        heard: Callable[[str, bool], None] = lambda _name, _greeted: None,
    ) -> None:
        self._reader = reader
        self._projector = Projector(reader.poster)
        self._unwrapping = Unwrapping(reader.poster, self._projector, clock=clock, later=later)
        self._lock = lock
        self._reading = reading
        self._outlet = outlet
        self._clock = clock
        self._later = later
        self._ahead = ahead
        self._heard = heard
        self._stale = False
        self.timing = Timing()
        self.counts = {"facts": 0, "telemetry": 0, "batches": 0, "quarantined": 0, "groups": 0, "refused": 0}

    def recover(self, connection: Connection) -> None:
        """Forget what was remembered and read it again: at the start and after any rollback."""
        self._reader.forget(connection)
        self._projector.load(connection)

    def resume(self, connection: Connection) -> None:
        """Have the opaque items tried out that were waiting when the hub ended."""
        self._unwrapping.resume(connection)

    def distrust(self) -> None:
        """Reading failed in between: what is remembered may be ahead of the database. The lock is held."""
        self._stale = True

    def commit(self, connection: Connection, group: Group) -> None:
        """Commit a group and send its answers. Raises StoreError or DBAPIError if the database cannot store.

        What the reader built ahead rests on a group that failed: it is built again, or left to come again.
        """
        failed = None
        if not self._stale:
            began = time.perf_counter()
            try:
                with connection.begin():
                    write(connection, group, self._projector, self._clock())
            except Exception as error:
                failed = error
            else:
                self.timing.took(time.perf_counter() - began)
                self._committed(connection, group)
                return
        with self._carefully() as ahead:
            self._start_over(connection, failed)
            self._one_by_one(connection, group.arrivals)
            for other in ahead:
                self._afresh(connection, other.arrivals)

    def settle(self, connection: Connection, verdict: Verdict) -> None:
        """Post an opaque item that was tried out, or quarantine it; if the database cannot store, it comes again."""
        try:
            with self._carefully() as ahead:
                self._start_over(connection)
                for group in ahead:
                    self._afresh(connection, group.arrivals)
                self._settle(connection, verdict)
                self._unwrapping.tried_out(connection, verdict.task)
        except (StoreError, DBAPIError):
            self._later(verdict.task)
            raise
        self._outlet.changed()

    def _settle(self, connection: Connection, verdict: Verdict) -> None:
        task, fault = verdict.task, verdict.fault
        if fault is None:
            try:
                with connection.begin():
                    fault = self._unwrapping.unwrap(connection, task)
            except Exception as error:
                self._start_over(connection, error)
                fault = repr(_cause(error))
        if fault is not None:
            with connection.begin():
                self.counts["quarantined"] += self._unwrapping.condemn(connection, task, fault)

    # The careful way: the lock is held, and the reader has built nothing ahead

    @contextmanager
    def _carefully(self) -> Iterator[list[Group]]:
        """Gives what was built ahead. After an error nothing that is remembered can be trusted."""
        with self._lock:
            try:
                yield self._ahead()
            except BaseException:
                self._stale = True
                raise

    def _start_over(self, connection: Connection, error: Exception | None = None) -> None:
        """Forget what was remembered; raise the error again if the database cannot store."""
        self._stale = True
        with connection.begin():
            self.recover(connection)
        self._stale = False
        if error is not None:
            if _is_storage(error):
                raise error
            self.counts["refused"] += 1
            log.warning("refused by the database; going on in smaller steps", error=repr(_cause(error)))

    def _afresh(self, connection: Connection, arrivals: list[Arrival]) -> None:
        """Messages built and written anew, together; one by one if that is refused."""
        try:
            with connection.begin():
                group = self._build(arrivals)
                write(connection, group, self._projector, self._clock())
        except Exception as error:
            self._start_over(connection, error)
            self._one_by_one(connection, arrivals)
            return
        self._committed(connection, group)

    def _one_by_one(self, connection: Connection, arrivals: list[Arrival]) -> None:
        """Each message in a transaction of its own; if that is refused too, item by item."""
        for arrival in arrivals:
            try:
                with connection.begin():
                    group = self._build([arrival])
                    write(connection, group, self._projector, self._clock())
            except Exception as error:
                self._start_over(connection, error)
                group = self._item_by_item(connection, arrival)
            self._committed(connection, group)

    def _item_by_item(self, connection: Connection, arrival: Arrival) -> Group:
        try:
            with connection.begin():
                group = self._build([arrival], apart=True)
                write(connection, group, self._projector, self._clock())
                accounts: set[int] = set()
                for ref, pairs in group.apart:
                    for seq, item in pairs:
                        accounts |= self._one(connection, group, ref, seq, item)
                announce(connection, group, accounts, self._clock())
                aside = len(group.rows.quarantine)
                group.replies = [(reply, taken._replace(quarantined=aside)) for reply, taken in group.replies]
        except Exception as error:
            self._start_over(connection, error)
            return self._whole(connection, arrival, error)
        return group

    def _whole(self, connection: Connection, arrival: Arrival, error: Exception) -> Group:
        """Set a whole message aside, unanswered: not its items are refused, but that it came at all."""
        bad = Quarantined(
            arrival.device,
            None,
            None,
            arrival.received_at,
            Reason.REFUSED_BY_STORE,
            repr(_cause(error)),
            arrival.payload[:KEPT_BYTES],
        )
        group = Group(arrivals=[arrival], rows=Rows(quarantine=[bad]))
        if arrival.reply is not None:
            group.replies.append((arrival.reply, Result(None)))
        with connection.begin():
            write(connection, group, self._projector, self._clock())
        return group

    def _one(self, connection: Connection, group: Group, ref: LaneRef, seq: int, item: AnyItem | BadItem) -> set[int]:
        """Post one item, or set it aside if the database refuses it. Returns the accounts that it changed."""
        accounts: set[int] = set()
        rows = Rows()
        self._reader.poster.add(rows, ref, [(seq, item)])
        rows.ranges.append((ref.id, seq, seq))
        try:
            with connection.begin_nested():
                accounts = self._projector.apply(connection, rows)
        except Exception as error:
            if _is_storage(error):
                raise
            self._reader.poster.load(connection)
            self._projector.load(connection)
            data = item.data if isinstance(item, BadItem) else codec.encode_item(item)
            rows = Rows(quarantine=[_refused(ref, seq, data, error)])
        set_aside(connection, rows.quarantine)
        group.rows.quarantine.extend(rows.quarantine)
        group.rows.opaques.extend(rows.opaques)
        for key in rows.opaques:
            connection.exec_driver_sql("INSERT INTO opaque (lane_id, seq, state) VALUES (?, ?, 'waiting')", key)
        return accounts

    def _build(self, arrivals: list[Arrival], *, apart: bool = False) -> Group:
        with self._reading() as reading:
            return self._reader.build(arrivals, reading, apart=apart)

    # After a commit

    def _committed(self, connection: Connection, group: Group) -> None:
        """After COMMIT, and only then: answers, screens, and the desk for opaque items."""
        counts = self.counts
        counts["groups"] += 1
        counts["facts"] += group.facts
        counts["telemetry"] += group.telemetry
        counts["batches"] += len(group.journal)
        counts["quarantined"] += len(group.rows.quarantine)
        for lane, after, last, *_ in group.journal:
            made = group.lanes[lane]
            log.debug("batch-stored", batch=batch_name(made.stream, made.lane, after, last), lane_id=lane)
        now = self._clock()
        for device, answer in group.answers:
            payload = codec.encode(msgspec.structs.replace(answer, time=now))
            self._outlet.publish(topics.build(device, Leaf.RECEIPT), payload)
            if isinstance(answer, Welcome):
                self._heard(device, True)
        for reply, taken in group.replies:
            reply(taken)
        if group.rows.outcomes or group.rows.reports:
            for device in {arrival.device for arrival in group.arrivals}:
                self._heard(device, False)
        if group.rows.opaques:
            with connection.begin():
                self._unwrapping.hand_in(connection, group.rows.opaques)
        self._outlet.changed()


def _refused(ref: LaneRef, seq: int, data: bytes, error: Exception) -> Quarantined:
    detail = repr(_cause(error))
    return Quarantined(ref.device, ref.id, seq, ref.received_at, Reason.REFUSED_BY_STORE, detail, data)


def _cause(error: Exception) -> BaseException:
    return error.orig if isinstance(error, DBAPIError) and error.orig is not None else error


def _is_storage(error: Exception) -> bool:
    """Whether the database cannot store at all, as against refusing this one thing."""
    cause = _cause(error)
    if isinstance(error, StoreError):
        return True
    refusing = (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.ProgrammingError, sqlite3.InterfaceError)
    return isinstance(cause, sqlite3.Error) and not isinstance(cause, refusing)
