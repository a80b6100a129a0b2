"""Rounds of couriers: planned, told what happened at the doors, and the facts that follow (hub.core.rounds).

What a courier says is kept under the id that the telephone gave it, one row for each parcel, in one transaction with
the facts that it makes due (hub.store.postings): said again, it changes nothing and posts nothing.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, func, insert, select, update

from hub.core.areas import Point
from hub.core.lifecycles import ParcelState
from hub.core.rounds import IN_HAND, RoundState, Stop, StopState, Told, aboard, facts, folded, in_order, state_of
from hub.core.viewer import Role
from hub.errors import HubError
from hub.store import decisions, postings
from hub.store.schema import account, consignment, parcel, round_outcome, round_stop, site, unit, user
from hub.store.schema import round as round_
from wire.messages import Proof

MOST_STOPS: Final = 300
"""Parcels of one round."""
GOES_OUT: Final = frozenset(
    {ParcelState.PLANNED, ParcelState.PACKED, ParcelState.ARRIVED, ParcelState.RETURNED, ParcelState.REFUSED}
)
"""Parcels that may be put on a round."""
LIVE: Final = (RoundState.PLANNED.value, RoundState.OUT.value)


class RoundError(HubError):
    """A round cannot be planned or changed like this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A round that somebody plans; `doors` are its parcels, with where the door is if anybody knows (degrees)."""

    site: str
    courier: str
    doors: Mapping[str, Point | None]
    by: str
    now: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a courier says happened, at `at` by the hub's clock; `id` is of the telephone's making."""

    id: str
    told: Told
    parcels: tuple[str, ...]
    at: int
    by: str
    now: int
    why: str = ""
    proof: Proof | None = None
    warned: tuple[str, ...] = ()


def plan(connection: Connection, planned: Planned) -> str:
    """Keep a round, its stops in the order in which to go; its id. Raises RoundError."""
    start = _start(connection, planned.site)
    _check_courier(connection, planned.courier)
    known = _parcels(connection, list(planned.doors))
    for key in planned.doors:
        _check_parcel(connection, key, known.get(key), planned.site)
    id_ = f"R-{secrets.token_hex(4)}"
    row = {
        "id": id_, "site": planned.site, "courier": planned.courier, "state": RoundState.PLANNED.value,
        "made_at": planned.now, "made_by": planned.by,
    }  # fmt: skip
    seq = connection.execute(insert(round_).values(row).returning(round_.c.seq)).scalar_one()
    stops = _placed(in_order(start, planned.doors), known)
    connection.execute(insert(round_stop), [_stop(seq, key, place, planned) for key, place in stops])
    detail = f"{len(stops)} parcels from {planned.site} by {planned.courier}"
    decisions.note(connection, planned.by, "round-planned", id_, detail, planned.now)
    return id_


def cancel(connection: Connection, id_: str, *, by: str, reason: str, now: int) -> None:
    """End a round that never went out; its parcels may go on another one. Raises RoundError."""
    row = find(connection, id_)
    if row is None or row.state != RoundState.PLANNED.value:
        raise RoundError(f"The round {id_} is {'unknown' if row is None else row.state}: it cannot be cancelled.")
    values = {"state": RoundState.CANCELLED.value, "ended_at": now}
    connection.execute(update(round_).where(round_.c.seq == row.seq).values(values))
    decisions.note(connection, by, "round-cancelled", id_, reason, now)


def find(connection: Connection, id_: str) -> Any:
    """A round's row; None for one that is unknown."""
    return connection.execute(select(round_).where(round_.c.id == id_)).one_or_none()


def check_theirs(connection: Connection, row: Any, parcels: Sequence[str]) -> None:
    """Raises RoundError where parcels are not on a round."""
    theirs = set(connection.execute(select(round_stop.c.parcel).where(round_stop.c.round == row.seq)).scalars())
    stray = sorted(set(parcels) - theirs)
    if stray:
        raise RoundError(f"The parcels {', '.join(stray[:5])} are not on the round {row.id}.")


def is_known(connection: Connection, id_: str) -> bool:
    """Whether something was said under this id before."""
    query = select(round_outcome.c.id).where(round_outcome.c.id == id_).limit(1)
    return connection.execute(query).first() is not None


def last_told(connection: Connection, parcel: str, but: str) -> int:
    """When the latest of what couriers said of a parcel happened, Unix ms, but for one outcome; 0: nothing was said."""
    rounds = select(round_stop.c.round).where(round_stop.c.parcel == parcel)
    told = round_outcome.c.round.in_(rounds) & (round_outcome.c.parcel == parcel) & (round_outcome.c.id != but)
    return connection.execute(select(func.max(round_outcome.c.at)).where(told)).scalar() or 0


def tell(connection: Connection, row: Any, said: Said) -> bool:
    """Keep what a courier said of parcels of a round, and what follows. False: it was known. Raises RoundError."""
    if is_known(connection, said.id):
        return False
    check_theirs(connection, row, said.parcels)
    states = _states(connection, row.seq, said.parcels)
    moving = [key for key in said.parcels if not (said.told is Told.BACK and states[key] not in IN_HAND)]
    posting = None
    if moving:
        stops = _stops(connection, moving, row.site)
        items = facts(
            said.told, stops, carried=aboard(row.id), home=f"place:{row.site}", by=said.by, proof=said.proof,
            warned=said.warned,
        )  # fmt: skip
        posting = postings.keep(connection, items, at=said.at, by=said.by, now=said.now)
    proof = said.proof
    kept = {
        "round": row.seq, "id": said.id, "told": said.told.value, "why": said.why,
        "way": None if proof is None else proof.way, "checked": int(proof is not None and proof.checked),
        "photo": None if proof is None else proof.photo, "warned": msgspec.json.encode(said.warned).decode(),
        "at": said.at, "received_at": said.now, "by": said.by,
    }  # fmt: skip
    connection.execute(
        insert(round_outcome),
        [kept | {"parcel": key, "posting": posting if key in moving else None} for key in said.parcels],
    )
    _restate(connection, row.seq, said.parcels, said.now)
    return True


