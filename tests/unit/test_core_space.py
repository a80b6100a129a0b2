"""Bookings of room: what they can become, and whether they fit, against a count of each day by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.days import FIRST, LAST, as_date, as_day, each, later
from hub.core.space import LIFE, STORED, Event, Peak, Span, State, calendar, fitting, lacking, peak, shown, step

DAYS = list(each(20270125, 20270206))
"""Two weeks over the end of a month, so that days are no plain numbers."""
SPANS = st.builds(
    lambda a, b, amount: Span(min(a, b), max(a, b), amount), st.sampled_from(DAYS), st.sampled_from(DAYS),
    st.integers(1, 5),
)  # fmt: skip


def taken_on(day, spans):
    return sum(span.amount for span in spans if span.first <= day <= span.last)


@given(st.lists(SPANS, max_size=12), SPANS)
def test_the_fullest_day_is_that_of_counting_each_day_by_hand(spans, window):
    counted = [(taken_on(day, spans), day) for day in DAYS if window.first <= day <= window.last]
    found = peak(spans, window.first, window.last)
    assert found.amount == max(amount for amount, _ in counted)
    assert (found.amount, found.day) in counted


@given(st.lists(SPANS, max_size=8), SPANS, st.integers(0, 12))
def test_a_booking_fits_where_no_day_would_be_above_capacity(spans, wanted, capacity):
    days = [day for day in DAYS if wanted.first <= day <= wanted.last]
    fits = all(taken_on(day, spans) + wanted.amount <= capacity for day in days)
    missing = lacking(capacity, spans, wanted)
    assert (missing is None) == fits
    if missing is not None:
        assert missing.amount == max(0, capacity - taken_on(missing.day, spans)) < wanted.amount


@given(st.lists(SPANS, max_size=6), st.lists(SPANS, max_size=8), st.integers(0, 10))
def test_what_a_waiting_list_is_given_never_goes_above_capacity_and_keeps_its_order(taken, waiting, capacity):
    named = [(str(number), span) for number, span in enumerate(waiting)]
    given_ = list(fitting(capacity, taken, named))
    assert given_ == sorted(given_, key=int)
    after = [*taken, *(span for name, span in named if name in given_)]
    for day in DAYS:
        assert taken_on(day, after) <= max(capacity, taken_on(day, taken))
    for name, span in named:
        if name not in given_:
            before = [*taken, *(one for other, one in named if other in given_ and int(other) < int(name))]
            assert lacking(capacity, before, span) is not None


@given(st.lists(st.tuples(SPANS, st.booleans()), max_size=10), SPANS)
def test_a_calendar_says_of_each_day_what_counting_by_hand_says(taken, window):
    for day in calendar(window.first, window.last, taken):
        assert day.taken == taken_on(day.day, [span for span, _ in taken])
        assert day.own == taken_on(day.day, [span for span, own in taken if own])


def test_a_calendar_has_every_day_once():
    assert [day.day for day in calendar(20270131, 20270202, [])] == [20270131, 20270201, 20270202]


def test_a_booking_takes_room_on_its_last_day_and_not_on_the_next():
    full = [Span(20270101, 20270131, 5)]
    assert lacking(5, full, Span(20270131, 20270210, 1)) == Peak(0, 20270131)
    assert lacking(5, full, Span(20270201, 20270210, 5)) is None


def test_nothing_becomes_of_what_is_refused_withdrawn_released_or_over():
    ends = {State.REFUSED, State.WITHDRAWN, State.RELEASED, State.ENDED, State.LAPSED}
    assert {state for state, _ in LIFE} == set(State) - ends
    assert all(step(state, event) is None for state in ends for event in Event)


def test_only_approved_and_undecided_bookings_change_with_the_calendar():
    over = {state: shown(state, 20270101, 20270102) for state in STORED}
    assert over == {state: state for state in STORED} | {
        State.APPROVED: State.ENDED, State.REQUESTED: State.LAPSED, State.WAITING: State.LAPSED,
    }  # fmt: skip
    assert all(shown(state, 20270102, 20270102) is state for state in STORED)


@given(st.dates(), st.integers(-4_000_000, 4_000_000))
def test_days_are_counted_by_the_calendar_and_held_at_its_ends(date, days):
    number = later(as_day(date), days)
    assert FIRST <= number <= LAST
    assert (as_date(number) - date).days == days or number in (FIRST, LAST)


@pytest.mark.parametrize("day", [0, 20270230, 20271301, 20270100])
def test_a_number_that_is_no_day_is_refused(day):
    with pytest.raises(ValueError, match=r"."):
        as_date(day)
