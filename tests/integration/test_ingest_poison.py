"""Poison: whatever comes in, the rest counts, the bad one is set aside with its bytes, and nobody else waits."""

from pathlib import Path

import msgspec
import pytest

from hub.core.identity import lane_id
from hub.store.queries.facts import FactReader
from hub.store.queries.journal import entries
from hub.store.queries.paging import Pager
from tests.support.facts import DOCK, RICE, STREAM, batch, count, fix, goods, hello, scan, void
from tests.support.ingest import Bench, bench, plant, station
from tests.support.viewers import EVERYTHING
from wire import codec
from wire.errors import Reason
from wire.limits import ITEM_BYTES
from wire.messages import Lane, Receipt

LOT = goods(lot="A")


@pytest.fixture
def made(tmp_path: Path):
    with bench(tmp_path / "hub.db") as one:
        yield one


POISON = goods(lot="POISON")


# Bytes


@pytest.mark.parametrize(
    "payload", [b"", b"\x00\xff", b"{", b"[]", b'{"k":"batch"}', b"null", b'{"k":"hello","hello":0}']
)
def test_bytes_that_are_no_message_are_set_aside_once_and_the_next_message_counts(made: Bench, payload: bytes):
    answers = made.take(("a", payload), ("a", payload), ("a", batch(made.ledger, [scan(LOT)])))
    assert [answer.through for answer in answers] == [1]
    assert made.quarantine() == [("a", None, Reason.BAD_BATCH, payload)]
    assert made.one("SELECT times FROM quarantine") == 2


def test_ten_megabytes_are_set_aside_and_the_hub_goes_on(tmp_path: Path):
    with station(tmp_path / "hub.db") as hub:
        hub.send("a", b'{"k":"batch","items":[' + b"9" * 10_000_000)
        hub.send("b", batch(hub.ledger, [scan(LOT)]))
        hub.flush()
        ((device, seq, reason, data),) = hub.quarantine()
        assert (device, seq, reason) == ("a", None, Reason.BAD_BATCH)
        assert data == (b'{"k":"batch","items":[' + b"9" * 10_000_000)[: 1024 * 1024]
        assert hub.balances()[DOCK, "A"] == 1


# One bad item


BAD_ITEMS = {
    "a wrong type": (b'{"k":"scan","at":"now","up":0,"do":"receive","labels":["x"]}', Reason.INVALID),
    "a missing field": (b'{"k":"scan","at":1,"up":0}', Reason.INVALID),
    "no kind": (b'{"at":1,"up":0}', Reason.INVALID),
    "a kind of tomorrow": (b'{"k":"teleport","at":1,"up":0}', Reason.UNKNOWN_KIND),
    "a number": (b"7", Reason.INVALID),
    "the wrong lane": (codec.encode_item(fix(1)), Reason.INVALID),
    "too large and well-formed": (codec.encode_item(scan(("x" * 4096,) * 5)), Reason.TOO_LARGE),
    "too large by a field nobody knows": (b'{"k":"void","at":1,"up":1,"seq":1,"stream":"%s","z":"%s"}'
        % (STREAM.encode(), b"z" * ITEM_BYTES), Reason.TOO_LARGE),
}  # fmt: skip


@pytest.mark.parametrize("bad", BAD_ITEMS)
def test_of_five_hundred_items_the_bad_one_is_set_aside_and_the_rest_counts(made: Bench, bad: str):
    data, reason = BAD_ITEMS[bad]
    items = [scan(LOT, at=n) for n in range(500)]
    items[250] = data
    (receipt,) = made.take(("a", batch(made.ledger, items)))
    assert receipt.through == 500
    assert made.balances()[DOCK, "A"] == 499
    assert made.quarantine() == [("a", 251, reason, data)]
    assert made.findings() == []
    assert made.rebuilt().same


UNREADABLE = {
    "brackets in a field that nobody knows": b'{"k":"scan","at":1,"up":1,"z":' + b"[" * 900 + b"]" * 900 + b"}",
    "a kind that is no UTF-8": b'{"at":1,"up":1,"k":"\xff\xfe"}',
    "a time beyond all numbers": b'{"k":"scan","at":1e400,"up":1}',
}


@pytest.mark.parametrize("bad", UNREADABLE)
def test_what_cannot_be_read_at_all_hides_nothing_of_its_batch(made: Bench, bad: str):
    made.take(("a", batch(made.ledger, [scan(LOT), UNREADABLE[bad], scan(LOT)])))
    with made.database.read() as connection:
        page = entries(connection, Pager("g"), viewer=EVERYTHING, device=None, lane_name=None, limit=10, cursor=None)
        assert [row.seq for row in page.rows] == [1, 3]
        assert FactReader(connection).find(lane_id("a", STREAM, Lane.FACTS), 2) is None
    assert made.rebuilt().same


@pytest.mark.parametrize("company", [[], [b"7"], [scan("a},{b")]])
def test_whether_an_item_is_too_large_does_not_depend_on_the_batch_it_travels_in(made: Bench, company: list):
    def items(size: int) -> bytes:
        return codec.encode_item(scan(("x" * 4096, "x" * 4096, "x" * 4096, "x" * size)))

    edge = next(size for size in range(3000, 4096) if len(items(size)) == ITEM_BYTES)
    made.take(("a", batch(made.ledger, [scan(LOT), items(edge), items(edge + 1), *company])))
    assert [row[1:3] for row in made.quarantine()][:1] == [(3, Reason.TOO_LARGE)]
    assert made.one("SELECT count(*) FROM move WHERE seq = 2") == 1


