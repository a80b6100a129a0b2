"""The agent under systemd, which is played by a real socket: ready, alive, stuck, stopping."""

import os
import signal
import subprocess
import sys

import pytest

from edge.supervision import Supervisor
from tests.support.edge_agent import ROOT, AgentProcess, write_config
from tests.support.edge_ports import Device, until
from tests.support.notify import NotifySocket

HANGING = """
import os, sys, time
from edge import agent, intake, reporting, uplink
take = intake.ScannerSession.received
def received(self, data, line):
    while os.path.exists({hang!r}):
        time.sleep(0.01)
    take(self, data, line)
intake.ScannerSession.received = received
agent._STUCK_S, agent._WATCH_S, reporting._SAME_STATUS_MS = 1.0, 0.1, 0
intake.SCANNER_QUIET_S, uplink.MAINTAIN_EVERY_MS = 0.2, 200
sys.exit(agent.main(["--config", {config!r}]))
"""


@pytest.fixture
def device(tmp_path):
    device = Device(tmp_path / "scanner")
    yield device
    device.unplug()


def test_systemd_hears_ready_then_signs_of_life_then_stopping(device, tmp_path, monkeypatch):
    with NotifySocket(tmp_path) as systemd:
        monkeypatch.setenv("NOTIFY_SOCKET", systemd.name)
        monkeypatch.setenv("WATCHDOG_USEC", "600000")
        with AgentProcess(write_config(tmp_path, scanners=[device.path])) as agent:
            ready = systemd.says("READY=1")
            agent.says("ready")
            status = systemd.says("STATUS=", ready)
            assert systemd.heard[status] == "STATUS=1 of 1 ports up, no hub answers, 0 facts wait"
            life = systemd.says("WATCHDOG=1", ready)
            life = systemd.says("WATCHDOG=1", life + 1)
            device.send(b"]C10109501101530003\r\n")
            device.heard(1)
            systemd.says("STATUS=1 of 1 ports up, no hub answers, 1 facts wait")
            agent.kill(signal.SIGTERM)
            assert agent.ended() == 0
            systemd.says("STOPPING=1", life)


def test_an_agent_whose_scanner_thread_hangs_gives_no_sign_of_life_until_it_goes_on(device, tmp_path, monkeypatch):
    with NotifySocket(tmp_path) as systemd:
        monkeypatch.setenv("NOTIFY_SOCKET", systemd.name)
        monkeypatch.setenv("WATCHDOG_USEC", "300000")
        config = write_config(tmp_path, scanners=[device.path])
        hang = tmp_path / "hang"
        hang.touch()
        with AgentProcess(config, HANGING.format(config=str(config), hang=str(hang))) as agent:
            systemd.says("WATCHDOG=1")
            device.send(b"]C10109501101530003\r\n")
            stuck = systemd.says("STATUS=Stuck: ")
            assert systemd.heard[stuck] == f"STATUS=Stuck: scanner {device.path}"
            status = tmp_path / "data" / "status.json"
            before = status.stat().st_mtime_ns
            until(lambda: status.stat().st_mtime_ns > before, "another turn of the main loop")
            assert "WATCHDOG=1" not in systemd.listen()[stuck:]
            lines = len(systemd.heard)
            hang.unlink()
            systemd.says("WATCHDOG=1", lines)
            assert device.heard(1) == b"\x06"
            assert agent.says("threads-stuck")["threads"] == [f"scanner {device.path}"]
            agent.says("threads-go-on")
            agent.kill(signal.SIGABRT)  # what systemd's watchdog sends
            assert agent.ended() == -signal.SIGABRT
            said = "".join(line.get("text", "") for line in agent.events)
            assert "serial_port.py" in said, "no trace of where the scanner's thread was"


def test_the_agent_that_run_becomes_is_the_process_whose_signs_of_life_systemd_wants(tmp_path):
    config = write_config(tmp_path)
    with NotifySocket(tmp_path) as systemd:
        wanted = {"NOTIFY_SOCKET": systemd.name, "WATCHDOG_USEC": "600000"}
        command = 'WATCHDOG_PID=$$ exec "$@"'
        agent = subprocess.Popen(
            ["sh", "-c", command, "sh", sys.executable, "-m", "edge", "run", "--config", str(config)],
            cwd=ROOT,
            env=os.environ | wanted,
            stderr=subprocess.DEVNULL,
        )
        try:
            systemd.says("WATCHDOG=1", systemd.says("READY=1"))
        finally:
            agent.terminate()
            assert agent.wait(30) == 0


def test_an_abstract_socket_is_spoken_to_as_well():
    with NotifySocket(None) as systemd:
        Supervisor({"NOTIFY_SOCKET": systemd.name}).ready("well")
        assert systemd.listen() == ["READY=1", "STATUS=well"]


def test_signs_of_life_that_systemd_wants_of_another_process_or_of_nobody_are_not_given(tmp_path):
    with NotifySocket(tmp_path) as systemd:
        base = {"NOTIFY_SOCKET": systemd.name}
        other = {"WATCHDOG_USEC": "600000", "WATCHDOG_PID": "1"}
        for more in ({}, other, {"WATCHDOG_USEC": "soon"}, {"WATCHDOG_USEC": "-5"}):
            Supervisor(base | more).alive("well")
        assert systemd.listen() == ["STATUS=well"] * 4
        Supervisor(base).show("two\nlines")
        assert systemd.listen()[-1] == "STATUS=two lines"


def test_without_systemd_or_when_it_is_gone_nothing_is_said_and_nothing_fails(tmp_path):
    for name in ("", str(tmp_path / "gone"), "@gone", "x" * 200):
        Supervisor({"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "1"}).ready("well")
