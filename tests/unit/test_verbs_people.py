"""People sign on at a shared device without a network: badge, PIN, RR:OK."""

import pytest

from edge.core.dialogue import Verdict, Work
from edge.core.lockout import FIRST_MS
from tests.support.clerk import Clerk
from tests.support.site_known import Helper
from wire import codes
from wire.actions import Action

SHARED = Work(do=Action.RECEIVE, to="place:wh-1/dock", sign_on=True, idle_ms=60_000)
OPEN = Work(do=Action.RECEIVE, to="place:wh-1/dock", by="gate", idle_ms=60_000)
PIN = ("RR:D:2", "RR:D:4", "RR:D:6", "RR:D:8", "RR:OK")
WRONG = ("RR:D:1111", "RR:OK")


def at(work, *codes):
    clerk = Clerk(work, Helper())
    clerk.scan(*codes)
    return clerk


def test_facts_name_who_signed_on_by_badge_and_pin():
    clerk = at(SHARED, "RR:B:B7", *PIN, "RR:G:BLANKET")
    assert clerk.facts[0].by == "ana"
    assert clerk.helper.asked[0].pin == "2468"


@pytest.mark.parametrize("typed", [("2468",), ("24", "68"), ("RR:KEY:2468",), ("RR:D:24", "68")])
def test_a_pin_may_be_typed(typed):
    assert at(SHARED, "RR:B:B7", *typed, "RR:OK", "RR:G:BLANKET").facts[0].by == "ana"


def test_nothing_is_taken_while_nobody_is_signed_on_and_somebody_has_to_be():
    clerk = at(SHARED, "RR:G:BLANKET", "RR:DO:move", "(01)1", "RR:UNDO", "RR:KEY:1", "RR:G:A", "RR:HANDOVER")
    assert set(clerk.verdicts) == {Verdict.REFUSED}
    assert clerk.words == "nobody is signed on: scan your badge"
    assert clerk.expects == "scan your badge"
    assert clerk.state.verb == "receive"


def test_where_nobody_has_to_sign_on_facts_name_whom_the_configuration_names():
    clerk = at(OPEN, "RR:G:BLANKET", "RR:B:B7", *PIN, "RR:P:1", "RR:OFF", "RR:P:2")
    assert [fact.by for fact in clerk.facts] == ["gate", "ana", "gate"]


def test_a_torn_badge_is_typed_with_its_check_digits():
    printed = codes.printed("B", "B7")
    clerk = at(SHARED, f"RR:KEY:{printed}", *PIN, "RR:G:BLANKET")
    assert clerk.facts[0].by == "ana"
    assert at(SHARED, f"RR:KEY:{printed[:-2]}00").verdicts == [Verdict.REFUSED]


def test_another_badge_signs_the_first_person_off_at_once():
    clerk = at(SHARED, "RR:B:B7", *PIN, "RR:B:B8", "RR:G:BLANKET")
    assert clerk.facts == []
    clerk.scan(*PIN, "RR:G:BLANKET")
    assert clerk.facts[0].by == "li"


def test_an_idle_person_is_signed_off():
    clerk = at(SHARED, "RR:B:B7", *PIN)
    clerk.up += 59_999
    assert clerk.scan("RR:G:BLANKET").verdict is Verdict.FACT
    clerk.up += 60_000
    assert clerk.scan("RR:P:1").verdict is Verdict.REFUSED


def test_whose_badge_was_taken_back_is_signed_off_but_not_where_the_site_data_is_lost():
    clerk = at(SHARED, "RR:B:B7", *PIN)
    clerk.helper.knows.version = None
    mine = clerk.helper.knows.badges.pop("B7")
    assert clerk.scan("RR:G:BLANKET").verdict is Verdict.FACT
    clerk.helper.knows.version = 8
    assert clerk.scan("RR:G:BLANKET").verdict is Verdict.REFUSED
    clerk.helper.knows.badges["B7"] = mine
    assert clerk.scan("RR:G:BLANKET").verdict is Verdict.REFUSED
    clerk.scan("RR:B:B7", *PIN)
    assert clerk.scan("RR:G:BLANKET").verdict is Verdict.FACT


def test_goods_in_hand_bear_the_name_of_who_scanned_them():
    clerk = at(OPEN, "RR:B:B7", *PIN, "RR:DO:put-away", "RR:G:BLANKET")
    clerk.up += 60_001
    clerk.scan("RR:P:1", "RR:L:wh-1/a01")
    assert [fact.by for fact in clerk.facts] == ["ana", "gate"]


