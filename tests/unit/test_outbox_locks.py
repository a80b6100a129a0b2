"""The locks that an open outbox holds on its files, as other programs on the device see them."""

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from tests.support.delivery_box import open_box, scans


def locked(path: Path) -> bool:
    """Whether this process holds a lock on a file (proc_locks(5))."""
    inode, pid = path.stat().st_ino, str(os.getpid())
    lines = [line.split() for line in Path("/proc/locks").read_text(encoding="ascii").splitlines()]
    return any(line[1] == "POSIX" and line[4] == pid and line[5].endswith(f":{inode}") for line in lines)


def test_housekeeping_does_not_drop_the_locks_that_keep_other_programs_from_cutting_the_logs_index(tmp_path):
    look = (
        "import sqlite3, sys; db = sqlite3.connect(f'file:{sys.argv[1]}?mode=ro', uri=True);"
        "db.execute('SELECT count(*) FROM facts').fetchall()"
    )
    with closing(open_box(tmp_path)) as box:
        for round_ in range(3):
            box.append_facts(scans(10))
            box.maintain()
            assert locked(tmp_path / "outbox.db-shm"), round_
            assert locked(tmp_path / "outbox.db"), round_
            subprocess.run([sys.executable, "-c", look, str(tmp_path / "outbox.db")], check=True)
            assert (tmp_path / "outbox.db-shm").stat().st_size >= 32768
