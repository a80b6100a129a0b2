r"""Goods that change their owner where they stand. Pure.

    ASKED --approve--> APPROVED      the giver's side alone
      |\--refuse--> REFUSED          the giver's side alone, with a reason
       \--withdraw--> WITHDRAWN      the side that asked

Giver or taker asks. What is approved is posted as a fact of the hub (task `transfer:<id>`) and stays so for ever: goods
go back by another transfer. An administrator may decide in the giver's stead, with a reason.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from hub.core.viewer import Role, Viewer


class State(StrEnum):
    """Where a request is."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Event(StrEnum):
    """What people do with it."""

    APPROVE = "approve"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


LIFE: Final[Mapping[tuple[State, Event], State]] = {
    (State.ASKED, Event.APPROVE): State.APPROVED,
    (State.ASKED, Event.REFUSE): State.REFUSED,
    (State.ASKED, Event.WITHDRAW): State.WITHDRAWN,
}
"""(state, event) -> state; a pair that is not here is refused."""


def side_of(viewer: Viewer, giver: str, taker: str, wanted: str | None) -> str | None:
    """For which of the two organisations somebody asks; None: for neither, they may not.

    Staff ask for their own; supervisors and administrators for either, the taker unless they say so.
    """
    if viewer.role is Role.STAFF:
        return viewer.organisation if viewer.organisation in (giver, taker) else None
    return wanted if wanted in (giver, taker) else taker


def obstacle(
    viewer: Viewer, event: Event, *, who: str, giver: str, asked_for: str, asked_by: str, reason: str
) -> str | None:
    """Why somebody may not do this, in a sentence; None: they may. `who` and `asked_by` are names as they are kept."""
    staff_of = viewer.organisation if viewer.role is Role.STAFF else None
    if event is Event.WITHDRAW:
        mine = staff_of == asked_for if staff_of else viewer.role in (Role.ADMIN, Role.SUPERVISOR)
        return None if mine else f"Only the side that asked, {asked_for}, may withdraw it."
    if staff_of != giver and viewer.role is not Role.ADMIN:
        return f"Only staff of {giver}, who give the goods, may decide this, or an administrator with a reason."
    if asked_for != giver and asked_by == who:
        return f"You asked for {asked_for}: somebody else has to decide for {giver}."
    if not reason.strip() and (staff_of is None or event is Event.REFUSE):
        return "Give a reason: " + ("say why it is refused." if staff_of else "you decide in the giver's stead.")
    return None
