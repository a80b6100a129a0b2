"""A scanner on a real pty: what is confirmed, when, and what happens when things fail."""

import time
from contextlib import closing

import pytest

from edge.clock import Clock
from edge.config import ScannerSettings
from edge.core.dialogue import Work
from edge.drivers.scanner import ScannerSession
from tests.support.delivery_box import open_box
from tests.support.edge_ports import Device, Events, Running, Store, until
from wire.actions import Action
from wire.messages import Void

ACK, NAK, BEL = b"\x06", b"\x15", b"\x07"


@pytest.fixture
def device(tmp_path):
    device = Device(tmp_path / "scanner")
    yield device
    device.unplug()


class Scanner:
    """A session and everything around it."""

    def __init__(self, device, *, confirm="ack", quiet_s=3.0, store=None, **settings):
        work = Work(do=Action.RECEIVE, to="place:wh-1/a01")
        defaults = {"baud": 115_200, "prefix": b"", "suffix": b"\r\n"} | settings
        self.store, self.log, self.device = store or Store(), Events(), device
        settings = ScannerSettings(port=str(device.path), confirm=confirm, work=work, **defaults)
        self.session = ScannerSession(settings, self.store, Clock(), self.log)
        self.running = Running(device.path, self.session, self.log, quiet_s=quiet_s)

    def __enter__(self):
        self.running.__enter__()
        until(lambda: self.running.port.up, "the port")
        return self

    def __exit__(self, *args):
        if isinstance(self.store, Store):
            self.store.gate.set()
        self.running.__exit__(*args)

    @property
    def labels(self):
        return [item.labels[0] for item in self.store.items]


def test_a_scan_is_confirmed_only_after_its_commit(device):
    with Scanner(device) as scanner:
        scanner.store.gate.clear()
        device.send(b"]C10109501101530003\r\n")
        assert scanner.store.asked.acquire(timeout=10)
        assert device.silent()
        scanner.store.gate.set()
        assert device.heard(1) == ACK
        assert scanner.labels == ["]C10109501101530003"]


def test_a_label_that_comes_byte_by_byte_is_one_scan(device):
    with Scanner(device) as scanner:
        frame = b"]d201\x1d10A\r"
        for at, byte in enumerate(frame, start=1):
            device.send(bytes([byte]))
            until(lambda at=at: scanner.session._reader.waiting == at, "the byte to be read")
        device.send(b"\n")
        assert device.heard(1) == ACK
        assert scanner.labels == ["]d201\x1d10A"]


def test_answers_come_in_the_order_of_the_scans(device):
    with Scanner(device) as scanner:
        device.send(b"A\r\nRR:N:3\r\nRR:NO\r\n\r\nB\r\n" + b"x" * 5000 + b"\r\nC\r\n")
        assert device.heard(6) == ACK + BEL + NAK + ACK + NAK + ACK
        assert [(item.labels[0], item.n) for item in scanner.store.items] == [("A", 1), ("B", 3), ("C", 1)]


def test_a_device_with_a_display_gets_its_text_back(device):
    with Scanner(device, confirm="echo", prefix=b"\x02", suffix=b"\x03"):
        expected = b"\x06]C1K\xf6ln\r\x07RR:N:2\r\x15RR:X\r\x15\r"
        device.send(b"\x02]C1K\xf6ln\x03\x02RR:N:2\x03\x02RR:X\x03noise\x03")
        assert device.heard(len(expected)) == expected


def test_nobody_is_told_that_a_slip_is_printed_where_none_can_be(device):
    with Scanner(device, confirm="echo", language="en"):
        device.send(b"RR:HANDOVER\r\n")
        words = b"it is not printed: this device has no printer, or too much waits for it; receive: scan goods"
        expected = b"\x15RR:HANDOVER\r\x0e" + words + b"\r"
        assert device.heard(len(expected)) == expected


def test_a_scanner_that_wants_no_answers_gets_none(device):
    with Scanner(device, confirm="none") as scanner:
        device.send(b"A\r\nB\r\n")
        until(lambda: len(scanner.store.items) == 2)
        assert device.silent()


def test_what_cannot_be_stored_is_not_confirmed_and_scanning_goes_on(device):
    with Scanner(device) as scanner:
        device.send(b"A\r\nRR:N:5\r\n")
        assert device.heard(2) == ACK + BEL
        scanner.store.broken = True
        for _ in range(3):
            device.send(b"B\r\n")
            assert device.heard(1) == NAK
        (said,) = scanner.log.named("scans-not-stored")
        assert "disk is full" in said["why"]
        scanner.store.broken = False
        device.send(b"B\r\n")
        assert device.heard(1) == ACK
        assert [(item.labels[0], item.n) for item in scanner.store.items] == [("A", 1), ("B", 5)]
        assert scanner.log.named("scans-stored-again") == [{"not_stored": 3}]


def test_an_undo_in_the_same_burst_as_a_scan_that_was_not_stored_undoes_nothing_else(device):
    with Scanner(device) as scanner:
        device.send(b"A\r\n")
        assert device.heard(1) == ACK
        scanner.store.broken = True
        device.send(b"B\r\nRR:UNDO\r\n")
        assert device.heard(2) == NAK + NAK
        assert len(scanner.store.items) == 1


