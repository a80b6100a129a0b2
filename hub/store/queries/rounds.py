"""Rounds as people see them: a courier the own ones, who works at a site those of it.

The name of a courier's `Viewer` is the one by which decisions are noted, so that no program of the same name passes.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, func, select

from hub.core.viewer import Role, Viewer
from hub.store import recipients, reference
from hub.store.queries.paging import Page, Pager
from hub.store.queries.searching import Columns, clause, search
from hub.store.rounds import GOES_OUT, LIVE
from hub.store.schema import (
    consignment,
    parcel,
    parcel_line,
    personal_view,
    request,
    round_outcome,
    round_stop,
    user,
)
from hub.store.schema import round as round_

WORDS: Final = Columns(texts=("round.id", "round.courier", "round.made_by"), sites=("round.site",))


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundRow:
    """A round in a list; `given` of `parcels` reached somebody."""

    id: str
    site: str
    courier: str
    state: str
    parcels: int
    given: int
    made_at: int
    made_by: str
    ended_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    """Goods of a parcel."""

    item: str
    name: str
    name_zh: str
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRow:
    """One parcel of a round, and whom it is for, masked; `recipient` is an id."""

    parcel: str
    place: int
    state: str
    attempts: int
    recipient: str | None
    shown: str
    last4: str
    lat_e7: int | None
    lon_e7: int | None
    lines: tuple[LineRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRow:
    """A parcel that may be put on a round; `needed_by` yyyymmdd."""

    parcel: str
    state: str
    priority: int
    needed_by: int
    shown: str
    last4: str
    lines: tuple[LineRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierRow:
    """Somebody who may be sent; `shown` is the name for people, or ''."""

    name: str
    shown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRow:
    """What was said of a parcel."""

    id: str
    parcel: str
    told: str
    why: str
    way: str | None
    checked: bool
    photo: str | None
    warned: list[str]
    at: int
    received_at: int
    by: str


def rounds(
    connection: Connection,
    pager: Pager,
    viewer: Viewer,
    *,
    state: str | None,
    courier: str | None,
    words: str | None = None,
    limit: int,
    cursor: str | None,
) -> Page[RoundRow]:
    """The latest planned first."""
    query = _rows(viewer).order_by(round_.c.seq.desc()).limit(limit + 1)
    if state is not None:
        query = query.where(round_.c.state == state)
    if courier is not None:
        query = query.where(round_.c.courier == courier)
    query = query.where(clause(search(connection, words, WORDS)))
    after = pager.key(cursor, (int,))
    if after is not None:
        query = query.where(round_.c.seq < after[0])
    rows = [((row.seq,), _row(row)) for row in connection.execute(query)]
    return pager.page(rows, limit)


def one(connection: Connection, viewer: Viewer, id_: str) -> RoundRow | None:
    """One that the viewer sees."""
    row = connection.execute(_rows(viewer).where(round_.c.id == id_)).one_or_none()
    return None if row is None else _row(row)


def stops(connection: Connection, id_: str) -> list[StopRow]:
    """The parcels of a round, in order."""
    query = (
        select(round_stop, parcel.c.recipient, parcel.c.seq)
        .join(round_, round_.c.seq == round_stop.c.round)
        .join(parcel, parcel.c.id == round_stop.c.parcel)
        .where(round_.c.id == id_)
        .order_by(round_stop.c.place, round_stop.c.parcel)
    )
    rows = connection.execute(query).all()
    masked = recipients.shown(connection, {row.recipient for row in rows if row.recipient})
    lines = _lines(connection, [row.seq for row in rows])
    found = []
    for row in rows:
        who = masked.get(row.recipient or "")
        found.append(
            StopRow(
                parcel=row.parcel, place=row.place, state=row.state, attempts=row.attempts, recipient=row.recipient,
                shown="" if who is None else who.shown, last4="" if who is None else who.last4,
                lat_e7=row.lat_e7, lon_e7=row.lon_e7, lines=tuple(lines[row.seq]),
            )
        )  # fmt: skip
    return found


def waiting(connection: Connection, viewer: Viewer, site: str, most: int) -> list[WaitingRow]:
    """Parcels of a site that go to doors and are on no round, the most urgent first."""
    live = (
        select(round_stop.c.parcel)
        .join(round_, round_.c.seq == round_stop.c.round)
        .where(round_.c.state.in_(LIVE), round_stop.c.state.not_in(("given", "back")))
    )
    query = (
        select(parcel.c.id, parcel.c.seq, parcel.c.recipient, parcel.c.state, request.c.priority, request.c.needed_by)
        .join(consignment, consignment.c.seq == parcel.c.consignment)
        .join(request, request.c.seq == parcel.c.request)
        .where(parcel.c.way == "door", parcel.c.state.in_(sorted(GOES_OUT)), consignment.c.from_site == site)
        .where(parcel.c.id.not_in(live))
        .order_by(request.c.priority, request.c.needed_by, parcel.c.seq)
    )
    if not viewer.may_see_site(site):
        return []
    rows = connection.execute(query.limit(most)).all()
    masked = recipients.shown(connection, {row.recipient for row in rows if row.recipient})
    lines = _lines(connection, [row.seq for row in rows])
    return [
        WaitingRow(
            parcel=row.id,
            state=row.state,
            priority=row.priority,
            needed_by=row.needed_by,
            shown=masked[row.recipient].shown if row.recipient in masked else "",
            last4=masked[row.recipient].last4 if row.recipient in masked else "",
            lines=tuple(lines[row.seq]),
        )
        for row in rows
    ]


def couriers(connection: Connection) -> list[CourierRow]:
    """Who may be sent on rounds, by name."""
    query = select(user.c.name, user.c.shown).where(user.c.role == Role.COURIER.value, user.c.disabled_at.is_(None))
    return [CourierRow(name=row.name, shown=row.shown) for row in connection.execute(query.order_by(user.c.name))]


def outcomes(connection: Connection, id_: str) -> list[OutcomeRow]:
    """What was said on a round, in the order in which it happened."""
    query = (
        select(round_outcome)
        .join(round_, round_.c.seq == round_outcome.c.round)
        .where(round_.c.id == id_)
        .order_by(round_outcome.c.at, round_outcome.c.received_at, round_outcome.c.id, round_outcome.c.parcel)
    )
    return [
        OutcomeRow(
            id=row.id,
            parcel=row.parcel,
            told=row.told,
            why=row.why,
            way=row.way,
            checked=bool(row.checked),
            photo=row.photo,
            warned=msgspec.json.decode(row.warned, type=list[str]),
            at=row.at,
            received_at=row.received_at,
            by=row.by,
        )
        for row in connection.execute(query)
    ]


def was_viewed(connection: Connection, who: str, recipient: str, why: str) -> bool:
    """Whether it is noted that somebody saw a recipient's data for this."""
    query = select(personal_view.c.seq).where(personal_view.c.recipient == recipient, personal_view.c.who == who)
    return connection.execute(query.where(personal_view.c.why == why).limit(1)).first() is not None


