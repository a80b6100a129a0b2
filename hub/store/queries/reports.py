"""Tables for an organisation's own books: what it holds, what moved, what reached whom, what was asked for and given.

Movements are the ledger's rows as they stand, lot by lot in the order of time: goods in bulk, then things with a number
of their own, then what counts set right. Undone facts are left out. A movement that a unit made with all that is in it
is a movement of the unit and stands in its trace, not here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from hub.core.viewer import Viewer
from hub.store.queries.paging import Key, Page, Pager, Shape

Values = tuple[Any, ...]
SHAPE: Final[Shape] = (int, int, int, int, int, str)
MOST_ROWS: Final = 100_000
_KINDS: Final = (
    "SELECT 0 AS kind, lot_id, at, lane_id, seq, '' AS unit, source_id, to_id, quantity FROM move",
    "SELECT 1 AS kind, lot_id, at, lane_id, seq, unit, source_id, to_id, 1 AS quantity FROM sighting",
    (
        "SELECT 2 AS kind, lot_id, at, lane_id, seq, '' AS unit, account_id AS source_id, account_id AS to_id,"
        " adjustment AS quantity FROM tally"
    ),
)
_MEANT: Final = ("source_id <> to_id", "source_id <> to_id AND lot_id IS NOT NULL", "quantity <> 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a report is about; None: all. Times in Unix ms, `until` not included; `item` a key."""

    site: str | None = None
    item: str | None = None
    owner: str | None = None
    since: int | None = None
    until: int | None = None

    @property
    def parts(self) -> tuple[str | int | None, ...]:
        return self.site, self.item, self.owner, self.since, self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """All of an item at a site (None: on the way); `expiry` is the first of its lots, yyyymmdd."""

    site: str | None
    item: str
    owner: str
    condition: str
    lots: int
    quantity: int
    expiry: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One row of the ledger; `unit` of a thing with a number; `counted`: a count set this right."""

    at: int
    item: str
    lot: str
    owner: str
    condition: str
    quantity: int
    source: str
    source_site: str | None
    to: str
    to_site: str | None
    unit: str
    device: str
    seq: int
    counted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """Goods of a parcel that reached somebody, and how that is known; `photo`: there is a picture of it."""

    consignment: str
    parcel: str
    request: str
    organisation: str
    way: str
    station: str | None
    given_at: int
    proof: str | None
    checked: bool
    photo: bool
    item: str
    lot: str
    owner: str
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fulfilled:
    """What was given of an item in a month (UTC, `2026-11`), by requests whose parcels were handed over in it.

    `hours`: how long a parcel took from the asking to the hand-over, on average.
    """

    month: str
    organisation: str
    item: str
    requests: int
    parcels: int
    n: int
    hours: float


def holdings(connection: Connection, viewer: Viewer, wanted: Wanted) -> list[Held]:
    """By site, item, owner and condition: what stands there, units opened up; goods on the way have no site."""
    where, values = _of({"lot.owner": (wanted.owner, viewer.owner_filter), "lot.item": (wanted.item,)})
    sites, more = _of({"here.site": (wanted.site, viewer.site_filter)})
    query = (
        "WITH RECURSIVE here(id, site) AS ("
        " SELECT id, site FROM account WHERE kind = 'place' AND site IS NOT NULL"
        " UNION SELECT id, NULL FROM account WHERE kind = 'transit'"
        " UNION SELECT inside.id, here.site FROM here JOIN unit ON unit.account_id = here.id"
        " JOIN account AS inside ON inside.code = 'unit:' || unit.code)"
        " SELECT here.site, lot.item, lot.owner, lot.condition, count(DISTINCT lot.lot) AS lots,"
        " sum(balance.quantity) AS quantity, min(lot.expiry) AS expiry FROM here"
        " JOIN balance ON balance.account_id = here.id JOIN lot ON lot.id = balance.lot_id"
        f" WHERE balance.quantity <> 0 AND {where} AND {sites}"
        f" GROUP BY 1, 2, 3, 4 HAVING sum(balance.quantity) <> 0 ORDER BY 1, 2, 3, 4 LIMIT {MOST_ROWS}"
    )
    rows = connection.exec_driver_sql(query, (*values, *more))
    return [Held(**row._asdict()) for row in rows]


def movements(
    connection: Connection, pager: Pager, viewer: Viewer, wanted: Wanted, *, limit: int, cursor: str | None
) -> Page[Movement]:
    """Of one lot after the other, in the order of time."""
    after = pager.key(cursor, SHAPE)
    found: list[tuple[Key, Movement]] = []
    for kind in range(0 if after is None else int(after[0]), len(_KINDS)):
        rows = _moved(connection, kind, viewer, wanted, after, limit + 1 - len(found))
        found += [((kind, row.lot_id, row.at, row.lane_id, row.seq, row.unit), _movement(row)) for row in rows]
        after = None
        if len(found) > limit:
            break
    return pager.page(found, limit)


def hand_overs(
    connection: Connection, pager: Pager, viewer: Viewer, wanted: Wanted, *, limit: int, cursor: str | None
) -> Page[HandOver]:
    """What reached whom, the latest planned parcel first. `site`: where it came from or was handed out."""
    kinds: dict[str, tuple[str | None, ...]] = {
        "consignment.organisation": (wanted.owner, viewer.owner_filter),
        "parcel_line.item": (wanted.item,),
    }
    where, values = _of(kinds)
    spans, times = _within("parcel.given_at", wanted)
    conditions, values = [where, spans], (*values, *times)
    for site in {wanted.site, viewer.site_filter} - {None}:
        conditions.append("? IN (parcel.station, consignment.from_site)")
        values = (*values, site)
    after = pager.key(cursor, (int, int))
    if after is not None:
        conditions.append("(parcel.seq, -parcel_line.line) < (?, ?)")
        values = (*values, after[0], -int(after[1]))
    query = (
        "SELECT parcel.seq, parcel_line.line, consignment.id AS consignment, parcel.id AS parcel,"
        " request.id AS request, consignment.organisation, parcel.way, parcel.station, parcel.given_at,"
        " json_extract(parcel.proof, '$.way') AS proof,"
        " coalesce(json_extract(parcel.proof, '$.checked'), 0) AS checked,"
        " json_extract(parcel.proof, '$.photo') IS NOT NULL AS photo, parcel_line.item, parcel_line.lot,"
        " parcel_line.owner, parcel_line.n FROM parcel JOIN consignment ON consignment.seq = parcel.consignment"
        " JOIN request ON request.seq = parcel.request JOIN parcel_line ON parcel_line.parcel = parcel.seq"
        f" WHERE parcel.state = 'handed-over' AND parcel.given_at IS NOT NULL AND {' AND '.join(conditions)}"
        " ORDER BY parcel.seq DESC, parcel_line.line LIMIT ?"
    )
    found: list[tuple[Key, HandOver]] = []
    for row in connection.exec_driver_sql(query, (*values, limit + 1)):
        told = {**row._asdict(), "checked": bool(row.checked), "photo": bool(row.photo)}
        seq, line = told.pop("seq"), told.pop("line")
        found.append(((seq, line), HandOver(**told)))
    return pager.page(found, limit)


def fulfilled(connection: Connection, viewer: Viewer, wanted: Wanted) -> list[Fulfilled]:
    """By month, organisation and item, the latest month first."""
    kinds: dict[str, tuple[str | None, ...]] = {
        "request.organisation": (wanted.owner, viewer.owner_filter),
        "parcel.station": (wanted.site, viewer.site_filter),
        "parcel_line.item": (wanted.item,),
    }
    where, values = _of(kinds)
    spans, times = _within("parcel.given_at", wanted)
    query = (
        "SELECT strftime('%Y-%m', parcel.given_at / 1000, 'unixepoch') AS month, request.organisation,"
        " parcel_line.item, count(DISTINCT request.seq) AS requests, count(DISTINCT parcel.seq) AS parcels,"
        " sum(parcel_line.n) AS n, round(avg(parcel.given_at - request.made_at) / 3600000.0, 1) AS hours"
        " FROM parcel JOIN request ON request.seq = parcel.request JOIN parcel_line ON parcel_line.parcel = parcel.seq"
        f" WHERE parcel.state = 'handed-over' AND parcel.given_at IS NOT NULL AND {where} AND {spans}"
        f" GROUP BY 1, 2, 3 ORDER BY 1 DESC, 2, 3 LIMIT {MOST_ROWS}"
    )
    return [Fulfilled(**row._asdict()) for row in connection.exec_driver_sql(query, (*values, *times))]


def _moved(
    connection: Connection, kind: int, viewer: Viewer, wanted: Wanted, after: Key | None, most: int
) -> Sequence[Any]:
    where, values = _of({"lot.owner": (wanted.owner, viewer.owner_filter), "lot.item": (wanted.item,)})
    spans, times = _within("at", wanted)
    conditions, values = [_MEANT[kind], where, spans], (*values, *times)
    for site in {wanted.site, viewer.site_filter} - {None}:
        conditions.append("? IN (source.site, target.site)")
        values = (*values, site)
    if after is not None:
        conditions.append("(lot_id, at, lane_id, seq, unit) > (?, ?, ?, ?, ?)")
        values = (*values, *after[1:])
    query = (
        "SELECT moved.*, lot.item, lot.lot, lot.owner, lot.condition, source.code AS source,"
        " source.site AS source_site, target.code AS target, target.site AS target_site, device.name AS device"
        f" FROM ({_KINDS[kind]} WHERE voided = 0) AS moved JOIN lot ON lot.id = lot_id"
        " JOIN account AS source ON source.id = source_id JOIN account AS target ON target.id = to_id"
        " JOIN lane ON lane.id = lane_id JOIN device ON device.id = lane.device_id"
        f" WHERE {' AND '.join(conditions)} ORDER BY lot_id, at, lane_id, seq, unit LIMIT ?"
    )
    return connection.exec_driver_sql(query, (*values, most)).all()


def _movement(row: Any) -> Movement:
    return Movement(
        at=row.at, item=row.item, lot=row.lot, owner=row.owner, condition=row.condition, quantity=row.quantity,
        source=row.source, source_site=row.source_site, to=row.target, to_site=row.target_site, unit=row.unit,
        device=row.device, seq=row.seq, counted=row.kind == len(_KINDS) - 1,
    )  # fmt: skip


def _of(kinds: dict[str, tuple[str | None, ...]]) -> tuple[str, Values]:
    given = [(column, value) for column, values in kinds.items() for value in values if value is not None]
    return " AND ".join(["TRUE", *(f"{column} = ?" for column, _ in given)]), tuple(value for _, value in given)


def _within(column: str, wanted: Wanted) -> tuple[str, Values]:
    given = [(f"{column} >= ?", wanted.since), (f"{column} < ?", wanted.until)]
    held = [(text, value) for text, value in given if value is not None]
    return " AND ".join(["TRUE", *(text for text, _ in held)]), tuple(value for _, value in held)
