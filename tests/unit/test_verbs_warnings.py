"""What a device warns of by the site data that it holds: never a refusal, always another answer, always in the fact."""

import pytest

from edge.core.dialogue import Verdict, Work
from edge.core.dialogue_state import said
from edge.core.knowledge import NothingKnown
from edge.core.words import LANGUAGES, SENTENCES, say, words
from paper.cards import COMMANDS
from tests.support.clerk import Clerk
from tests.support.site_known import CARTON, CASE, OTHER, PARCEL, TENT, TODAY, VACCINE, WATER, Helper, SiteKnown
from wire.actions import Action
from wire.codec import decode_item, encode_item
from wire.labels import element_string
from wire.sitedata import Content, LotNote

WORK = Work(do=Action.RECEIVE, to="place:wh-1/dock")


def scanned(*codes, knows=None, work=WORK):
    clerk = Clerk(work, Helper(knows))
    clerk.scan(*codes)
    return clerk


def goods(gtin=WATER, lot="L1", expiry=20280131):
    return element_string(gtin=gtin, lot=lot, expiry=expiry)


@pytest.mark.parametrize(
    ("codes", "warned"),
    [
        ([goods(expiry=TODAY - 1)], ("expired",)),
        ([goods(expiry=TODAY)], ("expires-soon",)),
        ([goods(expiry=20270131)], ()),
        ([goods(lot="BAD")], ("recalled",)),
        ([goods(lot="BAD", expiry=TODAY - 1)], ("recalled", "expired")),
        ([goods(lot="HELD")], ("quarantined",)),
        (["]C1010950110153999810X"], ("unknown-item",)),
        (["some text"], ("unknown-item",)),
        (["RR:G:BLANKET"], ()),
        (["RR:G:NOBODY-KNOWS"], ("unknown-item",)),
        (["RR:P:parcel-1"], ()),
        (["RR:T:delivery:D9", goods()], ("unexpected",)),
        (["RR:T:delivery:D1", "RR:OWNER:red-cross", goods()], ("wrong-owner",)),
        (["RR:T:delivery:D1", "RR:L:wh-1/r01", goods()], ("wrong-owner",)),
        (["RR:L:wh-1/z99", goods()], ("wrong-place",)),
        (["RR:DO:put-away", goods(VACCINE), "RR:L:wh-1/a01"], ("wrong-place",)),
        (["RR:DO:put-away", goods(VACCINE), "RR:L:wh-1/c01"], ()),
        (["RR:DO:put-away", goods(lot="BAD"), "RR:L:wh-1/a01"], ("recalled", "wrong-place")),
        (["RR:DO:put-away", goods(lot="BAD"), "RR:L:wh-1/q01"], ("recalled",)),
    ],
)
def test_each_warning_is_in_the_fact_and_the_fact_is_kept(codes, warned):
    clerk = scanned(*codes)
    (fact,) = clerk.facts
    assert fact.warned == warned
    assert clerk.verdicts[-1] is (Verdict.WARNED if warned else Verdict.FACT)
    assert fact.ref == 7
    assert decode_item(encode_item(fact)) == fact


@pytest.mark.parametrize("verb", ["hand-over", "pick", "load", "pack", "return", "unpack", "move", "put-away"])
@pytest.mark.parametrize("label", [goods(expiry=TODAY - 1), goods(lot="BAD")])
def test_expired_and_recalled_goods_never_move_on_without_a_warning(verb, label):
    clerk = scanned(label, work=Work(do=Action(verb), source="place:wh-1/a01"))
    assert clerk.facts[0].warned[0] in {"expired", "recalled"}


@pytest.mark.parametrize(
    "verb", ["count", "quarantine", "release", "expire", "dispose", "damage", "lose", "find", "sight"]
)
def test_a_recalled_lot_is_warned_of_on_every_scan(verb):
    clerk = scanned(f"RR:DO:{verb}", "RR:L:wh-1/a01", "RR:N:1", goods(lot="BAD"))
    assert clerk.verdicts[-1] is Verdict.WARNED
    assert "recalled" in clerk.words
    assert "smells" in clerk.words
    assert clerk.facts[-1].warned == ("recalled",)
    assert decode_item(encode_item(clerk.facts[-1])) == clerk.facts[-1]


