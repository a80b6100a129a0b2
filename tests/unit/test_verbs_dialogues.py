"""Each verb as a dialogue: what is asked for, what becomes a fact, what is refused."""

import pytest

from edge.core.dialogue import Verdict, Work
from tests.support.clerk import Clerk
from tests.support.site_known import CARTON, CASE, KITTED, PALLET, SPARE, TENT, WATER, Helper
from wire.actions import Action
from wire.labels import element_string, parse
from wire.messages import Count, Kit, Scan, Void

WORK = Work(do=Action.RECEIVE, to="place:wh-1/dock")
HAND = Work(do=Action.SIGHT)


def water(lot="L1", expiry=20280131):
    return element_string(gtin=WATER, lot=lot, expiry=expiry)


def tent(lot="T1"):
    return element_string(gtin=TENT, lot=lot, expiry=20290131)


def unit(sscc):
    return element_string(sscc=sscc)


def between(item):
    return item.do, item.source, item.to


def test_an_announced_delivery_gives_its_owner_and_its_task():
    clerk = Clerk(WORK)
    clerk.scan("RR:T:delivery:D1", "RR:N:240", water())
    (fact,) = clerk.facts
    assert (fact.do, fact.to, fact.owner, fact.task, fact.n) == (
        Action.RECEIVE, "place:wh-1/dock", "care", "delivery:D1", 240,
    )  # fmt: skip
    assert (fact.ref, fact.warned) == (7, ())


def test_an_announced_unit_finds_its_delivery_by_itself():
    clerk = Clerk(WORK)
    clerk.scan(unit(PALLET), tent())
    assert [(fact.owner, fact.task) for fact in clerk.facts] == [("care", "delivery:D1")] * 2


def test_a_blind_receipt_has_no_owner_and_none_is_guessed_from_what_stands_there():
    clerk = Clerk(WORK)
    clerk.scan(tent())
    assert (clerk.facts[0].owner, clerk.facts[0].task) == (None, None)


def test_goods_beyond_the_announcement_are_kept_and_warned_of():
    clerk = Clerk(WORK)
    clerk.scan("RR:T:delivery:D1", "RR:N:200", water(), "RR:N:41", water())
    assert clerk.verdicts[-1] is Verdict.WARNED
    assert clerk.facts[-1].warned == ("over",)
    clerk.scan("RR:UNDO", "RR:N:40", water())
    assert clerk.facts[-1].warned == ()


@pytest.mark.parametrize("label", [unit(CARTON), element_string(gtin=CASE), water(lot="L2")])
def test_what_the_delivery_does_not_announce_is_not_expected_here(label):
    clerk = Clerk(WORK)
    clerk.scan("RR:T:delivery:D1", label)
    assert clerk.facts[0].warned == ("unexpected",)
    assert "not expected here" in clerk.words


def test_a_pallet_that_comes_twice_is_over():
    clerk = Clerk(WORK)
    clerk.scan("RR:T:delivery:D1", unit(PALLET), unit(PALLET))
    assert [fact.warned for fact in clerk.facts] == [(), ("over",)]


def test_goods_are_put_away_by_scanning_them_and_then_their_place():
    clerk = Clerk(WORK)
    clerk.scan("RR:DO:put-away", water(), tent())
    assert clerk.verdicts[1:] == [Verdict.HELD, Verdict.HELD]
    assert clerk.expects == "put-away: 2 in hand, scan the place"
    clerk.scan("RR:L:wh-1/a01")
    assert [between(fact) for fact in clerk.facts] == [(Action.PUT_AWAY, "place:wh-1/dock", "place:wh-1/a01")] * 2
    clerk.scan(water())
    assert clerk.verdicts[-1] is Verdict.HELD


def test_the_place_that_holds_for_one_verb_does_not_slip_into_the_next():
    clerk = Clerk(HAND)
    clerk.scan("RR:DO:receive", "RR:L:wh-1/dock", water(), "RR:DO:put-away", water())
    assert clerk.verdicts[-1] is Verdict.HELD
    assert clerk.facts[0].to == "place:wh-1/dock"


