"""Opening the hub's database: one writer, pooled readers, WAL, durable commits."""

import os
import secrets
import sqlite3
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, insert, select
from sqlalchemy.exc import DBAPIError

from hub.errors import REMEDY, DamagedError, StoreError, says_damaged
from hub.store import schema

_WRITER = (
    "page_size=8192",
    "journal_mode=WAL",
    "synchronous=FULL",
    "busy_timeout=10000",
    "cache_size=-65536",
    "wal_autocheckpoint=8192",
    "journal_size_limit=67108864",
)
_READER = ("busy_timeout=10000", "query_only=ON", "cache_size=-16384")
_MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """The hub's database. `write()` is for one thread at a time; `read()` gives pooled read-only connections."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.writer = _engine(path, _WRITER, "BEGIN IMMEDIATE")
        self.reader = _engine(path, _READER, "BEGIN")

    @classmethod
    def open(cls, path: Path) -> "Database":
        """Open, create or upgrade the database at a path. Raises StoreError with what a person can do."""
        _keep_private(path)
        database = cls(path)
        try:
            database._upgrade()
            with database.write() as connection:
                _identify(connection)
        except Exception as error:
            database.close()
            damage = database.damage(error)
            if damage is not None:
                raise damage from error
            cause = error.orig if isinstance(error, DBAPIError) else error
            raise StoreError(f"the database {path} cannot be opened: {cause}; {_advice(cause)}") from error
        return database

    def write(self) -> AbstractContextManager[Connection]:
        """One transaction on the writing side, committed at the end of the block."""
        return self.writer.begin()

    def read(self) -> AbstractContextManager[Connection]:
        """A read-only connection with a snapshot of its own."""
        return self.reader.connect()

    def damage(self, error: BaseException) -> DamagedError | None:
        """What an error says of the file: that it is damaged, or, as None, anything else."""
        if not says_damaged(error):
            return None
        cause = error.orig if isinstance(error, DBAPIError) else error
        return DamagedError(f"the database {self.path} is damaged: {cause}; {REMEDY}")

    def close(self) -> None:
        """Give back all connections. Idempotent."""
        self.reader.dispose()
        self.writer.dispose()

    def fact(self, key: str) -> str:
        """One value of the table meta. Raises KeyError."""
        with self.read() as connection:
            value = connection.execute(select(schema.meta.c.value).where(schema.meta.c.key == key)).scalar()
        if value is None:
            raise KeyError(key)
        return str(value)

    @property
    def ledger(self) -> str:
        """The ledger's random id: 16 hex digits, the same for ever, also in backups."""
        return self.fact("ledger")

    @property
    def generation(self) -> str:
        """A random id that each restore renews: cursors carry it."""
        return self.fact("generation")

    def _upgrade(self) -> None:
        """To the newest schema: an empty file at once, an older one step by step."""
        with self.writer.begin() as connection:
            held = _revision(connection)
            if held == _newest():
                return
            if held is None and not connection.exec_driver_sql("SELECT 1 FROM sqlite_master").first():
                schema.metadata.create_all(connection)
                _stamp(connection)
            else:
                migrate(connection)


def migrate(connection: Connection, to: str = "head") -> None:
    """Bring a database to a revision by the steps that released hubs go. Alembic takes long to load: only where due."""
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))  # of configparser
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def _newest() -> str:
    """The revision of the newest step; each file's name begins with it."""
    return max(path.name for path in (_MIGRATIONS / "versions").glob("[0-9]*.py")).partition("_")[0]


def _revision(connection: Connection) -> str | None:
    """The step that a database is at; None: at none."""
    known = "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
    if not connection.exec_driver_sql(known).first():
        return None
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()


def _stamp(connection: Connection) -> None:
    """Say of a new database that it is at the newest step, as Alembic does."""
    connection.exec_driver_sql(
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL,"
        " CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
    )
    connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (_newest(),))


def _keep_private(path: Path) -> None:
    """For its owner alone before anything is in it: the write-ahead log, which holds the same, gets the same mode.

    A file that is there is not opened: to close it would end the locks that this process has on it (fcntl(2)).
    """
    with suppress(OSError):  # to open it says what is wrong
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        path.chmod(0o600)


def _engine(path: Path, pragmas: tuple[str, ...], begin: str) -> Engine:
    """An engine whose transactions are begun by ourselves, so that savepoints and snapshots mean what they say."""
    url = URL.create("sqlite", database=str(path))  # a path may hold what means something in a URL
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": 10})

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _advice(cause: BaseException | None) -> str:
    """What a person can do about a database that does not open."""
    said = str(cause)
    if "unable to open" in said:
        return "check that its folder exists and that the hub may write there"
    if "Can't locate revision" in said:
        return "a newer hub wrote it; start that version"
    return "check the disk's space and rights, and that no other program holds the file"


def _identify(connection: Connection) -> None:
    known = set(connection.execute(select(schema.meta.c.key)).scalars())
    for key in ("ledger", "generation"):
        if key not in known:
            connection.execute(insert(schema.meta).values(key=key, value=secrets.token_hex(8)))
