"""Giving back to the disk what an outbox does not need, and keeping its log short.

While scans come, free pages and the log are used again, which wears flash memory least: a log that grows makes the
file system write its journal at each sync, three times what the scan itself takes. So the log is copied back when it
has reached a mebibyte, and then overwritten. After a drain free pages are cut off, and when everything is delivered and
nothing has come for a while, the log is emptied.
"""

import os
import struct
from pathlib import Path

from edge.store.engine import Engine
from edge.store.extent import MIB, measure

LOG_BYTES = MIB
"""The log is copied back into the file from this length on."""
QUIET_ROUNDS = 5
"""Rounds of housekeeping without a new item before the log is emptied."""
LONG_QUIET_ROUNDS = 150
"""And before anything is done about less than LOG_BYTES: each time costs some writes."""
WASTE = 0.045
"""Free pages, and the log, may each be so large beside the pages in use: together below a tenth."""
BACKLOG = 1000
"""With more items pending, a drain is under way, or no hub is near: room will be needed again."""
VACUUM_PAGES = 128
VACUUM_STEPS = 50

_INDEX_HEAD = struct.Struct("=16xI76xI")
"""In the log's index: frames in the log, and frames copied back (https://www.sqlite.org/walformat.html, 2.1, 2.2)."""


class Compactor:
    """Called in each round of housekeeping, by one thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._quiet = 0
        self._seen = -1
        self._index = _LogIndex()

    def round(self, pending: int) -> None:
        """Copy the log back if it is long, and make the file small if that is worth it and not much is `pending`.

        Raises sqlite3.Error, OSError.
        """
        engine = self._engine
        self._quiet = self._quiet + 1 if engine.appends == self._seen and not pending else 0
        self._seen = engine.appends
        frames, copied = self._index.read(engine.path.with_name(engine.path.name + "-shm"))
        if frames != copied and frames * engine.page_bytes >= LOG_BYTES:
            engine.keeper.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        if pending > BACKLOG:
            return
        with engine.lock:
            extent = measure(engine.loose, engine.path)
        least = 0 if self._quiet >= LONG_QUIET_ROUNDS else LOG_BYTES
        if extent.free * extent.page_bytes > max(least, WASTE * extent.live_bytes):
            self._vacuum(extent.free)
        elif self._quiet >= QUIET_ROUNDS and extent.log_bytes > max(least, WASTE * extent.live_bytes):
            self._empty_log()
            self._quiet = 0

    def _vacuum(self, free: int) -> None:
        """Cut off free pages, some at a time, so that a scan comes in between."""
        engine = self._engine
        for _ in range(min(VACUUM_STEPS, free // VACUUM_PAGES + 1)):
            with engine.lock:  # execute() would stop after the first page
                engine.loose.executescript(f"PRAGMA incremental_vacuum({VACUUM_PAGES})")
        engine.keeper.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def _empty_log(self) -> None:
        engine = self._engine
        engine.keeper.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        with engine.lock, engine.read_lock:  # nothing is left to copy: this only cuts the log
            engine.keeper.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


class _LogIndex:
    """The index of the log, read through a descriptor that stays open as long as the file is used.

    Closing any descriptor of a file drops every lock that the process has on it, SQLite's own too: another process that
    opens the outbox then takes the index for abandoned and cuts it under our feet, which ends the agent by SIGBUS
    (https://www.sqlite.org/howtocorrupt.html, section 2.2).
    """

    def __init__(self) -> None:
        self._fd = -1

    def read(self, path: Path) -> tuple[int, int]:
        """Frames in the log and frames of these that are copied back; zeros where there is no log."""
        try:
            if self._fd < 0 or not os.path.samestat(os.fstat(self._fd), path.stat()):
                old, self._fd = self._fd, os.open(path, os.O_RDONLY | os.O_CLOEXEC)
                if old >= 0:
                    os.close(old)  # of a file that is not there any more
            frames, copied = _INDEX_HEAD.unpack(os.pread(self._fd, _INDEX_HEAD.size, 0))
        except (OSError, struct.error):
            return 0, 0
        return frames, copied