def test_a_move_asks_where_the_goods_come_from_and_where_they_go():
    clerk = Clerk(HAND)
    clerk.scan("RR:DO:move")
    assert clerk.expects == "move: scan where it comes from"
    clerk.scan("RR:L:wh-1/a01", "RR:N:3", water(), "RR:L:wh-1/a02")
    assert between(clerk.facts[0]) == (Action.MOVE, "place:wh-1/a01", "place:wh-1/a02")
    assert clerk.facts[0].n == 3


def test_nothing_in_hand_is_lost_by_another_verb_or_task():
    clerk = Clerk(WORK)
    clerk.scan("RR:DO:put-away", water(), "RR:DO:receive", "RR:T:delivery:D1", "RR:OFF", "RR:DONE")
    assert clerk.verdicts[2:] == [Verdict.REFUSED] * 4
    clerk.scan("RR:L:wh-1/a01")
    assert len(clerk.facts) == 1


def test_goods_go_into_a_vehicle_and_out_of_it():
    clerk = Clerk(WORK)
    clerk.scan("RR:DO:load", "RR:L:wh-1/a01", water(), "RR:TO:transit:van-1", tent())
    assert [between(fact) for fact in clerk.facts] == [(Action.LOAD, "place:wh-1/a01", "transit:van-1")] * 2
    clerk.scan("RR:RESET", "RR:DO:unload", water(), "RR:FROM:transit:van-1")
    assert between(clerk.facts[-1]) == (Action.UNLOAD, "transit:van-1", "place:wh-1/dock")


def test_a_pick_list_proposes_line_by_line_and_takes_only_what_it_wants():
    clerk = Clerk(HAND)
    clerk.scan("RR:T:pick:K1")
    assert clerk.expects == "take 24 of Water, lot L1, from a01"
    assert clerk.expected("zh") == "取 24 件 水，批号 L1，位置 a01"
    clerk.scan("RR:L:wh-1/a01", element_string(gtin=CASE), water(lot="L2"), "RR:N:24", water())
    assert clerk.verdicts[2:] == [Verdict.REFUSED, Verdict.REFUSED, Verdict.COMMAND, Verdict.FACT]
    (fact,) = clerk.facts
    assert between(fact) == (Action.PICK, "place:wh-1/a01", "place:wh-1/staging")
    assert (fact.owner, fact.task, fact.n) == ("care", "pick:K1", 24)
    assert clerk.expects == "take 2 of Tent, lot T1, from a01"


def test_what_expired_is_never_proposed_and_what_expires_first_is():
    clerk = Clerk(HAND)
    clerk.scan("RR:T:pick:K1", "RR:SKIP")
    assert clerk.expects == "take 2 of Tent, lot T1, from a01"
    clerk.scan("RR:SKIP")
    assert "Water" in clerk.expects or "Tent" in clerk.expects


def test_the_goods_of_another_owner_are_refused_at_picking():
    clerk = Clerk(HAND)
    clerk.scan("RR:T:pick:K1", "RR:L:wh-1/r01", water())
    assert clerk.verdicts[-1] is Verdict.REFUSED
    assert "wrong owner red-cross" in clerk.words


def test_a_line_that_names_its_lot_waits_for_the_label_that_says_it():
    clerk = Clerk(HAND)
    clerk.scan("RR:T:pick:K1", element_string(gtin=WATER), element_string(lot="L1"))
    assert clerk.verdicts[1:] == [Verdict.HELD, Verdict.FACT]
    assert len(clerk.facts[0].labels) == 2


def test_picking_more_than_wanted_and_from_another_bin_is_kept_and_warned_of():
    clerk = Clerk(HAND)
    clerk.scan("RR:T:pick:K1", "RR:L:wh-1/a02", "RR:N:25", water())
    assert clerk.facts[0].warned == ("wrong-place", "over")


def test_a_list_that_is_all_picked_says_so_and_an_undo_opens_its_line_again():
    clerk = Clerk(HAND)
    clerk.scan("RR:T:pick:K1", "RR:N:24", water(), "RR:N:2", tent())
    assert clerk.expects == "all is picked: RR:DONE"
    clerk.scan("RR:UNDO")
    assert clerk.expects.startswith("take 2 of Tent")


def test_a_list_that_the_device_does_not_have_is_not_begun():
    clerk = Clerk(HAND)
    clerk.scan("RR:T:pick:K9")
    assert clerk.verdicts == [Verdict.REFUSED]
    assert clerk.state.task is None


