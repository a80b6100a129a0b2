"""The demo that plays by itself: everything confirmed is in the hub, once, and nothing stays behind."""

import json
import subprocess
import sys
from pathlib import Path

from deploy.stack import wait_for

ROOT = Path(__file__).parents[2]


def test_the_demo_loses_nothing_and_leaves_no_process_behind(tmp_path):
    folder = tmp_path / "demo"
    command = [sys.executable, "-m", "deploy.demo", "--once", "--dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert list(result) == ["scans", "in_hub", "lost", "duplicated", "positions", "quarantined", "devices_online"]
    assert (result["lost"], result["duplicated"], result["quarantined"], result["devices_online"]) == (0, 0, 0, 3)
    assert result["in_hub"] >= result["scans"] > 50
    assert result["positions"] > 0
    wait_for("all processes to end", lambda: not living(folder))


def living(folder: Path) -> list[str]:
    """Command lines of processes that name the folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # it ended while we looked
            continue
        if str(folder) in words:
            found.append(words)
    return found
