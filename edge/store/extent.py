"""What an outbox takes on the disk, and what still fits under its limit.

The limit is for the file, its log (`-wal`) and the index of the log (`-shm`) together. It is divided so:

    facts and telemetry   telemetry up to nine tenths of this part, facts up to its end
    reserve               confirmations, receipts and the log of commands, which come also when facts do not fit
    log                   an eighth, from 1 to 16 MiB: what was written since the last checkpoint

Rows are never refused because of pages that are free inside of the file: those are used first.
"""

import os
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

MIB = 1 << 20
LEAST_LIMIT_MIB = 16
TELEMETRY_SHARE = 0.9
DISK_RESERVE_BYTES = 32 * MIB
"""Less than this left on the disk is too little, whoever took it."""

_FRAME_HEAD = 24
_LOG_INDEX_BYTES = 32 << 10
"""The index of the log grows in such steps, one for each 4,096 frames."""
_BESIDE_PAGES = 10
"""Pages that a transaction changes beside those that it fills: lanes, the way down the tree, the file's head."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """Sizes as they are now; `free` counts the pages of `pages` that hold nothing."""

    page_bytes: int
    pages: int
    free: int
    log_bytes: int
    disk_left: int

    @property
    def live_bytes(self) -> int:
        """Pages that hold something."""
        return (self.pages - self.free) * self.page_bytes

    @property
    def room_on_disk(self) -> int:
        """What the disk and the free pages still take."""
        return self.disk_left + self.free * self.page_bytes


def measure(db: sqlite3.Connection, path: Path) -> Extent:
    """Ask an open outbox; the caller may use `db`. Raises sqlite3.Error, OSError."""
    page_bytes, pages, free = (
        db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_size", "page_count", "freelist_count")
    )
    disk = os.statvfs(path.parent)
    return Extent(
        page_bytes=page_bytes,
        pages=pages,
        free=free,
        log_bytes=_size(log_path(path)),
        disk_left=disk.f_bavail * disk.f_frsize,
    )


def pages_for(sizes: Iterable[int], page_bytes: int) -> int:
    """At most so many new pages for rows of so many bytes: in the worst case they leave nearly half of each empty."""
    total = most = 0
    for size in sizes:
        total += size + 16
        most += size // (page_bytes - 4) if size > page_bytes - 40 else 0
    return 1 + 2 * total // (page_bytes - 64) + most


def spare(extent: Extent, pages: int, limit: int, *, reserved: bool) -> int:
    """Bytes left below the limit after a transaction that fills so many new pages; `reserved`: and leaves the reserve.

    Below zero: it does not fit.
    """
    grown = extent.pages + max(0, pages - extent.free)
    frames = pages + _BESIDE_PAGES
    log = max(extent.log_bytes + frames * (extent.page_bytes + _FRAME_HEAD), log_share(limit))
    taken = grown * extent.page_bytes + log + log_index(log, extent.page_bytes)
    return limit - (reserve(limit) if reserved else 0) - taken


def cost(pages: int, page_bytes: int) -> int:
    """At most so many bytes a transaction that fills so many new pages takes, in the file and in its log."""
    return (2 * pages + _BESIDE_PAGES) * (page_bytes + _FRAME_HEAD)


def capacity(limit: int, page_bytes: int) -> int:
    """Bytes for facts and telemetry."""
    log = log_share(limit)
    return max(0, limit - log - log_index(log, page_bytes) - reserve(limit))


def reserve(limit: int) -> int:
    return max(MIB // 2, limit // 64)


def log_share(limit: int) -> int:
    return min(16 * MIB, max(MIB, limit // 8))


def log_index(log_bytes: int, page_bytes: int) -> int:
    """The size of the log's index (https://www.sqlite.org/walformat.html, section 2)."""
    return _LOG_INDEX_BYTES * (1 + log_bytes // ((page_bytes + _FRAME_HEAD) * 4096))


def log_path(path: Path) -> Path:
    """SQLite's write-ahead log beside a file."""
    return path.with_name(path.name + "-wal")


def file_bytes(path: Path) -> int:
    """What the outbox takes on the disk, with its log and the index of that."""
    return sum(map(_size, (path, log_path(path), path.with_name(path.name + "-shm"))))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
