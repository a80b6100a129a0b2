"""What does not add up between a warehouse and a recipient: consignments, units that went astray, parcels given twice.

Numbers come from the custody that is kept of each consignment (hub/store/custody.py). What is short is said once a
consignment is through; what is over, damaged or astray, at once.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any, Final

from sqlalchemy import Connection, Row

from hub.core.discrepancies import Kind, Value
from hub.store.queries.differing import Discrepancy, Found, Reading, Told
from hub.store.queries.goods import local_day
from hub.store.queries.paging import Key
from hub.store.queries.places import sites_of
from wire.actions import WITH_RECIPIENT
from wire.label import is_handling_unit

SOME: Final = 500
THROUGH: Final = frozenset({"received", "discrepant", "closed", "lost"})
_LINES: Final = """
SELECT consignment.id, consignment.state, consignment.changed_at, coalesce(to_site, from_site) AS site, custody.*,
       sum(planned) OVER (PARTITION BY consignment, item) AS wanted,
       sum(dispatched) OVER (PARTITION BY consignment, item) AS sent,
       sum(planned) OVER (PARTITION BY consignment) AS all_wanted
FROM custody JOIN consignment ON consignment.seq = custody.consignment {}ORDER BY consignment, item, lot, owner
"""
_OF_CONSIGNMENTS: Final = "WHERE consignment.seq IN (SELECT value FROM json_each(?)) "
_NOT_EVEN: Final = """
WHERE consignment.seq IN (
  SELECT consignment FROM custody GROUP BY consignment, item HAVING sum(planned) <> sum(dispatched)
  UNION SELECT consignment FROM custody WHERE in_transit <> 0 OR elsewhere <> 0 OR damaged <> 0)
"""
"""Whatever is off is among these; most consignments went as planned, and their lines are not looked at."""
_ASTRAY: Final = """
SELECT 'parcel:' || parcel.id AS unit, parcel.station AS wanted, from_site, organisation, account.code, unit.since
FROM parcel JOIN consignment ON consignment.seq = parcel.consignment
JOIN unit ON unit.code = 'parcel:' || parcel.id JOIN account ON account.id = unit.account_id
WHERE parcel.state NOT IN ('handed-over', 'lost', 'damaged', 'cancelled') AND parcel.station IS NOT NULL
  AND account.kind IN ('place', 'unit') {0}
UNION ALL
SELECT part.unit, to_site, from_site, organisation, account.code, unit.since
FROM consignment JOIN consignment_unit AS part ON part.consignment = consignment.seq
JOIN unit ON unit.code = part.unit JOIN account ON account.id = unit.account_id
WHERE consignment.state NOT IN ('closed', 'cancelled') AND to_site IS NOT NULL AND account.kind IN ('place', 'unit')
  AND part.unit NOT LIKE 'parcel:%' {0}
ORDER BY 1
"""
_OF_UNITS: Final = "AND {} IN (SELECT value FROM json_each(?))"
_LATE: Final = """
SELECT seq, id, state, due, organisation, from_site, to_site, changed_at FROM consignment
WHERE due IS NOT NULL AND state IN ('planned', 'picking', 'packed', 'in-transit') AND +seq > ? ORDER BY +seq
"""
_GIVEN: Final = f"""
SELECT seen.unit, at, lane_id, sighting_seq, source.code AS source, target.code AS target FROM (
  SELECT unit, at, lane_id, sighting.seq AS sighting_seq, source_id, to_id FROM sighting
  WHERE voided = 0 AND unit IN (
    SELECT unit FROM sighting WHERE to_id = (SELECT id FROM account WHERE code = '{WITH_RECIPIENT}')
      AND lot_id IS NULL AND voided = 0 AND unit LIKE 'parcel:%' {{}} GROUP BY unit HAVING count(*) > 1)
) AS seen
JOIN account AS source ON source.id = source_id JOIN account AS target ON target.id = to_id
ORDER BY seen.unit, at, lane_id, sighting_seq
"""
_BELONGS: Final = """
SELECT coalesce(parcel.station, consignment.from_site) AS site, organisation FROM parcel
JOIN consignment ON consignment.seq = parcel.consignment WHERE parcel.id = ?
"""
_UNSEEN: Final = """
SELECT missing.parcel, missing.placed, counted.id, counted.site, counted.closed_at, organisation
FROM shelf_missing AS missing JOIN shelf_count AS counted ON counted.seq = missing.count
JOIN parcel ON parcel.id = missing.parcel JOIN consignment ON consignment.seq = parcel.consignment
JOIN unit ON unit.code = 'parcel:' || parcel.id
WHERE unit.since <= counted.closed_at AND parcel.state NOT IN ('handed-over', 'lost', 'damaged', 'cancelled')
  AND counted.seq = (SELECT max(other.count) FROM shelf_missing AS other WHERE other.parcel = missing.parcel)
