"""The simulated scanner on real ptys, against a host that reads and answers."""

import math
import os
import threading
from collections import Counter

import pytest

from firmware_sim.errors import SimError
from firmware_sim.ports import Port
from firmware_sim.running import start_scanner
from firmware_sim.witness import read_witness
from tests.support.pty_host import PtyHost, wait_until


def echo(frame: bytes) -> bytes:
    return (b"\x07" if b"RR:" in frame else b"\x06") + frame + b"\r"


def codes(count: int) -> list[str]:
    return [f"010952123400001{i % 10}10LOT\x1d21{i}" for i in range(count)]


def test_every_answered_scan_is_confirmed_once_in_the_witness(tmp_path):
    sent = codes(50)
    with start_scanner(tmp_path / "s", sent, tmp_path / "s.witness", rate=math.inf) as scanner:
        with PtyHost(tmp_path / "s") as host:
            scanner.finish(10)
        assert host.frames == [code.encode() for code in sent]
    witness = read_witness(tmp_path / "s.witness")
    assert witness.sent == witness.confirmed == sent
    assert witness.unanswered == []


def test_pipelined_scans_are_matched_to_their_echoed_texts(tmp_path):
    sent = [*codes(2000), "RR:DO:load", *codes(10), "药品 \x1d"]
    with (
        start_scanner(tmp_path / "s", sent, tmp_path / "s.witness", rate=math.inf, confirm="echo") as scanner,
        PtyHost(tmp_path / "s", echo),
    ):
        scanner.finish(20)
    witness = read_witness(tmp_path / "s.witness")
    assert witness.commands == ["RR:DO:load"]
    assert witness.confirmed == [text for text in sent if text != "RR:DO:load"]


def test_refusals_and_commands_are_told_from_confirmations(tmp_path):
    answers = {b"good": b"\x06", b"bad": b"\x15", b"RR:RESET": b"\x07"}
    sent = ["good", "bad", "RR:RESET", "good"]
    with (
        start_scanner(tmp_path / "s", sent, tmp_path / "s.witness", rate=math.inf) as scanner,
        PtyHost(tmp_path / "s", answers.__getitem__),
    ):
        scanner.finish(10)
    witness = read_witness(tmp_path / "s.witness")
    assert (witness.confirmed, witness.refused, witness.commands) == (["good", "good"], ["bad"], ["RR:RESET"])


def test_nothing_is_sent_while_nobody_has_the_port_open(tmp_path):
    with start_scanner(tmp_path / "s", codes(5), tmp_path / "s.witness", rate=math.inf) as scanner:
        with PtyHost(tmp_path / "s"):
            scanner.finish(10)
        with start_scanner(tmp_path / "t", codes(5), tmp_path / "t.witness", rate=math.inf) as idle:
            assert not idle.finished
            assert read_witness(tmp_path / "t.witness").sent == []


