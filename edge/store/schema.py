"""The outbox's tables, how they came to be, and how a connection to them is opened.

A stream has a number `no`, in order of age; an item's rowid is `no << 40 | sequence`, so appending, reading a
batch and deleting a confirmed prefix are all runs of one B-tree, and no table is ever counted or scanned.

    facts, telemetry   the items, as the JSON that goes on the wire
    lanes              per stream and lane: last minted, through (confirmed by the hub), gone (deleted up to here),
                       sent (telemetry up to here may have left), kept (rows), thinned, damaged (rows were lost)
    streams            its number, when it was minted by the device's clock, and in which boot of the device
    anchors            uptimes of a boot at which Unix time was known: it was uptime plus low_ms to high_ms
    holes              ranges of sequences that will not arrive, and why (edge/store/holes.py)
    receipts           facts of a stream were confirmed up to here, in this hour of the hub's time
    commands           what the hub asked for, and what became of it; `fact` is the row of `facts` that told so
    messages           texts for the person at the device, from commands
    serials            numbers for handling units reserved for this device; `next` is the first that is not burned
    attempts           wrong PINs in a row, by the badge's digest
    shifts             who was signed on where, from when to when
    prints             what is to be printed, oldest first
    codes              collection codes by parcel and round: wrong tries, and the seal of one that opened its parcel
    meta               device, ledger, hub_ms (newest hub time seen)

Migrations only go forward; `user_version` is how many have run. They are plain SQL so that the agent, which runs
them, need not import sqlite-utils (which imports numpy where that is installed).
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from edge.store.errors import OutboxCorruptError, OutboxError, explain

SHIFT = 40
PAGE_BYTES = 2048
"""Of files made anew. A scan changes two pages, and each goes to the disk whole; those of version 0.1.0 have 4,096."""
LOG_KEPT_BYTES = 4 << 20
"""A log that a burst made longer is cut to this when it is begun anew."""

MIGRATIONS = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE streams (
        no INTEGER PRIMARY KEY CHECK (no BETWEEN 1 AND 4194303),
        stream TEXT NOT NULL UNIQUE CHECK (length(stream) = 16),
        minted_ms INTEGER NOT NULL,
        boot TEXT NOT NULL
    ) STRICT;
    CREATE TABLE boots (
        boot TEXT PRIMARY KEY,
        base_ms INTEGER NOT NULL,
        error_ms INTEGER NOT NULL CHECK (error_ms >= 0)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE lanes (
        no INTEGER NOT NULL REFERENCES streams (no),
        lane TEXT NOT NULL CHECK (lane IN ('facts', 'telemetry')),
        last INTEGER NOT NULL DEFAULT 0 CHECK (last BETWEEN 0 AND 1099511627775),
        through INTEGER NOT NULL DEFAULT 0 CHECK (through >= 0),
        gone INTEGER NOT NULL DEFAULT 0 CHECK (gone BETWEEN 0 AND last),
        sent INTEGER NOT NULL DEFAULT 0 CHECK (sent >= 0),
        kept INTEGER NOT NULL DEFAULT 0 CHECK (kept BETWEEN 0 AND last - gone),
        thinned INTEGER NOT NULL DEFAULT 0 CHECK (thinned >= 0 AND (thinned = 0 OR lane = 'telemetry')),
        damaged INTEGER NOT NULL DEFAULT 0 CHECK (damaged IN (0, 1)),
        PRIMARY KEY (no, lane)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE receipts (
        no INTEGER NOT NULL REFERENCES streams (no),
        hour INTEGER NOT NULL,
        through INTEGER NOT NULL,
        PRIMARY KEY (no, hour)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE facts (id INTEGER PRIMARY KEY, payload BLOB NOT NULL) STRICT;
    CREATE TABLE telemetry (id INTEGER PRIMARY KEY, payload BLOB NOT NULL) STRICT;
    CREATE VIEW items AS
        SELECT 'facts' AS lane, stream, facts.id & 1099511627775 AS seq, CAST(payload AS TEXT) AS item
        FROM facts JOIN streams ON no = facts.id >> 40
        UNION ALL
        SELECT 'telemetry', stream, telemetry.id & 1099511627775, CAST(payload AS TEXT)
        FROM telemetry JOIN streams ON no = telemetry.id >> 40;
    """,
    """
    CREATE TABLE commands (
        id TEXT PRIMARY KEY CHECK (length(id) = 16),
        ledger TEXT NOT NULL,
        name TEXT NOT NULL,
        args TEXT NOT NULL,
        expires_ms INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('accepted', 'started', 'done', 'failed', 'refused', 'expired')),
        detail TEXT NOT NULL,
        fact INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX commands_open ON commands (state) WHERE state IN ('accepted', 'started');
    CREATE TABLE messages (
        no INTEGER PRIMARY KEY,
        command TEXT NOT NULL,
        at_ms INTEGER NOT NULL,
        text TEXT NOT NULL
    ) STRICT;
    """,
    # Below, rows that a file of version 0.1.0 has not: those that it thinned, lost or deleted under a restored hub.
    """
    CREATE TABLE holes (
        no INTEGER NOT NULL REFERENCES streams (no),
        lane TEXT NOT NULL CHECK (lane IN ('facts', 'telemetry')),
        first INTEGER NOT NULL CHECK (first >= 1),
        last INTEGER NOT NULL CHECK (last >= first),
        fate TEXT NOT NULL CHECK (fate IN ('thinned', 'unreadable', 'trimmed', 'absent')),
        step INTEGER NOT NULL CHECK (step >= 0 AND (step = 0 OR fate = 'thinned')),
        PRIMARY KEY (no, lane, first)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO holes SELECT no, lane, through + 1, gone, 'trimmed', 0 FROM lanes WHERE through < gone;
    WITH
        sparse AS (SELECT * FROM lanes WHERE kept < last - gone),
        held AS (
            SELECT s.*, i.id - (s.no << 40) AS seq FROM sparse s JOIN telemetry i
            ON s.lane = 'telemetry' AND i.id > (s.no << 40) + s.gone AND i.id <= (s.no << 40) + s.last
            UNION ALL SELECT s.*, i.id - (s.no << 40) FROM sparse s JOIN facts i
            ON s.lane = 'facts' AND i.id > (s.no << 40) + s.gone AND i.id <= (s.no << 40) + s.last
            UNION ALL SELECT s.*, s.last + 1 FROM sparse s
        ),
        runs AS (SELECT *, lag(seq, 1, gone) OVER (PARTITION BY no, lane ORDER BY seq) + 1 AS first FROM held)
    INSERT INTO holes
        SELECT no, lane, first, seq - 1,
            CASE WHEN seq - 1 <= through THEN 'absent' WHEN lane = 'facts' OR damaged THEN 'unreadable'
            ELSE 'thinned' END,
            0
        FROM runs WHERE first < seq;
    UPDATE lanes SET thinned = (
        SELECT coalesce(sum(h.last - h.first + 1), 0) FROM holes h
        WHERE h.no = lanes.no AND h.lane = lanes.lane AND h.fate = 'thinned'
    );
    """,
    # Version 0.1.0 kept one estimate a boot and not when it made it: about when the stream was minted, if that is sane.
    """
    CREATE TABLE anchors (
        boot TEXT NOT NULL,
        up_ms INTEGER NOT NULL,
        low_ms INTEGER NOT NULL,
        high_ms INTEGER NOT NULL CHECK (high_ms >= low_ms),
        source TEXT NOT NULL CHECK (source IN ('hub', 'gnss', 'ntp')),
        PRIMARY KEY (boot, up_ms)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO anchors
        SELECT boot, max(0, coalesce((SELECT max(minted_ms) FROM streams s WHERE s.boot = b.boot), 0) - base_ms),
            base_ms - error_ms, base_ms + error_ms, 'hub'
        FROM boots b;
    DROP TABLE boots;
    """,
    """
    CREATE TABLE serials (
        prefix TEXT NOT NULL,
        first INTEGER NOT NULL CHECK (first >= 0),
        last INTEGER NOT NULL CHECK (last >= first),
        next INTEGER NOT NULL CHECK (next BETWEEN first AND last + 1),
        PRIMARY KEY (prefix, first)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE attempts (
        badge TEXT PRIMARY KEY CHECK (length(badge) = 64),
        failures INTEGER NOT NULL CHECK (failures >= 0),
        boot TEXT NOT NULL,
        until_ms INTEGER NOT NULL CHECK (until_ms >= 0)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE shifts (
        no INTEGER PRIMARY KEY,
        port TEXT NOT NULL,
        name TEXT NOT NULL,
        from_ms INTEGER NOT NULL,
        to_ms INTEGER
    ) STRICT;
    CREATE TABLE prints (
        no INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE CHECK (length(id) = 16),
        at_ms INTEGER NOT NULL,
        what BLOB NOT NULL
    ) STRICT;
    """,
    """
    CREATE TABLE codes (
        parcel TEXT NOT NULL CHECK (length(parcel) BETWEEN 1 AND 100),
        round INTEGER NOT NULL CHECK (round >= 1),
        failures INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0),
        sealed TEXT NOT NULL,
        at_ms INTEGER NOT NULL,
        PRIMARY KEY (parcel, round)
    ) STRICT, WITHOUT ROWID;
    """,
)


