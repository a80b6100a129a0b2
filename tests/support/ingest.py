"""The hub's ingest on a real database, with a fake outlet: driven step by step, or as the real two threads.

Nothing here sleeps to wait: receipts are waited for on a condition with a deadline.
"""

import atexit
import shutil
import sqlite3
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from sqlalchemy import event

from hub.core.identity import lane_id
from hub.ingest.committer import Committer
from hub.ingest.group import Arrival, Group
from hub.ingest.opaque import Task, Verdict, try_out
from hub.ingest.pipeline import Pipeline
from hub.ingest.reader import Reader
from hub.ingest.rebuild import Rebuilt, rebuild
from hub.store import audit, canon
from hub.store.database import Database
from tests.support.facts import RECEIVED, RUN, STREAM, hello
from wire import codec, topics
from wire.messages import (
    HUB,
    Lane,
    Now,
    Receipt,
    Welcome,
)
from wire.topics import Leaf

DEADLINE_S = 20.0


# What a test asks of a database


class Questions:
    """Reads of a hub's database; for tests alone."""

    database: Database
    path: Path

    def rows(self, query: str, *values: object) -> list[tuple]:
        """All rows of a query."""
        with self.database.read() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query, values)]

    def one(self, query: str, *values: object) -> object:
        """The one value of a query."""
        ((value,),) = self.rows(query, *values)
        return value

    def tables(self) -> dict[str, list[tuple]]:
        """The canonical rows of every projection."""
        with self.database.read() as connection:
            return {table: list(canon.rows(connection, table)) for table in canon.CANON}

    def balances(self) -> dict[tuple[str, str], int]:
        """(account, lot number) -> quantity, for tests that use one item."""
        query = (
            "SELECT account.code, lot.lot, sum(quantity) FROM balance JOIN account ON account.id = account_id"
            " JOIN lot ON lot.id = lot_id GROUP BY 1, 2 HAVING sum(quantity) <> 0"
        )
        return {(row[0], row[1]): row[2] for row in self.rows(query)}

    def quarantine(self) -> list[tuple]:
        """(device, seq, reason, bytes) in the order of arrival."""
        return self.rows("SELECT device, seq, reason, bytes FROM quarantine ORDER BY id")

    def through(self, device: str, stream: str = STREAM, lane: Lane = Lane.FACTS) -> int:
        """How far the database has a lane; 0 for one that it does not know."""
        found = self.rows("SELECT through FROM lane WHERE id = ?", lane_id(device, stream, lane))
        return found[0][0] if found else 0

    def findings(self) -> list[audit.Finding]:
        """What the audit finds."""
        return audit.audit(self.database)

    def rebuilt(self, *, replace: bool = False) -> Rebuilt:
        """The projections made again."""
        return rebuild(self.database, self.path.parent / "scratch", replace=replace)


def plant(made: Questions, table: str = "move", when: str = "") -> None:
    """Make the database refuse rows of one table: those of the lot POISON unless told."""
    condition = when or "(SELECT lot FROM lot WHERE id = NEW.lot_id) = 'POISON'"
    with made.database.write() as connection:
        connection.exec_driver_sql(
            f"CREATE TRIGGER refuse BEFORE INSERT ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, 'no'); END"
        )


# Without threads


