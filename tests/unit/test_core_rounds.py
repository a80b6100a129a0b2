"""Rounds: an answer to everything that is said, times, and the order of doors."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from hub.core.rounds import (
    STOPS,
    RoundState,
    Stop,
    StopState,
    Told,
    facts,
    folded,
    happened_at,
    in_order,
    state_of,
)
from wire import codec
from wire.messages import Proof

TIMES = st.integers(0, 2**40)


def test_whatever_is_said_of_a_parcel_has_an_answer():
    assert set(STOPS) == set(product(StopState, Told))


@given(st.lists(st.sampled_from(Told)))
def test_what_is_given_stays_given(told):
    assert (folded(told) is StopState.GIVEN) == (Told.GIVEN in told)


@given(TIMES, TIMES, TIMES, TIMES)
def test_nothing_happens_before_its_round_or_after_the_hub_heard_of_it(at, sent, now, earliest):
    found = happened_at(at, sent, now, min(earliest, now))
    assert min(earliest, now) <= found <= now


@given(TIMES, TIMES, TIMES)
def test_a_clock_that_is_wrong_by_any_amount_does_no_harm(ago, wrong, now):
    assert happened_at(wrong, wrong + ago, now + ago, 0) == now


@given(st.dictionaries(st.integers(0, 9).map(str), st.none() | st.tuples(st.floats(-80, 80), st.floats(-170, 170))))
def test_each_door_is_visited_once_and_those_nobody_knows_last(doors):
    order = in_order((31.0, 103.0), doors)
    assert sorted(order) == sorted(doors)
    known = [key for key in order if doors[key] is not None]
    assert order[: len(known)] == known


def test_the_nearest_door_comes_next():
    doors = {"far": (31.9, 103.0), "near": (31.1, 103.0), "middle": (31.4, 103.0)}
    assert in_order((31.0, 103.0), doors) == ["near", "middle", "far"]


def test_a_round_is_out_while_the_courier_has_a_parcel():
    waiting, again, given_, back = StopState.WAITING, StopState.AGAIN, StopState.GIVEN, StopState.BACK
    assert state_of([waiting, waiting]) is RoundState.PLANNED
    assert state_of([given_, again]) is RoundState.OUT
    assert state_of([given_, waiting]) is RoundState.OUT
    assert state_of([given_, back]) is RoundState.DONE
    assert state_of([waiting], cancelled=True) is RoundState.CANCELLED


def test_facts_of_a_round_are_what_the_contract_allows_and_name_the_consignment():
    stop = Stop("door.4K7M2Q", "C-12345678", "place:wh-1/a01")
    proof = Proof(way="neighbour")
    for told in Told:
        (fact,) = facts(told, [stop], carried="transit:round-R-1", home="place:wh-1", by="w" * 300, proof=proof)
        assert codec.decode_item(codec.encode_item(fact)) == fact
        assert fact.task == "consignment:C-12345678"
        assert (fact.proof is None) == (told is not Told.GIVEN)
