"""Who collects: what opens, what is handed over, and what is told at once; all of it without a network."""

import msgspec
import pytest

from edge.core.collecting import OPEN_MS
from edge.core.dialogue import Verdict, Work
from edge.core.knowledge import Before, NothingKnown
from edge.core.parcels import CodeFound, CodeVerdict, Kept, PrintShelf
from tests.support.clerk import Clerk
from tests.support.site_known import ELSEWHERE, OTHER, PARCEL, SECOND, SECRET, TENT, WATER, Helper, SiteKnown
from wire.actions import WITH_RECIPIENT, Action
from wire.codec import encode_item
from wire.collecting import code_of
from wire.labels import element_string
from wire.messages import Proof
from wire.sitedata import Line

CODE = code_of(11, SECRET)
WORK = Work(do=Action.SIGHT)


def clerk(*codes, knows=None, work=WORK):
    found = Clerk(work, Helper(knows))
    found.scan(*codes)
    return found


def p(parcel):
    return f"RR:P:{parcel}"


def test_four_digits_name_what_waits_and_open_nothing():
    one = clerk("RR:DO:collect", "RR:KEY:0138")
    assert one.words == "a01-417 王*芳; a01-008 王*芳"
    assert one.outcomes[-1].private
    assert one.scan(p(PARCEL)).verdict is Verdict.REFUSED
    assert clerk("RR:DO:collect", "RR:KEY:9999").words == "nothing waits under these four digits"
    assert clerk("RR:DO:collect", "RR:KEY:4711").words == "1 on the way, nothing is here yet"


@pytest.mark.parametrize(
    "typed",
    [
        (f"RR:KEY:{CODE}",),
        (CODE,),
        (f"]Q1{CODE}",),
        (f"{CODE[:3]} {CODE[3:6]}-{CODE[6:]}",),
        (*(f"RR:D:{each}" for each in CODE), "RR:OK"),
    ],
    ids=["typed", "scanned", "with its identifier", "with spaces", "cards"],
)
def test_a_code_opens_all_of_a_person_however_it_is_entered_and_is_shown_nowhere(typed):
    one = clerk("RR:DO:collect", *typed)
    assert one.words == "2 open; a01-417 王*芳; a01-008 王*芳"
    assert one.expects == "2 open: a01-417, a01-008; scan them, or RR:DONE"
    assert all(outcome.secret for outcome in one.outcomes[1:])
    assert SECRET not in repr(one.outcomes)
    one.scan(p(PARCEL), "RR:DONE")
    assert [(fact.labels, fact.source, fact.to) for fact in one.facts] == [
        ((p(PARCEL),), "place:wh-1/a01", None),
        ((p(SECOND),), "place:wh-1/a01", None),
    ]
    assert {fact.proof for fact in one.facts} == {Proof(way="code", checked=True)}
    assert {fact.task for fact in one.facts} == {"consignment:C0"}


def test_digits_by_cards_are_shown_as_their_number_only():
    one = clerk("RR:DO:collect", "RR:D:1", "RR:D:2")
    assert one.words == one.expects == "2 digits"
    assert (
        clerk("RR:DO:collect", "RR:D:12345", "RR:OK").words
        == "four digits of the telephone number, or nine of the code"
    )


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (f"{CODE[:8]}{(int(CODE[8]) + 1) % 10}", "the code is typed wrong: read it again"),
        (code_of(12, SECRET), "this code is of another station: West gate"),
        (code_of(99, SECRET), "this code is of another station: ?"),
    ],
)
def test_what_is_typed_wrong_or_of_another_station_is_told_at_once_and_costs_no_try(typed, told):
    one = clerk("RR:DO:collect", f"RR:KEY:{typed}")
    assert one.words == told
    assert one.helper.asked == []


