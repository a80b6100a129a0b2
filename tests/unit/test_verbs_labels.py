"""Several labels of one thing, torn labels that are typed, and labels that belong to nothing."""

import pytest

from edge.core.dialogue import Verdict, Work
from tests.support.clerk import Clerk
from tests.support.site_known import CASE, PALLET, TENT, WATER, Helper
from wire.actions import Action
from wire.labels import element_string, merge, parse
from wire.messages import Scan, Void

WORK = Work(do=Action.RECEIVE, to="place:wh-1/dock")
GOODS = element_string(gtin=WATER)
LOT = element_string(lot="L1")
DATE = element_string(expiry=20280131)


def of(*codes, pause_ms=0):
    clerk = Clerk(WORK)
    for code in codes:
        clerk.scan(code)
        clerk.up += pause_ms
    return clerk


def test_a_label_without_goods_waits_for_the_one_that_names_them():
    clerk = of(LOT, GOODS)
    assert clerk.verdicts == [Verdict.HELD, Verdict.FACT]
    assert clerk.facts[0].labels == (GOODS, LOT)


def test_a_label_without_goods_completes_the_fact_before_it_in_one_commit():
    clerk = of(GOODS, LOT, DATE)
    assert clerk.verdicts == [Verdict.FACT] * 3
    assert [type(fact) for fact in clerk.facts] == [Scan, Void, Scan, Void, Scan]
    (whole,) = clerk.standing
    said = merge([parse(label) for label in whole.labels])
    assert (said.gtin, said.lot, said.expiry) == (WATER, "L1", 20280131)


def test_an_undo_after_a_completion_takes_all_of_it_back():
    clerk = of(GOODS, LOT, "RR:UNDO", "RR:UNDO")
    assert clerk.standing == []
    assert clerk.verdicts[-1] is Verdict.REFUSED


def test_a_less_complete_scan_of_the_same_goods_erases_nothing():
    clerk = of(element_string(gtin=WATER, lot="L1"), GOODS)
    assert [fact.labels for fact in clerk.standing] == [(element_string(gtin=WATER, lot="L1"),), (GOODS,)]


@pytest.mark.parametrize(
    "codes",
    [
        (GOODS, LOT, LOT, GOODS),
        (LOT, GOODS, LOT, GOODS),
        (GOODS, LOT, GOODS, LOT),
        (LOT, GOODS, GOODS, LOT),
    ],
)
def test_two_cartons_with_two_labels_each_are_two_whole_facts_in_any_order(codes):
    clerk = of(*codes)
    assert [sorted(fact.labels) for fact in clerk.standing] == [sorted((GOODS, LOT))] * 2


@pytest.mark.parametrize("between", ["RR:N:2", "RR:OWNER:care", "RR:UNDO"])
def test_nothing_may_come_between_two_labels_of_one_thing(between):
    clerk = of(GOODS, between, LOT)
    assert clerk.verdicts[-1] is Verdict.HELD
    assert all(len(fact.labels) == 1 for fact in clerk.standing)


def test_a_partner_that_comes_too_late_is_none():
    clerk = of(GOODS, LOT, pause_ms=10_001)
    assert clerk.verdicts == [Verdict.FACT, Verdict.HELD]
    clerk = of(LOT, GOODS, pause_ms=10_001)
    assert clerk.facts[0].labels == (GOODS,)
    assert "is not kept" in clerk.words


def test_labels_that_contradict_each_other_are_never_put_together():
    clerk = of(element_string(gtin=WATER, lot="L2"), LOT)
    assert clerk.verdicts == [Verdict.FACT, Verdict.HELD]


def test_what_a_unit_contains_stands_beside_its_number_and_beside_nothing_else():
    content = element_string(content=WATER, count=20)
    clerk = of(element_string(sscc=PALLET), content, GOODS, content)
    assert clerk.verdicts == [Verdict.FACT, Verdict.FACT, Verdict.FACT, Verdict.HELD]
    assert clerk.standing[0].labels == (element_string(sscc=PALLET), content)


def test_a_lot_makes_goods_without_a_barcode_more_exact():
    clerk = of("RR:G:BLANKET", LOT)
    assert clerk.standing[0].labels == ("RR:G:BLANKET", LOT)


