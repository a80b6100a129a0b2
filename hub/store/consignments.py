"""What people decide about consignments: planned, cancelled, closed, returned, re-routed, split. One transaction each.

Planning takes what is reserved for some requests at one site into one pick list, and plans a parcel for each request.
Nothing here moves goods: what was packed or sent shows by facts, and only what has not left can be cancelled.
"""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from hub.core.lifecycles import (
    BEFORE_LEAVING,
    CONSIGNMENT,
    OVER,
    PARCEL,
    ConsignmentEvent,
    ConsignmentState,
    ParcelEvent,
    ParcelState,
    RequestState,
    Way,
)
from hub.core.parcel_story import Route
from hub.core.reservations import Event
from hub.store import decisions, life_facts, picks, requests
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
    parcels_of,
    remember,
    request,
)

MOST_REQUESTS: Final = 200
NUMBERS: Final = 1000
PAST: Final = {
    ConsignmentEvent.CANCEL: "cancelled", ConsignmentEvent.CLOSE: "closed", ConsignmentEvent.RETURN: "returned",
    ConsignmentEvent.REROUTE: "re-routed", ConsignmentEvent.LOSE: "lost", ConsignmentEvent.SPLIT: "split",
}  # fmt: skip


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
    id_, seq = _insert(connection, new, rows[0].organisation)
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


def _insert(
    connection: Connection, new: NewConsignment, organisation: str, back_of: str | None = None
) -> tuple[str, int]:
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
    numbers = _free_numbers(connection, station, len(rows))
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


def _free_numbers(connection: Connection, station: str | None, n: int) -> list[int]:
    """Numbers that no parcel has that is or will be at a station; where all are taken, any."""
    taken: set[int] = set()
    if station is not None:
        over = sorted(state.value for state in OVER)
        query = f"SELECT number FROM parcel WHERE station = ? AND state NOT IN ({marks(over)})"
        taken = set(connection.exec_driver_sql(query, (station, *over)).scalars())
    free = [number for number in range(NUMBERS) if number not in taken]
    shuffled = secrets.SystemRandom().sample(free, min(n, len(free)))
    return shuffled + [secrets.randbelow(NUMBERS) for _ in range(n - len(shuffled))]


def check(row: Found, event: ConsignmentEvent) -> ConsignmentState:
    """Where an event leads from where a consignment is. Raises ReliefError."""
    after = CONSIGNMENT.decided(ConsignmentState(row.state), event)
    if after is None:
        raise ReliefError(f"The consignment {row.id} is {row.state}: it cannot be {PAST[event]}.")
    return after


def cancel(connection: Connection, row: Found, *, by: str, now: int, reason: str = "") -> Touched:
    """Nothing goes after all: what is reserved for it is free, its parcels are cancelled, what was packed is unpacked.

    Its requests are open again, and can be allocated anew.
    """
    check(row, ConsignmentEvent.CANCEL)
    parcels = [one for one in parcels_of(connection, "consignment", row.seq) if one.state in BEFORE_LEAVING]
    remember(connection, *_happened(parcels, ParcelEvent.CANCEL, by, now, f"consignment {row.id}"))
    query = "SELECT pick FROM consignment_pick JOIN pick ON pick.id = pick WHERE consignment = ? AND state = 'open'"
    for pick in connection.exec_driver_sql(query, (row.seq,)).scalars().all():
        if not _shared(connection, pick, row.seq):
            picks.end(connection, pick, Event.CANCEL, by=by, now=now)
    return _done(connection, row, ConsignmentEvent.CANCEL, parcels, by, now, reason, decided="cancelled")


def not_of_a_consignment(connection: Connection, pick: str) -> None:
    """Raises ReliefError for a pick list by which a consignment is fetched that is not over."""
    query = (
        "SELECT c.id FROM consignment_pick AS p JOIN consignment AS c ON c.seq = p.consignment"
        " WHERE p.pick = ? AND c.decided = 'planned'"
    )
    found = connection.exec_driver_sql(query, (pick,)).scalar()
    if found is not None:
        raise ReliefError(f"The pick list {pick} is that of the consignment {found}: cancel that.")


