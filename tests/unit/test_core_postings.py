"""What each fact posts: a scan is never refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.postings import Counted, LotKey, Moved, Posting, Settled, Sighted, Voided, post, task_of
from tests.support.facts import DOCK, PALLET, RICE, SHELF, STREAM, TENT, count, goods, scan, unit_label, void
from tests.support.labels import hostile
from wire.actions import (
    ADJUSTMENT,
    DAMAGED,
    DONOR_IN,
    JOURNEY,
    KITTED,
    LOST,
    REGRADED,
    TRANSFERRED,
    UNKNOWN,
    WITH_RECIPIENT,
    Action,
)
from wire.labels import element_string
from wire.messages import Correct, Kit, Part, Scan, Settle, Transfer, Void

KEY = f"gtin:{RICE}"


def only(fact) -> Posting:
    """The one posting of a fact that has one."""
    (posting,) = post(fact)
    return posting


def test_bulk_goods_move_by_lot_and_owner_from_the_accounts_of_the_action():
    fact = scan(goods(lot="A", expiry=20270131), n=3, owner="red-cross")
    assert only(fact) == Moved(LotKey(KEY, "A", "red-cross"), 20270131, DONOR_IN, DOCK, 3)


def test_lots_of_one_name_and_two_owners_are_two_lots():
    one, two = (only(scan(goods(lot="A"), owner=owner)).lot for owner in ("red-cross", "caritas"))
    assert one != two
    assert one._replace(owner="") == two._replace(owner="")


@pytest.mark.parametrize(
    ("do", "named", "ends"),
    [
        (Action.RECEIVE, {"to": DOCK}, (DONOR_IN, DOCK)),
        (Action.RECEIVE, {"source": "virtual:purchase", "to": DOCK}, ("virtual:purchase", DOCK)),
        (Action.MOVE, {"source": DOCK, "to": SHELF}, (DOCK, SHELF)),
        (Action.MOVE, {}, (UNKNOWN, UNKNOWN)),
        (Action.PUT_AWAY, {"to": SHELF}, (UNKNOWN, SHELF)),
        (Action.HAND_OVER, {"source": DOCK}, (DOCK, WITH_RECIPIENT)),
        (Action.RETURN, {"to": DOCK}, (WITH_RECIPIENT, DOCK)),
        (Action.DAMAGE, {"source": DOCK}, (DOCK, DAMAGED)),
        (Action.FIND, {"to": DOCK}, (LOST, DOCK)),
        (Action.SIGHT, {"to": DOCK}, (DOCK, DOCK)),
        (Action.SIGHT, {"source": DOCK}, (DOCK, DOCK)),
        (Action.SIGHT, {}, (UNKNOWN, UNKNOWN)),
        (Action.REFUSE, {"source": DOCK}, (DOCK, DOCK)),
        (Action.ATTEMPT, {"source": DOCK, "to": SHELF}, (SHELF, SHELF)),
        (Action.ARRIVE, {"to": "transit:van-1/c3"}, ("transit:van-1/c3", "transit:van-1/c3")),
    ],
)
def test_what_a_fact_does_not_name_comes_from_its_action_and_else_is_unknown(do: Action, named: dict, ends: tuple):
    posting = only(Scan(at=0, up=0, do=do, labels=(goods(),), **named))
    assert (posting.source, posting.to) == ends


def test_a_serial_numbered_item_is_a_unit_of_one_however_many_the_fact_says():
    fact = scan(goods(TENT, "A", serial="7"), n=40)
    assert only(fact) == Sighted(f"serial:{TENT}:7", LotKey(f"gtin:{TENT}", "A"), None, DONOR_IN, DOCK)


def test_a_handling_unit_is_seen_and_is_no_goods():
    assert only(scan(unit_label())) == Sighted(f"sscc:{PALLET}", None, None, DONOR_IN, DOCK)


def test_a_label_that_names_its_goods_beside_the_unit_is_still_the_unit():
    label = element_string(sscc=PALLET, content=RICE, count=40, lot="A")
    assert only(scan(label)).lot is None


def test_a_count_states_a_balance_also_of_nothing():
    assert only(count(goods(lot="A"), 0, where=SHELF)) == Counted(LotKey(KEY, "A"), None, SHELF, 0)


def test_a_void_names_its_target():
    assert only(void(9)) == Voided(STREAM, 9)


def test_the_labels_of_one_thing_are_read_together_in_any_order():
    labels = (goods(), element_string(lot="A", expiry=20270131), goods(serial="7"))
    postings = {str(only(scan(order))) for order in (labels, labels[::-1])}
    assert len(postings) == 1
    assert only(scan(labels)).unit == f"serial:{RICE}:7"
    assert only(scan(labels)).lot.lot == "A"


@pytest.mark.parametrize(
    ("printed", "n", "pieces"), [(None, 2, 2), (12, 1, 12), (12, 3, 36), (0, 2, 2), (1_000_001, 2, 2)]
)
def test_a_sensible_count_on_the_label_is_how_many_pieces_one_scan_is(printed: int | None, n: int, pieces: int):
    assert only(scan(element_string(gtin=RICE, count=printed), n=n)).quantity == pieces


def test_best_before_stands_in_for_expiry():
    assert only(scan(element_string(gtin=RICE, best_before=20270131))).expiry == 20270131
    assert only(scan(element_string(gtin=RICE, best_before=20270131, expiry=20270301))).expiry == 20270301


@given(st.lists(hostile.filter(bool), min_size=1, max_size=8), st.sampled_from(Action))
def test_any_text_posts_something(labels: list, do: Action):
    postings = post(Scan(at=0, up=0, do=do, labels=tuple(labels)))
    assert len(postings) == 1 or do in (Action.QUARANTINE, Action.RELEASE)
    for posting in postings:
        assert isinstance(posting, Moved | Sighted)
        assert ADJUSTMENT not in (posting.source, posting.to)
        if isinstance(posting, Moved):
            assert posting.quantity > 0
            assert len(posting.lot.item) <= 210


# Several postings


@pytest.mark.parametrize(
    ("do", "condition", "old", "new"),
    [
        (Action.QUARANTINE, "good", "good", "quarantined"),
        (Action.QUARANTINE, "quarantined", "good", "quarantined"),
        (Action.QUARANTINE, "damaged", "damaged", "quarantined"),
        (Action.RELEASE, "quarantined", "quarantined", "good"),
        (Action.RELEASE, "good", "quarantined", "good"),
    ],
)
def test_goods_that_are_set_aside_or_released_change_their_condition_where_they_are(do, condition, old, new):
    fact = scan(goods(lot="A"), do=do, to=SHELF, n=4, owner="caritas", condition=condition)
    lot = LotKey(KEY, "A", "caritas")
    assert post(fact) == (
        Moved(lot._replace(condition=old), None, SHELF, REGRADED, 4),
        Moved(lot._replace(condition=new), None, REGRADED, SHELF, 4),
    )


def test_goods_that_are_set_aside_may_go_to_another_place_by_the_same_fact():
    gone, come = post(scan(goods(lot="A"), do=Action.QUARANTINE, source=DOCK, to=SHELF))
    assert (gone.source, come.to) == (DOCK, SHELF)


def test_a_serial_numbered_item_that_is_set_aside_is_seen_there_with_its_new_condition():
    fact = scan(goods(TENT, "A", serial="7"), do=Action.QUARANTINE, to=SHELF)
    lot = LotKey(f"gtin:{TENT}", "A")
    assert only(fact) == Sighted(f"serial:{TENT}:7", lot, None, SHELF, SHELF, "quarantined")
    assert only(scan(goods(TENT, serial="7"), do=Action.MOVE, source=DOCK, to=SHELF)).grade is None


def kit(do: str, made: Part, *used: Part) -> tuple[Posting, ...]:
    return post(Kit(at=0, up=0, do=do, where=DOCK, made=made, used=used))


def test_a_kit_is_there_and_what_it_was_made_of_is_gone():
    made, used = Part(labels=(goods(TENT, "K"),), n=10), Part(labels=(goods(lot="A"),), n=20)
    gone, come = (
        Moved(LotKey(KEY, "A"), None, DOCK, KITTED, 20),
        Moved(LotKey(f"gtin:{TENT}", "K"), None, KITTED, DOCK, 10),
    )
    assert kit("kit", made, used) == (gone, come)


@pytest.mark.parametrize("do", ["unkit", "open"])
def test_an_opened_case_is_gone_and_its_pieces_are_there(do: str):
    case, inside = Part(labels=(goods(TENT),), n=1), Part(labels=(goods(lot="A"),), n=24)
    gone, come = kit(do, case, inside)
    assert (gone.lot.item, gone.source, gone.to, gone.quantity) == (f"gtin:{TENT}", DOCK, KITTED, 1)
    assert (come.lot.item, come.source, come.to, come.quantity) == (KEY, KITTED, DOCK, 24)


def test_one_lot_in_several_parts_of_a_kit_is_one_move():
    made = Part(labels=(goods(TENT),))
    postings = kit("kit", made, Part(labels=(goods(),), n=3), Part(labels=(goods(),), n=4))
    assert [(posting.lot.item, posting.quantity) for posting in postings] == [(KEY, 7), (f"gtin:{TENT}", 1)]


def test_a_lot_of_which_as_much_went_into_a_kit_as_came_out_stays_where_it_is_and_is_told():
    label = goods(lot="A")
    postings = kit("kit", Part(labels=(label,), n=7), Part(labels=(label,), n=3), Part(labels=(label,), n=4))
    assert postings == (Moved(LotKey(KEY, "A"), None, DOCK, DOCK, 7),)


@pytest.mark.parametrize("account", [KITTED, REGRADED, TRANSFERRED])
def test_nobody_moves_goods_over_the_accounts_of_other_changes(account: str):
    part = Part(labels=(goods(),))
    facts = [
        scan(goods(), do=Action.MOVE, source=account, to=DOCK),
        Correct(at=0, up=0, item=KEY, source=account, to=DOCK, n=1, reason="so"),
        count(goods(), 3, where=account),
        Kit(at=0, up=0, do="open", where=account, made=part, used=(Part(labels=(goods(TENT),)),)),
    ]
    named = {
        end
        for fact in facts
        for posting in post(fact)
        for end in ((posting.account,) if isinstance(posting, Counted) else (posting.source, posting.to))
    }
    assert named == {UNKNOWN, DOCK, KITTED}, "the kit's own"


@pytest.mark.parametrize(
    ("do", "made", "used", "owners"),
    [
        ("kit", None, (None, None), ["", "", ""]),
        ("kit", None, ("caritas", None), ["caritas", "caritas", "caritas"]),
        ("kit", "caritas", (None, None), ["caritas", "caritas", "caritas"]),
        ("kit", "caritas", ("red-cross", "red-cross"), ["red-cross", "red-cross", ""]),
        ("kit", None, ("red-cross", "caritas"), ["red-cross", "caritas", ""]),
        ("unkit", "caritas", ("red-cross", None), ["caritas", "", ""]),
    ],
)
def test_a_kit_changes_no_owner_where_several_are_named_that_of_the_result_is_to_be_settled(do, made, used, owners):
    labels = [goods(lot="A"), goods(lot="B")]
    parts = [Part(labels=(label,), owner=owner) for label, owner in zip(labels, used, strict=True)]
    postings = kit(do, Part(labels=(goods(TENT),), owner=made), *parts)
    assert [posting.lot.owner for posting in postings] == owners


def test_a_serial_numbered_part_of_a_kit_is_one_thing_however_often_it_is_named():
    part = Part(labels=(goods(TENT, serial="7"),), n=3)
    gone, come = kit("kit", Part(labels=(goods(),)), part, part)
    assert come == Sighted(f"serial:{TENT}:7", LotKey(f"gtin:{TENT}"), None, DOCK, KITTED)
    assert gone.quantity == 1


def test_a_transfer_takes_from_the_giver_and_gives_to_the_taker_where_the_goods_stand():
    fact = Transfer(
        at=0, up=0, id="T-1", where=SHELF, item=KEY, lot="A", giver="caritas", taker="red-cross", n=5, expiry=20270131
    )
    assert post(fact) == (
        Moved(LotKey(KEY, "A", "caritas"), 20270131, SHELF, TRANSFERRED, 5),
        Moved(LotKey(KEY, "A", "red-cross"), 20270131, TRANSFERRED, SHELF, 5),
    )
    assert task_of(fact) == "transfer:T-1"


def test_a_counter_move_moves_what_it_says():
    fact = Correct(at=0, up=0, item=KEY, lot="A", source=ADJUSTMENT, to=SHELF, n=3, reason="found behind the rack")
    assert only(fact) == Moved(LotKey(KEY, "A"), None, ADJUSTMENT, SHELF, 3)


def test_a_settled_owner_counts_only_where_the_fact_names_none():
    assert post(scan(goods(lot="A")), "caritas")[0].lot.owner == "caritas"
    assert post(scan(goods(lot="A"), owner="red-cross"), "caritas")[0].lot.owner == "red-cross"
    assert post(count(goods(lot="A"), 3), "caritas")[0].lot.owner == "caritas"
    fact = Settle(at=0, up=0, device="wh1-scanner-1", stream=STREAM, seq=9, owner="caritas", reason="delivery D1")
    assert only(fact) == Settled("wh1-scanner-1", STREAM, 9, "caritas")


def test_the_hub_may_undo_a_fact_of_another_device():
    assert only(Void(at=0, up=0, stream=STREAM, seq=9, device="wh1-scanner-1")) == Voided(STREAM, 9, "wh1-scanner-1")


def test_a_parcel_is_a_handling_unit_whose_content_is_an_account_of_its_own():
    seen = only(scan("RR:P:st-1.7K2M9Q", do=Action.UNLOAD, source="transit:van-1", to=DOCK))
    assert (seen.unit, seen.lot, seen.source, seen.to) == ("parcel:st-1.7K2M9Q", None, "transit:van-1", DOCK)
    assert only(scan("RR:P:st-1.7K2M9Q", do=Action.QUARANTINE, to=DOCK)).grade is None
    packed = only(scan(goods(), do=Action.PACK, source=DOCK, to="unit:parcel:st-1.7K2M9Q"))
    assert packed.to == "unit:parcel:st-1.7K2M9Q"


@pytest.mark.parametrize("do", sorted(JOURNEY))
def test_the_journey_of_a_whole_vehicle_moves_nothing_and_that_of_a_thing_in_it_says_where_it_was(do):
    assert post(scan("RR:TO:transit:van-1", do=do, to="transit:van-1")) == ()
    assert only(scan("RR:P:st-1.7K2M9Q", do=do, to="transit:van-1")).to == "transit:van-1"
