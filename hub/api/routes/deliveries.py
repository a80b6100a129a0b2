"""Deliveries that are announced, and what becomes of them (hub.core.deliveries)."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from sqlalchemy import Connection, select

from hub.api.context import Context, Here
from hub.api.deciding import deciding
from hub.api.door import Viewing, Whoever, named
from hub.api.faults import ApiError
from hub.api.models import deliveries as models
from hub.api.models.reference import Id
from hub.api.models.shared import LISTED, Cursor, Limit, ReasonInput, SearchText, errors
from hub.api.models.space import number
from hub.core.access import API
from hub.core.deliveries import Event, State, after
from hub.core.viewer import Viewer
from hub.store import decisions, deliveries, schema
from hub.store.deliveries import Delivery, Done, Line
from hub.store.queries import deliveries as queries
from hub.store.queries.deliveries import DeliveryFilter, Seen
from hub.store.queries.received import receipts

router = APIRouter(prefix=API, tags=["deliveries"])

CHANGED = errors(401, 403, 404, 409, 413, 422, 503)
MOST_RECEIPTS = 50
Key = Annotated[models.Key, Path(description="A delivery's id.")]


@router.get("/deliveries", responses=LISTED)
def the_deliveries(
    here: Here,
    viewer: Viewing,
    site: Id | None = None,
    owner: Id | None = None,
    state: Annotated[list[State] | None, Query(max_length=5, description="`announced` is also what arrives.")] = None,
    text: SearchText = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> models.DeliveryPage:
    """Announced deliveries, the latest expected first; staff see those of their organisation."""
    states = None if not state else frozenset(State.ANNOUNCED if one is State.ARRIVING else one for one in state)
    wanted = DeliveryFilter(site=site, owner=owner, states=states, words=text)
    pager = here.pager("deliveries", *wanted.parts, viewer.owner_filter, viewer.site_filter)
    with here.services.database.read() as connection:
        page = queries.deliveries(connection, pager, viewer, wanted, limit=limit, cursor=cursor)
    return models.DeliveryPage.model_validate({"rows": [_row(one) for one in page.rows], "next": page.next})


@router.get("/deliveries/{key}", responses=errors(401, 403, 404, 422, 503))
def the_delivery(here: Here, viewer: Viewing, key: Key) -> models.DeliveryWhole:
    """One delivery, what came of each line, and its history."""
    with here.services.database.read() as connection:
        return _shown(connection, viewer, key)


@router.post("/deliveries", status_code=201, responses=CHANGED)
def announce(here: Here, who: Whoever, viewer: Viewing, sent: models.DeliveryInput) -> models.DeliveryWhole:
    """Say that goods will come. The devices of the site hear of it, and know what they scan."""
    key = sent.id or f"D-{secrets.token_hex(5)}"
    wanted = _wanted(key, viewer, sent, who=named(who), now=here.now)
    with deciding(here, "delivery", ids=[key]) as connection:
        _check(connection, wanted)
        if deliveries.owner_of(connection, key) is not None:
            raise ApiError(409, "exists", f"There is a delivery {key} already.", hint="Choose another id, or none.")
        deliveries.add(connection, wanted)
        _note(here, connection, key, named(who), "announced", wanted.site)
        return _shown(connection, viewer, key)


@router.put("/deliveries/{key}", responses=CHANGED)
def change(here: Here, who: Whoever, viewer: Viewing, key: Key, sent: models.ChangeInput) -> models.DeliveryWhole:
    """Say anew what will come, while nothing of it has."""
    with _deciding(here, viewer, key) as (connection, found):
        _after(found, Event.CHANGED)
        wanted = _wanted(key, viewer, sent, who=named(who), now=here.now)
        _check(connection, wanted)
        deliveries.change(connection, wanted)
        _note(here, connection, key, named(who), "changed", wanted.site)
        return _shown(connection, viewer, key)


@router.post("/deliveries/{key}/cancellation", responses=CHANGED)
def cancel(here: Here, who: Whoever, viewer: Viewing, key: Key, sent: ReasonInput) -> models.DeliveryWhole:
    """It will not come. What has begun to arrive is closed instead."""
    with _deciding(here, viewer, key) as (connection, found):
        deliveries.decide(connection, key, _after(found, Event.CANCELLED))
        _note(here, connection, key, named(who), "cancelled", sent.reason)
        return _shown(connection, viewer, key)


@router.post("/deliveries/{key}/closing", responses=CHANGED)
def close(here: Here, who: Whoever, viewer: Viewing, key: Key, sent: ReasonInput) -> models.DeliveryWhole:
    """No more will come of it. Where something differs from what was announced, say why."""
    with _deciding(here, viewer, key) as (connection, found):
        if not found.even and not sent.reason:
            hint = "Give a reason, or wait until the missing facts have come."
            raise ApiError(409, "differs", "What came is not what was announced.", hint=hint)
        event = Event.CLOSED_EVEN if found.even else Event.CLOSED_DIFFERENT
        state = _after(found, event)
        deliveries.decide(connection, key, state)
        _note(here, connection, key, named(who), state.value, sent.reason)
        return _shown(connection, viewer, key)


@contextmanager
def _deciding(here: Context, viewer: Viewer, key: str) -> Iterator[tuple[Connection, Seen]]:
    """A delivery that the viewer sees, and the transaction in which it is decided on."""
    with deciding(here, "delivery", ids=[key]) as connection:
        found = queries.one(connection, viewer, key)
        if found is None:
            raise _none(key)
        yield connection, found


def _after(found: Seen, event: Event) -> State:
    state = after(found.state, event)
    if state is None:
        hint = "What has begun to arrive is closed; what is over stays over."
        raise ApiError(409, "wrong-state", f"The delivery {found.delivery.id} is {found.state}.", hint=hint)
    return state


def _wanted(key: str, viewer: Viewer, sent: models.ChangeInput, *, who: str, now: int) -> Delivery:
    owner = sent.owner or viewer.owner_filter
    if owner is None:
        raise ApiError(422, "no-owner", "Say whose goods they are.", hint="Name an organisation in `owner`.")
    if not viewer.may_see_owner(owner):
        raise ApiError(
            403, "not-yours", "You announce deliveries of your own organisation only.", hint="Leave `owner` out."
        )
    lines = tuple(
        Line(line=at, item=line.item, lot=line.lot or None, n=line.n) for at, line in enumerate(sent.lines, 1)
    )
    return Delivery(
        id=key, owner=owner, site=sent.site, expected=number(sent.expected), state=State.ANNOUNCED, note=sent.note,
        announced_at=now, announced_by=who, lines=lines, units=tuple(sent.units),
    )  # fmt: skip


def _check(connection: Connection, wanted: Delivery) -> None:
    for table, value, code in ((schema.site, wanted.site, "no-site"), (schema.organisation, wanted.owner, "no-owner")):
        if connection.execute(select(table.c.id).where(table.c.id == value)).first() is None:
            raise ApiError(
                422, code, f"There is no {table.name} {value}.", hint=f"GET /api/v1/{table.name}s lists them."
            )


def _note(here: Context, connection: Connection, key: str, who: str, event: str, reason: str) -> None:
    deliveries.remember(connection, key, Done(at=here.now, who=who, event=event, reason=reason))
    decisions.note(connection, who, f"delivery-{event}", key, reason, here.now)


def _shown(connection: Connection, viewer: Viewer, key: str) -> models.DeliveryWhole:
    found = queries.one(connection, viewer, key)
    if found is None:
        raise _none(key)
    history: Sequence[Done] = deliveries.history(connection, key)
    scans = receipts(connection, key, MOST_RECEIPTS)
    return models.DeliveryWhole.model_validate({**_row(found), "history": history, "receipts": scans})


def _none(key: str) -> ApiError:
    return ApiError(404, "no-delivery", f"There is no delivery {key}.", hint="GET /api/v1/deliveries lists them.")


def _row(found: Seen) -> dict[str, Any]:
    told = found.delivery
    lines = [
        {"line": one.line, "item": one.item, "lot": one.lot, "n": one.n, "received": found.outcome.received[one.line]}
        for one in told.lines
    ]
    return {
        "id": told.id, "owner": told.owner, "site": told.site, "expected": told.expected, "state": found.state,
        "note": told.note, "announced_at": told.announced_at, "announced_by": told.announced_by, "lines": lines,
        "units": list(told.units), "units_came": list(found.units_came), "unexpected": list(found.unexpected),
        "even": found.even,
    }  # fmt: skip
