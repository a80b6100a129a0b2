"""What an outbox knows of the time in each boot, and what it tells of items that leave in a later one."""

import sqlite3
from contextlib import closing

import pytest

from edge.core.anchors import MOST, Source, disciplined, exchanged, received
from edge.ntp import NtpWatch, _error_ms
from edge.store.errors import OutboxError
from edge.store.outbox import Outbox
from edge.store.schema import MIGRATIONS
from edge.store.times import EVERY_MS, MOST_BOOTS
from tests.support.delivery_box import DEVICE
from tests.support.edge_ports import Events
from wire.actions import Action
from wire.messages import Clock, Lane, Scan

TRUE = 1_800_000_000_000
HOUR = 3_600_000


def open_box(folder, boot: str):
    count = iter(range(1_000_000))
    return closing(
        Outbox.open(
            folder / "outbox.db",
            device=DEVICE,
            now_ms=1,
            stream_factory=lambda: f"{abs(hash(boot)) % 2**40:010x}{next(count):06x}",
            boot=boot,
        )
    )


def scan(up: int, wall: int = 0) -> Scan:
    return Scan(at=wall + up, up=up, do=Action.RECEIVE, labels=("x",))


def anchors(box: Outbox) -> int:
    return box._engine.facts.execute("SELECT count(*) FROM anchors").fetchone()[0]


def told(clock: Clock, up: int) -> int:
    return up + clock.base


def test_an_items_clock_is_that_of_the_boot_that_made_it(tmp_path):
    with open_box(tmp_path, "one") as box:
        old = box.append_facts([scan(1_000)])[0].stream
        box.observe(exchanged(TRUE, 2_000, 2_010))
        assert abs(told(box.clock(old, Lane.FACTS, 1_000, 1_000), 1_000) - TRUE + 1_000) <= 12
    with open_box(tmp_path, "two") as box:
        new = box.append_facts([scan(500)])[0].stream
        box.observe(exchanged(TRUE + HOUR, 600, 610))
        assert abs(told(box.clock(old, Lane.FACTS, 1_000, 1_000), 1_000) - TRUE + 1_000) <= 12
        assert abs(told(box.clock(new, Lane.FACTS, 500, 500), 500) - TRUE - HOUR + 100) <= 12
        assert box.clock(old, Lane.FACTS, 1_000, 1_000).error < 20
        assert box.hub_time(1_600)[0] - TRUE - HOUR - 1_000 < 20
        assert box.newest_anchor() == 610


@pytest.mark.parametrize(
    ("wall", "expected"), [(0, None), (TRUE + 5 * HOUR, TRUE + 5 * HOUR), (TRUE + 50 * HOUR, None)]
)
def test_a_boot_without_contact_lies_between_its_neighbours_and_its_wall_clock_counts_if_it_can_be_right(
    tmp_path, wall, expected
):
    with open_box(tmp_path, "one") as box:
        box.append_facts([scan(1_000)])
        box.observe(exchanged(TRUE, 2_000, 2_010))
    with open_box(tmp_path, "two") as box:
        lost = box.append_facts([scan(HOUR, wall)])[0].stream
    with open_box(tmp_path, "three") as box:
        box.append_facts([scan(1_000)])
        box.observe(exchanged(TRUE + 24 * HOUR, 2_000, 2_010))
        clock = box.clock(lost, Lane.FACTS, HOUR, HOUR)
        assert clock.estimated
        (point,) = clock.points
        at = HOUR + point.base
        assert abs(at - point.before - TRUE - HOUR) < 3_000
        assert abs(at + point.after - TRUE - 24 * HOUR) < 3_000
        assert expected is None or abs(at - expected - HOUR) <= 1


def test_what_happened_since_the_last_contact_may_have_happened_until_the_hub_hears_of_it(tmp_path):
    with open_box(tmp_path, "one") as box:
        box.append_facts([scan(1_000)])
        box.observe(exchanged(TRUE, 2_000, 2_010))
    with open_box(tmp_path, "two") as box:
        stream = box.append_facts([scan(7_000)])[0].stream
        clock = box.clock(stream, Lane.FACTS, 7_000, 7_000)
        assert clock.estimated
        assert abs(told(clock, 7_000) - clock.points[0].before - TRUE - 7_000) < 3_000
        assert box.hub_time(7_000) is None


