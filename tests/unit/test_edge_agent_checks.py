import os
import subprocess
import sys

import msgspec

from edge import status as status_file
from edge.agent_checks import examine_agent, held, holders
from edge.config import load
from edge.doctor import examine
from edge.status import AgentStatus, PortStatus, TerminalStatus

SOUND = AgentStatus(
    pid=1,
    device="scan-1",
    kind="scanner",
    version="0.2.0",
    state="running",
    since=0,
    at=600_000,
    hub="h:1",
    ledger="a" * 16,
)


def _said(status: AgentStatus) -> list[tuple[str, str, bool]]:
    return [(finding.said, finding.todo, finding.fault) for finding in examine_agent(status)]


def _with(port: PortStatus) -> AgentStatus:
    return msgspec.structs.replace(SOUND, ports=(port,))


def test_an_agent_without_trouble_is_left_in_peace():
    scanner = PortStatus(kind="scanner", port="/dev/a", up=True, counts={"facts": 900, "garbage": 7})
    receiver = PortStatus(kind="gnss", port="/dev/b", up=True, counts={"fixes": 9})
    assert _said(msgspec.structs.replace(SOUND, ports=(scanner, receiver))) == []


def test_a_scanner_whose_speed_or_suffix_is_wrong_is_found_by_its_garbage():
    ((said, todo, fault),) = _said(_with(PortStatus(kind="scanner", port="/dev/a", up=True, counts={"garbage": 40})))
    assert said == "40 times what came was no label"
    assert "`suffix`" in todo
    assert fault


def test_a_receiver_that_sees_no_sky_is_found_but_not_while_it_may_still_start():
    port = PortStatus(kind="gnss", port="/dev/b", up=True, counts={"fixes": 0})
    ((_, todo, fault),) = _said(_with(port))
    assert "sky" in todo
    assert fault
    assert _said(msgspec.structs.replace(_with(port), at=60_000)) == []


def test_a_hub_of_another_ledger_is_said_with_the_way_out():
    ((said, todo, _),) = _said(msgspec.structs.replace(SOUND, foreign_ledger="b" * 16))
    assert "b" * 16 in said
    assert "rebind" in todo


def test_an_outbox_that_fills_is_advice_and_a_full_one_a_fault():
    assert _said(msgspec.structs.replace(SOUND, outbox_room="tight"))[0][2] is False
    full = _said(msgspec.structs.replace(SOUND, outbox_room="full"))[0]
    assert full[2]
    assert "USB stick" in full[1]


def test_a_terminal_whose_page_does_not_come_is_a_fault_and_so_is_a_main_loop_that_stands_still(tmp_path):
    ended = msgspec.structs.replace(SOUND, terminal=TerminalStatus(port=8090, problem="ended with 1"))
    assert [(said, fault) for said, _, fault in _said(ended)] == [("ended with 1", True)]
    config = tmp_path / "edge.toml"
    config.touch(mode=0o600)
    config.write_text('[device]\ndata = "."\n[hub]\nidentity = "identity"\n')
    status_file.write(tmp_path / "status.json", msgspec.structs.replace(SOUND, pid=os.getpid(), up=1))
    found = next(examine(load(config, joined=False)))
    assert (found.said, found.fault) == ("runs, but its main loop stands still", True)
    assert f"kill -ABRT {os.getpid()}" in found.todo


def test_another_program_that_reads_the_port_is_named_with_what_to_do():
    port = "/dev/full"  # a device like any other, and nobody else's
    code = "import sys; f = open(sys.argv[1], 'rb', buffering=0); print(flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code, port]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        other.stdout.readline()
        assert [pid for pid, _ in holders(port)] == [other.pid]
        other.stdin.close()
        other.wait(10)
    finding = held("/dev/ttyACM0", [(77, "gpsd")])
    assert finding.fault
    assert "is open in gpsd (process 77)" in finding.said
    assert "systemctl disable --now gpsd" in finding.todo
