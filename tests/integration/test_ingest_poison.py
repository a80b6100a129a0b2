"""Poison: whatever comes in, the rest counts, the bad one is set aside with its bytes, and nobody else waits."""

from pathlib import Path

import msgspec
import pytest
from sqlalchemy.exc import DBAPIError

from hub.core.identity import lane_id
from hub.ingest import opaque as opaque_module
from hub.ingest.group import Arrival
from tests.support.ingest import (
    DOCK,
    NOW,
    OTHER_STREAM,
    RICE,
    RUN,
    STREAM,
    Bench,
    batch,
    bench,
    chunks,
    count,
    fix,
    goods,
    hello,
    opaque,
    presence,
    scan,
    station,
    void,
)
from wire import codec
from wire.errors import Reason
from wire.limits import ITEM_BYTES
from wire.messages import Clock, Gap, GapReason, Lane, Now, Receipt
from wire.topics import Leaf

LOT = goods(lot="A")
POISON = goods(lot="POISON")


@pytest.fixture
def made(tmp_path: Path):
    with bench(tmp_path / "hub.db") as one:
        yield one


def plant(made: Bench, table: str = "move", when: str = "") -> None:
    """Make the database refuse rows of one table: those of the lot POISON unless told."""
    condition = when or "(SELECT lot FROM lot WHERE id = NEW.lot_id) = 'POISON'"
    with made.database.write() as connection:
        connection.exec_driver_sql(
            f"CREATE TRIGGER refuse BEFORE INSERT ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, 'no'); END"
        )


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
        for after, piece in chunks([scan(LOT, at=n) for n in range(40)], 1):
            for device in ("a", "b", "c"):
                hub.send(
                    device, batch(hub.ledger, piece if device != "b" or after != 20 else [scan(POISON)], after=after)
                )
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


# The database cannot store


LARGE = [scan(goods(lot="A"), at=n) for n in range(500)]


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


# Opaque items


def test_an_opaque_item_counts_after_it_was_committed_as_bytes(made: Bench):
    (receipt,) = made.take(("a", batch(made.ledger, [scan(LOT), opaque(scan(LOT, at=5, n=7)), scan(LOT)])))
    assert receipt.through == 3
    assert made.balances()[DOCK, "A"] == 2
    made.settle()
    assert made.balances()[DOCK, "A"] == 9
    assert made.rows("SELECT state FROM opaque") == [("done",)]
    assert made.findings() == []
    assert made.rebuilt().same


@pytest.mark.parametrize(
    "inside",
    [
        b"not json",
        b'{"k":"teleport"}',
        codec.encode_item(fix(1)),
        codec.encode_item(opaque(scan(LOT))),
        b'{"k":"scan","at":1,"up":0,"do":"receive","labels":["' + b"x" * ITEM_BYTES + b'"]}',
    ],
)
def test_an_opaque_item_that_nobody_understands_is_set_aside_with_what_it_held(made: Bench, inside: bytes):
    (receipt,) = made.take(("a", batch(made.ledger, [scan(LOT), opaque(inside)])))
    assert receipt.through == 2
    made.settle()
    assert made.quarantine() == [("a", 2, Reason.UNINTERPRETABLE, inside)]
    assert made.rows("SELECT state FROM opaque") == [("quarantined",)]
    assert made.findings() == []
    assert made.rebuilt().same


def test_an_opaque_item_that_the_database_refuses_too_is_set_aside(made: Bench):
    plant(made)
    made.take(("a", batch(made.ledger, [opaque(scan(POISON)), scan(LOT)])))
    made.build(("b", batch(made.ledger, [scan(LOT)])))
    made.settle()
    assert made.quarantine() == [("a", 1, Reason.UNINTERPRETABLE, codec.encode_item(scan(POISON)))]
    assert made.balances()[DOCK, "A"] == 2
    assert made.findings() == []


def test_opaque_items_that_were_waiting_when_the_hub_died_are_tried_out_by_the_next_one(tmp_path: Path):
    with bench(tmp_path / "hub.db") as first:
        first.take(("a", batch(first.ledger, [opaque(scan(LOT)), opaque(b"?")])))
    with bench(tmp_path / "hub.db") as second:
        assert len(second.tasks) == 2
        second.settle()
        assert second.balances()[DOCK, "A"] == 1
        assert [row[1:3] for row in second.quarantine()] == [(2, Reason.UNINTERPRETABLE)]
        assert second.rebuilt().same


def test_an_opaque_item_waits_while_the_disk_is_full_and_counts_then(made: Bench):
    made.take(("a", batch(made.ledger, [opaque(scan(("y" * 4000, "z" * 4000), n=3, to=DOCK))])))
    made.take(("b", batch(made.ledger, [scan(LOT)])))
    with made.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE move RENAME TO move_away")
    with pytest.raises(DBAPIError):
        made.settle()
    with made.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE move_away RENAME TO move")
    made.settle()
    assert made.one("SELECT count(*) FROM move") == 2
    assert made.quarantine() == []
    assert made.findings() == []


