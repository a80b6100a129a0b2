"""The Debian package of the agent: built, installed into a folder, run from there, upgraded, removed, purged.

dpkg works on a root of its own there (--root, --force-script-chrootless), so nothing of this machine changes. What it
does not show is dpkg's check of dependencies, and systemd starting the unit.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.build_deb import MINOR, ROOT, build
from edge.version import VERSION
from tests.support.edge_agent import closed_port
from tests.support.edge_ports import Device
from tests.support.releases import Release

EPOCH = 1_790_000_000
SYSTEM = Path(f"/usr/bin/python{MINOR}")
PYTHON = str(SYSTEM if SYSTEM.exists() else Path(sys._base_executable))
STATE = "var/lib/relief-relay/edge"
UNIT = "relief-relay-edge.service"
METRICS = "relief-relay-edge-metrics.service"
WANTS = "etc/systemd/system/multi-user.target.wants"


@dataclass(frozen=True)
class System:
    """A file system that dpkg installs into."""

    root: Path

    def dpkg(self, *arguments) -> str:
        forced = ("--force-script-chrootless", "--force-depends", "--force-not-root", "--force-unsafe-io")
        command = ["dpkg", f"--root={self.root}", *forced, *map(str, arguments)]
        environment = os.environ | {
            "DEBIAN_FRONTEND": "noninteractive",
            "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin",
        }
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def relay_edge(self, *arguments, cwd=Path("/"), **more) -> subprocess.CompletedProcess:
        command = [str(self.root / "usr/bin/relay-edge"), *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd, timeout=60, **more)

    def config(self) -> Path:
        """The package's own configuration, for a device with a password and a scanner on a pty."""
        config = self.root / "etc/relief-relay/edge.toml"
        text = config.read_text()
        for found, put in (
            ("[device]\n", '[device]\nname = "wh1-scanner-1"\nkind = "scanner"\n'),
            ('"/var/lib/relief-relay/edge"', f'"{self.root / STATE}"'),
            ('identity = "identity"', f'host = "127.0.0.1"\nport = {closed_port()}\npassword = "secret"'),
            ('port = "auto"', f'port = "{self.root / "scanner"}"'),
        ):
            assert found in text
            text = text.replace(found, put, 1)
        config.write_text(text)
        config.chmod(0o600)
        return config


@pytest.fixture
def system(tmp_path) -> System:
    root = tmp_path / "system"
    for folder in (
        "var/lib/dpkg/info",
        "var/lib/dpkg/updates",
        "var/lib/dpkg/triggers",
        "etc",
        "usr/lib/systemd/system",
    ):
        (root / folder).mkdir(parents=True)
    (root / "var/lib/dpkg/status").touch()
    for file in ("passwd", "group"):
        shutil.copy(f"/etc/{file}", root / "etc")
    return System(root)


@pytest.fixture(scope="module")
def package(tmp_path_factory) -> Path:
    return build(ROOT, tmp_path_factory.mktemp("package"), epoch=EPOCH, python=PYTHON, fast=True)


def scan(system: System, config: Path, label: bytes) -> None:
    """Start the installed agent, read one label, hear it confirmed, stop the agent."""
    device = Device(system.root / "scanner")
    agent = subprocess.Popen(
        [system.root / "usr/bin/relay-edge", "run", "--config", config], cwd="/", stderr=subprocess.PIPE, text=True
    )
    try:
        assert agent.stderr is not None
        for line in agent.stderr:
            if '"ready"' in line:
                break
        device.send(label + b"\r\n")
        assert device.heard(1) == b"\x06"
    finally:
        agent.terminate()
        _, rest = agent.communicate(timeout=60)
        device.unplug()
    assert agent.returncode == 0, rest


def test_the_same_sources_give_the_same_bytes(package, tmp_path):
    again = build(ROOT, tmp_path, epoch=EPOCH, python=PYTHON, fast=True)
    assert hashlib.sha256(again.read_bytes()).digest() == hashlib.sha256(package.read_bytes()).digest()


def test_the_terminals_page_goes_in_as_it_was_built_and_nothing_that_it_was_built_of(package):
    inside = subprocess.run(["dpkg-deb", "-c", package], capture_output=True, text=True, check=True).stdout
    assert "/edge/ui/web/dist/index.html" in inside
    assert "/starlette/applications.py" in inside
    assert "node_modules" not in inside
    assert "/edge/ui/web/src" not in inside


def test_an_installed_agent_is_upgraded_with_configuration_identity_and_outbox_and_removed_without_them(
    package, system, tmp_path
):
    released = build(Release("0.1.0", tmp_path).folder, tmp_path / "old", epoch=EPOCH, python=PYTHON, fast=True)
    system.dpkg("--install", released)
    assert (system.root / WANTS / UNIT).is_symlink()
    assert "relief-relay-edge:" in (system.root / "etc/passwd").read_text()
    groups = (system.root / "etc/group").read_text().splitlines()
    assert "relief-relay-edge" in next(line for line in groups if line.startswith("dialout:"))
    assert (system.root / STATE).stat().st_mode & 0o777 == 0o700
    assert system.relay_edge("version").stdout == "relay-edge 0.1.0\n"
    default = (system.root / "etc/relief-relay/edge.toml").read_text()
    config = system.config()
    scan(system, config, b"]C10109501101530003")
    identity = system.root / STATE / "identity"
    identity.mkdir()
    (identity / "key.pem").write_text("the device's key")
    mine = config.read_text()

    system.dpkg("--install", package)
    given = tmp_path / "edge.toml"
    given.write_text(default.replace("/var/lib/", f"{system.root}/var/lib/"))
    done = system.relay_edge("run", env=os.environ | {"RELAY_EDGE_CONFIG": str(given)})
    assert "1 fault\n" in done.stderr, "the package's configuration lacks more than joining"
    assert "relay-edge join HUB CODE" in done.stderr
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "edge").mkdir(parents=True)
    (elsewhere / "edge/__init__.py").write_text("raise SystemExit('code from elsewhere')")
    version = system.relay_edge("version", env=os.environ | {"PYTHONPATH": str(elsewhere)}, cwd=elsewhere)
    assert version.stdout == f"relay-edge {VERSION}\n", version.stderr
    assert config.read_text() == mine
    assert (system.root / "usr/lib/systemd/system" / METRICS).exists()
    assert not (system.root / WANTS / METRICS).exists(), "numbers are off until somebody wants them"
    assert (identity / "key.pem").read_text() == "the device's key"
    shutil.rmtree(identity)
    scan(system, config, b"]C10109501101530010")
    listed = system.relay_edge("outbox", "list", "--config", config, env=os.environ | {"COLUMNS": "300"})
    assert "0109501101530003" in listed.stdout, listed.stderr
    assert "0109501101530010" in listed.stdout

    system.dpkg("--remove", "relief-relay-edge")
    assert not (system.root / "usr/bin/relay-edge").exists()
    assert (system.root / STATE / "outbox.db").exists()
    assert config.exists()
    system.dpkg("--purge", "relief-relay-edge")
    assert not (system.root / STATE).exists()
    assert not config.exists()