def test_contents_then_close_makes_a_unit_with_a_number_of_the_range_and_its_label():
    helper = Helper()
    clerk = Clerk(WORK, helper)
    clerk.scan("RR:DO:pack", "RR:L:wh-1/a01", "RR:N:20", water(), "RR:N:4", water(), "RR:DONE")
    seen, *packed = clerk.facts
    assert between(seen) == (Action.SIGHT, None, "place:wh-1/a01")
    assert seen.labels == (f"00{SPARE}",)
    assert [between(fact) for fact in packed] == [(Action.PACK, "place:wh-1/a01", f"unit:sscc:{SPARE}")] * 2
    (label,) = helper.printed
    assert (label.sscc, label.gtin, label.lot, label.n) == (SPARE, WATER, "L1", 24)
    assert clerk.state.unit is None


def test_without_a_number_left_nothing_is_packed_and_nothing_lost():
    clerk = Clerk(WORK, Helper(numbers=()))
    clerk.scan("RR:DO:pack", water(), "RR:DONE")
    assert clerk.verdicts[-1] is Verdict.REFUSED
    assert clerk.facts == []
    clerk.scan("RR:UNIT", unit(CARTON))
    assert clerk.facts[-1].to == f"unit:sscc:{CARTON}"


def test_the_unit_then_its_contents_also_units_in_units():
    clerk = Clerk(WORK)
    clerk.scan("RR:DO:pack", unit(PALLET), water(), unit(CARTON), unit(PALLET), "RR:DONE")
    assert [getattr(fact, "to", None) for fact in clerk.facts] == [
        "place:wh-1/dock", f"unit:sscc:{PALLET}", f"unit:sscc:{PALLET}",
    ]  # fmt: skip
    assert clerk.verdicts[-2:] == [Verdict.REFUSED, Verdict.COMMAND]


def test_a_new_unit_is_labelled_before_there_is_anything_in_it():
    helper = Helper()
    clerk = Clerk(WORK, helper)
    clerk.scan("RR:DO:pack", "RR:NEW", water())
    assert [each.sscc for each in helper.printed] == [SPARE]
    assert clerk.facts[-1].to == f"unit:sscc:{SPARE}"


def test_goods_come_out_of_a_unit():
    clerk = Clerk(WORK)
    clerk.scan("RR:DO:unpack", unit(PALLET), "RR:L:wh-1/a01", water(), "RR:DONE", water())
    assert between(clerk.facts[0]) == (Action.UNPACK, f"unit:sscc:{PALLET}", "place:wh-1/a01")
    assert clerk.verdicts[-1] is Verdict.REFUSED


def test_a_count_takes_the_number_before_or_after_the_label_and_never_says_one():
    clerk = Clerk(HAND)
    clerk.scan("RR:T:count:C1", "RR:L:wh-1/a01", "RR:N:7", water())
    clerk.scan(tent(), "RR:D:1", "RR:D:2", "RR:OK")
    assert all(isinstance(fact, Count) for fact in clerk.facts)
    assert [(fact.where, fact.n, fact.task, fact.round) for fact in clerk.facts] == [
        ("place:wh-1/a01", 7, "count:C1", 1), ("place:wh-1/a01", 12, "count:C1", 1),
    ]  # fmt: skip
    clerk.scan("RR:RECOUNT", "RR:N:0", tent())
    assert (clerk.facts[-1].round, clerk.facts[-1].n) == (2, 0)


def test_nothing_that_a_count_says_tells_what_is_believed_to_stand_there():
    clerk = Clerk(HAND)
    said = []
    for code in (
        "RR:DO:count",
        "RR:L:wh-1/a01",
        tent(),
        "RR:D:3",
        "RR:OK",
        "RR:N:999",
        tent(),
        "RR:UNDO",
        "RR:RECOUNT",
    ):
        clerk.scan(code)
        said += [clerk.words, clerk.expects]
    assert not any("5" in each for each in said)


def test_the_number_of_a_kit_is_converted_exactly_by_the_catalogue():
    clerk = Clerk(WORK)
    clerk.scan("RR:DO:kit", "RR:L:wh-1/a01", "RR:N:10", element_string(gtin=KITTED), "RR:DONE")
    (fact,) = clerk.facts
    assert isinstance(fact, Kit)
    assert (fact.do, fact.where, fact.made.n) == ("kit", "place:wh-1/a01", 10)
    assert [(part.labels, part.n) for part in fact.used] == [((f"01{WATER}",), 60), ((f"01{TENT}",), 10)]


