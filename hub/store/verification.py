"""Whether a backup is worth its name: put back beside the others, in a scratch folder, and looked at as a hub would.

What an untried backup holds is a hope. This does everything that a restore does, except putting it in place: every page
is read, the schema is brought up to date, the authority's key is tried, and the ledger's invariants are checked.
"""

import shutil
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from hub.authority import Authority, AuthorityError
from hub.errors import BackupError
from hub.store import audit
from hub.store import authority as certificates
from hub.store.backup import inspect
from hub.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a backup holds; `newest` is when its latest batch came (Unix ms). It is good where `faults` is empty."""

    ledger: str
    devices: int
    certificates: int
    people: int
    journal_rows: int
    newest: int | None
    authority: str | None
    faults: tuple[str, ...]


def verify(file: Path, scratch: Path) -> Verified:
    """Try a backup out. `scratch` is a folder with room for a copy. Raises BackupError for a file that is none."""
    if not file.is_file():
        raise BackupError(f"There is no backup {file}.")
    summary = inspect(file)
    try:
        with tempfile.TemporaryDirectory(dir=scratch, prefix="verify-") as folder:
            copy = Path(folder) / "hub.db"
            shutil.copyfile(file, copy)
            with closing(Database.open(copy)) as database:
                faults = [f"{finding.check}: {finding.sentence}" for finding in audit.audit(database)]
                with database.read() as connection:
                    authority = _authority(connection, faults)
                    counts = [int(connection.exec_driver_sql(query).scalar_one()) for query in _COUNTS]
                    newest = connection.exec_driver_sql("SELECT max(received_at) FROM journal").scalar()
    except OSError as error:
        raise BackupError(f"{file} cannot be copied to {scratch}: {error}.") from error
    return Verified(
        ledger=summary.ledger,
        devices=summary.devices,
        certificates=counts[0],
        people=counts[1],
        journal_rows=summary.journal_rows,
        newest=newest,
        authority=authority,
        faults=tuple(faults),
    )


_COUNTS = (
    "SELECT count(*) FROM certificate WHERE revoked_at IS NULL",
    "SELECT count(*) FROM user WHERE disabled_at IS NULL",
)


def _authority(connection: Connection, faults: list[str]) -> str | None:
    """The authority's fingerprint, if there is one; devices joined it, so its key must work."""
    kept = certificates.kept(connection)
    if kept is None:
        return None
    try:
        return Authority.load(*kept).fingerprint
    except AuthorityError as error:
        faults.append(f"the authority: {error}")
        return None