def test_a_host_that_opens_and_never_reads_blocks_nothing_for_ever(tmp_path):
    sent = codes(5000)
    with start_scanner(
        tmp_path / "s", sent, tmp_path / "s.witness", rate=math.inf, confirm="echo", settle_s=0
    ) as scanner:
        fd = os.open(tmp_path / "s", os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        wait_until(lambda: scanner.scanner.sent > 100)
        os.close(fd)
    assert 100 < len(read_witness(tmp_path / "s.witness").sent) < 5000


def test_a_host_that_dies_and_comes_back_gets_every_remaining_scan_whole(tmp_path):
    sent = codes(400)
    with start_scanner(
        tmp_path / "s", sent, tmp_path / "s.witness", rate=2000, confirm="echo", timeout_s=0.5
    ) as scanner:
        seen = []
        for wanted in (50, 150, 250):
            with PtyHost(tmp_path / "s", echo) as host:
                wait_until(lambda wanted=wanted: scanner.scanner.sent >= wanted)
            seen += host.frames
            wait_until(lambda: not scanner.scanner.hosted)
        with PtyHost(tmp_path / "s", echo) as host:
            scanner.finish(20)
        seen += host.frames
    witness = read_witness(tmp_path / "s.witness")
    assert set(seen) <= {code.encode() for code in sent}
    assert Counter(witness.confirmed) - Counter(frame.decode() for frame in seen) == Counter()
    assert sorted(witness.sent) == sorted(sent)


def test_a_port_that_vanishes_comes_back_at_the_same_name(tmp_path):
    sent = codes(300)
    with start_scanner(
        tmp_path / "s", sent, tmp_path / "s.witness", rate=1000, confirm="echo", timeout_s=0.5
    ) as scanner:
        with PtyHost(tmp_path / "s", echo) as host:
            wait_until(lambda: scanner.scanner.sent >= 50)
            scanner.port.vanish()
            wait_until(lambda: not host.alive)
            assert not (tmp_path / "s").exists()
        scanner.port.appear()
        with PtyHost(tmp_path / "s", echo):
            scanner.finish(20)
    witness = read_witness(tmp_path / "s.witness")
    assert sorted(witness.sent) == sorted(sent)
    assert set(witness.confirmed) <= set(sent)
    assert witness.confirmed[-1] == sent[-1]


def test_dribbled_bytes_and_line_noise_leave_the_scans_whole(tmp_path):
    sent = codes(40)
    settings = {"rate": math.inf, "confirm": "echo", "chunks": True, "noise_every": 5, "seed": 3}
    answer = {True: lambda frame: b"\x06" + frame + b"\r", False: lambda frame: b"\x15" + frame + b"\r"}
    with (
        start_scanner(tmp_path / "s", sent, tmp_path / "s.witness", **settings) as scanner,
        PtyHost(tmp_path / "s", lambda frame: answer[frame[:2] == b"01"](frame)) as host,
    ):
        scanner.finish(20)
    witness = read_witness(tmp_path / "s.witness")
    assert witness.confirmed == sent
    assert witness.refused == []
    assert len(witness.noise) == 8
    assert len(host.frames) == 48


def test_prefix_suffix_and_symbology_identifier_frame_the_code(tmp_path):
    settings = {"rate": math.inf, "prefix": b"\x02", "suffix": b"\r", "aim": "auto"}
    sent = ["0109521234000019", "6901234567892", "RR:RESET"]
    with (
        start_scanner(tmp_path / "s", sent, tmp_path / "s.witness", **settings) as scanner,
        PtyHost(tmp_path / "s", suffix=b"\r") as host,
    ):
        scanner.finish(10)
    assert host.frames == [b"\x02]C10109521234000019", b"\x02]E06901234567892", b"\x02]C0RR:RESET"]
    assert read_witness(tmp_path / "s.witness").confirmed == [frame[1:].decode() for frame in host.frames]


def test_steering_codes_are_read_again_when_the_host_comes_back(tmp_path):
    gate = threading.Event()

    def source():
        yield from ["RR:DO:load", "RR:FROM:place:wh-1", "one"]
        while not gate.is_set():
            yield None
        yield "two"

    with start_scanner(tmp_path / "s", source(), tmp_path / "s.witness", rate=math.inf, restate=True) as scanner:
        with PtyHost(tmp_path / "s"):
            wait_until(lambda: scanner.scanner.counts[6] == 3)
        wait_until(lambda: not scanner.scanner.hosted)
        gate.set()
        with PtyHost(tmp_path / "s") as host:
            scanner.finish(10)
    assert host.frames == [b"RR:DO:load", b"RR:FROM:place:wh-1", b"two"]


def test_a_person_signs_on_again_and_takes_up_the_task_when_the_host_comes_back(tmp_path):
    gate = threading.Event()
    before = [
        "RR:B:1",
        "RR:D:4",
        "RR:OK",
        "RR:RESET",
        "RR:DO:load",
        "RR:T:delivery:D-1",
        "RR:L:wh-1/a",
        "RR:D:3",
        "RR:OK",
    ]

    def source():
        yield from [*before, "one", "RR:DO:put-away"]
        while not gate.is_set():
            yield None
        yield "two"

    with start_scanner(tmp_path / "s", source(), tmp_path / "s.witness", rate=math.inf, restate=True) as scanner:
        with PtyHost(tmp_path / "s"):
            wait_until(lambda: scanner.scanner.counts[6] == len(before) + 2)
        wait_until(lambda: not scanner.scanner.hosted)
        gate.set()
        with PtyHost(tmp_path / "s") as host:
            scanner.finish(10)
    assert host.frames == [b"RR:B:1", b"RR:D:4", b"RR:OK", b"RR:T:delivery:D-1", b"RR:DO:put-away", b"two"]


def test_a_scan_that_is_not_answered_in_time_stays_unconfirmed(tmp_path):
    sent = ["first", "second"]
    with (
        start_scanner(tmp_path / "s", sent, tmp_path / "s.witness", rate=math.inf, timeout_s=0.1) as scanner,
        PtyHost(tmp_path / "s", lambda frame: b"" if frame == b"first" else b"\x06"),
    ):
        scanner.finish(10)
    witness = read_witness(tmp_path / "s.witness")
    assert witness.confirmed == []
    assert witness.strays == ["06"]


def test_a_witness_is_continued_with_the_next_number(tmp_path):
    for _ in range(2):
        with (
            start_scanner(tmp_path / "s", ["a", "b"], tmp_path / "s.witness", rate=math.inf) as scanner,
            PtyHost(tmp_path / "s"),
        ):
            scanner.finish(10)
    witness = read_witness(tmp_path / "s.witness")
    assert [scan.n for scan in witness.scans] == [1, 2, 3, 4]
    assert witness.confirmed == ["a", "b", "a", "b"]


def test_a_file_in_the_way_of_a_port_is_named_and_kept(tmp_path):
    (tmp_path / "s").write_text("mine")
    with pytest.raises(SimError, match="exists and is no simulated port"):
        Port(tmp_path / "s")
    assert (tmp_path / "s").read_text() == "mine"