def test_what_the_device_finds_of_a_code_is_said():
    said = {}
    for verdict in CodeVerdict:
        helper = Helper()
        helper.codes[SECRET] = CodeFound(verdict=verdict, at=1_790_000_000_000, site="st-2")
        one = Clerk(WORK, helper)
        said[verdict] = one.scan("RR:DO:collect", f"RR:KEY:{CODE}").verdict, one.words
    assert said[CodeVerdict.USED] == (Verdict.REFUSED, "this code was used already: on 2026-11-23, West gate")
    assert said[CodeVerdict.LOCKED][1] == "too many wrong codes: the help-line makes a new one"
    assert said[CodeVerdict.WAIT][1] == "too many wrong codes here: wait 10 minutes"
    assert "RR:DO:hand-over" in said[CodeVerdict.UNABLE][1]
    assert all(verdict is Verdict.REFUSED for key, (verdict, _) in said.items() if key is not CodeVerdict.RIGHT)


def test_a_parcel_that_is_not_theirs_is_put_back_and_goods_are_none():
    one = clerk("RR:DO:collect", f"RR:KEY:{CODE}")
    assert one.scan(p(OTHER)).verdict is Verdict.REFUSED
    assert one.words == "not theirs, put it back; take a01-417"
    assert one.scan(element_string(gtin=WATER)).verdict is Verdict.REFUSED
    assert one.facts == []


def test_what_is_on_its_way_is_handed_over_only_when_it_is_scanned():
    knows = SiteKnown()
    knows.parcels[SECOND] = msgspec.structs.replace(knows.parcels[SECOND], state="coming", where="")
    one = clerk("RR:DO:collect", f"RR:KEY:{CODE}", "RR:DONE", knows=knows)
    assert [fact.labels for fact in one.facts] == [(p(PARCEL),)]
    one.scan(p(SECOND))
    assert len(one.facts) == 2
    only = SiteKnown()
    only.parcels = {SECOND: knows.parcels[SECOND]}
    one = clerk("RR:DO:collect", f"RR:KEY:{CODE}", knows=only)
    assert one.verdicts[-1] is Verdict.HELD
    assert one.scan("RR:DONE").verdict is Verdict.REFUSED


@pytest.mark.parametrize("ends", ["RR:DO:sight", "RR:CLEAR", "RR:RESET", "RR:OFF", "later"])
def test_what_a_code_opened_is_shut_again(ends):
    one = clerk("RR:DO:collect", f"RR:KEY:{CODE}")
    if ends == "later":
        one.up += OPEN_MS
    else:
        one.scan(ends, "RR:DO:collect")
    assert one.scan(p(PARCEL)).verdict is Verdict.REFUSED
    assert one.scan("RR:DONE").verdict is Verdict.REFUSED


def test_a_proxy_and_the_tries_before_stand_in_the_proof_and_no_name_does():
    helper = Helper()
    helper.codes[SECRET] = CodeFound(verdict=CodeVerdict.RIGHT, parcels=(PARCEL,), proxy=2, tries=3)
    one = Clerk(WORK, helper)
    one.scan("RR:DO:collect", f"RR:KEY:{CODE}", "RR:DONE")
    assert one.facts[0].proof == Proof(way="proxy", checked=True, proxy=2, tries=3)
    assert not [word for word in ("王", "0138", CODE, SECRET) if word.encode() in encode_item(one.facts[0])]


def test_a_parcel_that_this_device_gave_out_is_not_given_again():
    knows = SiteKnown()
    one = clerk("RR:DO:collect", f"RR:KEY:{CODE}", knows=knows)
    knows.did[PARCEL] = Kept(do=Action.HAND_OVER, account=WITH_RECIPIENT, at=1, given=1)
    assert one.scan(p(PARCEL)).verdict is Verdict.REFUSED
    one.scan("RR:DONE")
    assert [fact.labels for fact in one.facts] == [(p(SECOND),)]
    other = clerk("RR:DO:hand-over", p(PARCEL), knows=knows)
    assert other.facts[0].warned == ("given", "no-code"), "a fact is not refused"