def test_only_what_tells_something_new_is_written_down(tmp_path):
    with open_box(tmp_path, "one") as box:
        box.observe(exchanged(TRUE, 0, 2_000))
        for up in range(10_000, HOUR // 2, 10_000):
            box.observe(exchanged(TRUE + up - 1_000, up - 1_500, up + 1_500))
        assert anchors(box) == 1
        box.observe(exchanged(TRUE + HOUR // 2, HOUR // 2 + 990, HOUR // 2 + 1_010))
        assert anchors(box) == 2
        for up in range(HOUR, 120 * HOUR, HOUR // 4):
            box.observe(exchanged(TRUE + up, up + 990, up + 1_010))
        assert MOST // 2 < anchors(box) <= MOST
        assert box.newest_anchor() > 120 * HOUR - 2 * EVERY_MS


def test_the_hubs_word_counts_at_once_and_a_receivers_only_when_it_says_the_same_again(tmp_path):
    with open_box(tmp_path, "one") as box:
        box.observe(received(TRUE, 1_000))
        assert box.hub_time(1_000) is None
        box.observe(received(TRUE + 5 * HOUR, 4_000))
        assert box.hub_time(4_000) is None
        box.observe(received(TRUE + 5 * HOUR + 3_000, 7_000))
        assert abs(box.hub_time(7_000)[0] - TRUE - 5 * HOUR - 3_000) < 1_500
        box.observe(exchanged(TRUE, 8_000, 8_010))
        assert abs(box.hub_time(8_010)[0] - TRUE) < 20
        for up in range(9_000, 60_000, 3_000):
            box.observe(received(TRUE + 5 * HOUR + up, up))
        assert anchors(box) == 2
        box.observe(received(0, 70_000))


def test_a_receiver_that_lives_before_this_program_was_written_is_not_believed(tmp_path):
    with open_box(tmp_path, "one") as box:
        for up in range(0, 60_000, 3_000):
            box.observe(received(1_000_000_000_000 + up, up))
        assert box.newest_anchor() is None


def test_the_anchors_of_boots_that_left_nothing_are_forgotten_in_time(tmp_path):
    for number in range(MOST_BOOTS + 5):
        with open_box(tmp_path, f"boot-{number}") as box:
            (place,) = box.append_facts([scan(1_000)])
            box.observe(exchanged(TRUE + number * HOUR, 2_000, 2_010))
            if number:
                box._engine.facts.execute("DELETE FROM facts WHERE id & 1 OR NOT id & 1")
                box._engine.facts.execute("UPDATE lanes SET kept = 0, gone = last WHERE no > 1")
            assert place.seq == 1
    with open_box(tmp_path, "last") as box:
        box.observe(exchanged(TRUE + 99 * HOUR, 2_000, 2_010))
        boots = {row[0] for row in box._engine.facts.execute("SELECT boot FROM anchors")}
        assert {"boot-0", "last", f"boot-{MOST_BOOTS + 4}"} <= boots
        assert len(boots) <= MOST_BOOTS + 2


def test_an_outbox_of_version_0_1_0_brings_its_estimates_along(tmp_path):
    with closing(sqlite3.connect(tmp_path / "outbox.db")) as db:
        db.executescript(MIGRATIONS[0])
        db.execute("INSERT INTO streams VALUES (1, '1111111111111111', ?, 'one')", (TRUE + 5_000,))
        db.execute("INSERT INTO lanes (no, lane, last, kept) VALUES (1, 'facts', 1, 1), (1, 'telemetry', 0, 0)")
        item = b'{"k":"scan","at":1,"up":6000,"do":"receive","labels":["x"]}'
        db.execute("INSERT INTO facts VALUES (1 << 40 | 1, ?)", (item,))
        db.execute("INSERT INTO boots VALUES ('one', ?, 20)", (TRUE,))
        db.execute("PRAGMA user_version=1")
        db.commit()
    with open_box(tmp_path, "two") as box:
        clock = box.clock("1111111111111111", Lane.FACTS, 6_000, 6_000)
        assert abs(clock.base - TRUE) <= 1
        assert clock.error < 30


def test_a_salvaged_outbox_still_knows_the_time_of_its_boots(tmp_path):
    with open_box(tmp_path, "one") as box:
        old = box.append_facts([scan(up) for up in range(1_000, 3_000)])[0].stream
        box.observe(exchanged(TRUE, 2_000, 2_010))
    path = tmp_path / "outbox.db"
    data = bytearray(path.read_bytes())
    data[-4096 * 3 : -4096 * 2] = bytes(4096)
    path.write_bytes(data)
    with open_box(tmp_path, "two") as box:
        try:
            box.read(old, Lane.FACTS, after=0, upto=2_000, max_items=4_000, max_bytes=1 << 20)
        except OutboxError:
            pytest.fail("it was not salvaged")
        assert box.salvage is not None
        assert abs(told(box.clock(old, Lane.FACTS, 1_000, 1_000), 1_000) - TRUE + 1_000) <= 12


def test_the_time_is_known_also_where_it_cannot_be_written_down(tmp_path):
    with open_box(tmp_path, "one") as box:
        stream = box.append_facts([scan(1_000)])[0].stream
        box._engine.loose.execute("PRAGMA query_only=ON")
        with pytest.raises(OutboxError):
            box.observe(exchanged(TRUE, 2_000, 2_010))
        assert box.clock(stream, Lane.FACTS, 1_000, 1_000).error < 20


@pytest.mark.parametrize(
    ("state", "timex", "expected"),
    [
        (0, (0, 0, 0, 12_345, 300, 0x2001), 13),
        (0, (0, 0, 0, 0, 300_000, 0x1), 301),
        (5, (0, 0, 0, 16_000_000, 16_000_000, 0x40), None),
        (0, (0, 0, 0, 100, 100, 0x41), None),
        (-1, (0, 0, 0, 0, 0, 0), None),
    ],
)
def test_the_kernel_says_how_wrong_a_synchronised_clock_may_be(state, timex, expected):
    assert _error_ms(state, timex) == expected


def test_a_clock_kept_by_ntp_is_asked_only_where_nothing_else_told_the_time(tmp_path, monkeypatch):
    class Clocks:
        up = 100_000

        def up_ms(self):
            return self.up

        def now_ms(self):
            return TRUE + self.up

    asked = []
    monkeypatch.setattr("edge.ntp.error_ms", lambda: asked.append(1) or 5)
    clocks = Clocks()
    with open_box(tmp_path, "one") as box:
        watch = NtpWatch(box, clocks, Events())
        for _ in range(100):
            watch.look()
            clocks.up += 1_000
        assert len(asked) == 2
        assert abs(box.hub_time(clocks.up)[0] - TRUE - clocks.up) <= 2
        assert box._engine.times._anchors["one"][0].source is Source.NTP
        for _ in range(100):
            watch.look()
            clocks.up += 10_000
        assert len(asked) == 2
        assert disciplined(TRUE, 0, 5).width == 210