def test_an_item_that_breaks_the_json_of_its_batch_costs_that_batch_alone(made: Bench):
    bad = b'{"k":"scan","at":1,"up":0,"do":"receive","labels":["\\ud800"],"to":"place:x"}'
    payload = batch(made.ledger, [scan(LOT), bad, scan(LOT)])
    (receipt,) = made.take(("a", payload), ("b", batch(made.ledger, [scan(LOT)])))
    assert receipt.through == 1
    assert made.quarantine() == [("a", None, Reason.BAD_BATCH, payload)]
    assert made.through("a") == 0


# What the database refuses


def test_a_fact_that_the_database_refuses_is_set_aside_alone_and_no_other_device_waits(made: Bench):
    plant(made)
    bad = scan(POISON)
    made.build(("a", batch(made.ledger, [scan(LOT), bad, scan(LOT)])), ("b", batch(made.ledger, [scan(LOT)])))
    made.build(("a", batch(made.ledger, [scan(LOT)], after=3)), ("c", batch(made.ledger, [scan(LOT)])))
    made.commit()
    assert [(device, answer.through) for device, answer in made.sent] == [("a", 3), ("b", 1), ("a", 4), ("c", 1)]
    assert made.balances()[DOCK, "A"] == 5
    assert made.quarantine() == [("a", 2, Reason.REFUSED_BY_STORE, codec.encode_item(bad))]
    assert made.findings() == []
    assert made.rebuilt().same


def test_what_is_set_aside_item_by_item_is_told_to_the_screens(made: Bench):
    plant(made)
    made.take(("a", batch(made.ledger, [scan(LOT), scan(POISON)])))
    told = [msgspec.json.decode(row[0]) for row in made.rows("SELECT data FROM change WHERE topic = 'quarantine'")]
    assert told == [{"count": 1}]
    sites = [msgspec.json.decode(row[0])["sites"] for row in made.rows("SELECT data FROM change WHERE topic = 'stock'")]
    assert sites == [["wh-1"]]


def test_a_fact_that_the_database_refuses_can_be_voided_and_counts_of_it_too(made: Bench):
    plant(made, "tally", "NEW.quantity = 13")
    facts = [void(2), count(goods(lot="NEW"), 13, where="place:nowhere-else"), void(2), scan(LOT)]
    (receipt,) = made.take(("a", batch(made.ledger, facts)))
    assert receipt.through == 4
    assert [row[1:3] for row in made.quarantine()] == [(2, Reason.REFUSED_BY_STORE)]
    assert made.one("SELECT count(*) FROM void") == 2
    assert made.balances()[DOCK, "A"] == 1
    assert made.rebuilt().same


@pytest.mark.parametrize("table", ["journal", "lane"])
def test_a_batch_that_cannot_even_be_kept_is_set_aside_unanswered_and_believed_by_nobody(made: Bench, table: str):
    poison = lane_id("a", STREAM, "facts")
    plant(made, table, f"NEW.{'lane_id' if table == 'journal' else 'id'} = {poison}")
    payload = batch(made.ledger, [scan(LOT)])
    made.build(("b", batch(made.ledger, [scan(LOT)])), ("a", payload), ("c", batch(made.ledger, [scan(LOT)])))
    made.build(("d", batch(made.ledger, [scan(LOT)])), ("a", hello(7, ledger=made.ledger, stream=STREAM)))
    made.commit()
    receipts = [device for device, answer in made.sent if isinstance(answer, Receipt)]
    assert receipts == ["b", "c", "d"]
    ((_, welcome),) = [(device, answer) for device, answer in made.sent if not isinstance(answer, Receipt)]
    assert welcome.streams[0].facts == 0
    assert made.quarantine() == [("a", None, Reason.REFUSED_BY_STORE, payload)]
    assert made.balances()[DOCK, "A"] == 3


def test_the_same_through_the_two_threads(tmp_path: Path):
    with station(tmp_path / "hub.db") as hub:
        plant(hub)
        for after in range(40):
            for device in ("a", "b", "c"):
                fact = scan(POISON if (device, after) == ("b", 20) else LOT, at=after)
                hub.send(device, batch(hub.ledger, [fact], after=after))
        for device in ("a", "b", "c"):
            hub.settled(device, 40)
        assert hub.balances()[DOCK, "A"] == 119
        assert [row[:3] for row in hub.quarantine()] == [("b", 21, Reason.REFUSED_BY_STORE)]
        assert hub.findings() == []


def test_a_balance_that_no_integer_holds_refuses_the_fact_and_nothing_else(made: Bench):
    made.take(("a", batch(made.ledger, [scan(LOT)])))
    with made.database.write() as connection:
        connection.exec_driver_sql("UPDATE balance SET quantity = 9223372036854775807 WHERE quantity > 0")
    answers = made.take(("a", batch(made.ledger, [scan(LOT), scan(goods(lot="B"))], after=1)))
    assert [answer.through for answer in answers] == [3]
    assert [row[1:3] for row in made.quarantine()] == [(2, Reason.REFUSED_BY_STORE)]
    assert made.balances()[DOCK, "B"] == 1


def test_moments_and_quantities_at_their_limits_are_kept(made: Bench):
    edge = 2**53 - 1
    big = scan(goods(lot="A"), n=1_000_000)
    facts = [msgspec.structs.replace(big, at=edge, up=edge), msgspec.structs.replace(big, at=-edge, up=-edge)]
    many = "]d201" + RICE + "3099999999"
    (receipt,) = made.take(("a", batch(made.ledger, [*facts, scan(many, n=1_000_000)])))
    assert receipt.through == 3
    assert made.quarantine() == []
    assert made.balances()[DOCK, "A"] == 2_000_000