def _shared(connection: Connection, pick: str, seq: int) -> bool:
    """Whether a consignment that is not over, other than this one, is fetched by the same list."""
    query = (
        "SELECT EXISTS (SELECT 1 FROM consignment_pick AS p JOIN consignment AS c ON c.seq = p.consignment"
        " WHERE p.pick = ? AND c.seq <> ? AND c.decided = 'planned')"
    )
    return bool(connection.exec_driver_sql(query, (pick, seq)).scalar())


def close(connection: Connection, row: Found, *, by: str, now: int, reason: str = "") -> Touched:
    """It is over as it is; lists that are still open give back what was not fetched. Differences show as such."""
    check(row, ConsignmentEvent.CLOSE)
    query = "SELECT pick FROM consignment_pick JOIN pick ON pick.id = pick WHERE consignment = ? AND state = 'open'"
    for pick in connection.exec_driver_sql(query, (row.seq,)).scalars().all():
        if not _shared(connection, pick, row.seq):
            picks.end(connection, pick, Event.CLOSE, by=by, now=now)
    return _done(connection, row, ConsignmentEvent.CLOSE, [], by, now, reason, decided="closed")


def give_back(
    connection: Connection, row: Found, *, to_site: str | None, by: str, now: int, reason: str = ""
) -> tuple[str, Touched]:
    """Have what is not handed over brought back, to its own site or another one: the consignment that does it."""
    check(row, ConsignmentEvent.RETURN)
    where = to_site or row.from_site
    if where is None or not is_site(connection, where):
        raise ReliefError("Say to which site of ours it is to come back.")
    parcels = [
        one
        for one in parcels_of(connection, "consignment", row.seq)
        if PARCEL.decided(ParcelState(one.state), ParcelEvent.RETURN) is not None or one.state == ParcelState.DUE_BACK
    ]
    new = NewConsignment(requests=(), from_site=row.to_site, to_site=where, way=Way.STATION, by=by, now=now)
    id_, seq = _insert(connection, new, row.organisation, row.id)
    connection.exec_driver_sql(
        f"UPDATE parcel SET back = ? WHERE seq IN ({marks(parcels)})", (seq, *(one.seq for one in parcels))
    )
    remember(connection, *_happened(parcels, ParcelEvent.RETURN, by, now, f"by {id_}"))
    remember(
        connection, Happened(kind="consignment", about=id_, event="planned", who=by, at=now, detail=f"back of {row.id}")
    )
    touched = _done(
        connection, row, ConsignmentEvent.RETURN, parcels, by, now, reason or f"by {id_}", decided="returning"
    )
    touched.consignments.add(seq)
    return id_, touched


def reroute(
    connection: Connection, row: Found, *, way: Way, to_site: str | None, vehicle: str | None, due: int | None, by: str,
    now: int, reason: str = "",
) -> Touched:  # fmt: skip
    """Have it go elsewhere, with all parcels of it that are not over."""
    check(row, ConsignmentEvent.REROUTE)
    check_way(connection, way, to_site)
    if (way is Way.DIRECT) != (row.from_site is None):
        raise ReliefError("What comes from a site of ours does not go directly, and what comes from a supplier does.")
    parcels = [
        one
        for one in parcels_of(connection, "consignment", row.seq)
        if one.state not in OVER - {ParcelState.RETURNED} and not one.past
    ]
    stuck = [one.id for one in parcels if PARCEL.decided(ParcelState(one.state), ParcelEvent.REROUTE) is None]
    if stuck:
        raise ReliefError(f"The parcel {stuck[0]} is on its last way: it cannot be re-routed now.")
    connection.exec_driver_sql(
        "UPDATE consignment SET way = ?, to_site = ?, vehicle = ?, due = ?, decided = 'planned', changed_at = ?"
        " WHERE seq = ?",
        (way.value, to_site, vehicle, due, now, row.seq),
    )
    touched = reroute_parcels(connection, parcels, way, to_site, by=by, now=now)
    more = _done(connection, row, ConsignmentEvent.REROUTE, parcels, by, now, f"{way} {to_site or ''} {reason}".strip())
    touched.parcels |= more.parcels
    touched.consignments |= more.consignments
    return touched


