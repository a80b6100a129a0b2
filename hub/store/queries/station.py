"""A station's parcels as its clerks see them: masked names and last four digits, and nobody's any more once given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row

from hub.core.viewer import Viewer
from hub.store.queries.paging import Page, Pager

GIVEN_MS: Final = 7 * 86_400_000
MOST_FOUND: Final = 50
_SHOWS: Final[Mapping[str, str]] = {
    "coming": "parcel.state IN ('planned', 'packed', 'under-way', 'out')",
    "waiting": "parcel.state IN ('arrived', 'waiting')",
    "overdue": "parcel.state = 'waiting' AND coalesce(collecting.reminded_at, 0) >= coalesce(parcel.waiting_since, 1)",
    "due-back": "parcel.state IN ('due-back', 'refused', 'returning')",
    "locked": "parcel.state IN ('arrived', 'waiting', 'due-back') AND collecting.locked_at >= collecting.made_at",
    "given": "parcel.state = 'handed-over' AND parcel.given_at > :since",
}
SHOWS: Final = tuple(_SHOWS)
"""What can be listed: `overdue` are those whose recipients were reminded and have not come."""
_HERE: Final = "parcel.state IN ('arrived', 'waiting', 'due-back', 'refused')"
_OPEN: Final = "parcel.state NOT IN ('handed-over', 'returned', 'lost', 'damaged', 'cancelled')"
_FROM: Final = (
    " FROM parcel JOIN request ON request.seq = parcel.request JOIN consignment ON consignment.seq = parcel.consignment"
    " LEFT JOIN recipient ON recipient.id = parcel.recipient LEFT JOIN collecting ON collecting.parcel = parcel.id"
    " LEFT JOIN parcel_claim ON parcel_claim.parcel = parcel.id"
    " WHERE parcel.station = :site AND (:owner IS NULL OR consignment.organisation = :owner)"
)
_ROW: Final = (
    "SELECT parcel.seq, parcel.id, parcel.number, parcel.state, parcel.placed, parcel.waiting_since, parcel.until,"
    " parcel.given_at, request.id AS request, request.priority, consignment.id AS consignment,"
    " consignment.organisation, recipient.shown, recipient.last4, collecting.reminded_at,"
    " coalesce(collecting.locked_at >= collecting.made_at, 0) AS locked,"
    " collecting.parcel IS NOT NULL AND collecting.ended_at IS NULL AS coded,"
    " (SELECT count(*) FROM collection_code AS code WHERE code.parcel = parcel.id AND code.proxy > 0) AS proxies,"
    " parcel_claim.device AS claimed_by, parcel_claim.at AS claimed_at" + _FROM
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One parcel: `goods` are (item, lot, n); `shown` and `last4` are '' once it was given out."""

    id: str
    shelf_code: str
    state: str
    request: str
    priority: int
    consignment: str
    organisation: str
    shown: str
    last4: str
    waiting_since: int | None
    until: int | None
    given_at: int | None
    reminded_at: int | None
    locked: bool
    coded: bool
    proxies: int
    claimed_by: str | None
    claimed_at: int | None
    goods: Sequence[tuple[str, str, int]]


def counts(connection: Connection, viewer: Viewer, site: str, now: int) -> dict[str, int]:
    """How many of each there are."""
    sums = ", ".join(f"coalesce(sum({where}), 0)" for where in _SHOWS.values())
    row = connection.exec_driver_sql(f"SELECT {sums}{_FROM}", _values(viewer, site, now)).one()
    return dict(zip(_SHOWS, map(int, row), strict=True))


