"""relay-edge on a device: what a person sees, while the agent runs and while it does not."""

import json
import signal
import socket

import pytest

from edge import desired, status
from edge.core.configuration import Standing
from tests.support.edge_agent import AgentProcess, relay_edge, write_config
from tests.support.edge_ports import Device, until


@pytest.fixture
def device(tmp_path):
    device = Device(tmp_path / "scanner")
    yield device
    device.unplug()


@pytest.fixture
def config(device, tmp_path):
    return write_config(tmp_path, scanners=[device.path])


@pytest.fixture
def scanned(device, config):
    """A running agent that has confirmed three scans."""
    with AgentProcess(config) as agent:
        agent.says("ready")
        device.send(b"]d20109501101530003\x1d10L1\r\nB\r\nRR:UNDO\r\n")
        assert device.heard(3) == b"\x06\x06\x06"
        yield agent


def test_run_checks_the_configuration_and_then_is_the_agent(device, config):
    arguments = ["relay-edge", "run", "--config", str(config)]
    code = f"import sys; from edge.__main__ import main; sys.argv = {arguments}; main()"
    with AgentProcess(config, code) as agent:
        agent.says("ready")
        device.send(b"A\r\n")
        assert device.heard(1) == b"\x06"
        agent.kill(signal.SIGINT)
        assert agent.ended() == 0


def test_a_broken_configuration_names_every_fault_for_every_command(tmp_path):
    config = tmp_path / "edge.toml"
    config.write_text('[device]\nname = "WH 1"\nkind = "phone"\n[hub]\nport = 0\n')
    for command in (["run"], ["status"], ["doctor"], ["outbox", "list"], ["rebind", "--yes"]):
        ended = relay_edge(*command, "--config", config)
        assert ended.returncode == 2
        for fault in (
            f"{config}: 5 faults",
            "[device] name:",
            "[device] kind:",
            "[hub] host:",
            "[hub] port:",
            "password",
        ):
            assert fault in ended.stderr
        assert "Traceback" not in ended.stderr


def counted(path):
    """The facts that wait, and those that the scanner brought; None until the agent has said anything."""
    said = status.read(path)
    return said and (said.pending_facts, said.ports[0].counts.get("facts"))


def test_status_tells_of_a_running_agent(scanned, config, device, tmp_path):
    until(lambda: counted(tmp_path / "data" / "status.json") == (3, 3), "three facts in status.json")
    ended = relay_edge("status", "--config", config)
    assert ended.returncode == 0, ended.stderr
    assert f"process {scanned.pid}" in ended.stdout
    assert "not connected, no receipt yet" in ended.stdout
    assert "3 facts" in ended.stdout
    assert f"scanner {device.path}" in ended.stdout
    assert "up; facts 3" in ended.stdout


def test_status_tells_of_an_agent_that_was_killed(scanned, config):
    scanned.kill()
    scanned.ended()
    ended = relay_edge("status", "--config", config)
    assert ended.returncode == 1
    assert "the agent does not run" in ended.stdout
    assert "3 facts" in ended.stdout


def test_the_outbox_is_listed_while_the_agent_runs(scanned, config):
    ended = relay_edge("outbox", "list", "--config", config)
    assert ended.returncode == 0, ended.stderr
    rows = [line for line in ended.stdout.splitlines() if "│" in line]
    assert ["void" in row or "receive" in row for row in rows] == [True] * 3
    assert "]d20109501101530003␝10L1" in rows[2]
    assert "place:wh-1/a01" in rows[2]


def test_the_outbox_is_exported_while_the_agent_runs_and_no_file_is_overwritten(scanned, config, tmp_path):
    file = tmp_path / "items.jsonl"
    ended = relay_edge("outbox", "dump", file, "--config", config)
    assert ended.stdout.startswith("3 items written"), ended.stderr
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    assert [(row["lane"], row["seq"], row["pending"], row["item"]["k"]) for row in rows] == [
        ("facts", 1, True, "scan"),
        ("facts", 2, True, "scan"),
        ("facts", 3, True, "void"),
    ]
    again = relay_edge("outbox", "dump", file, "--pending", "--config", config)
    assert again.returncode == 1
    assert "exists already" in again.stderr
    assert len(file.read_text().splitlines()) == 3
    unsigned = relay_edge("outbox", "export", tmp_path / "stick", "--config", config)
    assert unsigned.returncode == 1
    assert "no certificate to sign with" in unsigned.stderr


def test_an_outbox_that_is_not_there_yet_is_said_in_a_sentence(config):
    ended = relay_edge("outbox", "list", "--config", config)
    assert ended.returncode == 1
    assert "there is no outbox" in ended.stderr


def test_the_doctor_says_what_is_wrong_and_what_to_do(tmp_path):
    config = write_config(tmp_path, scanners=[tmp_path / "nothing", "/etc/passwd"])
    ended = relay_edge("doctor", "--config", config)
    assert ended.returncode == 1
    lines = ended.stdout.splitlines()
    faults = [line for line in lines if line.startswith("FAULT")]
    assert len(faults) == 3
    assert "No such file or directory -> plug the device in" in faults[0]
    assert "is no device -> correct `port`" in faults[1]
    assert "cannot be reached" in faults[2]
    assert any("does not run -> relay-edge run" in line for line in lines)


def test_the_doctor_finds_nothing_wrong_with_a_sound_device(device, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as broker:
        config = write_config(tmp_path, scanners=[device.path], mqtt_port=broker.getsockname()[1])
        ended = relay_edge("doctor", "--config", config)
    assert ended.returncode == 0, ended.stdout
    assert "its broker answers" in ended.stdout
    assert not (tmp_path / "data").exists()


def test_the_doctor_looks_for_the_hub_where_the_agent_does(device, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as broker:
        config = write_config(tmp_path, scanners=[device.path])
        (tmp_path / "data").mkdir()
        wished = {"hub": {"port": broker.getsockname()[1]}}
        desired.write(tmp_path / "data" / desired.NAME, Standing(settings=wished))
        ended = relay_edge("doctor", "--config", config)
    assert ended.returncode == 0, ended.stdout
    assert "its broker answers" in ended.stdout


def test_the_doctor_sees_a_damaged_outbox(scanned, config, tmp_path):
    scanned.kill(signal.SIGTERM)
    assert scanned.ended() == 0
    outbox = tmp_path / "data" / "outbox.db"
    outbox.write_bytes(b"rubbish" * 2_000)
    ended = relay_edge("doctor", "--config", config)
    assert ended.returncode == 1
    (fault,) = [line for line in ended.stdout.splitlines() if line.startswith("FAULT  outbox")]
    assert "moves a damaged file aside" in fault


def test_rebind_asks_and_waits_for_the_agent_to_stand_still(scanned, config):
    running = relay_edge("rebind", "--yes", "--config", config)
    assert running.returncode == 1
    assert "open in another agent" in running.stderr
    scanned.kill(signal.SIGTERM)
    assert scanned.ended() == 0
    assert relay_edge("rebind", "--config", config).returncode == 1
    done = relay_edge("rebind", "--yes", "--config", config)
    assert done.returncode == 0, done.stderr
    assert "3 facts go to the next hub" in done.stdout


def test_the_version_is_the_packages():
    import tomllib

    from tests.support.edge_agent import ROOT

    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert relay_edge("version").stdout == f"relay-edge {version}\n"