def connect(path: Path, *, synchronous: str, create: bool = False) -> sqlite3.Connection:
    """A connection in autocommit mode, to be used by any thread, by one at a time.

    Raises OutboxError, with the cause.
    """
    mode = "rwc" if create else "rw"
    try:
        db = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=10.0,
        )
    except sqlite3.Error as error:
        raise explain(error, path, "open") from error
    try:
        db.execute(f"PRAGMA page_size={PAGE_BYTES}")
        db.execute("PRAGMA auto_vacuum=INCREMENTAL")
        db.execute("PRAGMA journal_mode=WAL").fetchall()
        db.execute(f"PRAGMA synchronous={synchronous}")
        db.execute("PRAGMA wal_autocheckpoint=0").fetchall()
        db.execute("PRAGMA cache_size=-1024")
        db.execute(f"PRAGMA journal_size_limit={LOG_KEPT_BYTES}").fetchall()
    except sqlite3.Error as error:
        db.close()
        raise explain(error, path, "open") from error
    except UnicodeDecodeError as error:  # SQLite's message quotes the damaged schema
        db.close()
        raise OutboxCorruptError(f"cannot open the outbox {path}: its schema is damaged; it is salvaged") from error
    return db


def migrate(db: sqlite3.Connection, path: Path, steps: tuple[str, ...] = MIGRATIONS) -> None:
    """Bring the tables up to date, each step in its own transaction. Raises OutboxError."""
    try:
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version > len(steps):
            raise OutboxError(f"the outbox {path} was written by a newer version of the agent; install that one")
        for number, step in enumerate(steps[version:], version + 1):
            db.executescript(f"BEGIN IMMEDIATE;{step};PRAGMA user_version={number};COMMIT;")
    except sqlite3.Error as error:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise explain(error, path, "prepare") from error


def base(no: int) -> int:
    """The rowid just before a stream's first item."""
    return no << SHIFT


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """BEGIN IMMEDIATE; the block commits by itself as its last statement, whatever fails is rolled back."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        if db.in_transaction:
            with suppress(sqlite3.Error):  # SQLite may have rolled back by itself
                db.execute("ROLLBACK")
