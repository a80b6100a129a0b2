"""Planning consignments: what is reserved for some requests at one site becomes one pick list, and a parcel for each.

Nothing here moves goods: what was packed or sent shows by facts.
"""

import secrets
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from hub.core.lifecycles import OVER, RequestState, Way
from hub.store import decisions, picks, requests
from hub.store.lives import Touched
from hub.store.queries.goods import is_site
from hub.store.relief import (
    PREFIX,
    Found,
    Happened,
    ReliefError,
    check_way,
    marks,
    new_id,
    remember,
    request,
)

MOST_REQUESTS: Final = 200
NUMBERS: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConsignment:
    """Goods for some requests that go together. Days are yyyymmdd."""

    requests: tuple[str, ...]
    from_site: str | None
    to_site: str | None
    way: Way
    by: str
    now: int
    vehicle: str | None = None
    due: int | None = None
    note: str = ""


def plan(connection: Connection, new: NewConsignment) -> tuple[str, Touched]:
    """Plan a consignment with a parcel for each request; its id. Raises ReliefError, PickError, AllocationError."""
    rows = [_wanted(connection, id_, new) for id_ in dict.fromkeys(new.requests)]
    if len({row.organisation for row in rows}) != 1:
        raise ReliefError("The requests of a consignment are of one organisation.")
    check_way(connection, new.way, new.to_site)
    if new.from_site is not None and not is_site(connection, new.from_site):
        raise ReliefError(f"There is no site {new.from_site!r}.")
    if (new.from_site is None) != (new.way is Way.DIRECT):
        raise ReliefError("Only what a supplier brings directly comes from no site of ours.")
    id_, seq = insert(connection, new, rows[0].organisation)
    contents = _direct(connection, rows) if new.from_site is None else _picked(connection, rows, seq, new)
    ids = _parcels(connection, rows, contents, seq, new)
    remember(connection, Happened(kind="consignment", about=id_, event="planned", who=new.by, at=new.now))
    where = f"{new.from_site or 'a supplier'} to {new.to_site or new.way}"
    decisions.note(connection, new.by, "consignment-planned", id_, f"{len(ids)} parcels, {where}", new.now)
    return id_, Touched(parcels=set(ids))


def _wanted(connection: Connection, id_: str, new: NewConsignment) -> Found:
    row = request(connection, id_)
    if row is None:
        raise ReliefError(f"There is no request {id_}.")
    if row.state not in (RequestState.APPROVED, RequestState.ALLOCATED, RequestState.UNDER_WAY):
        raise ReliefError(f"The request {id_} is {row.state}: nothing can be sent for it.")
    if row.way != new.way or (new.way is Way.STATION and row.site != new.to_site):
        there = f"{row.way} {row.site or ''}".strip()
        raise ReliefError(
            f"The request {id_} is for {there}; re-route it first, or plan a consignment that goes there."
        )
    return row


def insert(
    connection: Connection, new: NewConsignment, organisation: str, back_of: str | None = None
) -> tuple[str, int]:
    """A planned consignment without anything in it, also one that brings another `back_of` where it came from.

    Its id and its number in the database.
    """
    id_ = new_id("C-", 8)
    seq = connection.exec_driver_sql(
        "INSERT INTO consignment (id, organisation, way, from_site, to_site, vehicle, due, note, back_of, made_at,"
        " made_by, changed_at, decided, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'planned', 'planned')"
        " RETURNING seq",
        (
            id_, organisation, new.way.value, new.from_site, new.to_site, new.vehicle, new.due, new.note, back_of,
            new.now, new.by, new.now,
        ),
    ).scalar_one()  # fmt: skip
    return id_, int(seq)


_Contents = dict[int, list[tuple[str, str, str, int]]]


def _picked(connection: Connection, rows: Sequence[Found], seq: int, new: NewConsignment) -> _Contents:
    """Release what is reserved for the requests at the site; what goes into each one's parcel."""
    held = _held(connection, rows, new)
    contents: _Contents = defaultdict(list)
    for one in held:
        contents[one.request].append((one.item, one.lot, one.owner, one.n))
    bare = next((row for row in rows if row.seq not in contents), None)
    if bare is not None:
        raise ReliefError(f"Nothing is reserved at {new.from_site} for the request {bare.id}; allocate it first.")
    code = picks.release(connection, [one.id for one in held], by=new.by, now=new.now)
    connection.exec_driver_sql("INSERT INTO consignment_pick (consignment, pick) VALUES (?, ?)", (seq, code))
    return contents


def _held(connection: Connection, rows: Sequence[Found], new: NewConsignment) -> list[Any]:
    found: list[Any] = []
    for row in rows:
        found += connection.exec_driver_sql(
            "SELECT r.id, r.item, r.lot, r.owner, r.n, request_line.request FROM request_line"
            " JOIN need ON need.id = request_line.need JOIN reservation AS r ON r.need = need.seq"
            " WHERE request_line.request = ? AND r.site = ? AND r.state = 'held' AND r.expires_at > ?"
            " ORDER BY r.seq",
            (row.seq, new.from_site, new.now),
        ).all()
    return found


def _direct(connection: Connection, rows: Sequence[Found]) -> _Contents:
    return {
        row.seq: [(one.item, "", row.organisation, n) for one, n in requests.lacking(connection, row) if n]
        for row in rows
    }


def _parcels(
    connection: Connection, rows: Sequence[Found], contents: _Contents, seq: int, new: NewConsignment
) -> list[str]:
    station = new.to_site
    numbers = free_numbers(connection, station, len(rows))
    prefix = PREFIX.get(new.way, station)
    ids = []
    for row, number in zip(rows, numbers, strict=True):
        id_ = new_id(f"{prefix}.", 6)
        parcel = connection.exec_driver_sql(
            "INSERT INTO parcel (id, request, consignment, recipient, way, station, number, state, made_at, made_by,"
            " changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, 'planned', ?, ?, ?) RETURNING seq",
            (id_, row.seq, seq, row.recipient, new.way.value, station, number, new.now, new.by, new.now),
        ).scalar_one()
        connection.exec_driver_sql(
            "INSERT INTO parcel_line (parcel, line, item, lot, owner, n) VALUES (?, ?, ?, ?, ?, ?)",
            [(parcel, line, *what) for line, what in enumerate(contents[row.seq], 1)],
        )
        ids.append(id_)
    remember(
        connection,
        *(Happened(kind="parcel", about=id_, event="planned", who=new.by, at=new.now, state="planned") for id_ in ids),
    )
    return ids


def free_numbers(connection: Connection, station: str | None, n: int) -> list[int]:
    """Numbers that no parcel has that is or will be at a station; where all are taken, any."""
    taken: set[int] = set()
    if station is not None:
        over = sorted(state.value for state in OVER)
        query = f"SELECT number FROM parcel WHERE station = ? AND state NOT IN ({marks(over)})"
        taken = set(connection.exec_driver_sql(query, (station, *over)).scalars())
    free = [number for number in range(NUMBERS) if number not in taken]
    shuffled = secrets.SystemRandom().sample(free, min(n, len(free)))
    return shuffled + [secrets.randbelow(NUMBERS) for _ in range(n - len(shuffled))]