ORDER BY missing.parcel
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Off:
    """One thing about a line of a consignment; `lots`: it is about this lot and owner, else about the item."""

    kind: Kind
    code: str
    n: int
    values: dict[str, Value]
    lots: bool = True


def short(reading: Reading, after: Key | None, limit: int) -> Sequence[Found]:
    """What did not leave, or left and did not arrive."""
    return _lines(reading, Kind.CONSIGNMENT_SHORT, after, limit)


def over(reading: Reading, after: Key | None, limit: int) -> Sequence[Found]:
    """What left or came though it was not to."""
    return _lines(reading, Kind.CONSIGNMENT_OVER, after, limit)


def damaged(reading: Reading, after: Key | None, limit: int) -> Sequence[Found]:
    """What was damaged, went past its date or was destroyed."""
    return _lines(reading, Kind.CONSIGNMENT_DAMAGED, after, limit)


def _lines(reading: Reading, kind: Kind, after: Key | None, limit: int) -> Sequence[Found]:
    found: list[Found] = []
    told: set[tuple[int, str]] = set()
    for row in _custody(reading):
        for off in _off(row):
            if off.kind is not kind or (not off.lots and (row.consignment, row.item) in told):
                continue
            if not off.lots:
                told.add((row.consignment, row.item))
            key = (row.consignment, row.item, row.lot if off.lots else "", row.owner if off.lots else "", off.code)
            found.append((key, _line(reading, row, off)))
    return sorted((one for one in found if after is None or one[0] > after), key=lambda one: one[0])[:limit]


def _custody(reading: Reading) -> "Sequence[Row[Any]]":
    if reading.only is None:
        return reading.connection.exec_driver_sql(_LINES.format(_NOT_EVEN)).all()
    return reading.connection.exec_driver_sql(_LINES.format(_OF_CONSIGNMENTS), (reading.only.consignments,)).all()


def _of_units(reading: Reading, query: str, column: str, times: int = 1) -> "Sequence[Row[Any]]":
    """What a query finds, of the units alone that are looked for; `times` it says so."""
    if reading.only is None:
        return reading.connection.exec_driver_sql(query.format("")).all()
    return reading.connection.exec_driver_sql(
        query.format(_OF_UNITS.format(column)), (reading.only.units,) * times
    ).all()  # fmt: skip


def _off(row: "Row[Any]") -> Iterator[_Off]:
    through, what = row.state in THROUGH, {"consignment": row.id}
    bare = is_handling_unit(row.item)
    if row.all_wanted and not bare and row.sent != row.wanted and (through or row.sent > row.wanted):
        less = row.sent < row.wanted
        yield _Off(
            kind=Kind.CONSIGNMENT_SHORT if less else Kind.CONSIGNMENT_OVER, code="sent-less" if less else "sent-more",
            n=int(row.sent - row.wanted), values={**what, "dispatched": int(row.sent), "planned": int(row.wanted)},
            lots=False,
        )  # fmt: skip
    rest = row.in_transit + row.elsewhere
    gone = min(row.in_transit, rest)
    if through and gone > 0:
        yield _Off(kind=Kind.CONSIGNMENT_SHORT, code="not-arrived", n=-gone, values={**what, "n": gone})
    if rest < 0:
        yield _Off(kind=Kind.CONSIGNMENT_OVER, code="arrived-more", n=-rest, values={**what, "n": -rest})
    if row.damaged > 0:
        yield _Off(
            kind=Kind.CONSIGNMENT_DAMAGED, code="damaged-on-the-way", n=row.damaged, values={**what, "n": row.damaged}
        )


def _line(reading: Reading, row: "Row[Any]", off: _Off) -> Discrepancy:
    lot, owner = (row.lot, row.owner) if off.lots else (None, row.owner)
    about = (row.id, row.item, row.lot, row.owner, off.code) if off.lots else (row.id, row.item, off.code)
    return reading.row(
        off.kind, Told(about=about, code=off.code, values=off.values, story=tuple(off.values.values())),
        site=row.site, item=row.item, lot=lot, owner=owner, quantity=off.n, since=row.changed_at,
    )  # fmt: skip


