"""The life of a parcel. Pure."""

from enum import StrEnum
from typing import Final

from hub.core.access import only
from hub.core.life_cycle import LifeCycle, rows


class Way(StrEnum):
    """How goods reach people."""

    STATION = "station"
    DOOR = "door"
    VEHICLE = "vehicle"
    DIRECT = "direct"


class ParcelState(StrEnum):
    """Where what one recipient gets is."""

    PLANNED = "planned"
    PACKED = "packed"
    UNDER_WAY = "under-way"
    ARRIVED = "arrived"
    WAITING = "waiting"
    OUT = "out"
    HANDED_OVER = "handed-over"
    REFUSED = "refused"
    DUE_BACK = "due-back"
    RETURNING = "returning"
    RETURNED = "returned"
    LOST = "lost"
    DAMAGED = "damaged"
    CANCELLED = "cancelled"


class ParcelEvent(StrEnum):
    """What happens to a parcel: five decisions (`due` by the hub, when the time to collect it is over), then facts."""

    CANCEL = "cancel"
    REROUTE = "reroute"
    RETURN = "return"
    LOSE = "lose"
    DUE = "due"
    PACKED = "packed"
    EMPTIED = "emptied"
    LOADED = "loaded"
    SENT_OUT = "sent-out"
    STRAYED = "strayed"
    ARRIVED = "arrived"
    SHELVED = "shelved"
    ATTEMPTED = "attempted"
    REFUSED = "refused"
    HANDED = "handed"
    BROUGHT_BACK = "brought-back"
    HOME = "home"
    DAMAGED = "damaged"
    LOST = "lost"
    FOUND = "found"