def test_the_parts_of_a_kit_are_those_that_were_scanned():
    clerk = Clerk(WORK)
    clerk.scan("RR:DO:unkit", element_string(gtin=KITTED), "RR:N:5", water(), tent(), element_string(gtin=KITTED))
    assert clerk.verdicts[-1] is Verdict.REFUSED
    clerk.scan("RR:DONE")
    assert [(part.labels[0], part.n) for part in clerk.facts[0].used] == [(water(), 5), (tent(), 1)]


def test_a_case_of_known_contents_is_opened_by_one_scan_and_keeps_its_lot():
    clerk = Clerk(WORK)
    clerk.scan("RR:DO:open", "RR:N:2", element_string(gtin=CASE, lot="L1", expiry=20280131))
    (fact,) = clerk.facts
    (part,) = fact.used
    assert (fact.do, fact.made.n, part.n) == ("open", 2, 48)
    assert part.labels == (element_string(gtin=WATER, lot="L1", expiry=20280131, symbology=""),)


@pytest.mark.parametrize("lot", ["a-lot-of-more-than-20-characters", "L#1"])
def test_what_is_in_a_case_keeps_its_name_whatever_lot_the_case_has(lot):
    clerk = Clerk(WORK)
    clerk.scan("RR:DO:open", element_string(gtin=CASE, lot=lot))
    (part,) = clerk.facts[0].used
    label = parse(part.labels[0])
    assert (label.item, label.lot) == (f"gtin:{WATER}", lot)


def test_a_unit_whose_label_is_too_long_for_a_fact_is_refused_by_itself():
    clerk = Clerk(WORK)
    clerk.scan("RR:DO:pack", "RR:L:wh-1/a01", f"]C100{PALLET}\x1d" + "99" + "\x01" * 4000)
    assert clerk.verdicts[-1] is Verdict.REFUSED
    assert clerk.facts == []


def test_a_case_of_unknown_contents_is_opened_by_saying_what_is_in_it():
    clerk = Clerk(WORK)
    clerk.scan("RR:DO:open", tent(), "RR:DONE", "RR:N:6", water(), "RR:DONE")
    assert clerk.verdicts[1:] == [Verdict.HELD, Verdict.REFUSED, Verdict.COMMAND, Verdict.HELD, Verdict.FACT]


@pytest.mark.parametrize("verb", ["quarantine", "release"])
def test_goods_are_set_aside_and_released_where_they_are(verb):
    clerk = Clerk(WORK)
    clerk.scan(f"RR:DO:{verb}", "RR:L:wh-1/a01", water())
    assert between(clerk.facts[0]) == (Action(verb), "place:wh-1/a01", None)


@pytest.mark.parametrize("verb", ["expire", "dispose", "damage", "lose"])
def test_goods_leave_the_stock_from_the_place_that_was_scanned(verb):
    clerk = Clerk(WORK)
    clerk.scan(f"RR:DO:{verb}", "RR:L:wh-1/a01", "RR:CONDITION:damaged", water())
    assert between(clerk.facts[0]) == (Action(verb), "place:wh-1/a01", None)
    assert clerk.facts[0].condition == "damaged"


def test_goods_come_back_from_a_recipient_to_the_place_that_was_scanned():
    clerk = Clerk(WORK)
    clerk.scan("RR:DO:return", "RR:L:wh-1/q01", water())
    assert between(clerk.facts[0]) == (Action.RETURN, None, "place:wh-1/q01")


def test_one_scan_stands_for_240_by_one_card_or_by_digits():
    clerk = Clerk(WORK)
    clerk.scan(
        "RR:N:240", water(), "RR:D:2", "RR:D:4", "RR:D:0", "RR:OK", water(), "RR:D:2", "RR:D:4", water(), water()
    )
    assert [fact.n for fact in clerk.facts] == [240, 240, 24, 1]


def test_what_is_in_hand_is_put_down_before_any_fact_is_voided():
    clerk = Clerk(WORK)
    clerk.scan(water(), "RR:DO:put-away", tent(), "RR:UNDO", "RR:UNDO")
    assert [type(fact) for fact in clerk.facts] == [Scan, Void]
    assert clerk.state.hand == ()
