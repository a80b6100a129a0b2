"""Opaque items: committed as bytes, interpreted after that by a child, set aside only if that fails too."""

from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from hub.ingest import opaque as opaque_module
from hub.ingest import unwrapping
from hub.ingest.opaque import Verdict
from tests.support.facts import DOCK, NOW, batch, fix, goods, opaque, scan, void
from tests.support.ingest import Bench, bench, plant, station
from wire import codec
from wire.errors import Reason
from wire.limits import ITEM_BYTES
from wire.messages import Clock, Gap, GapReason

LOT = goods(lot="A")


@pytest.fixture
def made(tmp_path: Path):
    with bench(tmp_path / "hub.db") as one:
        yield one


POISON = goods(lot="POISON")


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


def test_opaque_items_without_end_wait_in_the_database_and_not_in_memory(made: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(unwrapping, "MOST_TRIED", 4)
    made.try_out = lambda _: None
    items = [opaque(scan(LOT))] * 15
    made.take(("a", batch(made.ledger, items)), ("a", batch(made.ledger, items, after=15)))
    assert len(made.tasks) == 4
    for _ in range(5):
        task = made.tasks.pop(0)
        made.committer.settle(made._connection, Verdict(task, None))
        assert len(made.tasks) <= 4
    made.settle()
    assert made.balances()[DOCK, "A"] == 30
    assert made.rows("SELECT DISTINCT state FROM opaque") == [("done",)]


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