def listed(
    connection: Connection,
    pager: Pager,
    viewer: Viewer,
    site: str,
    show: str,
    *,
    now: int,
    limit: int,
    cursor: str | None,
) -> Page[Seen]:
    """Those of one kind (`SHOWS`), in the order in which they were planned."""
    after = pager.key(cursor, (int,))
    query = f"{_ROW} AND {_SHOWS[show]} AND parcel.seq > :after ORDER BY parcel.seq LIMIT :most"
    values = _values(viewer, site, now) | {"after": 0 if after is None else after[0], "most": limit + 1}
    rows = connection.exec_driver_sql(query, values).all()
    seen = _seen(connection, rows)
    return pager.page([((row.seq,), one) for row, one in zip(rows, seen, strict=True)], limit)


def find(connection: Connection, viewer: Viewer, site: str, text: str, now: int) -> list[Seen]:
    """What somebody who stands at the counter may mean: last four digits, a shelf code, or a parcel's id."""
    values = _values(viewer, site, now)
    text = text.strip().removeprefix("RR:P:")
    shelf, _, number = text.rpartition("-")
    if len(text) == 4 and text.isascii() and text.isdigit():
        query = f"{_ROW} AND {_OPEN} AND recipient.last4 = :text"
        values["text"] = text
    elif len(number) == 3 and number.isascii() and number.isdigit():
        query = f"{_ROW} AND {_HERE} AND parcel.number = :number AND (:shelf = '' OR parcel.placed = :placed)"
        values |= {"number": int(number), "shelf": shelf, "placed": f"place:{site}/{shelf}"}
    else:
        query = f"{_ROW} AND parcel.id = :text"
        values["text"] = text
    rows = connection.exec_driver_sql(f"{query} ORDER BY parcel.seq LIMIT {MOST_FOUND}", values).all()
    return _seen(connection, rows)


def one(connection: Connection, viewer: Viewer, parcel: str) -> Seen | None:
    """One parcel that the viewer sees, at whatever station."""
    station = connection.exec_driver_sql("SELECT station FROM parcel WHERE id = ?", (parcel,)).scalar()
    if station is None or not viewer.may_see_site(station):
        return None
    values = _values(viewer, station, 0) | {"id": parcel}
    rows = connection.exec_driver_sql(f"{_ROW} AND parcel.id = :id", values).all()
    return next(iter(_seen(connection, rows)), None)


def shelf_code(site: str, placed: str, number: int) -> str:
    """Shelf, layer and number, as the label says them: `A-2-417`; '' where it stands on no shelf there."""
    shelf = placed.removeprefix(f"place:{site}/")
    return f"{shelf}-{number:03d}" if shelf != placed else ""


def _values(viewer: Viewer, site: str, now: int) -> dict[str, Any]:
    return {"site": site, "owner": viewer.owner_filter, "since": now - GIVEN_MS}


def _seen(connection: Connection, rows: "Sequence[Row[Any]]") -> list[Seen]:
    goods: dict[int, list[tuple[str, str, int]]] = {row.seq: [] for row in rows}
    if rows:
        marks = ", ".join("?" * len(rows))
        query = f"SELECT parcel, item, lot, n FROM parcel_line WHERE parcel IN ({marks}) ORDER BY parcel, line"
        for seq, item, lot, n in connection.exec_driver_sql(query, tuple(goods)):
            goods[seq].append((item, lot, n))
    return [_one(row, goods[row.seq]) for row in rows]


def _one(row: "Row[Any]", goods: Sequence[tuple[str, str, int]]) -> Seen:
    given = row.state == "handed-over"
    site = row.placed.removeprefix("place:").partition("/")[0]
    return Seen(
        id=row.id, shelf_code="" if given else shelf_code(site, row.placed, row.number), state=row.state,
        request=row.request, priority=row.priority, consignment=row.consignment, organisation=row.organisation,
        shown="" if given else row.shown or "", last4="" if given else row.last4 or "",
        waiting_since=row.waiting_since, until=row.until, given_at=row.given_at, reminded_at=row.reminded_at,
        locked=bool(row.locked), coded=bool(row.coded), proxies=row.proxies, claimed_by=row.claimed_by,
        claimed_at=row.claimed_at, goods=goods,
    )  # fmt: skip
