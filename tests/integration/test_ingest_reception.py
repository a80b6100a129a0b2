"""What the hub takes, from whom, and what it says of gaps."""

import threading
from pathlib import Path

import pytest

from hub.store import devices
from tests.support.facts import DOCK, NOW, OTHER_STREAM, RUN, STREAM, batch, fix, goods, hello, scan
from tests.support.ingest import DEADLINE_S, Bench, Station, bench, station
from wire import codec
from wire.errors import Reason
from wire.messages import Gap, GapReason, Lane, Now, Welcome, combined
from wire.topics import Leaf

LOT = goods(lot="A")


@pytest.fixture
def made(tmp_path: Path):
    with bench(tmp_path / "hub.db") as one:
        yield one


# Messages for somebody else


def test_a_batch_of_another_ledger_stores_nothing_and_is_not_answered(made: Bench):
    assert made.take(("a", batch("f" * 16, [scan(LOT)]))) == []
    assert made.rows("SELECT * FROM lane UNION SELECT * FROM journal") == []
    assert made.balances() == {}


def test_a_hello_of_another_ledger_is_answered_with_ours_and_stores_nothing(made: Bench):
    made.take(("a", batch(made.ledger, [scan(LOT)])))
    (welcome,) = made.take(("a", hello(5, ledger="f" * 16, stream=STREAM, facts=900)))
    assert (welcome.ledger, welcome.run, welcome.hello) == (made.ledger, RUN, 5)
    assert welcome.streams[0].facts == 0
    assert made.rows("SELECT through, last FROM lane") == [(1, 1)]


def test_a_retained_message_for_the_hub_is_an_old_one_and_ignored(tmp_path: Path):
    with station(tmp_path / "hub.db") as hub:
        hub.send("a", batch(hub.ledger, [scan(LOT)]), retained=True)
        hub.flush()
        assert hub.through("a") == 0


def test_the_last_page_of_a_hello_is_told_all_streams_also_those_that_are_being_committed(made: Bench):
    third = "4" * 16
    made.take(("a", batch(made.ledger, [scan(LOT)])))
    made.build(("a", batch(made.ledger, [scan(LOT)], stream=OTHER_STREAM)), ("b", hello(6, stream="f" * 16)))
    made.build(("a", hello(5, stream=third, facts=1, page=1, pages=2)), ("a", hello(5, stream=STREAM, page=2, pages=2)))
    made.commit()
    made.commit()
    of_b, first, last = (answer for _, answer in made.sent if isinstance(answer, Welcome))
    assert (of_b.every, first.every) == ("f" * 16, None)
    assert last.every == combined((STREAM, OTHER_STREAM, third))
    with made.database.read() as connection:
        made.reader.forget(connection)
    (again,) = made.take(("a", hello(7, stream=STREAM)))
    assert again.every == last.every
    (foreign,) = made.take(("a", hello(8, ledger="e" * 16, stream=STREAM)))
    assert foreign.every is None


def test_what_is_newest_is_shown_and_not_stored_and_garbage_there_is_nothing(tmp_path: Path):
    with station(tmp_path / "hub.db") as hub:
        hub.send("a", codec.encode(Now(at=NOW, fix=fix(1))), leaf=Leaf.NOW)
        hub.send("a", b"\xff", leaf=Leaf.NOW)
        hub.pipeline.offer("relay/v1/00/nobody/up", b"{}")
        hub.pipeline.offer("elsewhere", b"{}")
        hub.flush()
        assert [device for device, _ in hub.screen] == ["a"]
        assert hub.tables()["fix"] == []
        assert hub.rows("SELECT name FROM device") == [("probe",)]


# Gaps


def test_facts_that_are_said_to_be_thinned_are_refused(made: Bench):
    payload = batch(made.ledger, [scan(LOT)], gaps=[Gap(2, 3, GapReason.THINNED)])
    assert made.take(("a", payload)) == []
    assert made.quarantine() == [("a", None, Reason.BAD_BATCH, payload)]
    assert made.through("a") == 0


def test_a_gap_in_facts_stays_open_is_named_and_can_be_filled_once_by_whoever_has_them(made: Bench):
    gap = Gap(2, 5, GapReason.TRIMMED)
    (receipt,) = made.take(("a", batch(made.ledger, [scan(LOT), scan(LOT)], gaps=[gap])))
    assert receipt.through == 6
    (welcome,) = made.take(("a", hello(2, ledger=made.ledger, stream=STREAM, facts=6)))
    assert welcome.streams[0].open == ((2, 5),)
    fill = ("a", batch(made.ledger, [scan(LOT), scan(LOT)], after=2, hello=2))
    made.take(fill, fill)
    made.take(fill)
    (welcome,) = made.take(("a", hello(3, ledger=made.ledger, stream=STREAM, facts=6)))
    assert welcome.streams[0].open == ((2, 2), (5, 5))
    assert made.rows("SELECT first, last, reason FROM gap") == [(2, 2, "trimmed"), (5, 5, "trimmed")]
    assert made.balances()[DOCK, "A"] == 4
    assert made.findings() == []
    assert made.rebuilt().same