def test_a_recalled_lot_is_warned_of_in_a_kit_too():
    clerk = scanned("RR:DO:open", goods(CASE), "RR:CLEAR", "RR:DO:kit", goods(TENT), goods(lot="BAD"), "RR:DONE")
    assert clerk.verdicts[-1] is Verdict.WARNED
    assert clerk.facts[-1].warned == ("recalled",)
    assert decode_item(encode_item(clerk.facts[-1])) == clerk.facts[-1]


@pytest.mark.parametrize(
    ("inside", "warned"),
    [
        ((Content(gtin=WATER, n=1, lot="L1", expiry=20280131),), ()),
        ((Content(gtin=WATER, n=1, lot="L1", expiry=TODAY - 1), Content(gtin=TENT, n=1)), ("expired",)),
        ((Content(gtin=WATER, n=1, lot="L1", expiry=TODAY),), ("expires-soon",)),
        (
            (Content(gtin=TENT, n=1), Content(gtin=WATER, n=1, lot="HELD", expiry=TODAY)),
            ("quarantined", "expires-soon"),
        ),
        ((Content(gtin=WATER, n=1, lot="BAD"), Content(gtin=WATER, n=1, lot="HELD")), ("recalled", "quarantined")),
    ],
)
def test_a_unit_is_warned_of_by_what_is_in_it_whoever_packed_it(inside, warned):
    knows = SiteKnown()
    knows.inside = {f"sscc:{CARTON}": inside, f"parcel:{PARCEL}": inside}
    work = Work(do=Action.HAND_OVER, source="place:wh-1/a01")
    assert scanned(element_string(sscc=CARTON), knows=knows, work=work).facts[0].warned == warned
    assert scanned(f"RR:P:{PARCEL}", knows=knows, work=work).facts[0].warned == (*warned, "no-code")


def test_a_parcel_that_the_hub_knows_nothing_in_yet_is_warned_of_by_what_is_to_be_in_it():
    knows = SiteKnown()
    knows.lots[WATER, ""] = LotNote(gtin=WATER, lot="", state="recalled", reason="leaks")
    work = Work(do=Action.HAND_OVER, source="place:wh-1/a01")
    assert scanned(f"RR:P:{OTHER}", knows=knows, work=work).facts[0].warned == ("recalled", "no-code")
    knows.inside[f"parcel:{OTHER}"] = (Content(gtin=TENT, n=1),)
    assert scanned(f"RR:P:{OTHER}", knows=knows, work=work).facts[0].warned == ("no-code",)


def test_what_the_label_itself_says_is_judged_where_no_site_data_was_ever_held():
    clerk = Clerk(WORK, Helper(NothingKnown()))
    clerk.at = 1_795_000_000_000  # in November 2026
    clerk.scan(goods(expiry=20261031), "no GS1", goods(lot="BAD", expiry=None), "RR:T:delivery:D9", goods(expiry=None))
    assert [fact.warned for fact in clerk.facts] == [("expired",), (), (), ()]
    assert all(fact.ref is None for fact in clerk.facts)


def test_a_note_of_a_lots_date_hides_neither_that_all_lots_are_recalled_nor_an_earlier_date():
    knows = SiteKnown()
    knows.lots[WATER, ""] = LotNote(gtin=WATER, lot="", state="recalled", reason="leaks")
    knows.lots[WATER, "L1"] = LotNote(gtin=WATER, lot="L1", expiry=TODAY - 1)
    knows.lots[TENT, "L2"] = LotNote(gtin=TENT, lot="L2", expiry=TODAY - 1)
    clerk = scanned(goods(), goods(TENT, "L2"), knows=knows)
    assert [fact.warned for fact in clerk.facts] == [("recalled", "expired"), ("expired",)]
    assert "leaks" in words(clerk.outcomes[0])