def test_five_wrong_pins_lock_the_badge_for_a_while_whatever_is_scanned_between():
    clerk = at(SHARED, "RR:B:B7", *(WRONG * 2), "RR:OFF", "RR:B:B7", *WRONG, "RR:B:B8", *PIN, "RR:RESET")
    clerk.scan("RR:B:B7", *(WRONG * 2))
    assert clerk.words == "too many wrong PINs: wait 300 s"
    asked = len(clerk.helper.asked)
    clerk.scan(*PIN, "RR:B:B7", *PIN)
    assert len(clerk.helper.asked) == asked
    assert clerk.state.person is None
    clerk.up += FIRST_MS
    clerk.scan("RR:B:B7", *PIN)
    assert clerk.state.person.name == "ana"


def test_a_right_pin_forgets_the_wrong_ones_before_it():
    clerk = at(SHARED, "RR:B:B7", *(WRONG * 4), *PIN, "RR:OFF", "RR:B:B7", *(WRONG * 4), *PIN)
    assert clerk.state.person is not None


def test_a_badge_that_nobody_knows_is_asked_for_no_pin():
    clerk = at(SHARED, "RR:B:WHO", "2468")
    assert clerk.verdicts == [Verdict.REFUSED] * 2
    assert clerk.facts == []


def test_a_pin_that_is_begun_is_in_the_way_of_goods_until_it_is_given_up():
    clerk = at(OPEN, "RR:B:B7", "RR:G:BLANKET", "RR:OFF", "RR:G:BLANKET")
    assert clerk.verdicts == [Verdict.COMMAND, Verdict.REFUSED, Verdict.COMMAND, Verdict.FACT]
    clerk = at(OPEN, "RR:B:B7")
    clerk.up += 120_000
    assert clerk.scan("RR:G:BLANKET").verdict is Verdict.FACT


@pytest.mark.parametrize("length", [1, 3, 13])
def test_a_pin_of_another_length_is_not_even_tried(length):
    clerk = at(SHARED, "RR:B:B7", *["RR:D:1"] * length, "RR:OK")
    assert clerk.verdicts[-1] is Verdict.REFUSED
    assert clerk.helper.asked == []


def test_the_digits_of_a_pin_are_in_no_fact_no_word_and_no_repr():
    codes = ("RR:B:B7", "RR:D:7", "RR:D:3", "9", "RR:D:1", "RR:OK", "RR:D:7391", "RR:OK")
    clerk = Clerk(SHARED, Helper())
    told = []
    for code in codes:
        outcome = clerk.scan(code)
        assert outcome.secret
        told += [clerk.words, clerk.expects, repr(clerk.state), repr(outcome)]
    assert clerk.helper.asked[0].pin == "7391"
    assert not any("739" in each for each in told)
    assert not any("7391" in repr(each) for each in clerk.helper.asked)


def test_signing_off_leaves_nothing_in_hand():
    clerk = at(SHARED, "RR:B:B7", *PIN, "RR:DO:put-away", "RR:G:BLANKET", "RR:OFF")
    assert clerk.verdicts[-1] is Verdict.REFUSED
    clerk.scan("RR:CLEAR", "RR:OFF")
    assert clerk.state.person is None


@pytest.mark.parametrize("work", [SHARED, OPEN])
def test_a_badge_without_its_pin_is_given_up_also_with_goods_in_hand(work):
    clerk = at(work, "RR:B:B7", *PIN, "RR:DO:put-away", "RR:G:BLANKET", "RR:B:B8")
    assert clerk.scan("RR:OFF").verdict is Verdict.COMMAND
    assert clerk.state.signing is None
    assert clerk.scan("RR:OFF").verdict is (Verdict.COMMAND if work.sign_on else Verdict.REFUSED)
    clerk.scan("RR:B:B7", *PIN, "RR:L:wh-1/a01")
    assert [fact.by for fact in clerk.facts] == ["ana"]


LEAVES = {"idle": (), "off": ("RR:OFF",), "another badge": ()}


@pytest.mark.parametrize("leaves", LEAVES)
@pytest.mark.parametrize("said", ["RR:N:240", "RR:D:240", "RR:OWNER:care", "RR:CONDITION:damaged", "RR:COUNT"])
def test_what_a_person_said_of_the_next_goods_is_not_said_of_the_next_persons(said, leaves):
    clerk = at(SHARED, "RR:B:B7", *PIN, said, *LEAVES[leaves])
    clerk.up += 60_000 if leaves == "idle" else 0
    clerk.scan("RR:B:B8", *PIN, "RR:G:BLANKET")
    (fact,) = clerk.facts
    assert (fact.do, fact.by, fact.n, fact.owner, fact.condition) == (Action.RECEIVE, "li", 1, None, "good")


def test_the_slip_of_the_shift_names_who_asked_for_it():
    clerk = at(SHARED, "RR:B:B7", *PIN, "RR:HANDOVER")
    assert [each.by for each in clerk.helper.printed] == ["ana"]