def test_a_scan_and_its_undo_in_one_burst_void_that_scan(device):
    with Scanner(device) as scanner:
        device.send(b"A\r\nB\r\nRR:UNDO\r\nC\r\nRR:UNDO\r\nRR:UNDO\r\n")
        assert device.heard(6) == ACK * 6
        voids = [item.seq for item in scanner.store.items if isinstance(item, Void)]
        assert voids == [2, 4, 1]


def test_a_port_that_vanishes_and_comes_back_is_read_again_and_said_once(device):
    with Scanner(device) as scanner:
        for turn in range(2):
            device.send(b"HALF")
            device.send(b"A\r\nhal")
            assert device.heard(1) == ACK
            device.unplug()
            until(lambda: not scanner.running.port.up, "the port to be gone")
            until(lambda: "No such file" in scanner.running.port.why, "a few tries")
            device.plug()
            until(lambda: scanner.running.port.up, "the port to be back")
            device.send(b"B\r\n")
            assert device.heard(1) == ACK
            assert scanner.labels == ["HALFA", "B"] * (turn + 1)
        assert len(scanner.log.named("port-up")) == 3
        assert len(scanner.log.named("port-down")) == 4
        assert all("scanner" in said["why"] for said in scanner.log.named("port-down"))


def test_a_port_that_does_not_exist_is_said_once_with_what_to_do(tmp_path):
    log, store = Events(), Store()
    settings = ScannerSettings(port="x", baud=9600, prefix=b"", suffix=b"\r", confirm="ack", work=Work(do=Action.SIGHT))
    session = ScannerSession(settings, store, Clock(), log)
    with Running(tmp_path / "nothing", session, log) as running:
        until(lambda: log.named("port-down"))
        running.stop.wait(0.5)
    (said,) = log.named("port-down")
    assert "No such file" in said["why"]
    assert "plug the device in" in said["why"]


def test_a_scan_whose_end_was_lost_is_given_up_and_the_next_is_read_whole(device):
    with Scanner(device, quiet_s=0.1):
        device.send(b"1234")
        assert device.heard(1) == NAK
        device.send(b"5678\r\n")
        assert device.heard(1) == ACK


def test_garbage_at_full_speed_is_counted_refused_and_quietly_logged_and_scanning_goes_on(device):
    with Scanner(device) as scanner:
        device.send(bytes(range(14, 256)) * 8_000)
        device.send(b"\r\nAFTER\r\n")
        assert device.heard(2) == NAK + ACK
        assert scanner.labels == ["AFTER"]
        assert scanner.session.counts.garbage == 1
        device.send((b"y" * 5_000 + b"\r\n") * 300 + b"LAST\r\n")
        assert device.heard(301) == NAK * 300 + ACK
        assert len(scanner.log.named("refused")) <= 2
        assert len(scanner.session._reader._buffer) == 0


def test_a_scanner_that_reads_no_answers_does_not_stop_the_scans(device):
    with Scanner(device, confirm="echo") as scanner:
        label = b"z" * 1_000 + b"\r\n"
        device.send(label * 40)
        until(lambda: len(scanner.store.items) == 40)
        until(lambda: scanner.log.named("answers-not-read"))
        started = time.monotonic()
        device.send(b"A\r\n")
        until(lambda: len(scanner.store.items) == 41)
        assert time.monotonic() - started < 1.0
        while not device.silent():
            device.heard(1)
        device.send(b"B\r\n")
        assert device.heard(3) == b"\x06B\r"
        until(lambda: len(scanner.log.named("answers-read")) == 1)
        assert len(scanner.log.named("answers-not-read")) == 1


def test_many_scans_at_once_share_commits_and_each_is_answered(device):
    with Scanner(device) as scanner:
        scanner.store.gate.clear()
        device.send(b"FIRST\r\n")
        assert scanner.store.asked.acquire(timeout=10)
        device.send(b"".join(b"%d\r\n" % n for n in range(500)))
        scanner.store.gate.set()
        assert device.heard(501) == ACK * 501
        assert scanner.labels == ["FIRST", *map(str, range(500))]
        assert len(scanner.store.groups) < 20


def test_a_second_reader_of_a_port_is_told_so(device, tmp_path):
    with Scanner(device), Running(device.path, Scanner(device).session, log := Events()):
        until(lambda: log.named("port-down"))
    assert "another program has it open" in log.named("port-down")[0]["why"]


def test_a_full_outbox_is_a_clear_refusal_and_scanning_goes_on_when_there_is_room(device, tmp_path):
    with closing(open_box(tmp_path)) as box, Scanner(device, confirm="echo", store=box) as scanner:
        box.limit_bytes = 16 << 20
        device.send(b"A\r\n")
        assert device.heard(3) == b"\x06A\r"
        box.limit_bytes = 1 << 20
        device.send(b"B\r\n")
        assert device.heard(3) == b"\x18B\r"
        (said,) = scanner.log.named("scans-not-stored")
        assert "scans are refused until this device reaches its hub" in said["why"]
        box.limit_bytes = 16 << 20
        device.send(b"B\r\n")
        assert device.heard(3) == b"\x06B\r"
        assert box.stats().accepted_facts == 2
