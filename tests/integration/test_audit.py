"""Each check of the audit bites: its violation is planted in a sound ledger, and found."""

from pathlib import Path

import pytest

from hub.store.audit import CHECKS
from hub.store.commands import NewCommand, issue
from tests.support.facts import (
    CARTON,
    DOCK,
    NOW,
    OTHER_STREAM,
    PALLET,
    RICE,
    SHELF,
    STREAM,
    TENT,
    batch,
    count,
    fix,
    goods,
    opaque,
    scan,
    unit_label,
    void,
)
from tests.support.ingest import Bench, bench
from wire.actions import LOST, Action
from wire.messages import Correct, Gap, GapReason, Kit, Lane, Outcome, OutcomeState, Part, Settle, Transfer

COMMAND = "c" * 16
TRANSFER = (
    "INSERT INTO transfer (id, account, item, lot, condition, giver, taker, n, note, state, asked_at, asked_by,"
    f" asked_for, decided_at, decided_by, reason) VALUES ('T1', '{DOCK}', 'gtin:{RICE}', 'B', 'good', 'x', 'y', 1, '',"
    " 'approved', 0, 'ana', 'y', 1, 'ben', '')"
)
BACK = "UPDATE lot SET owner = '', lot = 'A2' WHERE owner = 'caritas' AND lot = 'A'"
FACTS = [
    scan(goods(lot="A"), at=1, n=10),
    scan(goods(lot="A"), at=2, n=4, do=Action.MOVE, source=DOCK, to=SHELF),
    count(goods(lot="A"), 5, at=3),
    scan(goods(TENT, "T", serial="1"), at=4),
    scan(goods(TENT, serial="1"), at=5, do=Action.PACK, source=DOCK, to=f"unit:sscc:{PALLET}"),
    scan(unit_label(), at=6),
    scan(unit_label(CARTON), at=7, to=f"unit:sscc:{PALLET}"),
    void(8),
    scan(goods(lot="B"), at=8),
    opaque(b"?"),
    b"7",
]


@pytest.fixture
def made(tmp_path: Path):
    with bench(tmp_path / "hub.db") as one:
        gap = Gap(12, 14, GapReason.TRIMMED)
        one.take(("a", batch(one.ledger, [*FACTS, scan(goods(lot="B"))], gaps=[gap])))
        one.take(("a", batch(one.ledger, [fix(1), fix(2)], lane=Lane.TELEMETRY, gaps=[Gap(1, 7, GapReason.THINNED)])))
        one.settle()
        with one.database.write() as connection:
            asked = NewCommand(device="a", name="identify", args={}, by="ana", now=NOW, expires=NOW + 1000, id=COMMAND)
            issue(connection, asked)
            connection.exec_driver_sql(TRANSFER)
        decided = [
            Settle(at=NOW + 9, up=9, device="a", stream=STREAM, seq=1, owner="caritas", reason="delivery D1"),
            Transfer(at=NOW + 9, up=9, id="T1", where=DOCK, item=f"gtin:{RICE}", lot="B", giver="x", taker="y", n=1),
            Correct(at=NOW + 9, up=9, item=f"gtin:{RICE}", source=LOST, to=DOCK, n=1, reason="it was there"),
        ]
        one.take(("hub", batch(one.ledger, decided)))
        parts = (Part(labels=(goods(lot="K1"),), owner="caritas"), Part(labels=(goods(lot="K2"),), owner="red-cross"))
        kit = Kit(at=NOW, up=0, do="kit", where=DOCK, made=Part(labels=(goods(TENT, "KIT"),)), used=parts)
        one.take(("b", batch(one.ledger, [kit])))
        done = Outcome(at=NOW, up=0, id=COMMAND, state=OutcomeState.DONE)
        one.take(("a", batch(one.ledger, [done], stream=OTHER_STREAM)))
        yield one


def test_a_sound_ledger_has_no_findings(made: Bench):
    assert made.findings() == []


def test_an_empty_ledger_has_no_findings(tmp_path: Path):
    with bench(tmp_path / "hub.db") as empty:
        assert empty.findings() == []


def test_units_that_were_scanned_into_themselves_break_no_invariant(tmp_path: Path):
    into = [f"unit:sscc:{code}" for code in (PALLET, CARTON)]
    with bench(tmp_path / "hub.db") as one:
        itself = [scan(unit_label(), at=1), scan(unit_label(), at=2, do=Action.PACK, source=DOCK, to=into[0])]
        one.take(("a", batch(one.ledger, itself)))
        assert one.findings() == []
        each_other = [scan(unit_label(CARTON), at=3, to=into[0]), scan(unit_label(), at=4, to=into[1])]
        one.take(("a", batch(one.ledger, each_other, after=2)))
        assert one.findings() == []


