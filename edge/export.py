"""The facts that a device holds, as one signed file for the hub (wire.bundle), where there is no network.

The outbox is only read, one batch in one short transaction, so the agent goes on beside it and what it deletes
meanwhile is declared as it would be on the wire. Nothing is marked: what the hub took in from the file it says at the
next hello, and only that lets the device forget. So a file may get lost, be taken in twice, or come to the hub long
after the network brought the same.
"""

import os
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from edge.browse import open_to_read
from edge.core.delivery import HEAD_BYTES
from edge.core.greeting import Greeting
from edge.core.lane import MOST_ITEMS, LaneProgress
from edge.durable import sync_folder
from edge.errors import EdgeError
from edge.identity import Identity
from edge.store.errors import explain
from edge.store.lanes import LaneRow, load, read
from edge.store.schema import MIGRATIONS
from edge.store.times import BootTimes, span
from edge.version import BUILT_MS, VERSION
from wire.bundle import ENDING, Header, Writer
from wire.codec import assemble, encode, legible
from wire.limits import BATCH_BYTES
from wire.messages import Batch, Lane


class ExportError(EdgeError):
    """The file cannot be made. The outbox is as it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What a file holds; `declared` are sequences in it that this device does not hold any more."""

    file: Path
    facts: int
    streams: int
    declared: int
    bytes: int


def file_in(target: Path, identity: Identity, now_ms: int) -> Path:
    """The file to write: the one that was named, or a new name in a folder (names tell device and wall clock)."""
    if not target.is_dir():
        return target
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now_ms / 1000))
    return target / f"{identity.membership.device}-{stamp}{ENDING}"


def export(outbox: Path, identity: Identity, file: Path, *, everything: bool, now_ms: int) -> Exported:
    """Write a new file: what the hub has not confirmed, or everything that is still kept.

    Raises ExportError, also if the file exists, OutboxError, and CertificateError for a key that cannot be used; then
    no file is left.
    """
    if not outbox.exists():
        raise ExportError(f"there is no outbox at {outbox} yet: the agent makes one at its first start")
    if file.exists():
        raise ExportError(f"{file} exists already: name another file")
    from edge.signing import sign  # noqa: PLC0415 - large, and only for this

    beside = file.with_name(f"{file.name}.part")
    try:
        with beside.open("xb") as out, closing(open_to_read(outbox)) as db:
            source = _Source(db, outbox, identity, everything=everything)
            writer = Writer()
            out.write(writer.begin(_header(identity, source.ledger, now_ms)))
            for message in source.messages():
                out.write(writer.message(message))
            out.write(writer.end(sign(identity, writer.to_sign())))
            size = out.tell()
            _sync(out)
        beside.rename(file)
        with suppress(OSError):  # some file systems of sticks cannot
            sync_folder(file.parent)
    except FileExistsError as error:
        raise ExportError(f"{beside} is left of an export that was cut short: delete it") from error
    except OSError as error:
        _remove(beside)
        raise ExportError(f"cannot write {file}: {error.strerror}; is there room, and may you write there?") from error
    except sqlite3.Error as error:
        _remove(beside)
        raise explain(error, outbox, "read") from error
    except BaseException:
        _remove(beside)
        raise
    return Exported(file=file, facts=source.facts, streams=len(source.streams), declared=source.declared, bytes=size)


class _Source:
    """The messages of one export, and what was put into them."""

    def __init__(self, db: sqlite3.Connection, path: Path, identity: Identity, *, everything: bool) -> None:
        self.facts = self.declared = 0
        self.streams: set[str] = set()
        self._db = db
        self._nonce = secrets.randbits(52) + 1
        self._times = BootTimes("", BUILT_MS)
        self._everything = everything
        member = identity.membership
        if db.execute("PRAGMA user_version").fetchone()[0] != len(MIGRATIONS):
            raise ExportError(f"the outbox {path} is of another version of relay-edge; start this one's agent once")
        meta = dict(db.execute("SELECT key, value FROM meta"))
        if meta.get("device") != member.device:
            raise ExportError(f"the outbox {path} is of {meta.get('device')}, this device joined as {member.device}")
        self.ledger: str = meta.get("ledger") or member.ledger
        if self.ledger != member.ledger:
            raise ExportError(
                f"the outbox {path} belongs to ledger {self.ledger}, but this device joined the hub of ledger"
                f" {member.ledger}; `relay-edge rebind` gives it to that one"
            )

    def messages(self) -> Iterator[bytes]:
        """The pages of a hello, which say how much there is, then the batches, older streams first."""
        rows = self._rows()
        self._times.load(self._db)
        self._times.look_back(self._db, rows)
        lanes = [LaneProgress(row.stream, Lane.FACTS, row.last) for row in rows]
        for page in Greeting(self._nonce, lanes).pages(ledger=self.ledger, version=VERSION, kind=""):
            yield encode(page)
        for row in rows:
            if row.kept or row.pending:
                yield from self._batches(row)

    def _rows(self) -> list[LaneRow]:
        return [row for row in load(self._db).values() if row.lane is Lane.FACTS]

    def _batches(self, first: LaneRow) -> Iterator[bytes]:
        at = 0 if self._everything else min(first.through, first.last)
        while at < first.last:
            self._db.execute("BEGIN")
            try:  # one snapshot: what the agent deletes is in `gone`, or still here
                row = next(row for row in self._rows() if row.stream == first.stream)
                limit = BATCH_BYTES - HEAD_BYTES
                chunk = read(self._db, row, after=at, upto=first.last, max_items=MOST_ITEMS, max_bytes=limit)
                ups = span(chunk.items)
                clock = None if ups is None else self._times.clock(row.stream, Lane.FACTS, *ups)
            finally:
                self._db.execute("ROLLBACK")
            head = Batch(
                ledger=self.ledger,
                hello=self._nonce,
                stream=row.stream,
                lane=Lane.FACTS,
                after=at,
                last=chunk.last,
                gaps=chunk.gaps,
                clock=clock,
            )
            self.facts += len(chunk.items)
            self.declared += sum(gap.last - gap.first + 1 for gap in chunk.gaps)
            self.streams.add(row.stream)
            at = chunk.last
            yield assemble(head, map(legible, chunk.items))


def _header(identity: Identity, ledger: str, now_ms: int) -> Header:
    try:
        chain = tuple(path.read_text(encoding="ascii") for path in (identity.certificate, identity.authority))
    except (OSError, ValueError) as error:
        raise ExportError(f"cannot read the certificate in {identity.folder}: {error}; join the hub again") from error
    return Header(device=identity.membership.device, ledger=ledger, certificates=chain, made=now_ms, version=VERSION)


def _sync(out: BinaryIO) -> None:
    """On the stick itself, not in memory: it is pulled next."""
    out.flush()
    os.fsync(out.fileno())


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
