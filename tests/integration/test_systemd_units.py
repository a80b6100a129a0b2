"""The units of deploy/systemd, held to by systemd's own tools; no systemd has to run for that."""

import shutil
import subprocess
from configparser import RawConfigParser
from pathlib import Path

import pytest

UNITS = Path(__file__).parents[2] / "deploy" / "systemd"
HOST_UNITS = Path("/lib/systemd/system")
MOST_EXPOSED = {
    "relief-relay-edge.service": 20,  # serial ports, the network, the kernel's clock to look at
    "relief-relay-edge-metrics.service": 15,  # the network; the agent's own user
    "relief-relay-hub.service": 13,  # the network
    "relief-relay-hub-backup.service": 5,
}


def systemd_analyze(*arguments) -> subprocess.CompletedProcess:
    command = ["systemd-analyze", "--no-pager", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def root(tmp_path) -> Path:
    """A file system with systemd's own units, ours, and the programs that ours name."""
    shutil.copytree(HOST_UNITS, tmp_path / "usr/lib/systemd/system", symlinks=True)
    for unit in (*UNITS.glob("*.service"), *UNITS.glob("*.timer")):
        shutil.copy(unit, tmp_path / "usr/lib/systemd/system")
    for program in ("usr/bin/relay-edge", "usr/bin/kill", "opt/relief-relay/bin/relay-hub"):
        (tmp_path / program).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / program).write_text("#!/bin/sh\n")
        (tmp_path / program).chmod(0o755)
    return tmp_path


def test_systemd_finds_nothing_wrong_with_the_units(root):
    units = [path.name for path in UNITS.iterdir() if path.suffix in {".service", ".timer"}]
    assert len(units) == 5
    done = systemd_analyze("verify", "--man=no", f"--root={root}", *units)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_mistyped_key_would_be_found(root):
    unit = root / "usr/lib/systemd/system/relief-relay-hub.service"
    unit.write_text(unit.read_text().replace("ProtectHome=", "ProtectHomes="))
    assert "ProtectHomes" in systemd_analyze("verify", "--man=no", f"--root={root}", unit.name).stderr


@pytest.mark.parametrize("unit", sorted(path.name for path in UNITS.glob("*.service")))
def test_each_service_is_exposed_no_more_than_its_work_needs(unit):
    done = systemd_analyze("security", "--offline=true", f"--threshold={MOST_EXPOSED[unit]}", UNITS / unit)
    assert done.returncode == 0, done.stdout


def settings(unit: str) -> RawConfigParser:
    parser = RawConfigParser(strict=False, inline_comment_prefixes=None)
    parser.optionxform = str
    parser.read(UNITS / unit)
    return parser


@pytest.mark.parametrize("unit", ["relief-relay-edge.service", "relief-relay-hub.service"])
def test_a_service_is_started_again_for_ever_and_watched(unit):
    parser = settings(unit)
    assert parser["Unit"]["StartLimitIntervalSec"] == "0"
    service = parser["Service"]
    assert (service["Type"], service["NotifyAccess"], service["Restart"]) == ("notify", "main", "always")
    assert service["WatchdogSec"] == "60s"
    assert service["LogRateLimitBurst"]


def test_the_agents_unit_leaves_alone_what_only_a_person_can_change_and_keeps_its_folder_on_upgrade():
    service = settings("relief-relay-edge.service")["Service"]
    assert service["RestartPreventExitStatus"] == "2"
    assert service["StateDirectory"] == "relief-relay/edge"
