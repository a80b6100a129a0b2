"""Trips: an answer to every fact, and the same trip in whatever order facts are heard of."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from hub.core.trips import LIFE, Step, TripEvent, TripState, aboard_between, event_of, told
from wire.actions import WITH_RECIPIENT, Action

VAN, PLACE = "transit:van-1", "place:wh-1/a01"


def step(at: int, event: TripEvent, parcel: str | None = None, compartment: str = "c1") -> Step:
    return Step(at, 1, at, event, parcel, compartment if parcel else "")


WHOLE = (
    step(1, TripEvent.LOADED, "a"),
    step(2, TripEvent.LOADED, "b", "c2"),
    step(3, TripEvent.DEPARTED),
    step(4, TripEvent.ARRIVED),
    step(5, TripEvent.HANDED, "a"),
    step(6, TripEvent.DEPARTED),
    step(7, TripEvent.BACK, "b", "c2"),
)


def test_every_event_has_an_answer_in_every_state():
    assert set(LIFE) == set(product(TripState, TripEvent))


def test_a_trip_goes_through_its_states_and_what_nobody_took_comes_back():
    states = [told(WHOLE[:n]).state for n in range(len(WHOLE) + 1)]
    assert states == ["planned", "loaded", "loaded", "under-way", "arrived", "opened", "under-way", "done"]
    trip = told(WHOLE)
    assert (trip.handed, trip.back, trip.departed_at, trip.arrived_at) == (1, 1, 3, 4)
    assert told(WHOLE[:2]).aboard == {"a": "c1", "b": "c2"}


@given(st.permutations(WHOLE))
def test_the_order_in_which_facts_are_heard_of_does_not_matter(steps):
    assert told(steps) == told(WHOLE)


def test_journeys_of_an_empty_vehicle_are_none_of_a_trip():
    empty = [step(0, TripEvent.DEPARTED), *WHOLE, step(9, TripEvent.ARRIVED)]
    assert told(empty) == told(WHOLE)


@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.sampled_from(["load", "hand", "back"]), st.sampled_from("ab")), max_size=8
    ),
    st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=12),
)
def test_what_a_vehicle_did_while_nothing_can_have_been_aboard_need_not_be_read(parcels, journeys):
    events = {"load": TripEvent.LOADED, "hand": TripEvent.HANDED, "back": TripEvent.BACK}
    own = [Step(at, n % 3, n, events[what], parcel, "c1") for n, (at, what, parcel) in enumerate(parcels)]
    went = [
        Step(at, 1, 100 + n, TripEvent.ARRIVED if arrived else TripEvent.DEPARTED)
        for n, (at, arrived) in enumerate(journeys)
    ]
    between = aboard_between(own)
    since, until = (99, 0) if between is None else between
    read = [step for step in went if step.at >= since and (until is None or step.at <= until)]
    assert told([*own, *read]) == told([*own, *went])


def test_facts_of_other_vehicles_and_places_are_none_of_a_trip():
    assert event_of("van-1", Action.LOAD, PLACE, f"{VAN}/c3") == (TripEvent.LOADED, "c3")
    assert event_of("van-1", Action.HAND_OVER, f"{VAN}/c3", WITH_RECIPIENT) == (TripEvent.HANDED, "c3")
    assert event_of("van-1", Action.UNLOAD, VAN, PLACE) == (TripEvent.BACK, "")
    assert event_of("van-1", Action.LOAD, PLACE, "transit:van-11") is None
    assert event_of("van-1", Action.REFUSE, VAN, VAN) is None
