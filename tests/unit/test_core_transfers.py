"""Who may do what with a request that goods change their owner."""

from itertools import product

import pytest

from hub.core.transfers import LIFE, Event, State, obstacle, side_of
from hub.core.viewer import Role, Viewer

ADMIN, SUPERVISOR = Viewer(name="ada", role=Role.ADMIN), Viewer(name="sue", role=Role.SUPERVISOR)
GIVER, TAKER, OTHER = (Viewer(name=o, role=Role.STAFF, organisation=o) for o in ("giver", "taker", "other"))


def test_what_was_decided_stays_so():
    assert {state for state, _ in LIFE} == {State.ASKED}
    assert {LIFE[State.ASKED, event] for event in Event} == {State.APPROVED, State.REFUSED, State.WITHDRAWN}


@pytest.mark.parametrize(
    ("viewer", "wanted", "side"),
    [
        (GIVER, None, "giver"),
        (GIVER, "taker", "giver"),
        (TAKER, None, "taker"),
        (OTHER, "giver", None),
        (SUPERVISOR, None, "taker"),
        (SUPERVISOR, "giver", "giver"),
        (ADMIN, "other", "taker"),
    ],
)
def test_staff_ask_for_their_own_side(viewer: Viewer, wanted: str | None, side: str | None):
    assert side_of(viewer, "giver", "taker", wanted) == side


def may(viewer: Viewer, event: Event, *, asked_for: str = "taker", by: str = "taker", reason: str = "so") -> bool:
    said = obstacle(viewer, event, who=viewer.name, giver="giver", asked_for=asked_for, asked_by=by, reason=reason)
    assert said is None or len(said) > 20
    return said is None


@pytest.mark.parametrize(
    ("viewer", "event"), list(product([GIVER, TAKER, OTHER, SUPERVISOR, ADMIN], [Event.APPROVE, Event.REFUSE]))
)
def test_only_the_giver_gives_and_an_administrator_in_its_stead(viewer: Viewer, event: Event):
    assert may(viewer, event) is (viewer in (GIVER, ADMIN))


def test_an_administrator_says_why_and_so_does_whoever_refuses():
    assert not may(ADMIN, Event.APPROVE, reason=" ")
    assert not may(GIVER, Event.REFUSE, reason="")
    assert may(GIVER, Event.APPROVE, reason="")


def test_who_asked_for_the_taker_does_not_give():
    assert not may(ADMIN, Event.APPROVE, by="ada")
    assert may(ADMIN, Event.APPROVE, by="ada", asked_for="giver")
    assert may(GIVER, Event.APPROVE, by="giver", asked_for="giver"), "a gift"


def test_the_side_that_asked_withdraws():
    assert [viewer for viewer in (GIVER, TAKER, OTHER, SUPERVISOR, ADMIN) if may(viewer, Event.WITHDRAW)] == [
        TAKER,
        SUPERVISOR,
        ADMIN,
    ]
