r"""Trips of unmanned vehicles: where a vehicle is with what a consignment put into it, by facts alone. Pure.

    PLANNED --loaded--> LOADED --departed--> UNDER_WAY --arrived--> ARRIVED --handed--> OPENED
                                                 ^                      |                 |
                                                 +------departed--------+-----------------+
    anything, with nothing left aboard: DONE     (handed over, or taken out again)

Facts come late and in any order; they are folded by their corrected times, and each has an answer in each state. What
nobody took comes back: it is taken out at a site of ours, and the trip says how many that were.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from wire.actions import WITH_RECIPIENT, Action

TRANSIT: Final = "transit:"


class TripState(StrEnum):
    """Where a trip is."""

    PLANNED = "planned"
    LOADED = "loaded"
    UNDER_WAY = "under-way"
    ARRIVED = "arrived"
    OPENED = "opened"
    DONE = "done"


class TripEvent(StrEnum):
    """What happens on a trip."""

    LOADED = "loaded"
    DEPARTED = "departed"
    ARRIVED = "arrived"
    HANDED = "handed"
    BACK = "back"


_S, _E = TripState, TripEvent
_EACH: Final = {_E.DEPARTED: _S.UNDER_WAY, _E.ARRIVED: _S.ARRIVED, _E.HANDED: _S.OPENED}
LIFE: Final[Mapping[tuple[TripState, TripEvent], TripState]] = {
    **{(state, event): after for state in _S for event, after in _EACH.items()},
    **{(state, _E.LOADED): state for state in _S},
    **{(state, _E.BACK): state for state in _S},
    (_S.PLANNED, _E.LOADED): _S.LOADED,
    (_S.DONE, _E.LOADED): _S.LOADED,
}
"""(state, event) -> state: total. That nothing is aboard any more makes it DONE, whatever came last."""


class Step(NamedTuple):
    """Something that happened; `parcel` is None where it happened to the vehicle. Sorts by time and place."""

    at: int
    lane: int
    seq: int
    event: TripEvent
    parcel: str | None = None
    compartment: str = ""


class Trip(NamedTuple):
    """A trip as its facts tell it. Times in Unix ms; `aboard` is parcel -> compartment ('' for the vehicle itself)."""

    state: TripState
    steps: tuple[Step, ...]
    aboard: Mapping[str, str]
    handed: int
    back: int
    departed_at: int | None
    arrived_at: int | None


def account_of(vehicle: str) -> str:
    """The account of a vehicle; those of its compartments begin with it and a slash."""
    return TRANSIT + vehicle


def event_of(vehicle: str, action: str, source: str, target: str) -> tuple[TripEvent, str] | None:
    """What a fact about a parcel is on a vehicle's trip, and in which compartment; None where it is nothing of it."""
    inside, outside = compartment(vehicle, target), compartment(vehicle, source)
    if action in (Action.ATTEMPT, Action.REFUSE, Action.SIGHT, Action.ARRIVE, Action.DEPART):
        return None
    if inside is not None:
        return TripEvent.LOADED, inside
    if outside is None:
        return None
    return (TripEvent.HANDED if target == WITH_RECIPIENT else TripEvent.BACK), outside


def compartment(vehicle: str, account: str) -> str | None:
    """The compartment that an account is of this vehicle, '' for the vehicle itself; None for anything else."""
    name, _, inside = account.partition("/")
    return inside if name == account_of(vehicle) else None


def aboard_between(steps: Sequence[Step]) -> tuple[int, int | None] | None:
    """From when to when (Unix ms) parcels were aboard, by what happened to them; to None: some still are.

    None: none ever was. What the vehicle did outside of that time is none of the trip.
    """
    if not steps:
        return None
    times = [step.at for step in steps]
    return min(times), None if told(steps).aboard else max(times)


def told(steps: Iterable[Step]) -> Trip:
    """A trip out of all that happened, in whatever order it is given; an empty vehicle's journeys are none of it."""
    state, aboard, ended = TripState.PLANNED, dict[str, str](), dict[str, TripEvent]()
    departed = arrived = None
    kept = []
    for step in sorted(steps, key=lambda one: one[:3]):
        if step.parcel is None and not aboard:
            continue
        kept.append(step)
        state = LIFE[state, step.event]
        if step.event is TripEvent.DEPARTED and departed is None:
            departed = step.at
        if step.event is TripEvent.ARRIVED:
            arrived = step.at
        if step.parcel is not None:
            aboard.pop(step.parcel, None)
            ended.pop(step.parcel, None)
            if step.event is TripEvent.LOADED:
                aboard[step.parcel] = step.compartment
            else:
                ended[step.parcel] = step.event
            if not aboard:
                state = TripState.DONE
    ends = list(ended.values())
    handed, back = ends.count(TripEvent.HANDED), ends.count(TripEvent.BACK)
    return Trip(state, tuple(kept), aboard, handed, back, departed, arrived)
