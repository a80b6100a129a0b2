"""What people decide about planned consignments: cancelled, closed, returned, re-routed, split. One transaction each.

Nothing here moves goods: what was packed or sent shows by facts, and only what has not left can be cancelled.
"""

from collections.abc import Iterable, Sequence
from typing import Final

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
    Way,
)
from hub.core.parcel_story import Route
from hub.core.reservations import Event
from hub.store import decisions, life_facts, picks, requests
from hub.store.consigning import NewConsignment, free_numbers, insert
from hub.store.lives import Touched
from hub.store.queries.goods import is_site
from hub.store.relief import (
    Found,
    Happened,
    ReliefError,
    check_way,
    marks,
    parcels_of,
    remember,
    request,
)

PAST: Final = {
    ConsignmentEvent.CANCEL: "cancelled", ConsignmentEvent.CLOSE: "closed", ConsignmentEvent.RETURN: "returned",
    ConsignmentEvent.REROUTE: "re-routed", ConsignmentEvent.LOSE: "lost", ConsignmentEvent.SPLIT: "split",
}  # fmt: skip


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
    id_, seq = insert(connection, new, row.organisation, row.id)
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
    numbers = free_numbers(connection, station, len(parcels))
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
    id_, seq = insert(connection, new, row.organisation)
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
