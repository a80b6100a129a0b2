"""Every row of docs/verbs.md with real bytes on a pty: what is answered, what lands in the outbox, and its undo."""

from contextlib import closing, contextmanager
from signal import SIGTERM

import pytest

from edge.clock import Clock
from edge.config import ScannerSettings
from edge.core.knowledge import Earlier
from edge.core.verbs import VERBS
from edge.drivers.scanner import ScannerSession
from edge.status import read
from edge.store.task_facts import earlier
from tests.support.delivery_box import open_box
from tests.support.edge_agent import AgentProcess, write_config
from tests.support.edge_ports import Device, Events, Running, until
from tests.support.site_known import Helper
from tests.support.verbs_table import PAGE, WORKS, code, kept, rows, verb_row
from wire.codec import decode_item
from wire.messages import Lane, Void

ACK, BEL, NAK = b"\x06", b"\x07", b"\x15"
BYTES = {"ACK": ACK, "ACK+BEL": ACK + BEL, "BEL": BEL, "NAK": NAK}
ROWS = [(row, device) for row in rows() for device in row.devices]


class WithOutbox(Helper):
    """Tasks are looked up in the outbox itself."""

    def __init__(self, box):
        super().__init__()
        self._box = box

    def answer(self, ask, beat=lambda: None):
        return earlier(self._box, ask.task) if isinstance(ask, Earlier) else super().answer(ask, beat)


class Walk:
    """One device with its scanner on a pty, and its real outbox."""

    def __init__(self, folder, kind):
        self.far = Device(folder / "scanner")
        self.box = open_box(folder)
        self.screen = kind == "terminal"
        settings = ScannerSettings(
            port=str(self.far.path),
            baud=115_200,
            prefix=b"",
            suffix=b"\r\n",
            confirm="echo" if self.screen else "ack",
            work=WORKS[kind],
            language="zh" if self.screen else "",
        )
        self.session = ScannerSession(settings, self.box, Clock(), Events(), WithOutbox(self.box))

    def scans(self, text: str, size: int) -> bytes:
        """What one reading is answered, of so many bytes; a display's lines without their texts."""
        sent = text.encode()
        self.far.send(sent + b"\r\n")
        if not self.screen:
            return self.far.heard(size)
        first = self._line()
        assert first[1:] == sent
        second = self._line()
        if first[:1] == ACK and second[:1] == BEL:
            assert self._line()[:1] == b"\x0e"
            return ACK + BEL
        assert second[:1] == b"\x0e"
        return first[:1]

    def _line(self) -> bytes:
        found = b""
        while not found.endswith(b"\r"):
            found += self.far.heard(1)
        return found[:-1]

    @property
    def facts(self):
        found = []
        for stream, lane, last in self.box.lanes():
            if lane is Lane.FACTS:
                chunk = self.box.read(stream, lane, after=0, upto=last, max_items=1000, max_bytes=1_000_000)
                found += [(stream, seq, decode_item(item)) for seq, item in enumerate(chunk.items, start=1)]
        return found


@contextmanager
def walking(folder, kind):
    walk = Walk(folder, kind)
    with closing(walk.box), Running(walk.far.path, walk.session, Events()) as running:
        until(lambda: running.port.up, "the port")
        yield walk
    walk.far.unplug()


@pytest.mark.parametrize(("row", "device"), ROWS, ids=[f"{row.id}-{device}" for row, device in ROWS])
def test_a_row_of_the_table_does_what_it_says_and_is_undone(tmp_path, row, device):
    with walking(tmp_path, device) as walk:
        wanted = [BYTES[each] for each in row.answers]
        assert [walk.scans(code(word), len(each)) for word, each in zip(row.codes, wanted, strict=True)] == wanted
        made = walk.facts
        assert kept(item for _, _, item in made) == row.kept
        assert row.undo == "`RR:UNDO`" + (f" × {len(made)}" if len(made) > 1 else "")
        assert [walk.scans("RR:UNDO", 1) for _ in made] == [ACK] * len(made)
        voids = [item for _, _, item in walk.facts[len(made) :]]
        assert all(isinstance(void, Void) for void in voids)
        assert [(void.stream, void.seq) for void in voids] == [(stream, seq) for stream, seq, _ in reversed(made)]
        assert walk.scans("RR:UNDO", 1) == NAK


def test_a_task_goes_on_after_a_restart_where_the_facts_of_the_device_left_it(tmp_path):
    with walking(tmp_path, "scanner") as walk:
        for word in ("RR:T:pick:K1", "RR:N:20", "water", "RR:N:4", "water", "RR:UNDO", "RR:DONE", "RR:T:delivery:D1"):
            walk.scans(word if word.startswith("RR:") else code(word), 1)
        walk.scans("RR:N:240", 1)
        assert walk.scans(code("water"), 1) == ACK
    with walking(tmp_path, "scanner") as walk:
        assert walk.scans("RR:T:pick:K1", 1) == BEL
        assert walk.session.expects() == "take 4 of Water, lot L1, from a01"
        assert walk.scans("RR:T:delivery:D1", 1) == BEL
        assert walk.scans(code("water"), 2) == ACK + BEL
        assert walk.facts[-1][2].warned == ("over",)


def test_the_agent_itself_holds_the_dialogue_and_says_what_it_waits_for(tmp_path):
    far = Device(tmp_path / "scanner")
    config = write_config(tmp_path, scanners=[far.path])
    with AgentProcess(config) as agent:
        agent.says("ready")
        for word, answer in (("RR:DO:put-away", BEL), ("water", BEL), ("tent", BEL)):
            far.send(code(word).encode() + b"\r\n")
            assert far.heard(1) == answer
        status = tmp_path / "data" / "status.json"
        wanted = "put-away: 2 in hand, scan the place"
        until(lambda: (said := read(status)) and said.ports[0].expects == wanted, "the status")
        far.send(b"RR:L:wh-1/a02\r\nRR:UNDO\r\n")
        assert far.heard(2) == ACK + ACK
        agent.kill(SIGTERM)
        assert agent.ended() == 0
    with closing(open_box(tmp_path / "data")) as box:
        assert box.stats().accepted_facts == 3
    far.unplug()


def test_the_table_has_every_verb_and_each_as_the_code_has_it():
    page = PAGE.read_text(encoding="utf-8")
    told = [line for line in page.splitlines() if line.startswith("| `RR:DO:")]
    assert told == [verb_row(verb) for verb in VERBS]
    assert list(dict.fromkeys(row.verb for row in rows())) == list(VERBS)
    assert {device for row in rows() for device in row.devices} == set(WORKS)