_P, _PE = ParcelState, ParcelEvent
PARCEL: Final = LifeCycle(
    first=_P.PLANNED,
    moves={
        **rows(_PE.CANCEL, {_P.PLANNED: _P.CANCELLED, _P.PACKED: _P.CANCELLED, _P.RETURNED: _P.CANCELLED}),
        **rows(
            _PE.REROUTE,
            {
                _P.PLANNED: _P.PLANNED, _P.PACKED: _P.PACKED, _P.UNDER_WAY: _P.UNDER_WAY, _P.ARRIVED: _P.PACKED,
                _P.WAITING: _P.PACKED, _P.REFUSED: _P.PACKED, _P.DUE_BACK: _P.PACKED, _P.RETURNING: _P.UNDER_WAY,
                _P.RETURNED: _P.PACKED,
            },
        ),
        **rows(
            _PE.RETURN,
            {
                _P.UNDER_WAY: _P.RETURNING, _P.ARRIVED: _P.DUE_BACK, _P.WAITING: _P.DUE_BACK, _P.OUT: _P.DUE_BACK,
                _P.REFUSED: _P.DUE_BACK,
            },
        ),
        **rows(
            _PE.LOSE,
            {
                _P.PACKED: _P.LOST, _P.UNDER_WAY: _P.LOST, _P.ARRIVED: _P.LOST, _P.WAITING: _P.LOST, _P.OUT: _P.LOST,
                _P.REFUSED: _P.LOST, _P.DUE_BACK: _P.LOST, _P.RETURNING: _P.LOST,
            },
        ),
        **rows(_PE.DUE, {_P.WAITING: _P.DUE_BACK}),
        **rows(_PE.PACKED, {_P.PLANNED: _P.PACKED, _P.PACKED: _P.PACKED, _P.RETURNED: _P.PACKED}),
        **rows(
            _PE.EMPTIED,
            {
                _P.PLANNED: _P.PLANNED, _P.PACKED: _P.PLANNED, _P.CANCELLED: _P.CANCELLED, _P.RETURNED: _P.RETURNED,
                _P.DAMAGED: _P.DAMAGED,
            },
        ),
        **rows(
            _PE.LOADED,
            {
                _P.PLANNED: _P.UNDER_WAY, _P.PACKED: _P.UNDER_WAY, _P.UNDER_WAY: _P.UNDER_WAY,
                _P.ARRIVED: _P.RETURNING, _P.WAITING: _P.RETURNING, _P.REFUSED: _P.RETURNING,
                _P.DUE_BACK: _P.RETURNING, _P.RETURNING: _P.RETURNING, _P.RETURNED: _P.UNDER_WAY,
            },
        ),
        **rows(
            _PE.SENT_OUT,
            {
                _P.PLANNED: _P.OUT, _P.PACKED: _P.OUT, _P.ARRIVED: _P.OUT, _P.OUT: _P.OUT, _P.REFUSED: _P.REFUSED,
                _P.DUE_BACK: _P.DUE_BACK, _P.RETURNED: _P.OUT,
            },
        ),
        **rows(
            _PE.STRAYED,
            {
                _P.PLANNED: _P.UNDER_WAY, _P.PACKED: _P.UNDER_WAY, _P.UNDER_WAY: _P.UNDER_WAY,
                _P.ARRIVED: _P.UNDER_WAY, _P.WAITING: _P.UNDER_WAY, _P.OUT: _P.UNDER_WAY, _P.REFUSED: _P.RETURNING,
                _P.DUE_BACK: _P.RETURNING, _P.RETURNING: _P.RETURNING, _P.RETURNED: _P.UNDER_WAY,
            },
        ),
        **rows(
            _PE.ARRIVED,
            {
                _P.PLANNED: _P.ARRIVED, _P.PACKED: _P.ARRIVED, _P.UNDER_WAY: _P.ARRIVED, _P.ARRIVED: _P.ARRIVED,
                _P.WAITING: _P.ARRIVED, _P.OUT: _P.ARRIVED, _P.REFUSED: _P.REFUSED, _P.DUE_BACK: _P.DUE_BACK,
                _P.RETURNING: _P.ARRIVED, _P.RETURNED: _P.ARRIVED,
            },
        ),
        **rows(
            _PE.SHELVED,
            {
                _P.PLANNED: _P.WAITING, _P.PACKED: _P.WAITING, _P.UNDER_WAY: _P.WAITING, _P.ARRIVED: _P.WAITING,
                _P.WAITING: _P.WAITING, _P.OUT: _P.WAITING, _P.REFUSED: _P.DUE_BACK, _P.DUE_BACK: _P.DUE_BACK,
                _P.RETURNING: _P.WAITING, _P.RETURNED: _P.WAITING,
            },
        ),
        **rows(_PE.ATTEMPTED, {_P.OUT: _P.OUT, _P.ARRIVED: _P.ARRIVED, _P.PACKED: _P.OUT}),
        **rows(
            _PE.REFUSED,
            {
                _P.PACKED: _P.REFUSED, _P.UNDER_WAY: _P.REFUSED, _P.ARRIVED: _P.REFUSED, _P.WAITING: _P.REFUSED,
                _P.OUT: _P.REFUSED, _P.REFUSED: _P.REFUSED, _P.DUE_BACK: _P.REFUSED,
            },
        ),
        **rows(
            _PE.HANDED,
            {
                _P.PLANNED: _P.HANDED_OVER, _P.PACKED: _P.HANDED_OVER, _P.UNDER_WAY: _P.HANDED_OVER,
                _P.ARRIVED: _P.HANDED_OVER, _P.WAITING: _P.HANDED_OVER, _P.OUT: _P.HANDED_OVER,
                _P.REFUSED: _P.HANDED_OVER, _P.DUE_BACK: _P.HANDED_OVER,
            },
        ),
        **rows(
            _PE.BROUGHT_BACK,
            {
                _P.ARRIVED: _P.DUE_BACK, _P.WAITING: _P.DUE_BACK, _P.OUT: _P.DUE_BACK, _P.HANDED_OVER: _P.DUE_BACK,
                _P.REFUSED: _P.DUE_BACK, _P.DUE_BACK: _P.DUE_BACK,
            },
        ),
        **rows(
            _PE.HOME,
            {
                _P.PLANNED: _P.PACKED, _P.PACKED: _P.PACKED, _P.UNDER_WAY: _P.PACKED, _P.ARRIVED: _P.RETURNED,
                _P.WAITING: _P.RETURNED, _P.OUT: _P.PACKED, _P.HANDED_OVER: _P.RETURNED, _P.REFUSED: _P.RETURNED,
                _P.DUE_BACK: _P.RETURNED, _P.RETURNING: _P.RETURNED, _P.RETURNED: _P.RETURNED,
                _P.CANCELLED: _P.CANCELLED,
            },
        ),
        **rows(_PE.DAMAGED, {state: _P.DAMAGED for state in _P if state is not _P.CANCELLED}),
        **rows(
            _PE.LOST, {state: _P.LOST for state in _P if state not in {_P.HANDED_OVER, _P.DAMAGED, _P.CANCELLED}}
        ),
        **rows(_PE.FOUND, {_P.LOST: _P.UNDER_WAY}),
    },
    may={
        _PE.CANCEL: only("admin supervisor staff"),
        _PE.REROUTE: only("admin supervisor staff helpline"),
        _PE.RETURN: only("admin supervisor clerk staff"),
        _PE.LOSE: only("admin supervisor staff"),
        _PE.DUE: frozenset(),
    },
)  # fmt: skip
"""LOADED is a journey between sites, SENT_OUT the last leg to people. HOME is the site that a parcel comes from."""

AT_HAND: Final = frozenset({_P.ARRIVED, _P.WAITING})
BEFORE_LEAVING: Final = frozenset({_P.PLANNED, _P.PACKED})
OVER: Final = frozenset({_P.HANDED_OVER, _P.RETURNED, _P.LOST, _P.DAMAGED, _P.CANCELLED})
"""Parcels of which nothing is expected any more."""
