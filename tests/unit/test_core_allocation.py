"""Which lots answer a need, in which order, how much of each, and what becomes of reservations."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.allocation import Consent, Lot, Need, Unfit, fefo, judge, lends, pieces, propose
from hub.core.reservations import (
    LIFE,
    PICK_LIFE,
    Event,
    NeedState,
    PickState,
    Share,
    State,
    from_bins,
    need_state,
    share,
    shown,
)

NEED = Need("org-own", 20270120, 10)


def lot(**more: object) -> Lot:
    return Lot(**{"site": "wh-1", "item": "gtin:1", "lot": "A", "owner": "org-own", "expiry": 20270201, **more})


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({}, None),
        ({"owner": ""}, Unfit.OWNER_UNSETTLED),
        ({"owner": "other"}, Unfit.NOT_LENT),
        ({"note": "recalled"}, Unfit.RECALLED),
        ({"note": "quarantined"}, Unfit.QUARANTINED),
        ({"expiry": 20270114}, Unfit.EXPIRED),
        ({"expiry": 20270129}, Unfit.TOO_OLD),
        ({"expiry": 20270130}, None),
        ({"expiry": None}, Unfit.NO_DATE),
    ],
)
def test_a_lot_is_judged_by_owner_note_and_what_is_left_of_its_life_when_it_is_needed(more, why):
    assert judge(lot(**more), NEED, lent=False, today=20270115) is why


def test_without_a_wish_for_shelf_life_a_lot_lasts_through_its_last_day_and_may_have_no_date():
    anything = Need("org-own", 20270101, 0)
    assert judge(lot(expiry=20270115), anything, lent=False, today=20270115) is None
    assert judge(lot(expiry=None), anything, lent=False, today=20270115) is None


def test_what_is_lent_may_be_given_and_an_owner_to_be_settled_lends_nothing():
    assert judge(lot(owner="other"), NEED, lent=True, today=20270115) is None
    assert judge(lot(owner=""), NEED, lent=True, today=20270115) is Unfit.OWNER_UNSETTLED


@pytest.mark.parametrize(
    ("consent", "expected"),
    [
        (Consent("other", "", "", None), True),
        (Consent("other", "org-own", "gtin:1", 20270115), True),
        (Consent("other", "third", "", None), False),
        (Consent("other", "", "gtin:2", None), False),
        (Consent("other", "", "", 20270114), False),
        (Consent("third", "", "", None), False),
    ],
)
def test_a_consent_lends_by_owner_taker_item_and_last_day(consent, expected):
    assert lends([consent], owner="other", taker="org-own", item="gtin:1", today=20270115) == expected


LOTS = st.lists(
    st.builds(
        lot, lot=st.text("ABC", min_size=1, max_size=2), expiry=st.sampled_from([None, 20270301, 20270201]),
        owner=st.sampled_from(["org-own", "other"]), pieces=st.sampled_from([1, 6, 24]), stands=st.integers(0, 20),
        claimed=st.integers(0, 20),
    ),
    max_size=8,
    unique_by=lambda one: (one.lot, one.owner),
)  # fmt: skip


@given(LOTS)
def test_first_expired_goes_first_own_before_lent_and_undated_last_in_one_order_for_any_order(lots):
    ordered = fefo(lots, "org-own")
    assert ordered == fefo(reversed(ordered), "org-own")
    dates = [one.expiry or 99999999 for one in ordered]
    assert dates == sorted(dates)
    for before, after in pairwise(ordered):
        if before.expiry == after.expiry:
            assert not (before.owner == "other" and after.owner == "org-own")


@given(LOTS, st.integers(0, 500))
def test_a_proposal_takes_whole_free_units_and_never_more_than_is_wanted(lots, wanted):
    offers, lacking = propose(lots, wanted)
    assert all(0 <= offer.take <= offer.lot.free for offer in offers)
    assert sum(offer.take * offer.lot.pieces for offer in offers) + lacking == wanted
    for offer in offers:
        assert offer.take == offer.lot.free or offer.lot.pieces > lacking


def test_pack_sizes_multiply_level_by_level_and_rings_hold_nothing():
    contains = {"pallet": ("case", 40), "case": ("piece", 24), "a": ("b", 2), "b": ("a", 3)}
    assert pieces(contains, "pallet", "piece") == 960
    assert pieces(contains, "pallet", "case") == 40
    assert pieces(contains, "piece", "piece") == 1
    assert pieces(contains, "piece", "case") is None
    assert pieces(contains, "pallet", None) == 960
    assert pieces(contains, "a", "c") is None
    assert pieces(contains, "a", None) is None


def test_a_hold_is_over_at_its_moment_and_nothing_else_ends_by_time():
    assert [shown(State.HELD, 100, now) for now in (99, 100)] == [State.HELD, State.EXPIRED]
    assert all(shown(state, 0, 100) is state for state in State if state is not State.HELD)


def test_ends_are_ends():
    ends = {State.CLOSED, State.CANCELLED, State.EXPIRED}
    assert {state for state, _ in LIFE} == set(State) - ends
    assert set(PICK_LIFE) == {(PickState.OPEN, Event.CLOSE), (PickState.OPEN, Event.CANCEL)}


def test_a_need_is_open_partly_or_met_by_what_covers_it():
    states = [need_state(10, covered, cancelled=False) for covered in (0, 1, 9, 10, 11)]
    assert states == [NeedState.OPEN, NeedState.PARTLY, NeedState.PARTLY, NeedState.MET, NeedState.MET]
    assert need_state(10, 10, cancelled=True) is NeedState.CANCELLED


@given(st.lists(st.integers(1, 9), min_size=1, max_size=6), st.integers(0, 60))
def test_what_was_picked_is_dealt_to_reservations_in_their_order_and_not_twice(wanted, picked):
    parts = [share(picked, sum(wanted[:number]), n) for number, n in enumerate(wanted)]
    assert sum(parts) == min(picked, sum(wanted))
    for number, (part, n) in enumerate(zip(parts, wanted, strict=True)):
        assert part == n or not any(parts[number + 1 :])


@given(st.dictionaries(st.text("ab", min_size=1, max_size=3), st.integers(-5, 9), max_size=5), st.integers(1, 30))
def test_bins_are_proposed_for_all_that_is_wanted_and_never_for_more_than_they_have(standing, n):
    shares = from_bins(standing.items(), n)
    assert sum(one.n for one in shares) == n
    assert all(one.n <= standing[one.bin] for one in shares if one.bin is not None)
    if any(there >= n for there in standing.values()):
        assert len(shares) == 1


def test_a_bin_that_has_just_enough_is_emptied_before_a_fuller_one_is_opened():
    assert from_bins([("a", 9), ("b", 5), ("c", 4)], 5) == [Share("b", 5)]
    assert from_bins([("a", 9), ("b", 5)], 20) == [Share("a", 9), Share("b", 5), Share(None, 6)]