def astray(reading: Reading, after: Key | None, limit: int) -> Sequence[Found]:
    """Units that stand at a site that is neither the one that they are for nor the one that they come from."""
    rows = [row for row in _of_units(reading, _ASTRAY, "unit.code", times=2) if after is None or row.unit > after[0]]
    found: list[Found] = []
    for row, site in _sited(reading.connection, rows):
        if site is None or site in (row.wanted, row.from_site) or not reading.may_see(site, row.organisation):
            continue
        if len(found) == limit:
            break
        told = Told(
            about=(row.unit,), code="for-elsewhere", values={"wanted": row.wanted, "stands": site},
            story=(row.wanted, site),
        )  # fmt: skip
        found.append(((row.unit,), reading.row(
            Kind.WRONG_UNIT, told, site=site, account=row.code, item=row.unit, owner=row.organisation, quantity=1,
            since=row.since,
        )))  # fmt: skip
    return found


def _sited(connection: Connection, rows: "Sequence[Row[Any]]") -> "Iterator[tuple[Row[Any], str | None]]":
    """Rows with the sites of their accounts, some at a time."""
    for start in range(0, len(rows), SOME):
        some = rows[start : start + SOME]
        sites = sites_of(connection, {row.code for row in some})
        yield from ((row, sites[row.code]) for row in some)


def overdue(reading: Reading, after: Key | None, limit: int) -> Sequence[Found]:
    """Consignments that have not arrived though their day is over."""
    found: list[Found] = []
    rows = late(reading.connection, reading.now, 0 if after is None else int(after[0]))
    theirs = (one for one in rows if reading.may_see(one[1] or None, one[0].organisation))
    for row, site, _ in islice(theirs, limit):
        values: dict[str, Value] = {"consignment": row.id, "due": row.due, "state": row.state}
        told = Told(about=(row.id,), code="past-its-day", values=values, story=(row.due, row.state))
        found.append(((row.seq,), reading.row(
            Kind.OVERDUE, told, site=site or None, owner=row.organisation, since=row.changed_at,
        )))  # fmt: skip
    return found


def late(connection: Connection, now: int, after: int = 0) -> "Iterator[tuple[Row[Any], str, int]]":
    """Those after a `seq`, each with the site where it should be, and the day there (yyyymmdd)."""
    days: dict[str, int] = {}
    for row in connection.exec_driver_sql(_LATE, (after,)):
        site = row.to_site or row.from_site or ""
        if site not in days:
            days[site] = local_day(connection, site, now)
        if row.due < days[site]:
            yield row, site, days[site]


def given_twice(reading: Reading, after: Key | None, limit: int) -> Sequence[Found]:
    """Parcels that were handed over again without having come back."""
    stories: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in _of_units(reading, _GIVEN, "unit"):
        stories[row.unit].append(row)
    found: list[Found] = []
    for unit, story in stories.items():
        times = [second for first, second in pairwise(story) if first.target == second.target == WITH_RECIPIENT]
        if not times:
            continue
        last, id_ = times[-1], unit.removeprefix("parcel:")
        belongs = reading.connection.exec_driver_sql(_BELONGS, (id_,)).first()
        told = Told(
            about=(unit,), code="given-again", values={"n": len(times) + 1},
            story=tuple(value for row in times for value in (row.lane_id, row.sighting_seq)),
        )  # fmt: skip
        found.append(((unit,), reading.row(
            Kind.GIVEN_TWICE, told, site=None if belongs is None else belongs.site, account=last.source, item=unit,
            owner=None if belongs is None else belongs.organisation, quantity=len(times) + 1, since=last.at,
        )))  # fmt: skip
    return _after(found, after, limit)


def missing(reading: Reading, after: Key | None, limit: int) -> Sequence[Found]:
    """Parcels that the last shelf count that looked for them did not see, and nobody since."""
    found: list[Found] = []
    for row in reading.connection.exec_driver_sql(_UNSEEN).all():
        unit = f"parcel:{row.parcel}"
        told = Told(
            about=(unit,), code="not-on-its-shelf", values={"count": row.id, "placed": row.placed},
            story=(row.id, row.placed),
        )  # fmt: skip
        found.append(((unit,), reading.row(
            Kind.PARCEL_MISSING, told, site=row.site, account=row.placed or None, item=unit, owner=row.organisation,
            quantity=1, since=row.closed_at,
        )))  # fmt: skip
    return _after(found, after, limit)


def _after(found: Sequence[Found], after: Key | None, limit: int) -> Sequence[Found]:
    return [one for one in found if after is None or one[0] > after][:limit]
