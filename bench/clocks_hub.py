"""A hub's real ingest on a database, in one thread, at whatever time it is told that it is."""

import sqlite3
import threading
from pathlib import Path

from sqlalchemy import event

from hub.ingest.committer import Committer
from hub.ingest.group import Arrival
from hub.ingest.opaque import Task
from hub.ingest.reader import Reader
from hub.store.database import Database
from wire import codec
from wire.messages import Now, Receipt, Welcome


class SmallHub:
    """Takes messages and gives the answers."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.database = Database.open(path)
        self.ledger = self.database.ledger
        self._now = 0
        self._answers: list[Welcome | Receipt] = []
        self._reader = Reader(ledger=self.ledger, run="b" * 16)
        self._committer = Committer(
            self._reader,
            lock=threading.Lock(),
            reading=self.database.read,
            outlet=self,
            clock=lambda: self._now,
            later=_no_opaque,
            ahead=list,
        )
        event.listen(self.database.writer, "connect", _loosely)
        self.database.writer.dispose()
        self._connection = self.database.writer.connect()
        with self._connection.begin():
            self._committer.recover(self._connection)

    def take(self, device: str, payloads: list[bytes], now: int) -> list[Welcome | Receipt]:
        """Commit messages that arrive now, Unix ms; the answers."""
        self._now, self._answers = now, []
        arrivals = [Arrival(device, payload, now) for payload in payloads]
        with self.database.read() as reading:
            group = self._reader.build(arrivals, reading)
        self._committer.commit(self._connection, group)
        return self._answers

    def close(self) -> None:
        self._connection.close()
        self.database.close()

    # What ingest needs of its surroundings

    def publish(self, topic: str, payload: bytes) -> None:  # noqa: ARG002 - one device is answered at a time
        answer = codec.decode_down(payload)
        if isinstance(answer, Welcome | Receipt):
            self._answers.append(answer)

    def changed(self) -> None:
        """Nobody watches."""

    def shown(self, device: str, now: Now, received_at: int) -> None:
        """Nobody watches."""


def _loosely(raw: sqlite3.Connection, _record: object) -> None:
    """Nobody pulls a plug here."""
    raw.execute("PRAGMA synchronous=OFF").close()


def _no_opaque(task: Task) -> None:
    raise AssertionError(f"nothing here goes wrapped: {task}")