def test_a_gap_is_still_open_after_the_hub_started_again(tmp_path: Path):
    gap = Gap(1, 2, GapReason.UNREADABLE)
    with bench(tmp_path / "hub.db") as first:
        first.take(("a", batch(first.ledger, [scan(LOT)], gaps=[gap])))
    with bench(tmp_path / "hub.db") as second:
        (welcome,) = second.take(("a", hello(2, ledger=second.ledger, stream=STREAM, facts=3)))
        assert welcome.streams[0].open == ((1, 2),)
        second.take(("a", batch(second.ledger, [scan(LOT)] * 3)))
        assert second.balances()[DOCK, "A"] == 3
        assert second.rows("SELECT * FROM gap") == []


def test_thinned_telemetry_is_counted_and_not_asked_for_again(made: Bench):
    gap = Gap(1, 40, GapReason.THINNED)
    (receipt,) = made.take(("a", batch(made.ledger, [fix(1), fix(2)], lane=Lane.TELEMETRY, gaps=[gap])))
    assert receipt.through == 42
    (welcome,) = made.take(("a", hello(2, ledger=made.ledger, stream=STREAM, telemetry=42)))
    assert (welcome.streams[0].telemetry, welcome.streams[0].open) == (42, ())
    assert made.rows("SELECT first, last, reason FROM gap") == [(1, 40, "thinned")]
    assert len(made.tables()["fix"]) == 2
    assert made.findings() == []


def test_a_batch_that_starts_beyond_is_not_stored_and_answered_beyond(made: Bench):
    (receipt,) = made.take(("a", batch(made.ledger, [scan(LOT)], after=4)))
    assert (receipt.through, receipt.beyond) == (0, True)
    assert made.balances() == {}
    assert made.rows("SELECT * FROM journal") == []


def test_two_streams_of_one_device_do_not_meet(made: Bench):
    made.take(("a", batch(made.ledger, [scan(LOT)])), ("a", batch(made.ledger, [scan(LOT)], stream=OTHER_STREAM)))
    assert made.balances()[DOCK, "A"] == 2


# Fifty thousand scans in one millisecond


def test_fifty_thousand_scans_in_one_millisecond_are_fifty_thousand_scans(tmp_path: Path):
    with station(tmp_path / "hub.db") as hub:
        one = codec.encode_item(scan(LOT))
        for after in range(0, 50_000, 1000):
            hub.send("a", batch(hub.ledger, [one] * 1000, after=after))
        hub.settled("a", 50_000)
        assert hub.balances()[DOCK, "A"] == 50_000
        assert hub.one("SELECT count(*) FROM move") == 50_000
        assert hub.findings() == []


# Devices


@pytest.mark.parametrize("name", ["a", "z"])
def test_a_device_that_a_person_adds_at_the_same_moment_is_the_same_device(made: Bench, name: str):
    """The reader gave its own new device an id; the person's one takes the name, or the id, before it is written."""
    made.build(("a", batch(made.ledger, [scan(LOT)])), ("b", batch(made.ledger, [scan(LOT)])))
    made.build(("a", batch(made.ledger, [scan(LOT)], after=1)), ("c", batch(made.ledger, [scan(LOT)])))
    with made.database.write() as connection:
        devices.admit(connection, name, "scanner", "secret", now=NOW)
    made.commit()
    assert sorted(row[0] for row in made.rows("SELECT name FROM device")) == sorted({"a", "b", "c", name})
    assert made.rows("SELECT kind FROM device WHERE password IS NOT NULL") == [("scanner",)]
    assert made.balances()[DOCK, "A"] == 4
    owners = "SELECT device.name, lane.through FROM lane JOIN device ON device.id = device_id ORDER BY 1"
    assert made.rows(owners) == [("a", 2), ("b", 1), ("c", 1)]
    assert made.quarantine() == []


def test_the_time_of_the_last_position_comes_from_good_fixes_and_never_goes_back(made: Bench):
    fixes = [fix(5000), fix(4000), fix(6000, 0.0, 0.0), fix(10**12)]
    made.take(("a", batch(made.ledger, fixes, lane=Lane.TELEMETRY)))
    made.take(("a", batch(made.ledger, [fix(3000)], lane=Lane.TELEMETRY, after=4)))
    assert made.rows("SELECT last_position_at FROM device") == [(NOW + 5000,)]
    assert [row[9] for row in made.tables()["fix"]] == ["good", "good", "good", "zero", "future"]


# The threads


@pytest.mark.parametrize("part", ["writer", "reader"])
def test_when_one_thread_dies_of_a_mistake_the_other_ends_too_and_it_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
):
    def mistake(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    hub = Station(tmp_path / "hub.db")
    monkeypatch.setattr(*((hub, "publish") if part == "writer" else (hub.pipeline._reader, "build")), mistake)
    hub.pipeline.start()
    for after in range(20):
        hub.send("a", batch(hub.ledger, [scan(LOT)], after=after))
    for thread in hub.pipeline._threads:
        thread.join(timeout=DEADLINE_S)
        assert not thread.is_alive()
    assert isinstance(hub.pipeline.failure, ZeroDivisionError)
    hub.pipeline.stop()
    hub.database.close()


def test_what_was_handed_over_before_the_stop_is_committed_and_answered(tmp_path: Path):
    with station(tmp_path / "hub.db") as hub:
        for after in range(50):
            hub.send("a", batch(hub.ledger, [scan(LOT)], after=after))
        hub.pipeline.stop()
        assert hub.through("a") == 50
        assert max(receipt.through for receipt in hub.receipts("a")) == 50
        hub.pipeline.stop()
