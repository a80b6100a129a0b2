"""The two threads between the broker and the database.

The reader adds what arrives to one pending group for as long as the writer is busy, and the writer takes the group
as it is when it is free: so a lone scan is committed at once, and a backlog in few large transactions.
"""

import threading
import time
from collections import deque
from collections.abc import Callable

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from hub.core.floods import SHUT_MS, Floods, Heard
from hub.errors import DamagedError, StoreError
from hub.ingest.committer import Committer, Outlet
from hub.ingest.group import Arrival, Group, Result
from hub.ingest.opaque import OpaqueDesk, Verdict
from hub.ingest.reader import Reader
from hub.ingest.timing import Timing
from hub.ingest.waiting import Waiting, cost
from hub.store.database import Database
from hub.vitals import Progress
from wire import codec, topics
from wire.errors import DecodeError, TopicError
from wire.messages import HUB
from wire.topics import Leaf

QUEUE_BYTES = 64 * 1024 * 1024
"""What may wait between broker and reader; when it is full, the broker's connection is not read."""
GROUP_BYTES = 4 * 1024 * 1024
"""About the most payload of one transaction."""
MOST_RESTATED = 2_000
"""About the most facts of one transaction that say something of another fact: each has that stated anew (0.2 ms)."""
PORTION_BYTES = 512 * 1024
"""About how much is read before the writer may have the group."""
PAUSE_S = 1.0
"""How long a database that cannot store is left alone."""

log = structlog.get_logger("ingest")


def is_full(group: Group, size: int) -> bool:
    """Whether nothing more is to go into a group of so many bytes: others wait for the database while it is written."""
    return size >= GROUP_BYTES or len(group.rows.voids) + len(group.rows.settles) >= MOST_RESTATED


