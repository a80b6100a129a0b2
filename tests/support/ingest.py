"""The hub's ingest on a real database, with a fake outlet: driven step by step, or as the real two threads.

Nothing here sleeps to wait: receipts are waited for on a condition with a deadline.
"""

import shutil
import sqlite3
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
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
from wire import codec, topics
from wire.actions import Action
from wire.checkdigits import check_digit
from wire.labels import element_string
from wire.messages import (
    AnyItem,
    Batch,
    Clock,
    Count,
    Fix,
    Gap,
    Hello,
    Lane,
    Now,
    Opaque,
    Presence,
    Receipt,
    Scan,
    StreamEnd,
    Void,
    Welcome,
)
from wire.topics import Leaf

NOW = 1_800_000_000_000
RUN = "a" * 16
STREAM = "1" * 16
OTHER_STREAM = "2" * 16
DEADLINE_S = 20.0
RICE = "0950110153000" + check_digit("0950110153000")
TENT = "0950110153017" + check_digit("0950110153017")
PALLET = "35012345600000001" + check_digit("35012345600000001")
CARTON = "35012345600000002" + check_digit("35012345600000002")
DOCK, SHELF, STATION = "place:wh-1", "place:wh-1/a01", "place:st-1"


# Items and messages


def goods(gtin: str = RICE, lot: str | None = None, *, expiry: int | None = None, serial: str | None = None) -> str:
    """A label of goods."""
    return element_string(gtin=gtin, lot=lot, expiry=expiry, serial=serial, symbology="]d2")


def unit_label(sscc: str = PALLET) -> str:
    """The label of a handling unit."""
    return element_string(sscc=sscc)


def scan(label: str, *, at: int = 0, do: Action = Action.RECEIVE, **more: object) -> Scan:
    """A scan `at` milliseconds after NOW; `source` and `to` as keywords."""
    if do is Action.RECEIVE:
        more.setdefault("to", DOCK)
    labels = (label,) if isinstance(label, str) else tuple(label)
    return Scan(at=NOW + at, up=at, do=do, labels=labels, **more)


def count(label: str, n: int, *, at: int = 0, where: str = DOCK, **more: object) -> Count:
    """A count of n at a place."""
    return Count(at=NOW + at, up=at, where=where, labels=(label,), n=n, **more)


def void(seq: int, *, stream: str = STREAM, at: int = 0) -> Void:
    """An undo of one sequence."""
    return Void(at=NOW + at, up=at, stream=stream, seq=seq)


def fix(at: int, lat: float = 31.0, lon: float = 103.0, **more: object) -> Fix:
    """A position; degrees."""
    return Fix(at=NOW + at, up=at, t=NOW + at, lat_e7=round(lat * 1e7), lon_e7=round(lon * 1e7), **more)


def opaque(data: bytes | AnyItem) -> Opaque:
    """An item in its wrapping."""
    return Opaque(at=NOW, up=0, data=data if isinstance(data, bytes) else codec.encode_item(data))


def batch(
    ledger: str,
    items: Sequence[AnyItem | bytes],
    *,
    stream: str = STREAM,
    lane: Lane = Lane.FACTS,
    after: int = 0,
    gaps: Sequence[Gap] = (),
    clock: Clock | None = None,
    hello: int = 1,
) -> bytes:
    """A batch as a device encodes it; items that are bytes go in as they are."""
    missing = sum(gap.last - gap.first + 1 for gap in gaps)
    head = Batch(
        ledger=ledger,
        hello=hello,
        stream=stream,
        lane=lane,
        after=after,
        last=after + len(items) + missing,
        gaps=tuple(gaps),
        clock=clock,
    )
    return codec.assemble(head, [item if isinstance(item, bytes) else codec.encode_item(item) for item in items])


def hello(
    number: int = 1, *, ledger: str | None = None, stream: str | None = None, facts: int = 0, telemetry: int = 0
) -> bytes:
    """A hello that names one stream, or none."""
    ends = (StreamEnd(stream=stream, facts=facts, telemetry=telemetry),) if stream else ()
    return codec.encode(Hello(hello=number, ledger=ledger, streams=ends))


def presence(run: str, connection: str, *, online: bool) -> bytes:
    """A birth or a last will."""
    return codec.encode(Presence(run=run, connection=connection, online=online, at=NOW))


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


# Without threads


@cache
def _template() -> Path:
    """An empty, migrated database: copying it is quicker than migrating each time."""
    folder = Path(tempfile.mkdtemp(prefix="relay-template-"))
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
        self.now = NOW
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
        self.pipeline = Pipeline(self.database, run=RUN, outlet=self, clock=lambda: NOW)

    def send(self, device: str, payload: bytes, *, leaf: Leaf = Leaf.UP, retained: bool = False) -> None:
        """One message of a device."""
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
        """Wait until all that was sent before is committed: a hello is answered in its turn."""
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


def chunks(items: Sequence[AnyItem], size: int) -> Iterable[tuple[int, Sequence[AnyItem]]]:
    """Items in pieces, each with how many went before it."""
    for at in range(0, len(items), size):
        yield at, items[at : at + size]
