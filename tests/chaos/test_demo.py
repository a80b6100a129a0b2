"""The demo that plays by itself: everything confirmed is in the hub, once, with its owner, and nothing stays behind."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.program import free_port, wait_for

ROOT = Path(__file__).parents[2]


def test_the_demo_loses_nothing_and_leaves_no_process_behind(tmp_path):
    folder = tmp_path / "demo"
    command = [sys.executable, "-m", "deploy.demo", "--once", "--dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert list(result) == [
        "scans", "in_hub", "lost", "duplicated", "positions", "quarantined", "devices_online",
        "deliveries_received", "owners", "warehouses", "handling_units", "discrepancies", "request", "parcel", "steps",
    ]  # fmt: skip
    assert (result["lost"], result["duplicated"], result["quarantined"], result["devices_online"]) == (0, 0, 0, 4)
    assert result["in_hub"] >= result["scans"] > 50
    assert result["positions"] > 0
    assert (result["owners"], result["warehouses"]) == (17, 6)
    assert min(result["deliveries_received"], result["handling_units"]) > 0
    assert set(result["discrepancies"]) == {"received-differs", "count-difference", "owner-unsettled"}
    assert (result["request"], result["parcel"]) == ("fulfilled", "handed-over")
    wait_for("all processes to end", lambda: not living(folder))


@pytest.mark.soak
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_demo_that_is_ended_leaves_no_process_behind_and_can_be_started_again(tmp_path, number):
    folder = tmp_path / "demo"
    for _ in range(2 if number == signal.SIGKILL else 1):
        demo = playing(folder)
        assert len(living(folder)) >= 8  # itself, hub, broker, inbox, simulation, agents
        if number == signal.SIGINT:
            os.killpg(demo.pid, number)  # as a terminal does it: to all at once
            assert demo.wait(120) == 0
        else:
            demo.kill()
            demo.wait()
        wait_for("all processes to end", lambda: not living(folder))


def playing(folder: Path) -> subprocess.Popen:
    """A demo for a person, on its way."""
    command = [sys.executable, "-m", "deploy.demo", "--dir", str(folder), "--http-port", str(free_port())]
    with folder.with_suffix(".log").open("w+") as log:
        demo = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
        wait_for(
            "the demo",
            lambda: demo.poll() is not None or "Running until" in folder.with_suffix(".log").read_text(),
            timeout_s=120,
        )
    assert demo.poll() is None, folder.with_suffix(".log").read_text()
    return demo


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
