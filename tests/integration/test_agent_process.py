"""The agent as a real process on real ptys: started, killed, stopped, starved of its disk."""

import json
import resource
import signal
import sqlite3
import time

import pytest

from edge.browse import browse
from edge.store.schema import SHIFT
from tests.support.edge_agent import AgentProcess, write_config
from tests.support.edge_ports import Device, until
from wire.codec import decode_item

ACK, NAK = b"\x06", b"\x15"


@pytest.fixture
def device(tmp_path):
    device = Device(tmp_path / "scanner")
    yield device
    device.unplug()


def kept(folder, lane="facts"):
    """Every item of a lane: (stream, sequence, item)."""
    with browse(folder / "data" / "outbox.db") as browser:
        return [(each.stream, each.seq, decode_item(each.item)) for each in browser.items() if each.lane == lane]


def status_of(path):
    return json.loads(path.read_text()) if path.exists() else None


def test_the_agent_says_what_it_does_confirms_a_scan_says_how_it_is_and_stops_when_told(device, tmp_path):
    with AgentProcess(write_config(tmp_path, scanners=[device.path])) as agent:
        ready = agent.says("ready")
        assert ready["ports"] == {str(device.path): "up"}
        assert "keeps it in" in agent.named("starting")[0]["does"]
        device.send(b"]C10109501101530003\r\n")
        assert device.heard(1) == ACK
        status = tmp_path / "data" / "status.json"
        said = until(
            lambda: (told := status_of(status)) and told["ports"][0]["counts"]["facts"] and told, "status.json"
        )
        assert said["pid"] == agent.pid
        assert resource.prlimit(agent.pid, resource.RLIMIT_CORE) == (0, 0)
        assert (said["accepted_facts"], said["pending_facts"], said["outbox_room"]) == (1, 1, "free")
        agent.kill(signal.SIGTERM)
        agent.kill(signal.SIGTERM)
        assert agent.ended() == 0
        assert [line["event"] for line in agent.events][-2:] == ["stopping", "stopped"]
        assert json.loads(status.read_text())["state"] == "stopped"
    ((_, seq, scan),) = kept(tmp_path)
    assert (seq, scan.labels) == (1, ("]C10109501101530003",))


def test_everything_confirmed_before_a_kill_is_in_the_outbox_and_scanning_goes_on_after_it(device, tmp_path):
    config = write_config(tmp_path, scanners=[device.path])
    confirmed: list[str] = []
    number = 0
    for turn in range(3):
        with AgentProcess(config) as agent:
            agent.says("ready")
            device.send(b"F%d\r\n" % turn)
            assert device.heard(1) == ACK
            confirmed.append(f"F{turn}")
            deadline = time.monotonic() + 0.2 * (turn + 1)
            sent: list[str] = []
            while time.monotonic() < deadline:
                burst = [f"S{number + n}" for n in range(20)]
                number += 20
                sent += burst
                device.send(b"".join(b"%s\r\n" % label.encode() for label in burst))
                if turn == 2:
                    confirmed.append(sent.pop(0)) if device.heard(1) == ACK else None
            agent.kill()
            assert agent.ended() == -signal.SIGKILL
            answers = b"" if device.silent() else device.heard(1)
            while not device.silent():
                answers += device.heard(1)
            assert set(answers) <= set(ACK)
            confirmed += sent[: len(answers)]
            device.unplug()
            device.plug()
    items = kept(tmp_path)
    labels = [scan.labels[0] for _, _, scan in items]
    assert len(confirmed) > 100
    assert set(confirmed) <= set(labels)
    assert len({(stream, seq) for stream, seq, _ in items}) == len(items)
    assert len({stream for stream, _, _ in items}) == 3


def test_twenty_thousand_scans_are_twenty_thousand_facts(device, tmp_path):
    with AgentProcess(write_config(tmp_path, scanners=[device.path])) as agent:
        agent.says("ready")
        for _ in range(40):
            device.send(b"]C10109501101530003\r\n" * 500)
            assert device.heard(500) == ACK * 500
        agent.kill(signal.SIGTERM)
        assert agent.ended() == 0
    db = sqlite3.connect(tmp_path / "data" / "outbox.db")
    assert db.execute("SELECT count(*), min(id), max(id) FROM facts").fetchone() == (
        20_000,
        (1 << SHIFT) + 1,
        (1 << SHIFT) + 20_000,
    )
    db.close()