def test_goods_in_hand_are_completed_without_a_fact():
    clerk = of("RR:DO:put-away", GOODS, LOT, "RR:L:wh-1/a01")
    (fact,) = clerk.facts
    assert fact.labels == (GOODS, LOT)


def test_the_quantity_holds_for_both_labels():
    clerk = of("RR:N:12", GOODS, LOT, GOODS)
    assert [fact.n for fact in clerk.standing] == [12, 1]


def test_an_announced_quantity_is_counted_once_though_the_fact_was_made_anew():
    clerk = of("RR:T:delivery:D1", "RR:N:240", GOODS, LOT)
    assert clerk.standing[0].warned == ()


def test_a_second_label_that_shows_the_wrong_lot_takes_the_pick_back():
    clerk = Clerk(WORK)
    helper = clerk.helper.knows
    line = helper.picks["K1"].lines[0]
    both = (
        line.__class__(line=1, gtin=WATER, lot="L1", owner="", n=5),
        line.__class__(line=2, gtin=WATER, lot="", owner="", n=5),
    )
    helper.picks["K1"] = helper.picks["K1"].__class__(id="K1", to="place:wh-1/staging", lines=both[1:])
    clerk.scan("RR:T:pick:K1", GOODS)
    assert clerk.verdicts[-1] is Verdict.FACT
    helper.picks["K1"] = helper.picks["K1"].__class__(id="K1", to="place:wh-1/staging", lines=both[:1])
    clerk.scan(element_string(lot="L9"))
    assert clerk.standing == []
    assert "wrong lot" in clerk.words


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        (f"RR:KEY:(01){WATER}(10)L1", f"\x1d01{WATER}\x1d10L1"),
        (f"(01){WATER}(10)L1", f"\x1d01{WATER}\x1d10L1"),
        (f"RR:KEY:{WATER}", WATER),
        (f"RR:KEY:{PALLET}", f"00{PALLET}"),
        (f"RR:KEY:00 {PALLET}", f"00{PALLET}"),
        ("RR:KEY:G:BLANKET*55", "RR:G:BLANKET"),
        ("RR:KEY:lot of 1998", "lot of 1998"),
    ],
)
def test_a_torn_label_is_typed_and_read_like_a_scanned_one(typed, label):
    clerk = of(typed)
    (fact,) = clerk.facts
    assert fact.typed
    assert fact.labels == (label,)
    assert not parse(label).faults


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        (f"RR:KEY:{WATER[:-1]}{(int(WATER[-1]) + 1) % 10}", f"should end in {WATER[-1]}"),
        (f"(01){WATER[:-1]}{(int(WATER[-1]) + 1) % 10}", "check digit"),
        (f"RR:KEY:(01){WATER}(17)281332", "28"),
        ("RR:KEY:12345", "type a GTIN"),
        ("RR:KEY:", "type a GTIN"),
        ("RR:KEY:G:BLANKET*56", "check digits"),
        ("RR:KEY:G:BLANKET", "check digits"),
        ("RR:KEY:(77)X", "AI"),
    ],
)
def test_what_was_typed_wrong_is_refused_with_the_reason(typed, why):
    clerk = of(typed)
    assert clerk.facts == []
    assert clerk.verdicts == [Verdict.REFUSED]
    assert why in clerk.words


def test_a_typed_command_is_a_command():
    clerk = of("RR:KEY:RR:DO:count", "RR:KEY:L:wh-1/a01*00")
    assert clerk.verdicts == [Verdict.COMMAND, Verdict.REFUSED]
    assert clerk.state.verb == "count"


@pytest.mark.parametrize("text", ["(12) apples", "(new) tents", "()", "(("])
def test_a_text_that_only_begins_with_a_bracket_is_a_scan_like_any_other(text):
    assert of(text).facts[0].labels == (text,)


def test_a_typed_and_a_scanned_label_make_a_typed_fact():
    clerk = Clerk(WORK, Helper())
    clerk.scan(element_string(gtin=CASE), "RR:KEY:(10)L1")
    assert clerk.standing[0].typed
    clerk.scan(element_string(gtin=TENT))
    assert not clerk.standing[1].typed
