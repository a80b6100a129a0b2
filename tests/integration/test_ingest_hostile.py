"""What one device that was let in may cost the hub when it turns hostile: a bound each, and nothing of the others."""

from pathlib import Path

import pytest

from hub.ingest.quarantine import MESSAGE_BYTES_KEPT, MESSAGES_KEPT
from tests.support.facts import DOCK, batch, goods, scan
from tests.support.ingest import Bench, bench
from wire.errors import Reason

LOT = goods(lot="A")


@pytest.fixture
def made(tmp_path: Path):
    with bench(tmp_path / "hub.db") as one:
        yield one


def test_of_messages_that_are_no_batch_the_first_are_kept_and_all_are_counted(made: Bench):
    junk = [("a", b"junk %d" % number) for number in range(MESSAGES_KEPT + 50)]
    for start in range(0, len(junk), 40):
        made.take(*junk[start : start + 40])
    made.take(junk[0], junk[-1])
    kept = made.rows("SELECT bytes, times, reason FROM quarantine ORDER BY id")
    assert [row[0] for row in kept] == [*(data for _, data in junk[:MESSAGES_KEPT]), b""]
    assert (kept[0][1], kept[-1][1:]) == (2, (51, Reason.TOO_MANY))


def test_large_messages_that_are_no_batch_take_no_more_room_than_is_allowed(made: Bench):
    for number in range(20):
        made.take(("a", b"%d" % number + b"x" * 1024 * 1024))
    size = made.one("SELECT sum(length(bytes)) FROM quarantine")
    assert MESSAGE_BYTES_KEPT <= size <= MESSAGE_BYTES_KEPT + 1024 * 1024
    assert made.one("SELECT sum(times) FROM quarantine") == 20


def test_items_of_sound_batches_are_all_kept_however_much_rubbish_came_before(made: Bench):
    made.take(*(("a", b"junk %d" % number) for number in range(MESSAGES_KEPT + 1)))
    made.take(("a", batch(made.ledger, [b"%d" % number for number in range(3 * MESSAGES_KEPT)] + [scan(LOT)])))
    assert made.one("SELECT count(*) FROM quarantine WHERE lane_id IS NOT NULL") == 3 * MESSAGES_KEPT
    assert made.balances()[DOCK, "A"] == 1
    made.take(("b", b"junk of another device"))
    assert made.one("SELECT bytes FROM quarantine WHERE device = 'b'") == b"junk of another device"
    assert made.findings() == []
