"""Numbers for handling units: none is ever given twice."""

import itertools
import shutil
import sqlite3
from contextlib import closing

import pytest

from edge.store.errors import OutboxError
from edge.store.outbox import Outbox
from edge.store.serials import Serials
from tests.support.facts import goods, scan
from wire.checkdigits import is_checked
from wire.messages import Lane
from wire.sitedata import SsccRange

RANGE = SsccRange(prefix="0614141", first=100, last=104)
_streams = itertools.count(1)


def opened(path):
    return Outbox.open(path, device="wh1-scanner-1", now_ms=0, stream_factory=lambda: f"{next(_streams):016x}")


@pytest.fixture
def outbox(tmp_path):
    box = opened(tmp_path / "outbox.db")
    yield box
    box.close()


def all_of(serials):
    return list(iter(serials.take, None))


def test_numbers_come_in_order_with_their_check_digit_until_none_is_left(outbox):
    serials = Serials(outbox)
    assert serials.take() is None
    serials.offer(RANGE)
    assert serials.left() == 5
    taken = all_of(serials)
    assert [each[:17] for each in taken] == [f"0614141{n:010d}" for n in range(100, 105)]
    assert all(is_checked(each) for each in taken)
    assert serials.left() == 0
    assert serials.low


def test_a_number_is_burned_before_anybody_sees_it(tmp_path, outbox):
    serials = Serials(outbox)
    serials.offer(RANGE)
    taken = {serials.take(), serials.take()}
    outbox.close()
    with closing(opened(tmp_path / "outbox.db")) as again:
        assert not taken & set(all_of(Serials(again)))


def test_a_range_that_was_held_gives_nothing_more_when_it_is_shown_again(outbox):
    serials = Serials(outbox)
    serials.offer(RANGE)
    taken = all_of(serials)
    serials.offer(RANGE)
    serials.offer(SsccRange(prefix="0614141", first=50, last=102))
    assert serials.take() is None
    serials.offer(SsccRange(prefix="0614141", first=100, last=106))
    assert len(set(taken + all_of(serials))) == 7


def test_a_later_range_may_lie_below_an_earlier_one_of_the_same_prefix(outbox):
    serials, taken = Serials(outbox), []
    for first in (9000, 100, 5000, 200):
        serials.offer(SsccRange(prefix="0614141", first=first, last=first + 9))
        taken += all_of(serials)
    assert len(set(taken)) == 40
    serials.offer(SsccRange(prefix="0614141", first=5000, last=5009))
    assert serials.take() is None


def test_that_this_is_an_older_copy_is_noted_again_where_the_disk_did_not_take_it(tmp_path, outbox):
    serials = Serials(outbox)
    serials.offer(RANGE)
    place = outbox.append_facts([scan(goods())])[0]
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(outbox, "keep", full)
        with pytest.raises(OutboxError):
            outbox.confirm(place.stream, Lane.FACTS, place.seq + 1, hub_ms=1)
    outbox.confirm(place.stream, Lane.FACTS, place.seq + 1, hub_ms=1)
    assert serials.take() is None


def full(*_):
    raise OutboxError("the disk is full")


def test_what_is_left_of_an_earlier_range_is_used_first(outbox):
    serials = Serials(outbox)
    serials.offer(RANGE)
    serials.offer(SsccRange(prefix="0614141", first=900, last=901))
    assert [each[13:17] for each in all_of(serials)] == ["0100", "0101", "0102", "0103", "0104", "0900", "0901"]


def test_a_range_that_does_not_fit_into_seventeen_digits_is_not_taken_in(outbox):
    serials = Serials(outbox)
    serials.offer(SsccRange(prefix="0614141000000", first=1, last=10_000))
    assert serials.left() == 0


def test_after_a_salvage_all_ranges_are_given_up_and_the_one_shown_too(tmp_path, outbox):
    serials = Serials(outbox)
    serials.offer(RANGE)
    before = serials.take()
    outbox.append_facts([scan(goods())])
    outbox.close()
    damage(tmp_path / "outbox.db", "serials")
    with closing(opened(tmp_path / "outbox.db")) as again:
        after = Serials(again)
        after.offer(RANGE)
        assert again.salvage is not None
        assert after.take() is None
        after.offer(SsccRange(prefix="0614141", first=105, last=105))
        assert after.take() not in {None, before}


def test_an_older_copy_gives_up_its_ranges_when_the_hub_shows_that_it_is_one(tmp_path, outbox):
    Serials(outbox).offer(RANGE)
    place = outbox.append_facts([scan(goods())])[0]
    outbox.close()
    shutil.copy(tmp_path / "outbox.db", tmp_path / "copy.db")
    with closing(opened(tmp_path / "outbox.db")) as first:
        lost = Serials(first).take()
    shutil.copy(tmp_path / "copy.db", tmp_path / "outbox.db")
    with closing(opened(tmp_path / "outbox.db")) as copy:
        serials = Serials(copy)
        copy.confirm(place.stream, Lane.FACTS, place.seq + 1, hub_ms=1)
        serials.offer(RANGE)
        assert lost is not None
        assert serials.take() is None


def test_a_copy_of_a_clean_stop_gives_up_its_ranges_once_when_the_hub_knows_runs_that_it_lacks(tmp_path, outbox):
    later = SsccRange(prefix="0614141", first=900, last=904)
    Serials(outbox).offer(RANGE)
    assert outbox.doubt("streams", "5" * 16)
    serials = Serials(outbox)
    assert serials.take() is None
    serials.offer(RANGE, fresh=False)  # a start in between: what was fetched long ago tells nothing
    serials.offer(later)
    assert serials.take() is None, "the range that the hub shows may be used up by the other copy, too"
    serials.offer(SsccRange(prefix="0614141", first=500, last=504))
    assert serials.take() is not None
    outbox.close()
    with closing(opened(tmp_path / "outbox.db")) as again:
        assert not again.doubt("streams", "5" * 16)
        assert Serials(again).left() == 4
        assert again.doubt("streams", "6" * 16)
        assert Serials(again).left() == 0


def test_that_the_hub_has_more_than_this_copy_counts_once_over_all_its_runs(tmp_path, outbox):
    place = outbox.append_facts([scan(goods())])[0]
    outbox.confirm(place.stream, Lane.FACTS, place.seq + 1, hub_ms=1)
    Serials(outbox).offer(RANGE)
    Serials(outbox).offer(SsccRange(prefix="0614141", first=500, last=504))
    outbox.close()
    with closing(opened(tmp_path / "outbox.db")) as again:
        again.confirm(place.stream, Lane.FACTS, place.seq + 1, hub_ms=1)
        assert Serials(again).left() == 5


def test_a_device_that_goes_to_another_hub_takes_no_number_of_the_old_one(outbox):
    serials = Serials(outbox)
    serials.offer(RANGE)
    outbox.rebind(None)
    assert serials.take() is None


def damage(path, table):
    """Every page of a table makes no sense any more."""
    db = sqlite3.connect(path)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    size = db.execute("PRAGMA page_size").fetchone()[0]
    root = db.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0]
    db.close()
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
