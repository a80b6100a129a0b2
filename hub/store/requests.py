"""What people decide about requests: submitted, approved, refused, cancelled, split, re-routed. One transaction each.

A request that is approved stands for needs, one a line, which reservations cover as any other need. Cancelling gives
all of them back, also what a pick list is about to fetch for it.
"""

import json
import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import Connection

from hub.core.allocation import pieces
from hub.core.lifecycles import BEFORE_LEAVING, OVER, REQUEST, ParcelState, RequestEvent, RequestState, Way
from hub.core.parcel_story import Route
from hub.store import decisions, needs
from hub.store.lives import Touched
from hub.store.queries.goods import packs
from hub.store.relief import (
    Found,
    Happened,
    Line,
    NewRequest,
    ReliefError,
    ask,
    check_way,
    lines_of,
    marks,
    parcels_of,
    remember,
    request,
)

PAST: Final[Mapping[RequestEvent, str]] = {
    RequestEvent.SUBMIT: "submitted",
    RequestEvent.APPROVE: "approved",
    RequestEvent.REFUSE: "refused",
    RequestEvent.ALLOCATE: "allocated",
    RequestEvent.CANCEL: "cancelled",
    RequestEvent.SPLIT: "split",
    RequestEvent.REROUTE: "re-routed",
}


def decide(connection: Connection, row: Found, event: RequestEvent, *, by: str, now: int, reason: str = "") -> Touched:
    """Submit, approve, refuse or cancel a request; what has to be restated. Raises ReliefError."""
    after = check(row, event)
    if event is RequestEvent.APPROVE:
        _need(connection, row, [(one, one.n) for one in lines_of(connection, row.seq)], by=by, now=now)
    parcels = give_back(connection, row, by=by, now=now) if event is RequestEvent.CANCEL else set()
    connection.exec_driver_sql(
        "UPDATE request SET decided = ?, state = ?, changed_at = ? WHERE seq = ?",
        (after.value, after.value, now, row.seq),
    )
    note(connection, row, event, by=by, now=now, detail=reason)
    return Touched(requests={row.seq}, parcels=parcels)


def check(row: Found, event: RequestEvent) -> RequestState:
    """Where an event leads from where a request is. Raises ReliefError."""
    after = REQUEST.decided(RequestState(row.state), event)
    if after is None:
        raise ReliefError(f"The request {row.id} is {row.state}: it cannot be {PAST[event]}.")
    return after


def note(connection: Connection, row: Found, event: RequestEvent, *, by: str, now: int, detail: str = "") -> None:
    """Remember a decision in the history of the request and in the log of decisions."""
    remember(connection, Happened(kind="request", about=row.id, event=event.value, who=by, at=now, detail=detail))
    decisions.note(connection, by, f"request-{PAST[event]}", row.id, detail, now)


def give_back(connection: Connection, row: Found, *, by: str, now: int) -> set[str]:
    """Nothing is kept for a request any more: needs, reservations and parcels are cancelled. The ids of the parcels."""
    ids_ = [one.id for one in parcels_of(connection, "request", row.seq) if one.state in BEFORE_LEAVING]
    remember(
        connection,
        *(
            Happened(kind="parcel", about=id_, event="cancel", who=by, at=now, detail=f"request {row.id}")
            for id_ in ids_
        ),
    )
    ids = [one.need for one in lines_of(connection, row.seq) if one.need]
    release(connection, ids, by=by, now=now)
    connection.exec_driver_sql(
        f"UPDATE need SET cancelled_at = ?, cancelled_by = ? WHERE id IN ({marks(ids)}) AND cancelled_at IS NULL",
        (now, by, *ids),
    )
    return set(ids_)


def release(connection: Connection, need_ids: Sequence[str], *, by: str, now: int) -> None:
    """Give back what is reserved for needs, also what is about to be fetched."""
    if not need_ids:
        return
    which = f"need IN (SELECT seq FROM need WHERE id IN ({marks(need_ids)})) AND state IN ('held', 'picking')"
    connection.exec_driver_sql(
        "UPDATE reservation SET state = 'cancelled', ended_at = ?, ended_by = ?,"
        f" ended_after = (SELECT max(seq) FROM reservation) WHERE {which}",
        (now, by, *need_ids),
    )


def split(connection: Connection, row: Found, parts: Mapping[int, int], *, new_id: str, by: str, now: int) -> Touched:
    """Move so much of each line (by its number) that nothing covers to a request of its own. Raises ReliefError."""
    check(row, RequestEvent.SPLIT)
    lines = {one.line: one for one in lines_of(connection, row.seq)}
    for number, n in parts.items():
        line = lines.get(number)
        if line is None or n > line.n:
            raise ReliefError(f"The request {row.id} has no line {number} of {n:,} or more.")
        if line.need is not None:
            _lessen(connection, line, n, by=by, now=now)
    left = sum(line.n for line in lines.values()) - sum(parts.values())
    if not left:
        raise ReliefError("Something has to stay in the request; cancel it, or re-route it as a whole.")
    decided = RequestState(row.decided)
    new = NewRequest(
        id=new_id, organisation=row.organisation, way=Way(row.way), site=row.site, needed_by=row.needed_by,
        lines=tuple(Line(item=lines[number].item, n=n) for number, n in parts.items()), by=by, now=now,
        incident=row.incident, line=row.line, call=row.call, recipient=row.recipient, priority=row.priority,
        groups=tuple(json.loads(row.groups)), note=row.note, state=decided, split_of=row.id,
    )  # fmt: skip
    ask(connection, new)
    other = request(connection, new_id)
    assert other is not None  # noqa: S101 (it was just kept)
    if decided is RequestState.APPROVED:
        _need(connection, other, [(one, one.n) for one in lines_of(connection, other.seq)], by=by, now=now)
    for number, n in parts.items():
        if n == lines[number].n:
            connection.exec_driver_sql("DELETE FROM request_line WHERE request = ? AND line = ?", (row.seq, number))
        else:
            connection.exec_driver_sql(
                "UPDATE request_line SET n = n - ? WHERE request = ? AND line = ?", (n, row.seq, number)
            )
    note(connection, row, RequestEvent.SPLIT, by=by, now=now, detail=f"into {new_id}")
    return Touched(requests={row.seq, other.seq})