def test_the_last_day_of_a_lot_is_a_day_to_use_it_by_the_day_of_the_site():
    class Tomorrow(SiteKnown):
        def today(self, at):
            assert at == 1_000
            return super().today(at).__class__(day=TODAY + 1, soon=20261223)

    assert scanned(goods(expiry=TODAY)).facts[0].warned == ("expires-soon",)
    assert scanned(goods(expiry=TODAY), knows=Tomorrow()).facts[0].warned == ("expired",)


def test_whose_goods_follows_task_unit_bin_card_and_configuration_in_this_order():
    work = Work(do=Action.RECEIVE, to="place:wh-1/dock", owner="conf")

    def owner(*codes):
        return scanned(*codes, goods(TENT), work=work).facts[-1].owner

    assert owner() == "conf"
    assert owner("RR:OWNER:card") == "card"
    assert owner("RR:OWNER:card", "RR:OWNER") == "conf"
    assert owner("RR:L:wh-1/r01") == "red-cross"
    assert owner("RR:OWNER:card", "RR:L:wh-1/r01") == "card"
    assert owner("RR:OWNER:card", "RR:FROM:place:wh-1/r01") == "red-cross"
    assert owner("RR:OWNER:card", "RR:FROM:place:wh-1/r01", "RR:T:delivery:D1") == "care"
    assert owner("RR:T:delivery:D1", "RR:DONE") == "conf"


def test_a_place_makes_nobodys_goods_those_of_its_owner():
    clerk = scanned("RR:DO:move", "RR:L:wh-1/a01", goods(), "RR:OWNER:care", goods(TENT), "RR:L:wh-1/r01")
    assert [fact.owner for fact in clerk.facts] == ["care", "care"]
    assert clerk.facts[0].warned == ("wrong-owner",)
    assert scanned("RR:DO:move", "RR:L:wh-1/a01", goods(), "RR:L:wh-1/r01").facts[0].owner is None


def test_every_sentence_can_be_said_in_every_language():
    names = ("day", "lot", "why", "task", "done", "n", "owner", "other", "place", "code", "most", "count", "goods")
    names += (
        "sscc",
        "digits",
        "right",
        "name",
        "left",
        "seconds",
        "fault",
        "size",
        "round",
        "condition",
        "line",
        "goods_zh",
        "station",
        "station_zh",
        "parcel",
        "where",
        "minutes",
        "who",
        "last4",
    )
    for code in SENTENCES:
        values = dict.fromkeys(names, 7) | {"verb": "receive", "condition": "damaged"}
        values["why"] = "cold" if code == "wrong-place" else 7
        for language in LANGUAGES:
            text = say(said(code, **values), language)
            assert text
            assert "{" not in text


def test_a_chinese_display_says_in_chinese_why_a_place_is_wrong_and_whatever_card_was_scanned():
    clerk = scanned("RR:DO:put-away", goods(VACCINE), "RR:L:wh-1/a01")
    assert words(clerk.outcomes[-1], "zh") == "位置不对 wh-1/a01：应冷藏"
    for card in COMMANDS:
        if card.name in {"DO", "CONDITION"}:
            outcome = scanned(f"RR:{card.name}:{card.value}").outcomes[-1]
            assert words(outcome, "zh").endswith(f"：{card.zh}"), "what stands on the card"


def test_a_recall_of_all_lots_without_a_reason_is_a_whole_sentence():
    knows = SiteKnown()
    knows.lots[WATER, ""] = LotNote(gtin=WATER, lot="", state="recalled")
    assert scanned(element_string(gtin=WATER), knows=knows).words == "lot - is recalled: set it aside"


def test_names_that_steer_a_display_are_written_out():
    text = say(said("expect-goods", verb="receive"))
    assert text == "receive: scan goods"
    text = say(said("pin", name="ana\r\n\x1b[2J\u202egnp"))
    assert text.isprintable()
    assert text.isascii()