@cache
def _template() -> Path:
    """An empty, migrated database: copying it is quicker than migrating each time."""
    folder = Path(tempfile.mkdtemp(prefix="relay-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    Database.open(folder / "hub.db").close()
    return folder / "hub.db"


def fresh(path: Path) -> Database:
    """A database at a path, opened; a copy of one empty ledger, so that every copy has the same id."""
    if not path.exists():
        shutil.copy(_template(), path)
    return Database(path)


class Disk:
    """The disk under a database, as its writer sees it: it can be full, and have room again.

    Made before the database is used, so that it knows the writer's connection.
    """

    def __init__(self, database: Database) -> None:
        self._raw: list[sqlite3.Connection] = []
        event.listen(database.writer, "connect", lambda raw, _: self._raw.append(raw))

    def fill(self) -> None:
        """From now on not one page more."""
        ((pages,),) = self._raw[0].execute("PRAGMA page_count").fetchall()
        self._raw[0].execute(f"PRAGMA max_page_count={pages}").close()

    def clear(self) -> None:
        """Room again."""
        self._raw[0].execute("PRAGMA max_page_count=1000000").close()


class Bench(Questions):
    """Reader and committer in one thread, so that a test decides what is built ahead of what is committed.

    Writes are not synced to the disk: nobody pulls a plug here.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.database = fresh(path)
        self.disk = Disk(self.database)
        event.listen(self.database.writer, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF").close())
        self.ledger = self.database.ledger
        self.now = RECEIVED
        self.sent: list[tuple[str, Receipt | Welcome]] = []
        self.tasks: list[Task] = []
        self.try_out: Callable[[bytes], str | None] = try_out
        self._built: deque[Group] = deque()
        self.reader = Reader(ledger=self.ledger, run=RUN)
        self.committer = Committer(
            self.reader,
            lock=threading.Lock(),
            reading=self.database.read,
            outlet=self,
            clock=lambda: self.now,
            later=self.tasks.append,
            ahead=self._take_back,
        )
        self._connection = self.database.writer.connect()
        with self._connection.begin():
            self.committer.recover(self._connection)
            self.committer.resume(self._connection)

    def build(self, *messages: tuple[str, bytes]) -> None:
        """Build a group ahead of those that are not committed yet."""
        arrivals = [Arrival(device, payload, self.now, Leaf.UP) for device, payload in messages]
        with self.database.read() as connection:
            self._built.append(self.reader.build(arrivals, connection))

    def commit(self) -> None:
        """Commit the oldest group that was built."""
        if self._built:
            self.committer.commit(self._connection, self._built.popleft())

    def take(self, *messages: tuple[str, bytes]) -> list[Receipt | Welcome]:
        """Build and commit at once; the answers."""
        before = len(self.sent)
        self.build(*messages)
        while self._built:
            self.commit()
        return [answer for _, answer in self.sent[before:]]

    def settle(self) -> None:
        """Try out and post or quarantine the opaque items that are waiting."""
        while self.tasks:
            task = self.tasks.pop(0)
            self.committer.settle(self._connection, Verdict(task, self.try_out(task.data)))

    def close(self) -> None:
        """End, without committing what was built ahead: as a crash would."""
        self._connection.close()
        self.database.close()

    def publish(self, topic: str, payload: bytes) -> None:
        self.sent.append((topics.parse(topic).device, codec.decode_down(payload)))

    def changed(self) -> None:
        """The change log is read from the database."""

    def shown(self, device: str, now: Now, received_at: int) -> None:
        raise AssertionError("only the pipeline shows")

    def _take_back(self) -> list[Group]:
        found = list(self._built)
        self._built.clear()
        return found


@contextmanager
def bench(path: Path) -> Iterator[Bench]:
    """A bench on a database at a path."""
    made = Bench(path)
    try:
        yield made
    finally:
        made.close()


# With threads


class Station(Questions):
    """The real pipeline on a database, and the outlet that hears its answers."""

    disk: Disk

    def __init__(self, path: Path) -> None:
        self.path = path
        self.database = fresh(path)
        self.ledger = self.database.ledger
        self.answers: list[tuple[str, Receipt | Welcome]] = []
        self.screen: list[tuple[str, Now]] = []
        self._heard = threading.Condition()
        self._hellos = 1000
        self.pipeline = Pipeline(self.database, run=RUN, outlet=self, clock=lambda: RECEIVED)

    def send(self, device: str, payload: bytes, *, leaf: Leaf = Leaf.UP, retained: bool = False) -> None:
        """One message of a device; what the hub says itself does not come over the wire."""
        if device == HUB:
            self.pipeline.bring(device, payload, lambda _: None)
        else:
            self.pipeline.offer(topics.build(device, leaf), payload, retained)

    def publish(self, topic: str, payload: bytes) -> None:
        with self._heard:
            self.answers.append((topics.parse(topic).device, codec.decode_down(payload)))
            self._heard.notify_all()

    def changed(self) -> None:
        with self._heard:
            self._heard.notify_all()

    def shown(self, device: str, now: Now, received_at: int) -> None:
        self.screen.append((device, now))

    def until(self, happened: Callable[[], object], what: str = "") -> None:
        """Wait until something is so, looking again after each answer and change."""
        deadline = time.monotonic() + DEADLINE_S
        with self._heard:
            while not happened():
                assert self.pipeline.failure is None
                assert time.monotonic() < deadline, f"waited {DEADLINE_S} s for {what}: {self.answers[-5:]}"
                self._heard.wait(0.05)

    def receipts(self, device: str) -> list[Receipt]:
        """The receipts of a device so far."""
        return [one for name, one in list(self.answers) if name == device and isinstance(one, Receipt)]

    def welcomes(self, device: str) -> list[Welcome]:
        """The welcomes of a device so far."""
        return [one for name, one in list(self.answers) if name == device and isinstance(one, Welcome)]

    def settled(self, device: str, through: int) -> None:
        """Wait for a receipt that reaches so far."""
        self.until(lambda: any(one.through >= through for one in self.receipts(device)), f"{device} at {through}")

    def flush(self, device: str = "probe") -> Welcome:
        """Wait until all that was sent before is committed: what follows the last that waited is answered after it."""
        self.until(lambda: not self.pipeline.waiting_bytes, "everything is read")
        self._hellos += 1
        number = self._hellos
        self.send(device, hello(number))
        self.until(lambda: any(one.hello == number for one in self.welcomes(device)), "the welcome")
        return next(one for one in self.welcomes(device) if one.hello == number)


@contextmanager
def station(path: Path) -> Iterator[Station]:
    """A running pipeline on a database at a path."""
    made = Station(path)
    made.disk = Disk(made.database)
    made.pipeline.start()
    try:
        yield made
    finally:
        made.pipeline.stop()
        made.database.close()
