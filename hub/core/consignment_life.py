"""The life of a consignment. Pure."""

from enum import StrEnum
from typing import Final

from hub.core.access import only
from hub.core.life_cycle import LifeCycle, from_each, rows


class ConsignmentState(StrEnum):
    """Where goods are that go together."""

    PLANNED = "planned"
    PICKING = "picking"
    PACKED = "packed"
    IN_TRANSIT = "in-transit"
    ARRIVED = "arrived"
    RECEIVED = "received"
    DISCREPANT = "discrepant"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    RETURNING = "returning"
    RETURNED = "returned"
    LOST = "lost"


class ConsignmentEvent(StrEnum):
    """What happens to a consignment: six decisions, then what its parcels say."""

    CANCEL = "cancel"
    CLOSE = "close"
    RETURN = "return"
    REROUTE = "reroute"
    LOSE = "lose"
    SPLIT = "split"
    NOTHING = "nothing-done"
    STARTED = "started"
    PACKED = "all-packed"
    MOVING = "moving"
    ARRIVING = "arriving"
    RECEIVED = "all-received"
    DIFFERENT = "different"
    BACK = "all-back"
    LOST = "all-lost"


_C, _CE = ConsignmentState, ConsignmentEvent
OPEN_CONSIGNMENTS: Final = frozenset(_C) - {_C.CLOSED, _C.CANCELLED}
_FORTH: Final = frozenset(OPEN_CONSIGNMENTS) - {_C.RETURNING}
CONSIGNMENT: Final = LifeCycle(
    first=_C.PLANNED,
    moves={
        **rows(_CE.CANCEL, {_C.PLANNED: _C.CANCELLED, _C.PICKING: _C.CANCELLED, _C.PACKED: _C.CANCELLED}),
        **rows(
            _CE.CLOSE,
            {
                _C.ARRIVED: _C.CLOSED, _C.RECEIVED: _C.CLOSED, _C.DISCREPANT: _C.CLOSED, _C.RETURNED: _C.CLOSED,
                _C.LOST: _C.CLOSED,
            },
        ),
        **rows(
            _CE.RETURN,
            {
                _C.IN_TRANSIT: _C.RETURNING, _C.ARRIVED: _C.RETURNING, _C.RECEIVED: _C.RETURNING,
                _C.DISCREPANT: _C.RETURNING,
            },
        ),
        **rows(
            _CE.REROUTE,
            {
                _C.PLANNED: _C.PLANNED, _C.PICKING: _C.PICKING, _C.PACKED: _C.PACKED, _C.IN_TRANSIT: _C.IN_TRANSIT,
                _C.RETURNING: _C.IN_TRANSIT, _C.RETURNED: _C.PACKED,
            },
        ),
        **rows(
            _CE.LOSE,
            {
                _C.IN_TRANSIT: _C.LOST, _C.ARRIVED: _C.DISCREPANT, _C.RETURNING: _C.LOST,
            },
        ),
        **rows(_CE.SPLIT, {_C.PLANNED: _C.PLANNED, _C.PICKING: _C.PICKING, _C.PACKED: _C.PACKED}),
        **from_each(
            _FORTH,
            {
                _CE.NOTHING: _C.PLANNED, _CE.STARTED: _C.PICKING, _CE.PACKED: _C.PACKED, _CE.MOVING: _C.IN_TRANSIT,
                _CE.ARRIVING: _C.ARRIVED, _CE.RECEIVED: _C.RECEIVED, _CE.DIFFERENT: _C.DISCREPANT,
                _CE.BACK: _C.RETURNED, _CE.LOST: _C.LOST,
            },
        ),
        **rows(_CE.MOVING, {_C.RETURNING: _C.RETURNING}),
        **rows(_CE.ARRIVING, {_C.RETURNING: _C.RETURNING, _C.CLOSED: _C.CLOSED}),
        **rows(_CE.RECEIVED, {_C.RETURNING: _C.RETURNING, _C.CLOSED: _C.CLOSED}),
        **rows(_CE.DIFFERENT, {_C.RETURNING: _C.RETURNING, _C.CLOSED: _C.CLOSED}),
        **rows(_CE.BACK, {_C.RETURNING: _C.RETURNED, _C.CLOSED: _C.CLOSED, _C.CANCELLED: _C.CANCELLED}),
        **rows(_CE.LOST, {_C.RETURNING: _C.LOST, _C.CLOSED: _C.CLOSED}),
        **rows(_CE.NOTHING, {_C.CANCELLED: _C.CANCELLED}),
    },
    may={
        _CE.CANCEL: only("admin supervisor staff"),
        _CE.CLOSE: only("admin supervisor operator clerk staff"),
        _CE.RETURN: only("admin supervisor staff"),
        _CE.REROUTE: only("admin supervisor staff"),
        _CE.LOSE: only("admin supervisor staff"),
        _CE.SPLIT: only("admin supervisor staff"),
    },
)  # fmt: skip
