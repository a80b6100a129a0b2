"""What each fact posts: a scan is never refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.postings import Counted, LotKey, Moved, Sighted, Voided, post
from tests.support.facts import DOCK, PALLET, RICE, SHELF, STREAM, TENT, count, goods, scan, unit_label, void
from tests.support.labels import hostile
from wire.actions import ADJUSTMENT, DAMAGED, DONOR_IN, LOST, UNKNOWN, WITH_RECIPIENT, Action
from wire.labels import element_string
from wire.messages import Scan

KEY = f"gtin:{RICE}"


def test_bulk_goods_move_by_lot_and_owner_from_the_accounts_of_the_action():
    fact = scan(goods(lot="A", expiry=20270131), n=3, owner="red-cross")
    assert post(fact) == Moved(LotKey(KEY, "A", "red-cross"), 20270131, DONOR_IN, DOCK, 3)


def test_lots_of_one_name_and_two_owners_are_two_lots():
    one, two = (post(scan(goods(lot="A"), owner=owner)).lot for owner in ("red-cross", "caritas"))
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
    ],
)
def test_what_a_fact_does_not_name_comes_from_its_action_and_else_is_unknown(do: Action, named: dict, ends: tuple):
    posting = post(Scan(at=0, up=0, do=do, labels=(goods(),), **named))
    assert (posting.source, posting.to) == ends


def test_a_serial_numbered_item_is_a_unit_of_one_however_many_the_fact_says():
    fact = scan(goods(TENT, "A", serial="7"), n=40)
    assert post(fact) == Sighted(f"serial:{TENT}:7", LotKey(f"gtin:{TENT}", "A"), None, DONOR_IN, DOCK)


def test_a_handling_unit_is_seen_and_is_no_goods():
    assert post(scan(unit_label())) == Sighted(f"sscc:{PALLET}", None, None, DONOR_IN, DOCK)


def test_a_label_that_names_its_goods_beside_the_unit_is_still_the_unit():
    label = element_string(sscc=PALLET, content=RICE, count=40, lot="A")
    assert post(scan(label)).lot is None


def test_a_count_states_a_balance_also_of_nothing():
    assert post(count(goods(lot="A"), 0, where=SHELF)) == Counted(LotKey(KEY, "A"), None, SHELF, 0)


def test_a_void_names_its_target():
    assert post(void(9)) == Voided(STREAM, 9)


def test_the_labels_of_one_thing_are_read_together_in_any_order():
    labels = (goods(), element_string(lot="A", expiry=20270131), goods(serial="7"))
    postings = {str(post(scan(order))) for order in (labels, labels[::-1])}
    assert len(postings) == 1
    assert post(scan(labels)).unit == f"serial:{RICE}:7"
    assert post(scan(labels)).lot.lot == "A"


@pytest.mark.parametrize(
    ("printed", "n", "pieces"), [(None, 2, 2), (12, 1, 12), (12, 3, 36), (0, 2, 2), (1_000_001, 2, 2)]
)
def test_a_sensible_count_on_the_label_is_how_many_pieces_one_scan_is(printed: int | None, n: int, pieces: int):
    assert post(scan(element_string(gtin=RICE, count=printed), n=n)).quantity == pieces


def test_best_before_stands_in_for_expiry():
    assert post(scan(element_string(gtin=RICE, best_before=20270131))).expiry == 20270131
    assert post(scan(element_string(gtin=RICE, best_before=20270131, expiry=20270301))).expiry == 20270301


@given(st.lists(hostile.filter(bool), min_size=1, max_size=8), st.sampled_from(Action))
def test_any_text_posts_something(labels: list, do: Action):
    posting = post(Scan(at=0, up=0, do=do, labels=tuple(labels)))
    assert isinstance(posting, Moved | Sighted)
    assert ADJUSTMENT not in (posting.source, posting.to)
    if isinstance(posting, Moved):
        assert posting.quantity > 0
        assert len(posting.lot.item) <= 210
