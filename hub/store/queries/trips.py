"""Trips of unmanned vehicles as people see them: a consignment that goes by vehicle is one (hub.core.trips)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from hub.core.trips import Step, Trip, TripEvent, aboard_between, event_of, told
from hub.core.viewer import Viewer
from hub.store import recipients
from hub.store.queries.paging import Page, Pager
from hub.store.queries.searching import Columns, search
from hub.store.relief import marks
from wire.actions import Action

_TRIPS: Final = (
    "SELECT seq, id, vehicle, organisation, from_site, to_site, due, state FROM consignment"
    " WHERE way = 'vehicle' AND vehicle IS NOT NULL"
)
WORDS: Final = Columns(texts=("id", "vehicle"), sites=("from_site", "to_site"), organisations=("organisation",))
_FACTS: Final = (
    "SELECT parcel.consignment, about, life_event.at, lane_id, fact_seq, action, source, target FROM parcel"
    " CROSS JOIN life_event ON kind = 'parcel' AND about = parcel.id AND voided = 0 AND lane_id IS NOT NULL"
    " AND content = 0 WHERE parcel.consignment IN ({})"
)
"""From a few parcels to their events: the other way round reads those of all parcels."""
_JOURNEYS: Final = (
    "SELECT at, lane_id, seq, action FROM journey WHERE voided = 0 AND vehicle = ? AND at BETWEEN ? AND ?"
)
_NEVER: Final = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TripRow:
    """A trip; times in Unix ms, `due` yyyymmdd."""

    consignment: str
    vehicle: str
    organisation: str
    from_site: str | None
    to_site: str | None
    due: int | None
    state: str
    parcels: int
    aboard: int
    handed: int
    back: int
    departed_at: int | None
    arrived_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompartmentRow:
    """What is in a compartment, and for whom (masked)."""

    compartment: str
    parcel: str
    state: str
    shown: str
    last4: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """Something that happened on a trip; `parcel` '' where it happened to the vehicle."""

    at: int
    event: str
    parcel: str
    compartment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeTrip:
    """A trip with what is aboard, and what happened."""

    row: TripRow
    aboard: tuple[CompartmentRow, ...]
    steps: tuple[StepRow, ...]


def trips(
    connection: Connection, pager: Pager, viewer: Viewer, *, vehicle: str | None, words: str | None = None, limit: int,
    cursor: str | None,
) -> Page[TripRow]:  # fmt: skip
    """The latest planned first."""
    where, values = _seen(viewer)
    if vehicle is not None:
        where += " AND vehicle = ?"
        values.append(vehicle)
    wanted, more = search(connection, words, WORDS)
    where, values = f"{where} AND {wanted}", values + more
    after = pager.key(cursor, (int,))
    if after is not None:
        where += " AND seq < ?"
        values.append(after[0])
    query = f"{_TRIPS}{where} ORDER BY seq DESC LIMIT ?"
    rows = connection.exec_driver_sql(query, (*values, limit + 1)).all()
    found = _told(connection, rows)
    counts = _counts(connection, [row.seq for row in rows])
    return pager.page([((row.seq,), _row(row, found[row.seq], counts.get(row.seq, 0))) for row in rows], limit)


def one(connection: Connection, viewer: Viewer, key: str) -> WholeTrip | None:
    """The trip of a consignment that the viewer sees."""
    where, values = _seen(viewer)
    row = connection.exec_driver_sql(f"{_TRIPS}{where} AND id = ?", (*values, key)).one_or_none()
    if row is None:
        return None
    trip = _told(connection, [row])[row.seq]
    steps = tuple(
        StepRow(at=step.at, event=step.event.value, parcel=step.parcel or "", compartment=step.compartment)
        for step in trip.steps
    )
    whole = _row(row, trip, _counts(connection, [row.seq]).get(row.seq, 0))
    return WholeTrip(row=whole, aboard=_aboard(connection, trip), steps=steps)


def _aboard(connection: Connection, trip: Trip) -> tuple[CompartmentRow, ...]:
    ids = sorted(trip.aboard)
    query = f"SELECT id, state, recipient FROM parcel WHERE id IN ({marks(ids)})"
    rows = connection.exec_driver_sql(query, tuple(ids)).all() if ids else []
    masked = recipients.shown(connection, {row.recipient for row in rows if row.recipient})
    found = []
    for row in rows:
        who = masked.get(row.recipient or "")
        found.append(
            CompartmentRow(
                compartment=trip.aboard[row.id], parcel=row.id, state=row.state,
                shown="" if who is None else who.shown, last4="" if who is None else who.last4,
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda each: (each.compartment, each.parcel)))


def _told(connection: Connection, rows: Sequence[Any]) -> dict[int, Trip]:
    """The trips of consignments, by their `seq`."""
    if not rows:
        return {}
    vehicles = {row.seq: str(row.vehicle) for row in rows}
    steps: dict[int, list[Step]] = defaultdict(list)
    for fact in connection.exec_driver_sql(_FACTS.format(marks(vehicles)), tuple(vehicles)):
        event = event_of(vehicles[fact.consignment], fact.action, fact.source, fact.target)
        if event is not None:
            steps[fact.consignment].append(Step(fact.at, fact.lane_id, fact.fact_seq, event[0], fact.about, event[1]))
    for seq, own in steps.items():
        between = aboard_between(own)
        if between is not None:
            since, until = between
            asked = (vehicles[seq], since, _NEVER if until is None else until)
            own += [_journey(row) for row in connection.exec_driver_sql(_JOURNEYS, asked)]
    return {seq: told(steps[seq]) for seq in vehicles}


def _journey(row: Any) -> Step:
    what = TripEvent.ARRIVED if row.action == Action.ARRIVE else TripEvent.DEPARTED
    return Step(row.at, row.lane_id, row.seq, what)


def _counts(connection: Connection, seqs: Sequence[int]) -> dict[int, int]:
    if not seqs:
        return {}
    query = f"SELECT consignment, count(*) FROM parcel WHERE consignment IN ({marks(seqs)}) GROUP BY 1"
    return {row[0]: int(row[1]) for row in connection.exec_driver_sql(query, tuple(seqs))}


def _seen(viewer: Viewer) -> tuple[str, list[Any]]:
    where, values = "", list[Any]()
    if viewer.owner_filter is not None:
        where += " AND organisation = ?"
        values.append(viewer.owner_filter)
    if viewer.site_filter is not None:
        where += " AND ? IN (from_site, to_site)"
        values.append(viewer.site_filter)
    return where, values


def _row(row: Any, trip: Trip, parcels: int) -> TripRow:
    return TripRow(
        consignment=row.id, vehicle=row.vehicle, organisation=row.organisation, from_site=row.from_site,
        to_site=row.to_site, due=row.due, state=trip.state.value, parcels=parcels, aboard=len(trip.aboard),
        handed=trip.handed, back=trip.back, departed_at=trip.departed_at, arrived_at=trip.arrived_at,
    )  # fmt: skip