@pytest.mark.parametrize(
    "shown", [CODE, f"]Q1{CODE}", f"RR:KEY:{CODE}", f"RR:KEY:{CODE[:3]}-{CODE[3:]}", f"]C0{CODE} "]
)
def test_a_code_that_is_scanned_under_another_verb_becomes_no_fact(shown):
    for knows in (SiteKnown(), Van()):
        one = clerk("RR:DO:hand-over", shown, knows=knows)
        assert one.verdicts[-1] is Verdict.REFUSED
        assert one.outcomes[-1].secret


def test_nine_digits_that_are_no_code_of_the_station_are_goods():
    assert clerk("RR:DO:sight", "RR:L:wh-1/a01", code_of(12, SECRET)).facts
    ten = SiteKnown()
    ten.marks = frozenset({10})
    assert clerk("RR:DO:sight", "RR:L:wh-1/a01", code_of(10, SECRET), knows=ten).verdicts[-1] is Verdict.REFUSED
    lot = "]C1" + code_of(10, SECRET)
    assert clerk("RR:DO:sight", "RR:L:wh-1/a01", lot, knows=ten).verdicts[-1] is Verdict.HELD, "AI 10"


def test_a_parcel_on_its_shelf_has_its_label_printed_and_its_code_said():
    one = clerk("RR:DO:put-away", "RR:L:wh-1/dock", p(OTHER), p(ELSEWHERE), "RR:L:wh-1/a02")
    assert one.helper.printed == [PrintShelf(parcel=OTHER, code="a02-009")]
    assert "shelf a02-009, 李* 4711" in one.words
    assert one.outcomes[-1].private
    assert [fact.warned for fact in one.facts] == [(), ("wrong-station",)]
    assert [fact.task for fact in one.facts] == ["consignment:C1", None]


def test_the_id_alone_says_for_which_station_a_parcel_is():
    one = clerk("RR:DO:receive", "RR:L:st-1/dock", p(ELSEWHERE), knows=NothingKnown())
    assert one.words == "this parcel is for st-2: set it aside"
    assert clerk("RR:DO:receive", "RR:L:st-2/dock", p(ELSEWHERE), knows=NothingKnown()).facts[0].warned == ()
    assert clerk("RR:DO:receive", "RR:L:st-1/dock", "RR:P:door.AAAAAA", knows=NothingKnown()).facts[0].warned == ()


def test_a_rerouted_parcel_is_for_its_new_station():
    knows = SiteKnown()
    knows.parcels[OTHER] = msgspec.structs.replace(knows.parcels[OTHER], state="elsewhere", where="st-2", person="")
    one = clerk("RR:DO:receive", "RR:L:wh-1/dock", p(OTHER), knows=knows)
    assert one.words == "this parcel is for West gate: set it aside"


def test_what_is_wrong_with_the_contents_is_said_before_a_parcel_is_handed_out():
    knows = SiteKnown()
    knows.parcels[PARCEL] = msgspec.structs.replace(knows.parcels[PARCEL], lines=(Line(gtin=WATER, n=6, lot="BAD"),))
    one = clerk("RR:DO:collect", f"RR:KEY:{CODE}", p(PARCEL), knows=knows)
    assert one.facts[0].warned == ("recalled",)


def test_what_goes_back_is_not_booked_to_the_consignment_that_brought_it():
    knows = SiteKnown()
    knows.parcels[PARCEL] = msgspec.structs.replace(knows.parcels[PARCEL], state="due-back")
    one = clerk("RR:DO:load", p(PARCEL), "RR:TO:transit:van-1", knows=knows)
    assert (one.facts[0].source, one.facts[0].task) == ("place:wh-1/a01", None)
    assert clerk("RR:DO:load", "RR:L:wh-1/dock", p(OTHER), "RR:TO:transit:van-1").facts[0].task == "consignment:C1"


