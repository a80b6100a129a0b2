"""A backup is one SQLite file with everything: journal, projections, people, devices with their hashed passwords.

It is copied page by page under one read snapshot, so it is consistent while the hub works. A restored ledger keeps
its id, but its generation is new: cursors and versions of the time after the backup are not mistaken for those of
now. Devices see by their receipts what the restored hub lacks, and send it again.
"""

import itertools
import os
import secrets
import shutil
import sqlite3
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hub.errors import BackupError
from hub.store.database import Database
from hub.store.reading import open_to_read
from hub.store.since import NOTHING, Since, take_over

MARK: Final = "last-backup"
"""The file beside the database whose time is that of the last backup; in it stands where that went."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a backup holds. `aside` is where a restore put the database that it replaced.

    `since` is what happened after the backup was made; None where that cannot be known.
    """

    path: Path
    ledger: str
    bytes: int
    journal_rows: int
    devices: int
    aside: Path | None = None
    since: Since | None = NOTHING


def backup(database: Path, target: Path) -> Summary:
    """Copy a database that may be in use to a new file, for its owner alone. Raises BackupError."""
    if target.exists():
        raise BackupError(f"{target} exists already; a backup never overwrites. Choose another name.")
    if not database.is_file():
        raise BackupError(f"There is no database {database} to back up.")
    beside = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    try:
        _copy(database, beside)
        summary = inspect(beside)
        os.link(beside, target)  # as rename, but never over a file that came meanwhile
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"{database} cannot be copied to {target}: {error}.") from error
    finally:
        beside.unlink(missing_ok=True)
    _sync_folder(target.parent)
    _mark(database, target)
    return Summary(
        path=target,
        ledger=summary.ledger,
        bytes=target.stat().st_size,
        journal_rows=summary.journal_rows,
        devices=summary.devices,
    )


def last_made(database: Path) -> float | None:
    """When the last backup of a database was made (Unix s); None: never, as far as its folder knows."""
    try:
        return database.with_name(MARK).stat().st_mtime
    except OSError:
        return None


def inspect(file: Path) -> Summary:
    """What a backup holds; it is checked whole. Raises BackupError for a file that is none or is damaged."""
    try:
        with closing(open_to_read(file)) as connection:
            state = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if state != "ok":
                raise BackupError(f"{file} is damaged: {state}. Use another backup.")
            ledger = connection.execute("SELECT value FROM meta WHERE key = 'ledger'").fetchone()
            rows = connection.execute("SELECT count(*) FROM journal").fetchone()[0]
            devices = connection.execute("SELECT count(*) FROM device WHERE removed_at IS NULL").fetchone()[0]
    except sqlite3.Error as error:
        raise BackupError(f"{file} is not a backup of a hub: {error}.") from error
    if ledger is None:
        raise BackupError(f"{file} is not a backup of a hub: it names no ledger.")
    return Summary(path=file, ledger=ledger[0], bytes=file.stat().st_size, journal_rows=rows, devices=devices)


def restore(file: Path, database: Path) -> Summary:
    """Put a backup in place of a database; the old one stays aside. The caller holds the folder's lock.

    Raises BackupError; StoreError for a backup that this version cannot use. Then the database stays as it was.
    """
    if not file.is_file():
        raise BackupError(f"There is no backup {file}.")
    summary = inspect(file)
    beside = database.with_name(f"{database.name}.{secrets.token_hex(4)}.part")
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    aside = _free(database.with_name(f"{database.name}.before-restore-{stamp}"))
    try:
        _copy(file, beside)
        if os.geteuid() == 0:  # an administrator restores, the hub's own user runs it
            owner = database.parent.stat()
            os.chown(beside, owner.st_uid, owner.st_gid)
        Database.open(beside).close()  # upgrades one of an older version, and refuses one of a newer
        _renew(beside)
        since = take_over(beside, database)
        kept = _set_aside(database, aside)
        beside.replace(database)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"{file} cannot be restored to {database}: {error}.") from error
    finally:
        beside.unlink(missing_ok=True)
    _sync_folder(database.parent)
    return Summary(
        path=database,
        ledger=summary.ledger,
        bytes=summary.bytes,
        journal_rows=summary.journal_rows,
        devices=summary.devices,
        aside=kept,
        since=since,
    )


def _copy(source: Path, target: Path) -> None:
    """All pages of one snapshot, on disk when it returns; the copy has no write-ahead log beside it."""
    target.touch(mode=0o600, exist_ok=False)
    with (
        closing(open_to_read(source, timeout_s=30)) as reading,
        closing(sqlite3.connect(target)) as writing,
    ):
        reading.backup(writing, pages=-1)
        writing.execute("PRAGMA journal_mode=DELETE").fetchone()
    with target.open("rb") as file:
        os.fsync(file.fileno())


def _renew(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE meta SET value = ? WHERE key = 'generation'", (secrets.token_hex(8),))
        connection.execute("DELETE FROM session")  # who signed out since the backup stays signed out
        # Of a code that was used, too, the answer could be asked for again: by who was thrown out since.
        connection.execute("DELETE FROM invitation")
        connection.execute("DELETE FROM link")  # one that was used since could set a password again


def _mark(database: Path, target: Path) -> None:
    """Note beside the database that this was made. A note that cannot be written costs no backup."""
    beside = database.with_name(f"{MARK}.{secrets.token_hex(4)}.part")
    with suppress(OSError):
        beside.write_text(f"{target.absolute()}\n", encoding="utf-8", errors="surrogateescape")
        beside.replace(database.with_name(MARK))


def _free(path: Path) -> Path:
    """The path, or another where a restore of the same second has it: none is overwritten."""
    names = (path.with_name(f"{path.name}.{number}") for number in itertools.count(2))
    return next(each for each in itertools.chain((path,), names) if not each.exists())


def _set_aside(database: Path, aside: Path) -> Path | None:
    """Keep the old database under another name. It leaves its own name only when the new one takes it."""
    if not database.exists():
        return None
    try:
        with closing(sqlite3.connect(database)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.Error:
        pass  # damaged: kept as it is, with its log
    try:
        os.link(database, aside)
    except OSError:  # a file system without hard links
        shutil.copy2(database, aside)
    for suffix in ("-wal", "-shm"):  # must not be there when the new one is opened: it would be applied to it
        log = database.with_name(database.name + suffix)
        if log.exists():
            log.replace(aside.with_name(aside.name + suffix))
    return aside


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
