"""The projections made again from the journal, and compared with the live ones, table by table."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import structlog
from sqlalchemy import Connection

from hub.errors import StoreError
from hub.ingest.decoding import BadItem
from hub.ingest.group import LaneRef, Rows
from hub.ingest.poster import Poster
from hub.ingest.projector import Projector
from hub.ingest.replay import decode, left_out, unwrapped
from hub.store import canon, flows
from hub.store.database import Database
from wire.messages import AnyItem, Lane

log = structlog.get_logger("rebuild")

RULES = "3"
"""By what rules facts become projections: 3 since goods of one lot number have one expiry, whoever owns them."""
SCRATCH = "rebuilding"
"""The folder for it, of one name, so that what was cut short does not fill the disk."""
PORTION = 20_000
"""Items of one transaction."""
_JOURNAL = (
    "SELECT journal.id, lane.id, lane.lane, device.id, device.name, received_at, applied, body FROM journal"
    " JOIN lane ON lane.id = journal.lane_id JOIN device ON device.id = lane.device_id"
    " WHERE journal.id > ? ORDER BY journal.id LIMIT 50"
)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What came of it: items replayed, and for each table the first differences from the live one."""

    items: int
    differences: dict[str, list[str]]

    @property
    def same(self) -> bool:
        """Whether every table came out as it was."""
        return not any(self.differences.values())


class Lives(Protocol):
    """Who follows parcels, consignments and requests: hub.retelling."""

    def follow(self, database: Database) -> None:
        """Follow what is in the journal and was not followed yet."""

    def retell(self, database: Database) -> None:
        """Forget all that was followed, and follow it again from the beginning."""


def rebuild(database: Database, scratch: Path, *, replace: bool = False, lives: Lives | None = None) -> Rebuilt:
    """Make the projections again in copies below `scratch`, compare, and put them in place if asked to.

    Without `lives` what follows from facts for parcels is left as it is. To replace, nothing else may write meanwhile.
    Raises StoreError.
    """
    before, after = scratch / "before.db", scratch / "after.db"
    try:
        scratch.mkdir(parents=True, exist_ok=True)
        for target in (before, after):
            _copy(database.path if target is before else before, target)
        live, made = Database(before), Database(after)
        try:
            items = _replay(made)
            flows.reckon(live)
            flows.reckon(made)
            if lives is not None:
                lives.follow(live)
                lives.retell(made)
            tables = canon.CANON if lives is None else canon.CANON | canon.LIVES
            with live.read() as left, made.read() as right:
                found = {table: canon.differences(left, right, table) for table in tables}
        finally:
            live.close()
            made.close()
        if replace:
            _put_in_place(database.path, after)
            if lives is not None and any(found[table] for table in canon.LIVES):
                lives.retell(database)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"the projections of {database.path} cannot be rebuilt: {error}") from error
    finally:
        for name in ("", "-wal", "-shm", "-journal"):
            for path in (before, after):
                with suppress(OSError):
                    path.with_name(path.name + name).unlink()
    return Rebuilt(items, found)


def bring_up_to_date(database: Database, folder: Path) -> bool:
    """Make the projections again where an earlier version made them by other rules; whether that was so.

    Nothing else may write meanwhile. Raises StoreError.
    """
    query = "SELECT (SELECT value FROM meta WHERE key = 'rules'), EXISTS (SELECT 1 FROM journal)"
    with database.read() as connection:
        rules, used = connection.exec_driver_sql(query).one()
    if rules == RULES:
        return False
    if used:
        log.warning("projections-are-made-again", why="another version made them by other rules; it may take minutes")
        scratch = folder / SCRATCH
        shutil.rmtree(scratch, ignore_errors=True)  # two copies of the ledger, if a power cut left them
        try:
            scratch.mkdir(mode=0o700)
            rebuild(database, scratch, replace=True)
        except OSError as error:
            raise StoreError(f"{scratch} cannot be made, to make the projections again: {error.strerror}") from error
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    with database.write() as connection:
        connection.exec_driver_sql("INSERT OR REPLACE INTO meta (key, value) VALUES ('rules', ?)", (RULES,))
    return bool(used)


def _copy(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as a, closing(sqlite3.connect(target)) as b:
        a.backup(b)


def _replay(database: Database) -> int:
    poster = Poster()
    projector = Projector(poster)
    items = 0
    with database.write() as connection:
        for table in (*canon.PROJECTIONS, *canon.DUE):
            connection.exec_driver_sql(f"DELETE FROM {table}")
        poster.load(connection)
        projector.load(connection)
        rows = Rows()
        pending = 0
        for ref, pairs in _stored(connection):
            poster.add(rows, ref, pairs)
            if ref.facts and pairs:
                rows.ranges.append((ref.id, pairs[0][0], pairs[-1][0]))
            pending += len(pairs)
            if pending >= PORTION:
                projector.apply(connection, rows)
                items, pending, rows = items + pending, 0, Rows()
        projector.apply(connection, rows)
    return items + pending


def _stored(connection: Connection) -> Iterator[tuple[LaneRef, list[tuple[int, AnyItem | BadItem]]]]:
    """The journal's items in the order in which they came, less those in quarantine; opaque ones unwrapped."""
    after = 0
    while batch := connection.exec_driver_sql(_JOURNAL, (after,)).all():
        for id_, lane, name, device_id, device, received_at, applied, body in batch:
            after = id_
            stored = decode(body, applied)
            ref = LaneRef(
                device=device, device_id=device_id, id_=lane, lane=Lane(name), clock=stored.clock, received=received_at
            )
            aside = left_out(connection, lane, stored.pairs)
            yield ref, [(seq, unwrapped(item)) for seq, item in stored.pairs if seq not in aside]


def _put_in_place(live: Path, made: Path) -> None:
    with closing(sqlite3.connect(live, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("ATTACH DATABASE ? AS made", (str(made),))
        connection.execute("BEGIN IMMEDIATE")
        for table in (*canon.PROJECTIONS, *canon.DUE):
            connection.execute(f"DELETE FROM main.{table}")
            connection.execute(f"INSERT INTO main.{table} SELECT * FROM made.{table}")
        connection.execute("COMMIT")