def reroute(
    connection: Connection, row: Found, way: Way, site: str | None, *, by: str, now: int, reason: str = ""
) -> Touched:
    """Have a request answered another way or at another site; one that came back is asked for again."""
    after = check(row, RequestEvent.REROUTE)
    check_way(connection, way, site)
    parcels = [one for one in parcels_of(connection, "request", row.seq) if one.state not in OVER]
    if parcels and after is not RequestState.APPROVED:
        ids = ", ".join(one.id for one in parcels[:5])
        raise ReliefError(
            f"The request {row.id} has goods planned or under way ({ids}): re-route its parcels, or its consignment."
        )
    connection.exec_driver_sql(
        "UPDATE request SET way = ?, site = ?, changed_at = ? WHERE seq = ?", (way.value, site, now, row.seq)
    )
    changed = request(connection, row.id)
    assert changed is not None  # noqa: S101 (it is there)
    if row.state == RequestState.RETURNED:
        _ask_again(connection, changed, by=by, now=now)
    else:
        move_needs(connection, changed)
    note(connection, row, RequestEvent.REROUTE, by=by, now=now, detail=f"{Route(way, None, site)} {reason}".strip())
    return Touched(requests={row.seq})


def move_needs(connection: Connection, row: Found) -> None:
    """The needs of a request are where it goes now."""
    connection.exec_driver_sql(
        "UPDATE need SET destination = ? WHERE request = ? AND cancelled_at IS NULL", (destination(row), row.id)
    )


def destination(row: Found) -> str:
    """The account where a request's goods are needed."""
    return f"place:{row.site}" if row.way == Way.STATION else "virtual:with-recipient"


def lacking(connection: Connection, row: Found) -> list[tuple[Found, int]]:
    """The lines of a request, and how much of each is in no parcel that was handed over."""
    lines = lines_of(connection, row.seq)
    given = _given(connection, row, {one.item for one in lines})
    found = []
    for one in lines:
        had = min(one.n, given[one.item])
        given[one.item] -= had
        found.append((one, one.n - had))
    return found


def _given(connection: Connection, row: Found, wanted: set[str]) -> defaultdict[str, int]:
    """What was handed over for a request, in base units of the items that it asks for: cases are counted out."""
    query = (
        "SELECT item, sum(n) FROM parcel JOIN parcel_line ON parcel_line.parcel = parcel.seq"
        " WHERE request = ? AND state = ? GROUP BY item"
    )
    rows = connection.exec_driver_sql(query, (row.seq, ParcelState.HANDED_OVER)).all()
    contains = packs(connection) if any(item not in wanted for item, _ in rows) else {}
    found: defaultdict[str, int] = defaultdict(int)
    for item, n in rows:
        for into in (item,) if item in wanted else sorted(wanted):
            each = pieces(contains, item, into)
            if each is not None:
                found[into] += n * each
                break
    return found


def _ask_again(connection: Connection, row: Found, *, by: str, now: int) -> None:
    """What did not reach the recipient has to be reserved anew: new needs, and its old parcels belong to the past."""
    lines = lacking(connection, row)
    if not any(n for _, n in lines):
        raise ReliefError(f"All that the request {row.id} asks for was handed over: nothing of it has to go again.")
    release(connection, [one.need for one, _ in lines if one.need], by=by, now=now)
    connection.exec_driver_sql(
        "UPDATE need SET cancelled_at = ?, cancelled_by = ? WHERE request = ? AND cancelled_at IS NULL",
        (now, by, row.id),
    )
    connection.exec_driver_sql("UPDATE parcel SET past = 1 WHERE request = ?", (row.seq,))
    _need(connection, row, [(one, n) for one, n in lines if n], by=by, now=now)


def _lessen(connection: Connection, line: Found, n: int, *, by: str, now: int) -> None:
    found = needs.find(connection, line.need, now)
    there = 0 if found is None or found.cancelled else found.open
    if found is None or there < n:
        raise ReliefError(f"{n:,} of {line.item} cannot be split off: {there:,} are not reserved. Free some first.")
    if n == found.n:
        needs.cancel(connection, found, by=by, now=now)
    else:
        connection.exec_driver_sql("UPDATE need SET n = n - ? WHERE seq = ?", (n, found.seq))


def _need(connection: Connection, row: Found, lines: Sequence[tuple[Found, int]], *, by: str, now: int) -> None:
    """Need so much of these lines."""
    where = destination(row)
    new = [
        needs.NewNeed(
            id=secrets.token_hex(8), organisation=row.organisation, destination=where, item=one.item, n=n,
            needed_by=row.needed_by, shelf_days=0, substitutes=False, note="", by=by, now=now, request=row.id,
        )
        for one, n in lines
    ]  # fmt: skip
    needs.keep(connection, new)
    connection.exec_driver_sql(
        "UPDATE request_line SET need = ? WHERE request = ? AND line = ?",
        [(need.id, row.seq, one.line) for need, (one, _) in zip(new, lines, strict=True)],
    )