def test_a_full_disk_is_answered_with_nak_said_once_and_over_when_there_is_room(device, tmp_path):
    with AgentProcess(write_config(tmp_path, scanners=[device.path])) as agent:
        agent.says("ready")
        device.send(b"A\r\n")
        assert device.heard(1) == ACK
        resource.prlimit(agent.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        for _ in range(3):
            device.send(b"B\r\n")
            assert device.heard(1) == NAK
        said = agent.says("scans-not-stored")
        assert "outbox" in said["why"]
        resource.prlimit(agent.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        device.send(b"C\r\n")
        assert device.heard(1) == ACK
        agent.kill(signal.SIGTERM)
        assert agent.ended() == 0
        assert len(agent.named("scans-not-stored")) == 1
    assert [scan.labels[0] for _, _, scan in kept(tmp_path)] == ["A", "C"]


def test_a_data_folder_that_cannot_be_written_stops_the_start_with_a_sentence(tmp_path):
    config = write_config(tmp_path)
    config.write_text(config.read_text().replace('data = "data"', 'data = "/sys/relief-relay"'))
    with AgentProcess(config) as agent:
        assert agent.ended() == 1
        assert "cannot write in the folder /sys/relief-relay" in agent.says("outbox-unusable")["why"]


def test_a_corrupt_outbox_is_moved_aside_and_said_loudly_and_scanning_goes_on(device, tmp_path):
    config = write_config(tmp_path, scanners=[device.path])
    with AgentProcess(config) as agent:
        agent.says("ready")
        device.send(b"A\r\n" * 50)
        assert device.heard(50) == ACK * 50
        agent.kill(signal.SIGTERM)
        assert agent.ended() == 0
    outbox = tmp_path / "data" / "outbox.db"
    outbox.write_bytes(b"no database at all " * 1_000)
    with AgentProcess(config) as agent:
        said = agent.says("outbox-salvaged")
        assert "moved to" in said["what"]
        assert said["level"] == "error"
        agent.says("ready")
        device.send(b"B\r\n")
        assert device.heard(1) == ACK
    assert [scan.labels[0] for _, _, scan in kept(tmp_path)] == ["B"]


def test_an_outbox_has_one_agent(tmp_path):
    config = write_config(tmp_path)
    with AgentProcess(config) as first:
        first.says("ready")
        with AgentProcess(config) as second:
            assert second.ended() == 1
            assert "open in another agent" in second.says("outbox-unusable")["why"]


def test_a_configuration_that_cannot_be_used_names_every_fault_and_ends(tmp_path):
    config = tmp_path / "edge.toml"
    config.write_text('[device]\nname = "A B"\n[hub]\nhost = 3\n')
    with AgentProcess(config) as agent:
        assert agent.ended() == 2
        assert len(agent.says("config-unusable")["faults"]) == 4


def test_an_agent_whose_scanner_thread_dies_ends_with_an_error(device, tmp_path):
    config = write_config(tmp_path, scanners=[device.path])
    code = (
        "import sys; from edge import agent; from edge.drivers.scanner import ScannerSession\n"
        "def broken(self, data, line): raise RuntimeError('a fault of the program')\n"
        f"ScannerSession.received = broken; sys.exit(agent.main(['--config', {str(config)!r}]))"
    )
    with AgentProcess(config, code) as agent:
        agent.says("ready")
        device.send(b"A\r\n")
        assert agent.ended() == 1
        assert "a fault of the program" in agent.says("thread-died")["why"]
        assert agent.named("stopped")


def test_an_agent_whose_uplink_dies_ends_with_an_error(tmp_path):
    config = write_config(tmp_path)
    code = (
        "import sys; from edge import agent; from edge.uplink import Uplink\n"
        "def broken(self): raise RuntimeError('a fault of the uplink')\n"
        f"Uplink._session = broken; sys.exit(agent.main(['--config', {str(config)!r}]))"
    )
    with AgentProcess(config, code) as agent:
        assert agent.ended() == 1
        assert "a fault of the uplink" in agent.says("thread-died")["why"]
        assert agent.named("stopped")


def test_garbage_at_full_speed_takes_no_memory_and_the_next_scan_is_read(device, tmp_path):
    with AgentProcess(write_config(tmp_path, scanners=[device.path])) as agent:
        agent.says("ready")
        noise = bytes(range(14, 256)) * 270
        device.send(noise * 4)
        before = agent.rss_bytes()
        device.send(noise * 150)
        device.send(b"\r\nAFTER\r\n")
        assert device.heard(2) == NAK + ACK
        assert agent.rss_bytes() - before < 4 * 1024 * 1024
        agent.kill(signal.SIGTERM)
        assert agent.ended() == 0
        assert len(agent.named("refused")) == 1


def test_an_agent_without_a_hub_confirms_until_its_outbox_is_full_and_then_refuses_and_says_so(device, tmp_path):
    config = write_config(tmp_path, scanners=[device.path], extra="[outbox]\nlimit_mib = 16")
    label = b"z" * 4_000 + b"\r\n"
    answers = b""
    with AgentProcess(config) as agent:
        agent.says("ready")
        while answers.count(ACK) < 2_800:  # of 3,226 that fit
            device.send(label * 25)
            answers += device.heard(25)
        agent.says("outbox-tight")
        while not answers.endswith(NAK * 25):
            device.send(label * 25)
            answers += device.heard(25)
        full = agent.says("outbox-full")
        assert "limit of 16 MiB" in full["what"]
        assert answers.count(ACK) > 2_000
        status = tmp_path / "data" / "status.json"
        said = until(lambda: (told := status_of(status)) and told["outbox_room"] == "full" and told, "the status")
        assert said["outbox_bytes"] <= said["outbox_limit_bytes"] == 16 << 20
        assert "scans are refused until this device reaches its hub" in said["note"]
        agent.kill()
        agent.ended()
    assert len(kept(tmp_path)) == answers.count(ACK)