def _restate(connection: Connection, seq: int, parcels: Sequence[str], now: int) -> None:
    """What stands for these parcels and for their round, from all that was said."""
    for key in parcels:
        query = select(round_outcome.c.told).where(round_outcome.c.round == seq, round_outcome.c.parcel == key)
        told = [Told(each) for each in connection.execute(query.order_by("at", "received_at", "id")).scalars()]
        values = {"state": folded(told).value, "attempts": told.count(Told.ATTEMPT), "changed_at": now}
        connection.execute(
            update(round_stop).where(round_stop.c.round == seq, round_stop.c.parcel == key).values(values)
        )
    states = connection.execute(select(round_stop.c.state).where(round_stop.c.round == seq)).scalars()
    state = state_of(map(StopState, states))
    ended = now if state is RoundState.DONE else None
    connection.execute(update(round_).where(round_.c.seq == seq).values(state=state.value, ended_at=ended))


def _states(connection: Connection, seq: int, parcels: Sequence[str]) -> dict[str, StopState]:
    query = select(round_stop.c.parcel, round_stop.c.state).where(round_stop.c.round == seq)
    rows = connection.execute(query.where(round_stop.c.parcel.in_(list(parcels))))
    return {row.parcel: StopState(row.state) for row in rows}


def _stops(connection: Connection, parcels: Sequence[str], home: str) -> list[Stop]:
    """Parcels with their consignments, and where they stand."""
    query = (
        select(parcel.c.id, consignment.c.id.label("consignment"), account.c.code)
        .join(consignment, consignment.c.seq == parcel.c.consignment)
        .outerjoin(unit, unit.c.code == "parcel:" + parcel.c.id)
        .outerjoin(account, account.c.id == unit.c.account_id)
        .where(parcel.c.id.in_(list(parcels)))
    )
    found = {row.id: row for row in connection.execute(query)}
    return [Stop(key, found[key].consignment, found[key].code or f"place:{home}") for key in parcels]


def _parcels(connection: Connection, keys: Sequence[str]) -> dict[str, Any]:
    query = (
        select(parcel.c.id, parcel.c.way, parcel.c.state, parcel.c.recipient, parcel.c.request, consignment.c.from_site)
        .join(consignment, consignment.c.seq == parcel.c.consignment)
        .where(parcel.c.id.in_(list(keys)))
    )
    return {row.id: row for row in connection.execute(query)}


def _check_parcel(connection: Connection, key: str, row: Any, home: str) -> None:
    if row is None:
        raise RoundError(f"There is no parcel {key}.")
    if row.way != "door":
        raise RoundError(f"The parcel {key} does not go to a door: its way is {row.way}.")
    if ParcelState(row.state) not in GOES_OUT:
        raise RoundError(f"The parcel {key} is {row.state}: it cannot be put on a round.")
    if row.from_site != home:
        raise RoundError(f"The parcel {key} starts from {row.from_site}, not from {home}.")
    on = connection.execute(
        select(round_.c.id)
        .join(round_stop, round_stop.c.round == round_.c.seq)
        .where(round_stop.c.parcel == key, round_.c.state.in_(LIVE))
        .where(round_stop.c.state.not_in((StopState.GIVEN.value, StopState.BACK.value)))
    ).scalar()
    if on is not None:
        raise RoundError(f"The parcel {key} is on the round {on} already.")


def _check_courier(connection: Connection, name: str) -> None:
    row = connection.execute(select(user.c.role, user.c.disabled_at).where(user.c.name == name)).one_or_none()
    if row is None or row.role != Role.COURIER.value or row.disabled_at is not None:
        raise RoundError(f"{name} is no courier: name a user with this role.")


def _start(connection: Connection, home: str) -> Point | None:
    row = connection.execute(select(site.c.lat_e7, site.c.lon_e7).where(site.c.id == home)).one_or_none()
    if row is None:
        raise RoundError(f"There is no site {home}.")
    return None if row.lat_e7 is None else (row.lat_e7 / 1e7, row.lon_e7 / 1e7)


def _placed(order: Sequence[str], known: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Parcels with the place of their door: those of one recipient share it, where the first of them comes."""
    places: dict[object, int] = {}
    found = []
    for key in order:
        row = known[key]
        place = places.setdefault(row.recipient or ("request", row.request), len(places) + 1)
        found.append((key, place))
    return sorted(found, key=lambda each: each[1])


def _stop(seq: int, key: str, place: int, planned: Planned) -> dict[str, Any]:
    point = planned.doors[key]
    return {
        "round": seq, "parcel": key, "place": place, "state": StopState.WAITING.value, "attempts": 0,
        "lat_e7": None if point is None else round(point[0] * 1e7),
        "lon_e7": None if point is None else round(point[1] * 1e7), "changed_at": planned.now,
    }  # fmt: skip