def reroute_parcels(
    connection: Connection, parcels: Sequence[Found], way: Way, station: str | None, *, by: str, now: int
) -> Touched:
    """Have parcels go another way or to another station, and their requests with them."""
    numbers = _free_numbers(connection, station, len(parcels))
    target = str(Route(way, None, station))
    for one, number in zip(parcels, numbers, strict=True):
        happened = Happened(
            kind="parcel", about=one.id, event="reroute", who=by, at=now, target=target,
            source=str(Route(Way(one.way), None, one.station)),
        )  # fmt: skip
        remember(connection, happened)
        connection.exec_driver_sql(
            "UPDATE parcel SET way = ?, station = ?, number = ?, back = NULL, changed_at = ? WHERE seq = ?",
            (way.value, station, number if station != one.station else one.number, now, one.seq),
        )
        connection.exec_driver_sql(
            "UPDATE request SET way = ?, site = ?, changed_at = ? WHERE seq = ?", (way.value, station, now, one.request)
        )
        changed = request(connection, one.request_id)
        assert changed is not None  # noqa: S101 (the parcel has it)
        requests.move_needs(connection, changed)
    return Touched(parcels={one.id for one in parcels}, consignments={one.back for one in parcels if one.back})


def split(connection: Connection, row: Found, parcels: Iterable[str], *, by: str, now: int) -> tuple[str, Touched]:
    """Let some of its parcels, which have not left, go by a consignment of their own; its id. Raises ReliefError."""
    check(row, ConsignmentEvent.SPLIT)
    own = {one.id: one for one in parcels_of(connection, "consignment", row.seq)}
    wanted = [own.get(id_) for id_ in dict.fromkeys(parcels)]
    chosen = [one for one in wanted if one is not None and one.state in BEFORE_LEAVING]
    if len(chosen) != len(wanted) or len(chosen) == len(own):
        raise ReliefError("Name some of its parcels, not all, that have not left yet.")
    new = NewConsignment(
        requests=(), from_site=row.from_site, to_site=row.to_site, way=Way(row.way), vehicle=row.vehicle, due=row.due,
        note=row.note, by=by, now=now,
    )  # fmt: skip
    id_, seq = _insert(connection, new, row.organisation)
    connection.exec_driver_sql(
        "INSERT INTO consignment_pick (consignment, pick) SELECT ?, pick FROM consignment_pick WHERE consignment = ?",
        (seq, row.seq),
    )
    connection.exec_driver_sql(
        f"UPDATE parcel SET consignment = ? WHERE seq IN ({marks(chosen)})", (seq, *(one.seq for one in chosen))
    )
    remember(
        connection,
        Happened(kind="consignment", about=id_, event="planned", who=by, at=now, detail=f"split of {row.id}"),
    )
    life_facts.regroup(connection, {one.id for one in chosen})
    touched = _done(connection, row, ConsignmentEvent.SPLIT, chosen, by, now, f"into {id_}")
    return id_, touched


def _done(
    connection: Connection, row: Found, event: ConsignmentEvent, parcels: Sequence[Found], by: str, now: int,
    detail: str, *, decided: str | None = None,
) -> Touched:  # fmt: skip
    if decided is not None:
        connection.exec_driver_sql(
            "UPDATE consignment SET decided = ?, changed_at = ? WHERE seq = ?", (decided, now, row.seq)
        )
    remember(connection, Happened(kind="consignment", about=row.id, event=event.value, who=by, at=now, detail=detail))
    decisions.note(connection, by, f"consignment-{PAST[event]}", row.id, detail, now)
    return Touched(parcels={one.id for one in parcels}, consignments={row.seq})


def _happened(parcels: Iterable[Found], event: ParcelEvent, by: str, now: int, detail: str) -> list[Happened]:
    return [Happened(kind="parcel", about=one.id, event=event.value, who=by, at=now, detail=detail) for one in parcels]