def test_an_opaque_item_inside_a_filled_gap_has_the_clock_of_the_batch_that_brought_it(made: Bench):
    gap = Gap(2, 3, GapReason.UNREADABLE)
    early, late = Clock(base=NOW - 500, error=1), Clock(base=NOW + 500, error=1)
    made.take(("a", batch(made.ledger, [scan(LOT), scan(LOT)], gaps=[gap], clock=early)))
    made.take(
        ("a", batch(made.ledger, [scan(LOT), opaque(scan(LOT, at=7)), scan(LOT, at=8), *[scan(LOT)] * 2], clock=late))
    )
    made.settle()
    assert made.rows("SELECT seq, at FROM move ORDER BY seq") == [
        (1, NOW - 500),
        (2, NOW + 507),
        (3, NOW + 508),
        (4, NOW - 500),
        (5, NOW + 500),
    ]
    made.take(("a", batch(made.ledger, [void(2), void(4)], after=5, clock=early)))
    assert made.balances()[DOCK, "A"] == 3
    assert made.rebuilt().same


def test_a_child_that_crashes_or_hangs_costs_only_its_own_item(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    child = tmp_path / "child"
    child.write_text(
        '#!/bin/sh\nread -r word; case "$word" in *CRASH*) kill -SEGV $$;; *HANG*) exec sleep 600;; esac\n'
    )
    child.chmod(0o755)
    monkeypatch.setattr(opaque_module.sys, "executable", str(child))
    monkeypatch.setattr(opaque_module, "SECONDS", 0.5)
    with station(tmp_path / "hub.db") as hub:
        hub.send("a", batch(hub.ledger, [opaque(b"CRASH"), opaque(b"HANG"), opaque(scan(LOT)), scan(LOT)]))
        hub.settled("a", 4)
        hub.until(lambda: not hub.rows("SELECT 1 FROM opaque WHERE state = 'waiting'"), "the children")
        assert [row[1:3] for row in hub.quarantine()] == [(1, Reason.UNINTERPRETABLE), (2, Reason.UNINTERPRETABLE)]
        assert hub.balances()[DOCK, "A"] == 2


def test_a_machine_that_starts_no_child_makes_an_opaque_item_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    child = tmp_path / "child"
    monkeypatch.setattr(opaque_module.sys, "executable", str(child))
    monkeypatch.setattr(opaque_module, "PAUSE_S", 0.05)
    with station(tmp_path / "hub.db") as hub:
        hub.send("a", batch(hub.ledger, [opaque(scan(LOT))]))
        hub.settled("a", 1)
        assert hub.rows("SELECT state FROM opaque") == [("waiting",)]
        child.write_text("#!/bin/sh\ncat > /dev/null\n")
        child.chmod(0o755)
        hub.until(lambda: hub.balances().get((DOCK, "A")) == 1, "the item")


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


# Two agents, one name


def shown(made) -> tuple:
    """Online, others, connection and run of device a."""
    ((*found,),) = made.rows("SELECT online, others, connection, run FROM device WHERE name = 'a'")
    return tuple(found)


def test_two_agents_with_one_name_are_both_shown_and_each_will_speaks_for_itself(tmp_path: Path):
    one, two = "1" * 16, "2" * 16
    with station(tmp_path / "hub.db") as hub:

        def say(run: str, connection: str, *, online: bool) -> tuple:
            hub.send("a", presence(run, connection, online=online), leaf=Leaf.PRESENCE, retained=online)
            hub.flush()
            return shown(hub)

        assert say(one, "c1", online=True) == (1, 0, "c1", one)
        assert say(two, "c2", online=True) == (1, 1, "c2", two)
        assert say(one, "c3", online=True) == (1, 1, "c3", one)
        assert say(one, "c1", online=False) == (1, 1, "c3", one)
        assert say(one, "c3", online=False) == (1, 0, "c2", two)
        assert say(two, "c0", online=False) == (1, 0, "c2", two)
        assert say(two, "c2", online=False) == (0, 0, "c2", two)


def test_an_agent_that_comes_back_after_its_broker_died_is_one_agent(tmp_path: Path):
    with station(tmp_path / "hub.db") as hub:
        for connection in ("c1", "c2"):
            hub.send("a", presence(RUN, connection, online=True), leaf=Leaf.PRESENCE)
        hub.flush()
        assert shown(hub) == (1, 0, "c2", RUN)


def test_presence_that_a_full_disk_swallowed_is_told_again_at_the_next_hello(made: Bench):
    made.take(("a", hello(1)))
    made.disk.fill()
    with made.database.read() as connection:
        arrivals = [
            Arrival("a", presence(RUN, "c1", online=True), NOW, Leaf.PRESENCE),
            Arrival("a", batch(made.ledger, LARGE), NOW),
        ]
        group = made.reader.build(arrivals, connection)
    with pytest.raises(DBAPIError):
        made.committer.commit(made._connection, group)
    made.disk.clear()
    assert shown(made)[0] == 0
    made.take(("a", hello(2)))
    assert shown(made) == (1, 0, "c1", RUN)
