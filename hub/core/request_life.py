"""The life of a request. Pure."""

from enum import StrEnum
from typing import Final

from hub.core.access import only
from hub.core.life_cycle import LifeCycle, from_each, rows


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


_R, _RE = RequestState, RequestEvent
WANTED: Final = frozenset({_R.APPROVED, _R.ALLOCATED, _R.UNDER_WAY, _R.READY, _R.FULFILLED, _R.RETURNED})
"""Requests that somebody approved: what they are follows from their goods."""
REQUEST: Final = LifeCycle(
    first=_R.DRAFT,
    moves={
        **rows(_RE.SUBMIT, {_R.DRAFT: _R.ASKED}),
        **rows(_RE.APPROVE, {_R.ASKED: _R.APPROVED}),
        **rows(_RE.REFUSE, {_R.ASKED: _R.REFUSED}),
        **rows(
            _RE.ALLOCATE, {_R.APPROVED: _R.APPROVED, _R.ALLOCATED: _R.ALLOCATED, _R.UNDER_WAY: _R.UNDER_WAY}
        ),
        **rows(
            _RE.CANCEL,
            {
                _R.DRAFT: _R.CANCELLED, _R.ASKED: _R.CANCELLED, _R.APPROVED: _R.CANCELLED,
                _R.ALLOCATED: _R.CANCELLED,
            },
        ),
        **rows(
            _RE.SPLIT,
            {
                _R.DRAFT: _R.DRAFT, _R.ASKED: _R.ASKED, _R.APPROVED: _R.APPROVED, _R.ALLOCATED: _R.ALLOCATED,
                _R.UNDER_WAY: _R.UNDER_WAY, _R.READY: _R.READY,
            },
        ),
        **rows(
            _RE.REROUTE,
            {
                _R.DRAFT: _R.DRAFT, _R.ASKED: _R.ASKED, _R.APPROVED: _R.APPROVED, _R.ALLOCATED: _R.ALLOCATED,
                _R.RETURNED: _R.APPROVED,
            },
        ),
        **from_each(
            WANTED,
            {
                _RE.NOTHING: _R.APPROVED, _RE.KEPT: _R.ALLOCATED, _RE.MOVING: _R.UNDER_WAY, _RE.READY: _R.READY,
                _RE.GIVEN: _R.FULFILLED, _RE.BACK: _R.RETURNED,
            },
        ),
        **rows(
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
