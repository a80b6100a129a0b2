"""A backup is one SQLite file with everything: journal, projections, people, devices with their hashed passwords.

It is copied page by page under one read snapshot, so it is consistent while the hub works. A restored ledger keeps
its id, but its generation is new: cursors and versions of the time after the backup are not mistaken for those of
now. Devices see by their receipts what the restored hub lacks, and send it again.
"""

import os
import secrets
import shutil
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from hub.errors import BackupError
from hub.store.database import Database
from hub.store.reading import open_to_read


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a backup holds. `aside` is where a restore put the database that it replaced.

    `again` are devices and people who were shut out since the backup and whom a restore has let in again; None where
    that cannot be known.
    """

    path: Path
    ledger: str
    bytes: int
    journal_rows: int
    devices: int
    aside: Path | None = None
    again: tuple[str, ...] | None = ()


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
    return Summary(
        path=target,
        ledger=summary.ledger,
        bytes=target.stat().st_size,
        journal_rows=summary.journal_rows,
        devices=summary.devices,
    )


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
    aside = database.with_name(f"{database.name}.before-restore-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}")
    try:
        _copy(file, beside)
        if os.geteuid() == 0:  # an administrator restores, the hub's own user runs it
            owner = database.parent.stat()
            os.chown(beside, owner.st_uid, owner.st_gid)
        Database.open(beside).close()  # upgrades one of an older version, and refuses one of a newer
        _renew(beside)
        again = _stay_shut_out(beside, database)
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
        again=again,
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


def _stay_shut_out(made: Path, replaced: Path) -> tuple[str, ...] | None:
    """What the authority signed and took back since the backup stays so, and the numbers that devices got stay theirs.

    People whose data was erased stay erased.

    A certificate that it does not know it could not take back: who was thrown out would be in again with it as soon
    as somebody else joins under that name. And who renewed would be shut out when the earlier certificate ends.

    Returns who else was shut out since: a restore may be meant to bring back just them, so a person decides. None: the
    database that was there cannot be read. Of one that is gone, or of another ledger, nothing is taken over.
    """
    if not replaced.is_file():
        return ()
    try:
        with closing(sqlite3.connect(made, isolation_level=None)) as connection:
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("ATTACH DATABASE ? AS was", (str(replaced.absolute()),))
            tables = {row[0] for row in connection.execute(_COMMON).fetchall()}
            if not connection.execute(_SAME_LEDGER).fetchone()[0]:
                return ()
            for table, statements in _SHUT.items():
                for statement in statements if table in tables else ():
                    connection.execute(statement)
            asked = [_AGAIN, *([_BADGES] if "link" in tables else [])]
            return tuple(f"{kind} {name}" for each in asked for kind, name in connection.execute(each).fetchall())
    except sqlite3.Error:
        return None


_COMMON = "SELECT name FROM main.sqlite_master JOIN was.sqlite_master USING (name, type) WHERE type = 'table'"
_SAME_LEDGER = (
    "SELECT (SELECT value FROM main.meta WHERE key = 'ledger') = (SELECT value FROM was.meta WHERE key = 'ledger')"
)
_REVOKED = """
UPDATE main.certificate AS made
SET revoked_at = (SELECT revoked_at FROM was.certificate AS old WHERE old.serial = made.serial) WHERE revoked_at IS NULL
"""
_HOLDERS = """
INSERT INTO main.device (name, kind, created_at, removed_at)
SELECT name, kind, created_at, removed_at FROM was.device
WHERE id IN (SELECT device_id FROM was.certificate) AND name NOT IN (SELECT name FROM main.device)
"""
_ISSUED = """
INSERT INTO main.certificate (serial, device_id, fingerprint, not_before, not_after, issued_at, revoked_at)
SELECT serial, made.id, fingerprint, not_before, not_after, issued_at, revoked_at FROM was.certificate
JOIN was.device AS holder ON holder.id = device_id JOIN main.device AS made ON made.name = holder.name
WHERE serial NOT IN (SELECT serial FROM main.certificate)
"""
_NUMBERS = """
INSERT OR IGNORE INTO main.sscc_range (prefix, low, high, device, at)
SELECT prefix, low, high, device, at FROM was.sscc_range ORDER BY id
"""
_ERASED = """
UPDATE main.recipient AS made SET key = NULL, sealed = NULL, shown = '', last4 = '',
  (erased_at, erased_by) = (SELECT erased_at, erased_by FROM was.recipient AS old WHERE old.id = made.id)
WHERE erased_at IS NULL AND id IN (SELECT id FROM was.recipient WHERE erased_at IS NOT NULL);
DELETE FROM main.recipient_trace WHERE recipient IN (SELECT seq FROM main.recipient WHERE erased_at IS NOT NULL);
DELETE FROM main.recipient_proxy WHERE recipient IN (SELECT seq FROM main.recipient WHERE erased_at IS NOT NULL);
UPDATE main.call SET sealed = NULL WHERE recipient IN (SELECT seq FROM main.recipient WHERE erased_at IS NOT NULL)
"""
"""Whom the hub had erased since the backup, it has erased: else a restore would bring everybody back."""
_SHUT = {
    "authority": (
        "INSERT INTO main.authority SELECT * FROM was.authority WHERE id NOT IN (SELECT id FROM main.authority)",
    ),
    "certificate": (_REVOKED, _HOLDERS, _ISSUED),
    "sscc_range": (_NUMBERS,),
    "recipient": tuple(_ERASED.split(";")),
}
_AGAIN = """
SELECT 'device', made.name FROM main.device AS made JOIN was.device AS old USING (name)
WHERE made.removed_at IS NULL AND old.removed_at IS NOT NULL
UNION SELECT 'person', made.name FROM main.user AS made JOIN was.user AS old USING (name)
WHERE made.disabled_at IS NULL AND old.disabled_at IS NOT NULL
UNION SELECT 'token', name FROM main.token WHERE digest NOT IN (SELECT digest FROM was.token) ORDER BY 1, 2
"""
_BADGES = """
SELECT 'badge of', made.name FROM main.user AS made JOIN was.user AS old USING (name)
WHERE made.badge IS NOT NULL AND made.badge IS NOT old.badge ORDER BY 2
"""


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
