"""What one shift hands over to the next, from what is on the device alone."""

from contextlib import closing

import pytest

from edge.core.printouts import HandoverSlip
from edge.desired import load
from edge.handover import HOUR_MS, MOST_SHOWN, asked, gather, lines
from edge.store.knowledge_writing import KnowledgeWriter
from edge.store.shifts import Shifts
from tests.support.delivery_box import open_box
from tests.support.edge_agent import write_config
from tests.support.facts import NOW, goods, scan, void
from wire.sitedata import CountNote, Delivery, Line, PickLine, PickList, Record, SiteData, SiteNote, encode_body

WATER = "09501101530003"


@pytest.fixture
def device(tmp_path):
    settings = load(write_config(tmp_path))
    settings.device.data.mkdir()
    with closing(open_box(settings.device.data)) as box:
        yield settings, box


def know(settings, *bodies):
    records = tuple(Record(kind=kind, key=key, body=encode_body(body)) for kind, key, body in bodies)
    with KnowledgeWriter(settings.device.data / "known.db", device=settings.device.name) as writer:
        writer.put_aside(SiteData(generation="a" * 16, version=1, reset=True, more=False, records=records))
        writer.take_over(1)


def text(settings, slip):
    return "\n".join(lines(gather(settings, slip)))


def test_a_device_that_knows_nothing_hands_over_what_it_has(device):
    settings, _ = device
    said = text(settings, HandoverSlip(since=NOW, at=NOW + HOUR_MS))
    assert "Everything is at the hub" in said
    assert said.count("none") == 4


def test_open_tasks_say_how_much_of_them_was_scanned_here(device):
    settings, box = device
    pick = PickLine(line=1, gtin=WATER, lot="W1", owner="red-cross", n=40)
    know(
        settings,
        ("site", "wh-1", SiteNote(id="wh-1", name="Chengdu", name_zh="成都", zone="Asia/Shanghai")),
        ("delivery", "D1", Delivery(id="D1", owner="red-cross", expected=20270102, lines=(Line(gtin=WATER, n=240),))),
        ("pick", "P1", PickList(id="P1", to="place:wh-1/staging", lines=(pick,))),
        ("count", "C7", CountNote(id="C7", shelf="a01", at=1)),
    )
    box.append_facts([scan(goods(), task="delivery:D1", n=n, at=n) for n in (100, 20)])
    said = text(settings, HandoverSlip(since=NOW, at=NOW + HOUR_MS))
    assert "D1 (red-cross) 2027-01-02: 120 / 240" in said
    assert "P1 → place:wh-1/staging: 0 / 40" in said
    assert "C7: a01" in said
    assert "Not sent yet: 2 （未连接中心 no hub answers）" in said
    assert "01-15 16:00" in said, "the site's own time"


def test_what_was_undone_is_handed_over_neither_as_done_nor_as_warned_of(device):
    settings, box = device
    delivery = Delivery(id="D1", owner="care", expected=20270102, lines=(Line(gtin=WATER, n=240),))
    know(settings, ("delivery", "D1", delivery))
    scanned = [scan(goods(), task="delivery:D1", n=n, at=n, warned=("over",)) for n in (100, 20)]
    (place, _) = box.append_facts(scanned)
    box.append_facts([void(place.seq, stream=place.stream, at=30)])
    said = text(settings, HandoverSlip(since=NOW, at=NOW + HOUR_MS))
    assert "Facts in this shift: 1" in said
    assert "20 / 240" in said
    assert said.count("more than announced") == 1


def test_only_the_shift_itself_is_told_and_hostile_texts_are_shown_as_text(device):
    settings, box = device
    hostile = "\u202e\x1b[31m<script>\x00"
    box.append_facts(
        [
            scan(goods(), warned=("expired",), at=-1),
            scan(hostile, warned=("recalled", "made-up"), by=hostile, at=5),
        ]
    )
    said = text(settings, HandoverSlip(since=NOW, at=NOW + 10))
    assert "Facts in this shift: 1" in said
    assert "expired" not in said
    assert "已召回 recalled, made-up: \\u202e\\x1b[31m<script>\\x00" in said
    assert not any(c in said for c in hostile if c not in "[31m<script>")


def test_of_many_lines_the_first_are_shown_and_the_rest_counted(device):
    settings, box = device
    box.append_facts([scan(goods(), warned=("expired",), at=n) for n in range(MOST_SHOWN + 7)])
    assert "and 7 more" in text(settings, HandoverSlip(since=NOW, at=NOW + HOUR_MS))


def test_the_slip_is_of_whoever_is_there_since_they_came_also_after_a_break(device):
    settings, box = device
    shifts = Shifts(box)
    shifts.change("/dev/ttyUSB0", "Ana", NOW)
    shifts.change("/dev/ttyUSB0", None, NOW + HOUR_MS)
    shifts.change("/dev/ttyUSB0", "Ana", NOW + 2 * HOUR_MS)
    shifts.change("/dev/ttyUSB1", "Bo", NOW + 3 * HOUR_MS)
    at = NOW + 4 * HOUR_MS
    assert asked(settings, at=at) == HandoverSlip(since=NOW + 3 * HOUR_MS, at=at, by="Bo")
    shifts.change("/dev/ttyUSB1", None, at)
    assert asked(settings, at=at) == HandoverSlip(since=NOW, at=at, by="Ana")
    assert shifts.begun("Ana", NOW - HOUR_MS) == NOW
    assert asked(settings, at=at, hours=1) == HandoverSlip(since=at - HOUR_MS, at=at)
    shifts.end_all(at)
    assert asked(settings, at=at).by is None
