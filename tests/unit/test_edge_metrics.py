import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from edge import metrics
from edge import status as status_file
from edge.status import AgentStatus, CertificateStatus, PortStatus, TerminalStatus

PORT = PortStatus(kind="scanner", port="/dev/ttyUSB0", up=True, opened=1, counts={"readings": 7, "last_at": None})


def _uptime_ms() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


def _status(**changes) -> AgentStatus:
    status = AgentStatus(
        pid=os.getpid(),
        device="wh-1-scan-1",
        kind="scanner",
        version="0.2.0",
        state="running",
        since=0,
        at=0,
        up=_uptime_ms(),
        hub="relief-hub:8883",
        connected=True,
        last_receipt_age_s=1.5,
        pending_facts=3,
        accepted_facts=10,
        confirmed_facts=7,
        outbox_room="tight",
        ports=(PORT,),
    )
    return msgspec.structs.replace(status, **changes)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "status.json"


def test_an_agent_that_never_ran_is_down_and_counts_nothing(path):
    said = metrics.text(path).decode()
    assert "relay_edge_up 0.0" in said
    assert "pending" not in said


@pytest.mark.parametrize("content", [b'{"device": "\xff"}', b"\x00" * 100, b""])
def test_a_status_file_that_a_power_cut_spoiled_is_as_if_there_were_none(path, content):
    path.write_bytes(content)
    assert "relay_edge_up 0.0" in metrics.text(path).decode()


def test_what_the_agent_says_of_itself_becomes_numbers_with_units_and_kinds(path):
    status_file.write(path, _status())
    said = metrics.text(path).decode()
    for line in (
        "relay_edge_up 1.0",
        "relay_edge_connected 1.0",
        "relay_edge_pending_facts 3.0",
        "# TYPE relay_edge_accepted_facts_total counter",
        "relay_edge_accepted_facts_total 10.0",
        "relay_edge_last_receipt_age_seconds 1.5",
        'relay_edge_outbox_room{state="tight"} 1.0',
        'relay_edge_outbox_room{state="free"} 0.0',
        'relay_edge_port_up{kind="scanner",port="/dev/ttyUSB0"} 1.0',
        'relay_edge_port_total{kind="scanner",port="/dev/ttyUSB0",what="readings"} 7.0',
    ):
        assert line in said.splitlines()
    assert 'device="wh-1-scan-1"' in said


def test_a_terminal_and_a_certificate_are_told_where_a_device_has_them(path):
    status_file.write(
        path, _status(terminal=TerminalStatus(port=8090, pages=2), certificate=CertificateStatus(expires=5000))
    )
    said = metrics.text(path).decode().splitlines()
    assert {
        "relay_edge_terminal_up 1.0",
        "relay_edge_terminal_pages 2.0",
        "relay_edge_certificate_expires_seconds 5.0",
        "relay_edge_certificate_failures 0.0",
    } <= set(said)
    ended = TerminalStatus(port=8090, problem="ended with 1")
    status_file.write(path, _status(terminal=ended))
    assert metrics.unready(path) == "terminal: ended with 1"


def test_another_process_that_got_the_number_of_an_agent_that_was_killed_is_no_agent(path):
    own = status_file.started(os.getpid())
    assert own > 0
    status_file.write(path, _status(started=own))
    assert "relay_edge_up 1.0" in metrics.text(path).decode()
    status_file.write(path, _status(started=own - 1))
    assert "relay_edge_up 0.0" in metrics.text(path).decode()
    assert metrics.unhealthy(path) == "the agent does not run"


def test_text_from_a_device_cannot_forge_a_line_of_metrics(path):
    status_file.write(path, _status(ports=(msgspec.structs.replace(PORT, port='/dev/x"} 1\nrelay_edge_up 0'),)))
    assert "\nrelay_edge_up 0\n" not in metrics.text(path).decode()


def test_an_agent_is_healthy_while_its_loop_goes_round_and_not_when_it_has_stopped(path):
    assert metrics.unhealthy(path) == "the agent does not run"
    status_file.write(path, _status())
    assert metrics.unhealthy(path) == ""
    status_file.write(path, _status(up=_uptime_ms() - 60_000))
    assert "main loop" in metrics.unhealthy(path)
    status_file.write(path, _status(up=_uptime_ms() + 60_000))  # of an earlier boot
    assert "main loop" in metrics.unhealthy(path)


def test_a_hub_that_is_gone_leaves_a_device_ready_and_a_port_that_is_gone_does_not(path):
    status_file.write(path, _status(connected=False, problem="the hub is gone"))
    assert metrics.unready(path) == ""
    lost = msgspec.structs.replace(PORT, up=False, why="unplugged")
    status_file.write(path, _status(ports=(lost,)))
    assert metrics.unready(path) == "/dev/ttyUSB0: unplugged"
    status_file.write(path, _status(outbox_room="full"))
    assert metrics.unready(path) == "the outbox is full: scans are refused"
    status_file.write(path, _status(state="stopping"))
    assert metrics.unready(path) == "the agent is stopping"


@dataclass
class _Scraped:
    status: int
    body: str


def _ask(base: str, path: str) -> _Scraped:
    try:
        with urllib.request.urlopen(base + path, timeout=10) as answer:
            return _Scraped(answer.status, answer.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            return _Scraped(error.code, error.read().decode())


def test_metrics_health_and_readiness_are_served_beside_the_agent_before_it_has_joined_too(tmp_path):
    config = tmp_path / "edge.toml"
    config.touch(mode=0o600)
    config.write_text('[device]\ndata = "."\n[hub]\nidentity = "identity"\n')
    command = [sys.executable, "-m", "edge", "metrics", "--config", str(config), "--listen", "127.0.0.1:0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        try:
            base = child.stdout.readline().strip().removesuffix("/metrics")
            assert _ask(base, "/healthz") == _Scraped(503, "the agent does not run\n")
            status_file.write(tmp_path / "status.json", _status())
            assert _ask(base, "/healthz") == _Scraped(200, "ok\n")
            assert _ask(base, "/readyz").status == 200
            assert "relay_edge_up 1.0" in _ask(base, "/metrics").body
            assert _ask(base, "/etc/passwd").status == 404
        finally:
            child.terminate()
            child.wait(10)


def test_an_address_that_cannot_be_listened_on_is_said_with_what_to_do(tmp_path):
    with pytest.raises(metrics.EdgeError, match="--listen HOST:PORT"):
        metrics.serve(tmp_path / "status.json", "192.0.2.1", 9109, print)