class Pipeline:
    """Takes what the broker hands over, commits it and answers."""

    def __init__(
        self,
        database: Database,
        *,
        run: str,
        outlet: Outlet,
        clock: Callable[[], int],
        heard: Callable[[str, bool], None] = lambda _name, _greeted: None,
        flooding: Callable[[str], None] = lambda _name: None,
    ) -> None:
        """`heard` is told of each device that said a committed hello (true) or that answered what it was asked.

        `flooding` is told of each device that sends too much, which is not listened to for a while.
        """
        self._database = database
        self._outlet = outlet
        self._clock = clock
        self._lock = threading.Lock()
        self._ready = threading.Condition(self._lock)
        self._reader = Reader(ledger=database.ledger, run=run)
        self._desk = OpaqueDesk(self._judged)
        self._committer = Committer(
            self._reader,
            lock=self._lock,
            reading=database.read,
            outlet=outlet,
            clock=clock,
            later=self._desk.add,
            ahead=self._take_back,
            heard=heard,
        )
        self._waiting = Waiting()
        self._floods = Floods()
        self._flooding = flooding
        self._ignored = 0
        self._wake = threading.Condition()
        self._stopping = threading.Event()
        self._ended = threading.Event()
        self._stalled = threading.Event()
        self._said = ""
        self._threads: list[threading.Thread] = []
        self._pending: Group | None = None
        self._pending_bytes = 0
        self._verdicts: deque[Verdict] = deque()
        self._hungry = threading.Event()
        self._read_all = False
        self._turns = 0
        self.progress = Progress(busy=lambda: self._busy, done=lambda: self._turns)
        self.failure: BaseException | None = None

    @property
    def counts(self) -> dict[str, int]:
        """What was done since the start: facts, telemetry, batches, quarantined, groups, refused."""
        return self._committer.counts

    @property
    def commits(self) -> Timing:
        """How long the groups took to commit."""
        return self._committer.timing

    @property
    def waiting_bytes(self) -> int:
        """What is queued, in bytes."""
        return self._waiting.bytes

    @property
    def dropped(self) -> int:
        """Messages dropped since the start, of devices that sent more than their share."""
        return self._waiting.dropped + self._ignored

    @property
    def stalled(self) -> bool:
        """Whether the database cannot store at the moment."""
        return self._stalled.is_set()

    @property
    def _busy(self) -> bool:
        """Whether something waits to be read or written."""
        return bool(self._waiting or self._pending is not None or self._verdicts or not self._hungry.is_set())

    def offer(self, topic: str, payload: bytes, retained: bool = False) -> None:
        """Take one message. Waits while too much is queued, so that the broker's connection is not read meanwhile."""
        try:
            where = topics.parse(topic)
        except TopicError as error:
            log.warning("a message on a topic that is none of ours", error=str(error))
            return
        if where.device == HUB:
            log.warning("a message in the hub's own name", topic=topic)
            return
        heard = self._floods.hear(where.device, len(payload), time.monotonic_ns() // 1000)
        if heard is not Heard.TAKE:
            self._ignored += 1
            if heard is Heard.FLOOD:
                log.warning("flood", device=where.device, shut_out_s=SHUT_MS // 1000)
                self._flooding(where.device)
            return
        if where.leaf is Leaf.NOW:
            self._show(where.device, payload)
        elif where.leaf is Leaf.PRESENCE or (where.leaf is Leaf.UP and not retained):
            self._enqueue(Arrival(where.device, payload, self._clock(), where.leaf))

    def bring(self, device: str, payload: bytes, reply: Callable[[Result], None]) -> None:
        """Take one message that was brought by hand, or that the hub says itself; `reply` is called at its commit.

        It is never called if the database cannot store (see `stalled`): then bring it again.
        """
        self._enqueue(Arrival(device, payload, self._clock(), reply=reply))

    def start(self) -> None:
        """Read what the database holds and begin. Raises StoreError."""
        try:
            with self._database.write() as connection:
                connection.exec_driver_sql("UPDATE device SET online = 0, others = 0")
                self._committer.recover(connection)
                self._committer.resume(connection)
        except DBAPIError as error:
            damage = self._database.damage(error)
            raise damage or StoreError(f"the hub's database cannot be used: {error.orig}") from error
        for name, target in (("ingest-reader", self._read_on), ("ingest-writer", self._write_on)):
            thread = threading.Thread(target=self._guarded, args=(target,), name=name, daemon=True)
            thread.start()
            self._threads.append(thread)
        self._desk.start()

    def stop(self) -> None:
        """Commit what was handed over before, then end. Idempotent."""
        self._stopping.set()
        with self._wake:
            self._wake.notify_all()
        for thread in self._threads:
            thread.join(timeout=30)
        self._desk.stop()

    def _enqueue(self, arrival: Arrival) -> None:
        with self._wake:
            while self._waiting.bytes > QUEUE_BYTES and not self._stopping.is_set():
                if self._stalled.is_set():
                    return
                self._wake.wait(0.1)
            self._waiting.put(arrival)
            self._wake.notify_all()

    def _show(self, device: str, payload: bytes) -> None:
        try:
            self._outlet.shown(device, codec.decode_now(payload), self._clock())
        except DecodeError as error:
            log.warning("a newest state that cannot be read", device=device, error=str(error))

    def _guarded(self, target: Callable[[], None]) -> None:
        """A thread that dies of a mistake is noticed: who runs the pipeline ends the process."""
        try:
            target()
        except DamagedError as error:
            self.failure = error
            self._stopping.set()
            log.error("database-damaged", error=str(error))  # noqa: TRY400 - the sentence says it all
        except BaseException as error:
            self.failure = error
            self._stopping.set()
            log.exception("ingest ended")
            raise

    def _read_on(self) -> None:
        try:
            while arrivals := self._take():
                with self._ready:
                    self._await_room()
                    error = self._add(arrivals)
                    self._ready.notify_all()
                    if self._hungry.is_set():
                        # The lock is not fair: without this wait the writer would come too late to it.
                        self._ready.wait_for(lambda: not self._hungry.is_set() or self._ended.is_set(), timeout=1.0)
                if error is not None:
                    self._stall(error)
        finally:
            with self._ready:
                self._read_all = True
                self._ready.notify_all()

    def _add(self, arrivals: list[Arrival]) -> Exception | None:
        """Build on the pending group; the error if the database cannot be read: then the devices send them again."""
        try:
            with self._database.read() as connection:
                self._pending = self._reader.build(arrivals, connection, group=self._pending)
        except (StoreError, DBAPIError) as error:
            self._committer.distrust()
            return error
        self._pending_bytes += sum(cost(arrival) for arrival in arrivals)
        return None

    def _await_room(self) -> None:
        """Wait while the pending group is as large as one may be."""
        while self._pending is not None and is_full(self._pending, self._pending_bytes) and not self._ended.is_set():
            self._ready.wait(1.0)

    def _judged(self, verdict: Verdict) -> None:
        """An opaque item was tried out; for the opaque desk's thread."""
        with self._ready:
            self._verdicts.append(verdict)
            self._ready.notify_all()

    def _take(self) -> list[Arrival]:
        """What has arrived, up to one portion; waits for the first. Empty when it is time to stop."""
        with self._wake:
            while not self._waiting and not self._stopping.is_set():
                self._wake.wait(1.0)
            taken = self._waiting.take(PORTION_BYTES)
            self._wake.notify_all()
        return taken

    def _write_on(self) -> None:
        try:
            with self._database.writer.connect() as connection:
                while (made := self._next()) is not None:
                    self._write(connection, made)
        finally:
            self._ended.set()

    def _write(self, connection: Connection, made: Group | Verdict) -> None:
        try:
            if isinstance(made, Verdict):
                self._committer.settle(connection, made)
            else:
                self._committer.commit(connection, made)
            if self._stalled.is_set():
                self._stalled.clear()
                self._said = ""
                log.info("the database stores again")
        except (StoreError, DBAPIError) as error:
            self._stall(error)
        self._turns += 1

    def _next(self) -> Group | Verdict | None:
        """What the writer does next; None when all is done."""
        self._hungry.set()
        with self._ready:
            while not self._verdicts and self._pending is None:
                if self._read_all:
                    return None
                self._ready.wait()
            self._hungry.clear()
            if self._verdicts:
                return self._verdicts.popleft()
            return self._take_pending()

    def _take_pending(self) -> Group | None:
        group, self._pending, self._pending_bytes = self._pending, None, 0
        self._ready.notify_all()
        return group

    def _take_back(self) -> list[Group]:
        """The group that was built ahead, if there is one. The lock is held, so no more of it comes."""
        group = self._take_pending()
        return [] if group is None else [group]

    def _stall(self, error: Exception) -> None:
        """The database cannot store: nothing is answered, what was in hand comes again from the devices.

        Raises DamagedError where waiting does not help.
        """
        damage = self._database.damage(error)
        if damage is not None:
            raise damage from error
        if str(error) != self._said:
            self._said = str(error)
            log.error("the database cannot store; devices keep their data until it can", error=self._said)
        self._stalled.set()
        self._stopping.wait(PAUSE_S)