def _rows(viewer: Viewer) -> "Select[Any]":
    total = select(func.count()).where(round_stop.c.round == round_.c.seq)
    query = select(
        round_,
        total.scalar_subquery().label("parcels"),
        total.where(round_stop.c.state == "given").scalar_subquery().label("given"),
    )
    return query.where(*_seen(viewer))


def _seen(viewer: Viewer) -> list[ColumnElement[bool]]:
    seen: list[ColumnElement[bool]] = []
    if viewer.role is Role.COURIER:
        seen.append(round_.c.courier == viewer.name)
    if viewer.site_filter is not None:
        seen.append(round_.c.site == viewer.site_filter)
    return seen


def _lines(connection: Connection, parcels: Sequence[int]) -> dict[int, list[LineRow]]:
    query = select(parcel_line.c.parcel, parcel_line.c.item, func.sum(parcel_line.c.n).label("n"))
    query = query.where(parcel_line.c.parcel.in_(list(parcels))).group_by(parcel_line.c.parcel, parcel_line.c.item)
    rows = connection.execute(query).all()
    names = reference.names_of(connection, {_gtin(row.item) for row in rows})
    found: dict[int, list[LineRow]] = defaultdict(list)
    for row in rows:
        name, name_zh = names.get(_gtin(row.item), ("", ""))
        found[row.parcel].append(LineRow(item=row.item, name=name, name_zh=name_zh, n=int(row.n)))
    return found


def _gtin(item: str) -> str:
    return item.removeprefix("gtin:")


def _row(row: Any) -> RoundRow:
    return RoundRow(
        id=row.id, site=row.site, courier=row.courier, state=row.state, parcels=row.parcels, given=row.given,
        made_at=row.made_at, made_by=row.made_by, ended_at=row.ended_at,
    )  # fmt: skip
