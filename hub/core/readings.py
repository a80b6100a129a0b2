"""What the parcels of a request or a consignment say of it, as they stand now. Pure."""

from collections.abc import Collection
from typing import Final

from hub.core.lifecycles import (
    BEFORE_LEAVING,
    CONSIGNMENT,
    OVER,
    REQUEST,
    ConsignmentEvent,
    ConsignmentState,
    ParcelState,
    RequestEvent,
    RequestState,
    Step,
    Way,
)
from hub.core.parcel_story import at_hand

_P = ParcelState
_BACK = frozenset({_P.RETURNED, _P.LOST, _P.DAMAGED})
_THERE = frozenset({_P.ARRIVED, _P.WAITING, _P.HANDED_OVER, _P.REFUSED, _P.DUE_BACK})


def request(
    decided: RequestState, parcels: Collection[tuple[Way, ParcelState]], *, lacking: bool, kept: bool
) -> Step[RequestState]:
    """Where a request is. `lacking`: not all of it is reserved; `kept`: something of it is."""
    return REQUEST.followed(decided, _of_request(parcels, lacking=lacking, kept=kept))


def _of_request(parcels: Collection[tuple[Way, ParcelState]], *, lacking: bool, kept: bool) -> RequestEvent:
    live = [(way, state) for way, state in parcels if state is not _P.CANCELLED]
    states = {state for _, state in live}
    if not live:
        return RequestEvent.KEPT if kept and not lacking else RequestEvent.NOTHING
    if states == {_P.HANDED_OVER}:
        return RequestEvent.MOVING if lacking else RequestEvent.GIVEN
    if states <= OVER:
        return RequestEvent.BACK
    if states == {_P.PLANNED}:
        return RequestEvent.KEPT
    if all(at_hand(way, state) for way, state in live if state not in OVER):
        return RequestEvent.READY
    return RequestEvent.MOVING


def consignment(
    decided: ConsignmentState, parcels: Collection[ParcelState], *, begun: bool, differs: bool
) -> Step[ConsignmentState]:
    """Where a consignment is. `begun`: something was fetched for it; `differs`: not what was planned is there."""
    return CONSIGNMENT.followed(decided, _of_consignment(parcels, begun=begun, differs=differs))


def _of_consignment(parcels: Collection[ParcelState], *, begun: bool, differs: bool) -> ConsignmentEvent:
    states = {state for state in parcels if state is not _P.CANCELLED}
    if states <= BEFORE_LEAVING:
        return _before_leaving(states, begun=begun)
    if states <= _BACK:
        return ConsignmentEvent.LOST if states == {_P.LOST} else ConsignmentEvent.BACK
    if not states & (_THERE | _BACK):
        return ConsignmentEvent.MOVING
    if states & {_P.PLANNED, _P.PACKED, _P.UNDER_WAY, _P.OUT} or states <= _BACK | {_P.RETURNING}:
        return ConsignmentEvent.ARRIVING
    return ConsignmentEvent.DIFFERENT if differs or states & {_P.LOST, _P.DAMAGED} else ConsignmentEvent.RECEIVED


def _before_leaving(states: Collection[ParcelState], *, begun: bool) -> ConsignmentEvent:
    if states == {_P.PACKED}:
        return ConsignmentEvent.PACKED
    return ConsignmentEvent.STARTED if _P.PACKED in states or (begun and states) else ConsignmentEvent.NOTHING


_ON_THE_WAY_BACK: Final = {
    _P.ARRIVED: _P.PACKED,
    _P.WAITING: _P.PACKED,
    _P.OUT: _P.PACKED,
    _P.REFUSED: _P.PACKED,
    _P.DUE_BACK: _P.PACKED,
    _P.RETURNING: _P.UNDER_WAY,
    _P.RETURNED: _P.ARRIVED,
    _P.HANDED_OVER: _P.CANCELLED,
}


def way_back(state: ParcelState) -> ParcelState:
    """What a parcel is to the consignment that brings it back: what waits there is packed, what came home arrived."""
    return _ON_THE_WAY_BACK.get(state, state)