def test_a_consignment_says_what_is_too_much_and_what_is_not_of_it():
    water = element_string(gtin=WATER, lot="L1", expiry=20280131)
    load = ("RR:T:consignment:C1", "RR:DO:load", "RR:TO:transit:van-1")
    assert clerk(*load, "RR:N:7", water).facts[0].warned == ("over",)
    assert clerk(*load, element_string(gtin=TENT)).facts[0].warned == ("unexpected",)
    assert clerk(*load, p(OTHER), p(OTHER)).facts[1].warned == ("over",)
    assert clerk(*load, p(PARCEL)).facts[0].warned == ("unexpected",)


def test_how_far_a_consignment_is_loaded_is_known_after_a_restart():
    water = element_string(gtin=WATER, lot="L1", expiry=20280131)
    first = clerk("RR:T:consignment:C1", "RR:DO:load", "RR:TO:transit:van-1", "RR:N:4", water)
    again = Helper()
    again.before = [Before(stream="0" * 16, seq=seq, item=item) for seq, item in enumerate(first.facts, start=1)]
    one = Clerk(WORK, again)
    one.scan("RR:T:consignment:C1", "RR:DO:load", "RR:TO:transit:van-1", "RR:N:3", water)
    assert one.facts[0].warned == ("over",)


def test_packing_goes_on_from_parcel_to_parcel():
    water = element_string(gtin=WATER, lot="L1")
    one = clerk("RR:DO:pack", "RR:L:wh-1/a01", p(OTHER), "RR:N:6", water, p(PARCEL), water)
    packed = [(fact.to, fact.task) for fact in one.facts if fact.do is Action.PACK]
    assert packed == [(f"unit:parcel:{OTHER}", "consignment:C1"), (f"unit:parcel:{PARCEL}", "consignment:C0")]


class Van(SiteKnown):
    """The device of an unmanned vehicle: its compartments are its shelves."""

    vehicle, marks = "transit:van-1", frozenset()


def test_at_an_unmanned_vehicle_a_code_opens_compartments_and_what_is_not_taken_comes_back():
    knows = Van()
    for parcel, where in ((PARCEL, "c3"), (SECOND, "c4")):
        knows.parcels[parcel] = msgspec.structs.replace(knows.parcels[parcel], state="coming", where=where)
    work = Work(do=Action.LOAD, to="transit:van-1")
    one = clerk("RR:DO:arrive", "RR:DONE", "RR:DO:collect", f"RR:KEY:{CODE}", knows=knows, work=work)
    assert one.words == "2 open; c3-417 王*芳; c4-008 王*芳"
    one.scan(p(PARCEL), "RR:CLEAR", "RR:DO:unload", "RR:L:wh-1/dock", "RR:FROM:transit:van-1/c4", p(SECOND))
    ways = [(fact.do, fact.labels[0], fact.source, fact.to) for fact in one.facts]
    assert ways == [
        (Action.ARRIVE, "RR:TO:transit:van-1", None, "transit:van-1"),
        (Action.HAND_OVER, p(PARCEL), "transit:van-1/c3", None),
        (Action.UNLOAD, p(SECOND), "transit:van-1/c4", "place:wh-1/dock"),
    ]


@pytest.mark.parametrize(
    ("source", "vehicle", "off"),
    [("st-2", "van-1", "transit:van-1"), ("st-2", "", "virtual:unknown"), (None, "", None)],
)
def test_what_is_received_with_a_consignment_comes_off_its_vehicle_and_only_a_suppliers_goods_are_new(
    source, vehicle, off
):
    knows = SiteKnown()
    told = knows.consignments["C1"]
    knows.consignments["C1"] = msgspec.structs.replace(told, source=source, vehicle=vehicle)
    water = element_string(gtin=WATER, lot="L1", expiry=20280131)
    one = clerk("RR:T:consignment:C1", "RR:DO:receive", "RR:L:wh-1/dock", water, p(OTHER), knows=knows)
    assert [fact.source for fact in one.facts] == [off, off]
    assert clerk("RR:DO:receive", "RR:L:wh-1/dock", water).facts[0].source is None
