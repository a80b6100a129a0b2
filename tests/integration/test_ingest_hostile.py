"""What one device that was let in may cost the hub when it turns hostile: a bound each, and nothing of the others."""

import threading
from pathlib import Path

import pytest

from hub.ingest import reader
from hub.ingest.group import Arrival
from hub.ingest.quarantine import MESSAGE_BYTES_KEPT, MESSAGES_KEPT
from hub.store.queries import devices, discrepancies, summary
from tests.support.facts import DOCK, NOW, batch, goods, presence, scan
from tests.support.ingest import Bench, bench, station
from tests.support.viewers import EVERYTHING
from wire import codec
from wire.errors import Reason
from wire.limits import BATCH_BYTES, BATCH_ITEMS
from wire.messages import Gap, GapReason, Health, Hello, Lane, StreamEnd
from wire.topics import Leaf

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


def _declared(after: int, runs: int) -> list[Gap]:
    return [Gap(after + 2 * run + 1, after + 2 * run + 1, GapReason.TRIMMED) for run in range(runs)]


def test_a_lane_that_is_all_holes_is_filled_piece_by_piece_with_the_first_reason_of_each(made: Bench):
    made.take(("a", batch(made.ledger, [scan(LOT)] * 500, gaps=_declared(0, 500))))
    unreadable = [Gap(1001, 1002, GapReason.UNREADABLE), Gap(1004, 1010, GapReason.TRIMMED)]
    made.take(("a", batch(made.ledger, [scan(LOT)], after=1000, gaps=unreadable)))
    assert made.one("SELECT count(*) FROM gap") == 502
    assert made.balances()[DOCK, "A"] == 501
    made.take(("a", batch(made.ledger, [scan(LOT)] * 10, after=1000)))
    made.take(("a", batch(made.ledger, [scan(LOT)] * 7, after=2)))
    assert made.balances()[DOCK, "A"] == 501 + 9 + 4
    gaps = made.rows("SELECT first, last, reason FROM gap ORDER BY first")
    assert gaps[:2] == [(1, 1, "trimmed"), (11, 11, "trimmed")]
    assert len(gaps) == 496
    assert made.findings() == []
    assert made.rebuilt().same


def test_a_batch_of_more_items_than_any_device_sends_is_no_batch(made: Bench):
    made.take(("a", batch(made.ledger, [b"7"] * (BATCH_ITEMS + 1))))
    assert [row[1:3] for row in made.quarantine()] == [(None, Reason.BAD_BATCH)]
    assert BATCH_ITEMS * len(codec.encode_item(Health(at=0, up=0))) > BATCH_BYTES


def test_a_device_that_sends_without_pause_has_others_wait_for_one_message_only(tmp_path: Path):
    with station(tmp_path / "hub.db") as hub:
        flood = threading.Thread(target=lambda: [hub.send("a", b"junk %d" % n) for n in range(20_000)])
        flood.start()
        for number in range(20):
            hub.send("b", batch(hub.ledger, [scan(LOT)], after=number))
            hub.settled("b", number + 1)
        flood.join()
        hub.flush()
        assert hub.one("SELECT sum(times) FROM quarantine") == 20_000 - hub.pipeline.dropped
        assert hub.balances()[DOCK, "A"] == 20


LARGEST = 2**53 - 1


def _streams(number: int, count: int, end: int) -> bytes:
    streams = tuple(StreamEnd(stream=f"{number:08x}{each:08x}", facts=end, telemetry=end) for each in range(count))
    return codec.encode(Hello(hello=number, streams=streams))


def test_a_device_that_names_streams_without_end_is_not_kept_in_memory(made: Bench, monkeypatch):
    monkeypatch.setattr(reader, "LANES_REMEMBERED", 100)
    made.take(("b", batch(made.ledger, [scan(LOT)])))
    for number in range(1, 6):
        made.take(("a", _streams(number, 200, 7)))
    each = 2 * 200  # lanes of one hello; of the group that is being committed and of the next one all are remembered
    assert len(made.reader._lanes) <= 2 * each
    made.build(("b", batch(made.ledger, [scan(LOT)], after=1)), ("a", _streams(7, 200, 7)))
    for number in range(8, 12):
        made.build(("a", _streams(number, 200, 7)), ("b", batch(made.ledger, [scan(LOT)], after=number - 6)))
        made.commit()
        assert len(made.reader._lanes) <= 3 * each
    made.commit()
    made.take(("a", _streams(1, 200, 9)))
    assert made.through("b") == 6
    assert made.one("SELECT count(*) FROM lane WHERE last = 9") == 400
    assert made.findings() == []


def test_a_device_that_is_born_again_and_again_is_not_kept_in_memory(made: Bench):
    births = [presence(f"{number:016x}", "c", online=True) for number in range(100)]
    with made.database.read() as connection:
        group = made.reader.build([Arrival("a", each, made.now, Leaf.PRESENCE) for each in births], connection)
    assert {touch.others for touch in group.touches.values()} == {reader.RUNS_REMEMBERED - 1}
    assert len(made.reader._alive["a"]) == reader.RUNS_REMEMBERED


def test_numbers_at_their_limits_in_very_many_streams_break_no_sum(made: Bench):
    made.take(("a", _streams(1, 2000, LARGEST)))
    gap = (Gap(1, LARGEST, GapReason.TRIMMED),)
    for lane in Lane:
        made.take(*(("a", batch(made.ledger, [], stream=f"{n:016x}", lane=lane, gaps=gap)) for n in range(1100)))
    with made.database.read() as connection:
        assert next(row.lost for row in devices.devices(connection) if row.name == "a") > 2**63
        assert summary.totals(connection).facts == 0
        assert discrepancies.count(connection, EVERYTHING, NOW) > 0
    assert made.findings() == []