SUMS, FOLLOW, HELD, UNITS, ONCE, UNDONE, OWNERS, ANSWERED = CHECKS
PLANTS = {
    "a balance that grew by itself": (
        "UPDATE balance SET quantity = quantity + 1 WHERE quantity > 0",
        {SUMS, FOLLOW, HELD},
    ),
    "two balances that hide each other": (
        (
            "UPDATE balance SET quantity = quantity + CASE WHEN quantity > 0 THEN 1 ELSE -1 END"
            " WHERE lot_id = (SELECT min(id) FROM lot WHERE lot = 'B')"
        ),
        {FOLLOW, HELD},
    ),
    "a balance that is gone": (
        "DELETE FROM balance WHERE lot_id = (SELECT id FROM lot WHERE lot = 'T')",
        {FOLLOW, HELD},
    ),
    "a sum of balances that nobody made": ("UPDATE holding SET quantity = quantity + 1 WHERE quantity > 0", {HELD}),
    "a sum of balances that is gone": ("DELETE FROM holding", {HELD}),
    "a move of another quantity": ("UPDATE move SET quantity = quantity + 1 WHERE seq = 1", {FOLLOW}),
    "a move that was never counted": (
        "INSERT INTO move SELECT lot_id, at, lane_id, 900, source_id, to_id, quantity, 0 FROM move WHERE seq = 1",
        {FOLLOW},
    ),
    "an adjustment that nobody made": ("UPDATE tally SET adjustment = adjustment + 1", {FOLLOW}),
    "a serial-numbered item counted twice": (
        "UPDATE balance SET quantity = quantity * 2 WHERE lot_id = (SELECT id FROM lot WHERE lot = 'T')",
        {FOLLOW, HELD},
    ),
    "a unit that stands elsewhere": (
        "UPDATE unit SET account_id = (SELECT id FROM account WHERE code = 'place:wh-1/a01')",
        {UNITS},
    ),
    "a unit that is nowhere": ("DELETE FROM unit", {UNITS}),
    "a unit that nobody saw": ("INSERT INTO unit VALUES ('sscc:999', 1, 0)", {UNITS}),
    "a fact that counts as two things": (
        "INSERT INTO void SELECT lane_id, 4000, lane_id, seq, 0 FROM move WHERE seq = 9",
        {ONCE},
    ),
    "a fact in quarantine that counts": (
        (
            "INSERT INTO quarantine (device, lane_id, seq, received_at, reason, detail, bytes, digest)"
            " SELECT 'a', lane_id, seq, 0, 'invalid', '', x'', '' FROM move WHERE seq = 9"
        ),
        {ONCE},
    ),
    "a batch that was stored twice": (
        (
            "INSERT INTO journal (lane_id, after, last, received_at, applied, body)"
            " SELECT lane_id, after, last, received_at, applied, body FROM journal"
        ),
        {ONCE},
    ),
    "a batch that is gone": ("DELETE FROM journal", {ONCE}),
    "a gap that closed by itself": ("DELETE FROM gap WHERE reason = 'trimmed'", {ONCE}),
    "thinned telemetry that nobody counted": ("DELETE FROM gap WHERE reason = 'thinned'", {ONCE}),
    "a lane that says more than was stored": ("UPDATE lane SET through = through + 1, last = last + 1", {ONCE}),
    "an undo that was not applied": (
        "INSERT INTO void SELECT lane_id, seq, lane_id, 4001, 0 FROM move WHERE seq = 9",
        {UNDONE},
    ),
    "a command that is done though its device did not say so": ("DELETE FROM outcome", {ANSWERED}),
    "a command that waits though its device has done it": ("UPDATE command SET state = 'waiting'", {ANSWERED}),
    "an undo that nobody asked for": ("UPDATE tally SET voided = 1", {FOLLOW, UNDONE}),
    "a transfer that nobody approved": ("DELETE FROM transfer", {OWNERS}),
    "a transfer of more than was approved": ("UPDATE transfer SET n = 7", {OWNERS}),
    "a transfer to somebody else": ("UPDATE transfer SET taker = 'z'", {OWNERS}),
    "an owner that was settled and not applied": ("UPDATE settle SET owner = 'red-cross'; " + BACK, {OWNERS, HELD}),
    "a kit that takes goods from another owner": (
        "UPDATE lot SET owner = 'caritas' WHERE lot = 'KIT'",
        {OWNERS, HELD},
    ),
}


@pytest.mark.parametrize("what", PLANTS)
def test_the_audit_finds(made: Bench, what: str):
    statements, checks = PLANTS[what]
    with made.database.write() as connection:
        for statement in statements.split(";"):
            assert connection.exec_driver_sql(statement).rowcount > 0
    found = made.findings()
    assert {finding.check for finding in found} == checks, found
    assert all(len(finding.sentence) > 20 for finding in found)


def test_every_check_has_a_violation_that_it_finds():
    assert {check for _, checks in PLANTS.values() for check in checks} == set(CHECKS)
