"""A PIN at a shared device: checked by the device's key, counted over restarts, and kept nowhere."""

import itertools
from contextlib import closing

import pytest

from edge.core.knowledge import CheckPin, PinVerdict
from edge.core.lockout import FIRST_MS, FREE
from edge.sign_on import SignOn
from edge.store.knowledge_writing import KnowledgeWriter
from edge.store.known_site import KnownSite
from edge.store.outbox import Outbox
from tests.support.authority import Authority
from tests.support.edge_ports import Events
from tests.support.sealing import sealed
from wire.badges import digest
from wire.sitedata import Badge, Record, SiteData, encode_body

BADGE, PIN = "B-7", "4711"
_streams = itertools.count(1)


class Clock:
    def __init__(self):
        self.up = 1_000

    def up_ms(self):
        return self.up

    def now_ms(self):
        return self.up


class Desk:
    """One device; `restart` is the agent's, or with another boot the machine's."""

    def __init__(self, folder):
        self.folder, self.clock, self.log, self.beats = folder, Clock(), Events(), 0
        self.identity = Authority().identity(folder / "identity")
        self.outbox = None
        self.know(sealed(self.identity, BADGE, PIN))
        self.restart("boot-1")

    def know(self, seal):
        body = encode_body(Badge(name="Ana", role="operator", sealed=seal))
        record = Record(kind="person", key=digest(BADGE), body=body)
        with KnowledgeWriter(self.folder / "known.db", device="wh1-scanner-1") as writer:
            page = SiteData(generation="a" * 16, version=1, reset=True, more=False, records=(record,))
            writer.put_aside(page)
            writer.take_over(1)

    def restart(self, boot):
        if self.outbox:
            self.close()
        self.site = KnownSite(self.folder / "known.db")
        self.outbox = Outbox.open(
            self.folder / "outbox.db",
            device="wh1-scanner-1",
            now_ms=0,
            stream_factory=lambda: f"{next(_streams):016x}",
            boot=boot,
        )
        self.sign_on = SignOn(self.folder / "identity", self.site, self.outbox, self.clock, self.log)

    def tries(self, pin=PIN, badge=BADGE):
        return self.sign_on.check(CheckPin(badge=badge, pin=pin), self.beat)

    def beat(self):
        self.beats += 1

    def close(self):
        self.site.close()
        self.outbox.close()


@pytest.fixture
def desk(tmp_path):
    with closing(Desk(tmp_path)) as desk:
        yield desk


def test_the_right_pin_signs_on_and_another_does_not(desk):
    assert desk.tries() is PinVerdict.RIGHT
    assert desk.tries("4712") is PinVerdict.WRONG
    assert desk.tries(badge="B-8") is PinVerdict.UNKNOWN
    assert desk.beats >= 2, "the thread's pulse goes on while the child works"


def test_the_pin_is_nowhere_on_the_disk_nor_in_the_log(desk):
    desk.tries()
    desk.tries("471133")
    found = [file for file in desk.folder.rglob("*") if file.is_file()]
    assert len(found) > 3
    assert not [file for file in found if b"4711" in file.read_bytes()]
    assert not [line for line in desk.log.lines if "4711" in str(line)]


def test_wrong_pins_lock_the_badge_over_restarts_of_agent_and_machine(desk, monkeypatch):
    monkeypatch.setattr(SignOn, "_answer", lambda self, badge, sealed, pin, *_: judged(pin))
    for _ in range(FREE - 1):
        assert desk.tries("0000") is PinVerdict.WRONG
    desk.restart("boot-1")
    assert desk.tries("0000") is PinVerdict.WRONG
    assert desk.tries() is PinVerdict.LOCKED
    desk.clock.up += FIRST_MS - 1
    assert desk.tries() is PinVerdict.LOCKED
    desk.clock.up = 5
    desk.restart("boot-2")
    assert desk.tries() is PinVerdict.LOCKED, "how long the machine was off is not known"
    desk.clock.up += FIRST_MS
    assert desk.tries() is PinVerdict.RIGHT
    assert desk.tries("0000") is PinVerdict.WRONG, "the right PIN forgets the wrong ones"


def test_each_lock_is_longer_than_the_one_before(desk, monkeypatch):
    monkeypatch.setattr(SignOn, "_answer", lambda self, badge, sealed, pin, *_: judged(pin))
    for _ in range(FREE):
        desk.tries("0000")
    desk.clock.up += FIRST_MS
    assert desk.tries("0000") is PinVerdict.WRONG
    desk.clock.up += 2 * FIRST_MS - 1
    assert desk.tries() is PinVerdict.LOCKED


def test_a_seal_for_another_device_is_no_wrong_pin(desk, tmp_path):
    (tmp_path / "other").mkdir()
    other = Authority().identity(tmp_path / "other" / "identity")
    desk.site.close()
    desk.know(sealed(other, BADGE, PIN))
    desk.restart("boot-1")
    assert desk.tries() is PinVerdict.UNABLE
    assert "was not sealed for this device" in str(desk.log.named("pin-not-checked"))


def judged(pin):
    return PinVerdict.RIGHT if pin == PIN else PinVerdict.WRONG
