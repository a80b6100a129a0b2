"""A folder of backups, each named by its moment: a new one is made, and of its kind only the newest are kept.

Nothing is deleted before the new one is whole, and nothing but what was made here: a backup that a person has put
there, or renamed, stays. What a power cut left half made goes after a day.
"""

import re
import time
from collections.abc import Callable
from pathlib import Path

from hub.errors import BackupError
from hub.store.backup import Summary, backup

DAY_S = 86_400.0
_NAME = re.compile(r"hub-\d{8}T\d{6}Z\.db")
_HALF = re.compile(_NAME.pattern + r"\.[0-9a-f]{8}\.part")


def backup_into(folder: Path, keep: int, database: Path, clock: Callable[[], float] = time.time) -> Summary:
    """Copy a database, which may be in use, to a new file in a folder; only `keep` stay there. Raises BackupError."""
    made = backup(database, folder / time.strftime("hub-%Y%m%dT%H%M%SZ.db", time.gmtime(clock())))
    others = sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name) and path != made.path)
    for old in others[: max(0, len(others) + 1 - keep)]:
        try:
            old.unlink()
        except OSError as error:
            raise BackupError(f"The backup {made.path} is made, but {old} cannot be deleted: {error}.") from error
    for half in folder.glob("hub-*.db.*.part"):
        if _HALF.fullmatch(half.name) and half.stat().st_mtime < clock() - DAY_S:
            half.unlink(missing_ok=True)
    return made
