"""A first page for an outbox whose own is lost: it names the tables, so that the others can be read.

In a file with auto-vacuum the tables begin on pages whose numbers follow from the migrations alone, whatever was kept
in between (https://www.sqlite.org/fileformat2.html, section 1.8: root pages come first). Only the schema's text would
not fit on one page, so its rules are left out: nothing is written into such a file. Left out are also the tables that
are kept for the people at the device, without which no fact is lost.
"""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from edge.store.extent import log_path
from edge.store.schema import MIGRATIONS, PAGE_BYTES

_MAGIC = b"SQLite format 3\x00"
_SIZES = (512, 1024, 2048, 4096, 8192, 16384, 32768)
_FIRST_RELEASE_BYTES = 4096
_ROOT = b"\x01\x00\x00\x00\x00"
"""The first entry of the pointer map, which is on the second page: the third begins a table."""
_BESIDE = ("serials", "attempts", "shifts", "prints", "codes")
_RULES = re.compile(r"\s*(CHECK \((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)|REFERENCES \w+ \(\w+\)|NOT NULL|DEFAULT \w+)")


def first_page(path: Path) -> bytes:
    """The page, of the size that the other pages of `path` have. Raises sqlite3.Error, OSError."""
    size = page_bytes(path)
    with closing(_empty(size)) as model, closing(_empty(size)) as made:
        for step in MIGRATIONS:
            model.executescript(step)
        tables = model.execute("SELECT * FROM sqlite_schema WHERE type = 'table' OR sql IS NULL").fetchall()
        made.executescript("CREATE TABLE meta (key); PRAGMA writable_schema=ON; DELETE FROM sqlite_schema")
        for kind, name, table, root, sql in (row for row in tables if row[2] not in _BESIDE):
            short = sql and " ".join(_RULES.sub("", sql).split())
            made.execute("INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)", (kind, name, table, root, short))
        page = bytearray(made.serialize()[:size])
    page[18:20] = b"\x02\x02"  # a file with a write-ahead log
    page[28:32] = bytes(4)  # the size in pages: SQLite then takes that of the file
    return bytes(page)


def _empty(page_size: int) -> sqlite3.Connection:
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.execute(f"PRAGMA page_size={page_size}")
    db.execute("PRAGMA auto_vacuum=INCREMENTAL")
    return db


def page_bytes(path: Path) -> int:
    """The page size of a file, from its head, else from its log, else from where its second page is. Raises OSError."""
    with path.open("rb") as file:
        head = file.read(_FIRST_RELEASE_BYTES + len(_ROOT))
    size = int.from_bytes(head[16:18], "big")
    if head.startswith(_MAGIC) and size in _SIZES:
        return size
    log = log_path(path)
    if log.exists():
        with log.open("rb") as file:
            size = int.from_bytes(file.read(12)[8:], "big")
        if size in _SIZES:
            return size
    return _FIRST_RELEASE_BYTES if head.endswith(_ROOT) else PAGE_BYTES
