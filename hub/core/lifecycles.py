"""The lives of requests, consignments and parcels, as tables: (state, event) -> state. Pure.

Two sorts of events. **Decisions** are made by people at the hub: a pair that is not in the table is refused, and `MAY`
says who may decide. **Facts** come from devices and are never refused: a pair that is not in the table leaves the state
as it is and is **odd**, which is shown as a discrepancy (a parcel that is put on a shelf after it was handed over).

A parcel is followed fact by fact, in the order of corrected time (hub.core.parcel_story). What a consignment or a
request is follows from its parcels as they stand now, whatever came first: its facts are readings (hub.core.readings),
and from every open state one reading leads to one state. So states do not depend on the order of arrival.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import Final, Generic, NamedTuple, TypeVar

from hub.core.access import Role, only

S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)


class Step(NamedTuple, Generic[S]):
    """The state after an event; `odd`: the event does not fit it."""

    state: S
    odd: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeCycle(Generic[S, E]):
    """Of one kind of thing: where it begins, what leads where, who may decide what. What is no decision is a fact."""

    first: S
    moves: Mapping[tuple[S, E], S]
    may: Mapping[E, frozenset[Role]]

    def decided(self, state: S, event: E) -> S | None:
        """Where a decision leads; None: it cannot be made in this state."""
        return self.moves.get((state, event)) if event in self.may else None

    def followed(self, state: S, event: E) -> Step[S]:
        """Where anything that happened leads, fit or not. A decision was checked when it was made: it is never odd."""
        after = self.moves.get((state, event))
        return Step(state, event not in self.may) if after is None else Step(after, odd=False)


class Way(StrEnum):
    """How goods reach people."""

    STATION = "station"
    DOOR = "door"
    VEHICLE = "vehicle"
    DIRECT = "direct"


class RequestState(StrEnum):
    """Where a request is."""

    DRAFT = "draft"
    ASKED = "asked"
    APPROVED = "approved"
    ALLOCATED = "allocated"
    UNDER_WAY = "under-way"
    READY = "ready"
    FULFILLED = "fulfilled"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    RETURNED = "returned"


class RequestEvent(StrEnum):
    """What happens to a request: seven decisions, then what its reservations and parcels say."""

    SUBMIT = "submit"
    APPROVE = "approve"
    REFUSE = "refuse"
    ALLOCATE = "allocate"
    CANCEL = "cancel"
    SPLIT = "split"
    REROUTE = "reroute"
    NOTHING = "nothing-kept"
    KEPT = "kept"
    MOVING = "moving"
    READY = "all-ready"
    GIVEN = "all-given"
    BACK = "all-back"


def _rows(event: E, rows: Mapping[S, S]) -> dict[tuple[S, E], S]:
    return {(before, event): after for before, after in rows.items()}


def _from_each(states: frozenset[S], rows: Mapping[E, S]) -> dict[tuple[S, E], S]:
    return {(state, event): after for state, (event, after) in product(sorted(states), rows.items())}


_R, _RE = RequestState, RequestEvent
WANTED: Final = frozenset({_R.APPROVED, _R.ALLOCATED, _R.UNDER_WAY, _R.READY, _R.FULFILLED, _R.RETURNED})
"""Requests that somebody approved: what they are follows from their goods."""
REQUEST: Final = LifeCycle(
    first=_R.DRAFT,
    moves={
        **_rows(_RE.SUBMIT, {_R.DRAFT: _R.ASKED}),
        **_rows(_RE.APPROVE, {_R.ASKED: _R.APPROVED}),
        **_rows(_RE.REFUSE, {_R.ASKED: _R.REFUSED}),
        **_rows(
            _RE.ALLOCATE, {_R.APPROVED: _R.APPROVED, _R.ALLOCATED: _R.ALLOCATED, _R.UNDER_WAY: _R.UNDER_WAY}
        ),
        **_rows(
            _RE.CANCEL,
            {
                _R.DRAFT: _R.CANCELLED, _R.ASKED: _R.CANCELLED, _R.APPROVED: _R.CANCELLED,
                _R.ALLOCATED: _R.CANCELLED,
            },
        ),
        **_rows(
            _RE.SPLIT,
            {
                _R.DRAFT: _R.DRAFT, _R.ASKED: _R.ASKED, _R.APPROVED: _R.APPROVED, _R.ALLOCATED: _R.ALLOCATED,
                _R.UNDER_WAY: _R.UNDER_WAY, _R.READY: _R.READY,
            },
        ),
        **_rows(
            _RE.REROUTE,
            {
                _R.DRAFT: _R.DRAFT, _R.ASKED: _R.ASKED, _R.APPROVED: _R.APPROVED, _R.ALLOCATED: _R.ALLOCATED,
                _R.UNDER_WAY: _R.UNDER_WAY, _R.READY: _R.UNDER_WAY, _R.RETURNED: _R.APPROVED,
            },
        ),
        **_from_each(
            WANTED,
            {
                _RE.NOTHING: _R.APPROVED, _RE.KEPT: _R.ALLOCATED, _RE.MOVING: _R.UNDER_WAY, _RE.READY: _R.READY,
                _RE.GIVEN: _R.FULFILLED, _RE.BACK: _R.RETURNED,
            },
        ),
        **_rows(
            _RE.NOTHING,
            {_R.DRAFT: _R.DRAFT, _R.ASKED: _R.ASKED, _R.REFUSED: _R.REFUSED, _R.CANCELLED: _R.CANCELLED},
        ),
        (_R.CANCELLED, _RE.BACK): _R.CANCELLED,
    },
    may={
        _RE.SUBMIT: only("admin supervisor staff helpline"),
        _RE.APPROVE: only("admin supervisor staff"),
        _RE.REFUSE: only("admin supervisor staff"),
        _RE.ALLOCATE: only("admin supervisor staff"),
        _RE.CANCEL: only("admin supervisor staff helpline"),
        _RE.SPLIT: only("admin supervisor staff"),
        _RE.REROUTE: only("admin supervisor staff helpline"),
    },
)  # fmt: skip
"""A request that was returned is asked for again by re-routing it."""


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
        **_rows(_CE.CANCEL, {_C.PLANNED: _C.CANCELLED, _C.PICKING: _C.CANCELLED, _C.PACKED: _C.CANCELLED}),
        **_rows(
            _CE.CLOSE,
            {
                _C.ARRIVED: _C.CLOSED, _C.RECEIVED: _C.CLOSED, _C.DISCREPANT: _C.CLOSED, _C.RETURNED: _C.CLOSED,
                _C.LOST: _C.CLOSED,
            },
        ),
        **_rows(
            _CE.RETURN,
            {
                _C.IN_TRANSIT: _C.RETURNING, _C.ARRIVED: _C.RETURNING, _C.RECEIVED: _C.RETURNING,
                _C.DISCREPANT: _C.RETURNING,
            },
        ),
        **_rows(
            _CE.REROUTE,
            {
                _C.PLANNED: _C.PLANNED, _C.PICKING: _C.PICKING, _C.PACKED: _C.PACKED, _C.IN_TRANSIT: _C.IN_TRANSIT,
                _C.RETURNING: _C.IN_TRANSIT, _C.RETURNED: _C.PACKED,
            },
        ),
        **_rows(
            _CE.LOSE,
            {
                _C.IN_TRANSIT: _C.LOST, _C.ARRIVED: _C.DISCREPANT, _C.RETURNING: _C.LOST,
            },
        ),
        **_rows(_CE.SPLIT, {_C.PLANNED: _C.PLANNED, _C.PICKING: _C.PICKING, _C.PACKED: _C.PACKED}),
        **_from_each(
            _FORTH,
            {
                _CE.NOTHING: _C.PLANNED, _CE.STARTED: _C.PICKING, _CE.PACKED: _C.PACKED, _CE.MOVING: _C.IN_TRANSIT,
                _CE.ARRIVING: _C.ARRIVED, _CE.RECEIVED: _C.RECEIVED, _CE.DIFFERENT: _C.DISCREPANT,
                _CE.BACK: _C.RETURNED, _CE.LOST: _C.LOST,
            },
        ),
        **_rows(_CE.MOVING, {_C.RETURNING: _C.RETURNING}),
        **_rows(_CE.ARRIVING, {_C.RETURNING: _C.RETURNING, _C.CLOSED: _C.CLOSED}),
        **_rows(_CE.RECEIVED, {_C.RETURNING: _C.RETURNING, _C.CLOSED: _C.CLOSED}),
        **_rows(_CE.DIFFERENT, {_C.RETURNING: _C.RETURNING, _C.CLOSED: _C.CLOSED}),
        **_rows(_CE.BACK, {_C.RETURNING: _C.RETURNED, _C.CLOSED: _C.CLOSED, _C.CANCELLED: _C.CANCELLED}),
        **_rows(_CE.LOST, {_C.RETURNING: _C.LOST, _C.CLOSED: _C.CLOSED}),
        **_rows(_CE.NOTHING, {_C.CANCELLED: _C.CANCELLED}),
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
        **_rows(_PE.CANCEL, {_P.PLANNED: _P.CANCELLED, _P.PACKED: _P.CANCELLED, _P.RETURNED: _P.CANCELLED}),
        **_rows(
            _PE.REROUTE,
            {
                _P.PLANNED: _P.PLANNED, _P.PACKED: _P.PACKED, _P.UNDER_WAY: _P.UNDER_WAY, _P.ARRIVED: _P.PACKED,
                _P.WAITING: _P.PACKED, _P.REFUSED: _P.PACKED, _P.DUE_BACK: _P.PACKED, _P.RETURNING: _P.UNDER_WAY,
                _P.RETURNED: _P.PACKED,
            },
        ),
        **_rows(
            _PE.RETURN,
            {
                _P.UNDER_WAY: _P.RETURNING, _P.ARRIVED: _P.DUE_BACK, _P.WAITING: _P.DUE_BACK, _P.OUT: _P.DUE_BACK,
                _P.REFUSED: _P.DUE_BACK,
            },
        ),
        **_rows(
            _PE.LOSE,
            {
                _P.PACKED: _P.LOST, _P.UNDER_WAY: _P.LOST, _P.ARRIVED: _P.LOST, _P.WAITING: _P.LOST, _P.OUT: _P.LOST,
                _P.REFUSED: _P.LOST, _P.DUE_BACK: _P.LOST, _P.RETURNING: _P.LOST,
            },
        ),
        **_rows(_PE.DUE, {_P.WAITING: _P.DUE_BACK}),
        **_rows(_PE.PACKED, {_P.PLANNED: _P.PACKED, _P.PACKED: _P.PACKED, _P.RETURNED: _P.PACKED}),
        **_rows(
            _PE.EMPTIED,
            {
                _P.PLANNED: _P.PLANNED, _P.PACKED: _P.PLANNED, _P.CANCELLED: _P.CANCELLED, _P.RETURNED: _P.RETURNED,
                _P.DAMAGED: _P.DAMAGED,
            },
        ),
        **_rows(
            _PE.LOADED,
            {
                _P.PLANNED: _P.UNDER_WAY, _P.PACKED: _P.UNDER_WAY, _P.UNDER_WAY: _P.UNDER_WAY,
                _P.ARRIVED: _P.RETURNING, _P.WAITING: _P.RETURNING, _P.REFUSED: _P.RETURNING,
                _P.DUE_BACK: _P.RETURNING, _P.RETURNING: _P.RETURNING, _P.RETURNED: _P.UNDER_WAY,
            },
        ),
        **_rows(
            _PE.SENT_OUT,
            {
                _P.PLANNED: _P.OUT, _P.PACKED: _P.OUT, _P.ARRIVED: _P.OUT, _P.OUT: _P.OUT, _P.REFUSED: _P.REFUSED,
                _P.DUE_BACK: _P.DUE_BACK, _P.RETURNED: _P.OUT,
            },
        ),
        **_rows(
            _PE.STRAYED,
            {
                _P.PLANNED: _P.UNDER_WAY, _P.PACKED: _P.UNDER_WAY, _P.UNDER_WAY: _P.UNDER_WAY,
                _P.ARRIVED: _P.UNDER_WAY, _P.WAITING: _P.UNDER_WAY, _P.OUT: _P.UNDER_WAY, _P.REFUSED: _P.RETURNING,
                _P.DUE_BACK: _P.RETURNING, _P.RETURNING: _P.RETURNING, _P.RETURNED: _P.UNDER_WAY,
            },
        ),
        **_rows(
            _PE.ARRIVED,
            {
                _P.PLANNED: _P.ARRIVED, _P.PACKED: _P.ARRIVED, _P.UNDER_WAY: _P.ARRIVED, _P.ARRIVED: _P.ARRIVED,
                _P.WAITING: _P.ARRIVED, _P.OUT: _P.ARRIVED, _P.REFUSED: _P.REFUSED, _P.DUE_BACK: _P.DUE_BACK,
                _P.RETURNING: _P.ARRIVED, _P.RETURNED: _P.ARRIVED,
            },
        ),
        **_rows(
            _PE.SHELVED,
            {
                _P.PLANNED: _P.WAITING, _P.PACKED: _P.WAITING, _P.UNDER_WAY: _P.WAITING, _P.ARRIVED: _P.WAITING,
                _P.WAITING: _P.WAITING, _P.OUT: _P.WAITING, _P.REFUSED: _P.DUE_BACK, _P.DUE_BACK: _P.DUE_BACK,
                _P.RETURNING: _P.WAITING, _P.RETURNED: _P.WAITING,
            },
        ),
        **_rows(_PE.ATTEMPTED, {_P.OUT: _P.OUT, _P.ARRIVED: _P.ARRIVED, _P.PACKED: _P.OUT}),
        **_rows(
            _PE.REFUSED,
            {
                _P.PACKED: _P.REFUSED, _P.UNDER_WAY: _P.REFUSED, _P.ARRIVED: _P.REFUSED, _P.WAITING: _P.REFUSED,
                _P.OUT: _P.REFUSED, _P.REFUSED: _P.REFUSED, _P.DUE_BACK: _P.REFUSED,
            },
        ),
        **_rows(
            _PE.HANDED,
            {
                _P.PLANNED: _P.HANDED_OVER, _P.PACKED: _P.HANDED_OVER, _P.UNDER_WAY: _P.HANDED_OVER,
                _P.ARRIVED: _P.HANDED_OVER, _P.WAITING: _P.HANDED_OVER, _P.OUT: _P.HANDED_OVER,
                _P.REFUSED: _P.HANDED_OVER, _P.DUE_BACK: _P.HANDED_OVER,
            },
        ),
        **_rows(
            _PE.BROUGHT_BACK,
            {
                _P.ARRIVED: _P.DUE_BACK, _P.WAITING: _P.DUE_BACK, _P.OUT: _P.DUE_BACK, _P.HANDED_OVER: _P.DUE_BACK,
                _P.REFUSED: _P.DUE_BACK, _P.DUE_BACK: _P.DUE_BACK,
            },
        ),
        **_rows(
            _PE.HOME,
            {
                _P.PLANNED: _P.PACKED, _P.PACKED: _P.PACKED, _P.UNDER_WAY: _P.PACKED, _P.ARRIVED: _P.RETURNED,
                _P.WAITING: _P.RETURNED, _P.OUT: _P.PACKED, _P.HANDED_OVER: _P.RETURNED, _P.REFUSED: _P.RETURNED,
                _P.DUE_BACK: _P.RETURNED, _P.RETURNING: _P.RETURNED, _P.RETURNED: _P.RETURNED,
                _P.CANCELLED: _P.CANCELLED,
            },
        ),
        **_rows(_PE.DAMAGED, {state: _P.DAMAGED for state in _P if state is not _P.CANCELLED}),
        **_rows(
            _PE.LOST, {state: _P.LOST for state in _P if state not in {_P.HANDED_OVER, _P.DAMAGED, _P.CANCELLED}}
        ),
        **_rows(_PE.FOUND, {_P.LOST: _P.UNDER_WAY}),
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
