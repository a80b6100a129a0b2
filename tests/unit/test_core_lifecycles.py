"""The tables of requests, consignments and parcels: every cell, every role, and a way out of every state."""

from itertools import product

import pytest

from hub.core.access import API, DEVICE, EVERYONE, RULES, Answer, ask
from hub.core.lifecycles import (
    CONSIGNMENT,
    OVER,
    PARCEL,
    REQUEST,
    WANTED,
    ConsignmentEvent,
    ConsignmentState,
    ParcelEvent,
    ParcelState,
    RequestEvent,
    RequestState,
)

LIVES = [
    (REQUEST, RequestState, RequestEvent),
    (CONSIGNMENT, ConsignmentState, ConsignmentEvent),
    (PARCEL, ParcelState, ParcelEvent),
]
NAMES = ["request", "consignment", "parcel"]
ROUTES = {
    ("request", "submit"): "submission", ("request", "approve"): "approval", ("request", "refuse"): "refusal",
    ("request", "allocate"): "allocation", ("request", "cancel"): "cancellation", ("request", "split"): "split",
    ("request", "reroute"): "reroute", ("consignment", "cancel"): "cancellation", ("consignment", "close"): "closing",
    ("consignment", "return"): "return", ("consignment", "reroute"): "reroute", ("consignment", "lose"): "loss",
    ("consignment", "split"): "split", ("parcel", "reroute"): "reroute", ("parcel", "return"): "return",
    ("parcel", "lose"): "loss",
}  # fmt: skip
BY_OTHERS = {("parcel", "cancel"), ("parcel", "due")}
"""Decided with the request or the consignment; and by time."""
ENDS = {
    "request": {RequestState.REFUSED, RequestState.CANCELLED},
    "consignment": {ConsignmentState.CLOSED, ConsignmentState.CANCELLED},
    "parcel": {ParcelState.CANCELLED, ParcelState.DAMAGED},
}


def of_kinds():
    return pytest.mark.parametrize(("life", "states", "events"), LIVES, ids=NAMES)


@of_kinds()
def test_every_cell_has_an_answer_and_a_fact_is_never_refused(life, states, events):
    for state, event in product(states, events):
        step = life.followed(state, event)
        known = life.moves.get((state, event))
        if event in life.may:
            assert life.decided(state, event) is known
            assert not step.odd
        else:
            assert life.decided(state, event) is None
            assert step.odd == (known is None)
        assert step.state is (state if known is None else known)


@of_kinds()
def test_every_state_is_reached_from_the_first_and_only_ends_have_no_way_out(life, states, events):
    reached, before = {life.first}, set()
    while reached != before:
        before = set(reached)
        reached |= {after for (state, _), after in life.moves.items() if state in before}
    assert reached == set(states)
    stuck = {state for state in states if all(life.followed(state, event).state is state for event in events)}
    assert stuck == ENDS[NAMES[[each[1] for each in LIVES].index(states)]]


@of_kinds()
def test_whatever_is_not_over_has_a_way_out_that_a_person_decides(life, states, events):
    over = {*ENDS["request"], *ENDS["consignment"], *OVER, RequestState.FULFILLED, RequestState.READY}
    for state in set(states) - over:
        assert any(life.decided(state, event) for event in life.may if event.value != "split"), state


def test_every_cell_of_state_event_and_role_is_let_in_by_the_door_and_the_table_or_refused():
    """What a role may decide is what the door lets it do; what a state allows is what the table says."""
    for name, (life, _, events) in zip(NAMES, LIVES, strict=True):
        for event in events:
            if event not in life.may or (name, event.value) in BY_OTHERS:
                continue
            template = f"{API}/{name}s/{{{name}}}/{ROUTES[name, event.value]}"
            for role in EVERYONE:
                come_in = ask("POST", template, role) is Answer.COME_IN
                assert come_in == (role in life.may[event]), (template, role)
            assert ask("POST", template, None) is Answer.SIGN_IN
            assert ask("POST", template, DEVICE) is not Answer.COME_IN


def test_no_route_decides_what_no_table_knows():
    known = {f"{API}/{name}s/{{{name}}}/{leaf}" for (name, _), leaf in ROUTES.items()}
    kinds = tuple(f"{API}/{name}s/{{{name}}}/" for name in NAMES)
    others = {"code", "proxies", "claims"}
    for method, path in RULES:
        if method == "POST" and path.startswith(kinds) and path.split("/")[5] not in others:
            assert path in known, path


def test_from_all_states_that_follow_from_goods_one_reading_leads_to_one_state():
    """So the order in which facts come does not matter."""
    forth = {after for (_, event), after in CONSIGNMENT.moves.items() if event not in CONSIGNMENT.may}
    forth -= {ConsignmentState.RETURNING, *ENDS["consignment"]}
    for life, states in ((REQUEST, WANTED), (CONSIGNMENT, forth)):
        for event in {event for _, event in life.moves} - set(life.may):
            assert len({life.followed(state, event).state for state in states}) == 1
