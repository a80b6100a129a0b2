"""A database that cannot store: no receipt, nothing half stored, and it goes on when it can."""

from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from hub.ingest.writer import LostRaceError
from tests.support.facts import DOCK, STREAM, batch, goods, hello, scan
from tests.support.ingest import Bench, bench, plant, station
from wire.errors import Reason

LOT = goods(lot="A")


@pytest.fixture
def made(tmp_path: Path):
    with bench(tmp_path / "hub.db") as one:
        yield one


LARGE = [scan(goods(lot="A"), at=n) for n in range(500)]


POISON = goods(lot="POISON")


def test_a_full_disk_means_no_receipt_and_nothing_half_stored_and_it_goes_on_when_there_is_room(tmp_path: Path):
    with station(tmp_path / "hub.db") as hub:
        hub.send("a", batch(hub.ledger, [scan(LOT)]))
        hub.flush()
        before = hub.tables()
        hub.disk.fill()
        hub.send("a", batch(hub.ledger, LARGE, after=1))
        hub.send("b", batch(hub.ledger, LARGE))
        hub.until(lambda: hub.pipeline.stalled, "the hub to notice")
        assert hub.tables() == before
        assert (hub.through("a"), hub.through("b")) == (1, 0)
        assert [receipt.through for receipt in hub.receipts("a") + hub.receipts("b")] == [1]
        hub.disk.clear()
        hub.send("a", batch(hub.ledger, LARGE, after=1))
        hub.send("b", batch(hub.ledger, LARGE))
        hub.settled("a", 501)
        hub.settled("b", 500)
        assert not hub.pipeline.stalled
        assert hub.quarantine() == []
        assert hub.balances()[DOCK, "A"] == 1001
        assert hub.findings() == []


def test_after_a_full_disk_a_hello_hears_what_the_database_has_and_no_more(made: Bench):
    made.take(("a", batch(made.ledger, [scan(LOT)])))
    made.disk.fill()
    made.build(("a", batch(made.ledger, LARGE, after=1)))
    made.build(("a", batch(made.ledger, LARGE, after=501)))
    with pytest.raises(DBAPIError):
        made.commit()
    made.disk.clear()
    (welcome,) = made.take(("a", hello(2, ledger=made.ledger, stream=STREAM)))
    assert welcome.streams[0].facts == 1


def test_a_disk_that_fills_while_the_hub_works_around_poison_costs_nothing(made: Bench):
    plant(made)
    made.take(("a", batch(made.ledger, [scan(LOT)])))
    made.disk.fill()
    made.build(("a", batch(made.ledger, [scan(POISON), *LARGE], after=1)))
    with pytest.raises(DBAPIError):
        made.commit()
    made.disk.clear()
    assert made.through("a") == 1
    assert made.quarantine() == []
    (receipt,) = made.take(("a", batch(made.ledger, [scan(POISON), *LARGE], after=1)))
    assert receipt.through == 502
    assert made.balances()[DOCK, "A"] == 501
    assert [row[1:3] for row in made.quarantine()] == [(2, Reason.REFUSED_BY_STORE)]


def test_a_database_that_can_neither_be_written_nor_read_again_is_believed_only_after_it_was_read(made: Bench):
    made.take(("a", batch(made.ledger, [scan(LOT)])))
    with made.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE lot RENAME TO lot_away")
    made.build(("a", batch(made.ledger, [scan(goods(lot="NEW"))], after=1)))
    with pytest.raises(DBAPIError):
        made.commit()
    with made.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE lot_away RENAME TO lot")
    made.build(("a", hello(2, ledger=made.ledger, stream=STREAM)))
    made.build(("b", batch(made.ledger, [scan(goods(lot="OTHER"))])))
    made.commit()
    made.commit()
    assert made.sent[-2][1].streams[0].facts == 1
    made.take(("a", batch(made.ledger, [scan(goods(lot="NEW"))], after=1)))
    assert made.balances()[DOCK, "NEW"] == 1
    assert made.balances()[DOCK, "OTHER"] == 1
    assert made.findings() == []


def test_what_another_hub_stored_meanwhile_is_not_stored_again(made: Bench):
    made.take(("a", batch(made.ledger, LARGE[:1])))
    made.build(("a", batch(made.ledger, LARGE[1:6], after=1)))
    with made.database.write() as connection:
        connection.exec_driver_sql("UPDATE lane SET through = 4, last = 4")
        connection.exec_driver_sql(
            "INSERT INTO journal (lane_id, after, last, received_at, applied, body)"
            " SELECT lane_id, 1, 4, received_at, applied, body FROM journal"
        )
    with pytest.raises(LostRaceError):
        made.commit()
    assert (made.through("a"), made.one("SELECT count(*) FROM move")) == (4, 1)
    made.take(("a", batch(made.ledger, LARGE[1:6], after=1)))  # nobody answered the device: it sends again
    assert made.through("a") == 6
    assert made.rows("SELECT seq FROM move ORDER BY seq") == [(1,), (5,), (6,)]
