"""Looking into a database file without changing it, and without the hub: for checks and copies."""

import sqlite3
from pathlib import Path


def open_to_read(path: Path, *, timeout_s: float = 10) -> sqlite3.Connection:
    """A read-only connection to a file, whatever its path looks like. Raises sqlite3.Error, also if there is none."""
    quoted = str(path.absolute()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    return sqlite3.connect(f"file:{quoted}?mode=ro", uri=True, timeout=timeout_s)
