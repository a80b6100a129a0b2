"""Facts of the hub itself: posted through the real ingest, exactly once, or it is said that they were not."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.desk import MOST_ITEMS, Desk, DeskError, InDoubtError, Place
from hub.ingest.group import Result
from tests.support.facts import DOCK, NOW, RECEIVED, RICE, STREAM, batch, goods, scan, void
from tests.support.ingest import Station, station
from wire import topics
from wire.actions import LOST
from wire.messages import HUB, Correct, Settle, Transfer, Void
from wire.topics import Leaf

KEY = f"gtin:{RICE}"


def correct(n: int = 1, lot: str = "A") -> Correct:
    return Correct(at=0, up=0, item=KEY, lot=lot, owner="caritas", source=LOST, to=DOCK, n=n, reason="it was there")


def desk(made: Station, bring: Callable[..., None] | None = None) -> Desk:
    """A desk on a station's pipeline; `bring` may stand between them."""

    class Between:
        stalled = property(lambda _: made.pipeline.stalled)

        def bring(self, device: str, payload: bytes, reply: Callable[[Result], None]) -> None:
            (bring or made.pipeline.bring)(device, payload, reply)

    return Desk(Between(), ledger=made.ledger, clock=lambda: NOW, uptime=lambda: 7)


@pytest.fixture
def made(tmp_path: Path):
    with station(tmp_path / "hub.db") as one:
        yield one


def test_what_is_posted_is_in_the_ledger_when_its_place_is_told(made: Station):
    one = desk(made)
    (first,) = one.post([correct(3)])
    assert made.balances() == {(DOCK, "A"): 3, (LOST, "A"): -3}
    second, third = one.post([correct(4), correct(5)])
    assert [place.seq for place in (first, second, third)] == [1, 2, 3]
    assert len({place.stream for place in (first, second, third)}) == 1
    assert made.balances()[DOCK, "A"] == 12
    assert one.post([]) == []


def test_many_threads_post_in_one_order_and_each_fact_once(made: Station):
    one = desk(made)
    places: list[Place] = []
    threads = [threading.Thread(target=lambda n=n: places.extend(one.post([correct(n)] * 3))) for n in range(1, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(place.seq for place in places) == list(range(1, 19))
    assert made.balances()[DOCK, "A"] == 3 * 21
    assert made.findings() == []
    assert made.rebuilt().same


def test_what_is_silently_lost_is_brought_again_and_counts_once(made: Station, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("hub.desk.STEP_S", 0.01)
    brought = []

    def lossy(device: str, payload: bytes, reply: Callable[[Result], None]) -> None:
        brought.append(payload)
        if len(brought) == 1:
            return  # lost before it was read
        made.pipeline.bring(device, payload, (lambda _: None) if len(brought) == 2 else reply)  # its answer was lost

    desk(made, lossy).post([correct(3)])
    assert len(brought) >= 3
    assert made.balances()[DOCK, "A"] == 3


def test_nothing_is_posted_while_the_database_cannot_store(made: Station):
    one = desk(made)
    one.post([correct(1)])
    made.disk.fill()
    made.send("a", batch(made.ledger, [scan(goods(lot=f"L{n}")) for n in range(3000)]))
    made.until(lambda: made.pipeline.stalled, "the stall")
    with pytest.raises(DeskError, match="Nothing was posted") as caught:
        one.post([correct(2)])
    assert not isinstance(caught.value, InDoubtError)
    made.disk.clear()
    made.flush()
    assert made.balances()[DOCK, "A"] == 1
    one.post([correct(4)])
    assert made.balances()[DOCK, "A"] == 5


def test_what_is_in_doubt_comes_before_all_else_and_counts_once(made: Station, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("hub.desk.STEP_S", 0.001)
    held: list[tuple] = []
    silent = [True]

    def bring(*message: object) -> None:
        held.append(message) if silent[0] else made.pipeline.bring(*message)

    one = desk(made, bring)
    with pytest.raises(InDoubtError):
        one.post([correct(3)])
    made.pipeline.bring(*held[0])  # it was only slow
    silent[0] = False
    monkeypatch.setattr("hub.desk.STEP_S", 0.5)
    (place,) = one.post([correct(4)])
    assert place.seq == 2
    assert made.balances()[DOCK, "A"] == 7


def test_a_desk_that_stops_says_that_it_is_not_known(made: Station):
    one = desk(made, lambda *_: one.stop())
    with pytest.raises(InDoubtError):
        one.post([correct()])
    with pytest.raises(DeskError):
        one.post([correct()])


def test_more_than_one_commit_holds_goes_in_several(made: Station):
    places = desk(made).post([correct()] * (MOST_ITEMS + 1))
    assert [place.seq for place in places] == list(range(1, MOST_ITEMS + 2))
    assert made.balances()[DOCK, "A"] == MOST_ITEMS + 1


def test_no_device_says_what_only_the_hub_may_say(made: Station):
    facts = [
        correct(),
        Transfer(at=NOW, up=0, id="T1", where=DOCK, item=KEY, giver="a", taker="b", n=1),
        Settle(at=NOW, up=0, device="b", stream=STREAM, seq=1, owner="a", reason="mine"),
        Void(at=NOW, up=0, device="b", stream=STREAM, seq=1),
    ]
    made.send("b", batch(made.ledger, [scan(goods(lot="A"), n=9)]))
    made.send("a", batch(made.ledger, [*facts, void(9)]))
    made.settled("a", 5)
    assert [(row[1], row[2]) for row in made.quarantine()] == [(seq, "foreign") for seq in range(1, 5)]
    made.flush()
    assert made.balances() == {(DOCK, "A"): 9, ("virtual:donor-in", "A"): -9}
    assert made.rebuilt().same


def test_nobody_speaks_over_the_wire_in_the_hubs_name(made: Station):
    made.pipeline.offer(topics.build(HUB, Leaf.UP), batch(made.ledger, [correct()]))
    made.flush()
    assert made.rows("SELECT * FROM journal") == []


def test_the_hub_is_no_device_that_anybody_waits_for(made: Station):
    desk(made).post([correct()])
    assert made.rows("SELECT kind, removed_at IS NOT NULL FROM device WHERE name = 'hub'") == [("hub", 1)]
    assert made.one("SELECT received_at FROM journal") == RECEIVED
