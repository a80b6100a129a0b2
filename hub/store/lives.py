"""Where parcels, consignments and requests are: worked out of their stories, and written down.

Nothing here decides. Whoever changed something, or saw a fact of it, has it restated in the same transaction; restating
twice changes nothing. The histories of facts were read from the journal by hub/follower.py, those of pallets and
cartons in which parcels travel stand in the ledger.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from sqlalchemy import Connection

from hub.core import readings
from hub.core.lifecycles import ConsignmentState, ParcelEvent, ParcelState, RequestState, Way
from hub.core.parcel_story import Route, Story, Told, follow
from hub.store import custody, journeys, reference
from hub.store.relief import PARCELS, Found, marks

DEEPEST: Final = 4
"""Handling units inside of one another that are followed."""
AT_ONCE: Final = 500
MOST_TOLD: Final = 50
"""Things that live screens are told of by their ids; of more they are told to look again."""
_EVENTS: Final = (
    "SELECT seq, about, at, coalesce(lane_id, 0) AS lane, coalesce(fact_seq, seq) AS place, lane_id IS NULL AS decided,"
    " event, action, source, target, content, proof, device, state, odd FROM life_event"
    " WHERE kind = 'parcel' AND voided = 0 AND about IN ({}) ORDER BY about, at"
)
_CARRIED: Final = (
    "SELECT sighting.at, lane_id, seq, source.code AS source, target.code AS target FROM sighting"
    " JOIN account AS source ON source.id = source_id JOIN account AS target ON target.id = to_id"
    " WHERE unit = ? AND voided = 0 ORDER BY sighting.at, lane_id, seq"
)

_OF: Final = {
    "need.id": "SELECT request.seq FROM need JOIN request ON request.id = need.request",
    "r.id": "SELECT request.seq FROM reservation AS r JOIN need ON need.seq = r.need"
    " JOIN request ON request.id = need.request",
    "pick.id": "SELECT DISTINCT request.seq FROM pick JOIN reservation AS r ON r.pick = pick.seq"
    " JOIN need ON need.seq = r.need JOIN request ON request.id = need.request",
}
_DIFFERS: Final = (
    "SELECT 1 FROM custody WHERE consignment = ? GROUP BY item"
    " HAVING sum(damaged + lost + elsewhere) > 0 OR sum(in_transit) = 0 AND sum(dispatched) > 0"
    " AND sum(received) <> sum(planned)"
)
"""Goods of a consignment that came to harm or went astray, or that are all there and more or less than was planned."""


_Within: TypeAlias = tuple[str, ...]
_Carried: TypeAlias = dict[_Within, list[Told]]
"""Stories of handling units, by their code behind those of the units that are in them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something is in another state than before."""

    kind: str
    id: str
    before: str
    after: str
    way: str = ""
    recipient: str | None = None
    at: int | None = None


@dataclass(slots=True)
class Touched:
    """What has to be restated: parcels by their ids, requests and consignments by `seq`."""

    parcels: set[str] = field(default_factory=set)
    consignments: set[int] = field(default_factory=set)
    requests: set[int] = field(default_factory=set)

    def add(self, other: "Touched") -> None:
        """These, too."""
        self.parcels |= other.parcels
        self.consignments |= other.consignments
        self.requests |= other.requests


def restate_requests(connection: Connection, column: Literal["need.id", "r.id", "pick.id"], id_: str, now: int) -> None:
    """Something was decided about the need, the reservation or the pick list of that id: what it means for requests."""
    found = connection.exec_driver_sql(f"{_OF[column]} WHERE {column} = ?", (id_,)).scalars()
    restate(connection, Touched(requests=set(found)), now)


def restate(connection: Connection, touched: Touched, now: int) -> list[Change]:
    """Write down where these are, and what they are part of; what changed. Live screens hear of it."""
    changes: list[Change] = []
    carried: _Carried = {}
    vehicles: dict[str, list[Told]] = {}
    for ids in _slices(sorted(touched.parcels)):
        rows = connection.exec_driver_sql(f"{PARCELS} WHERE parcel.id IN ({marks(ids)})", tuple(ids)).all()
        events = _events(connection, ids)
        for row in rows:
            changes += _parcel(connection, row, events.get(row.id, []), carried, vehicles, now)
            touched.consignments |= {row.consignment} | ({row.back} if row.back else set())
            touched.requests.add(row.request)
    custody.keep(connection, touched.consignments)
    for seq in sorted(touched.consignments):
        changes += _consignment(connection, seq, now)
    for seq in sorted(touched.requests):
        changes += _request(connection, seq, now)
    for kind in ("request", "consignment", "parcel"):
        ids_ = [one.id for one in changes if one.kind == kind]
        if ids_:
            told = {kind: ids_} if len(ids_) <= MOST_TOLD else {}
            reference.announce(connection, "consignment" if kind == "parcel" else kind, told, now)
    return changes


def told_of(connection: Connection, row: Found) -> Story:
    """The whole story of a parcel (its row), with what happened to pallets and vehicles while it was in them."""
    return _story(connection, row, _events(connection, [row.id]).get(row.id, []), {}, {})


def _parcel(
    connection: Connection, row: Found, events: Sequence[Found], carried: _Carried,
    vehicles: dict[str, list[Told]], now: int,
) -> Iterator[Change]:  # fmt: skip
    story = _story(connection, row, events, carried, vehicles)
    found = (
        story.state.value, story.odd, story.placed, story.at, story.waiting_since, story.given_at, story.proof
    )  # fmt: skip
    known = (row.state, row.odd, row.placed, row.at, row.waiting_since, row.given_at, row.proof)
    _mark(connection, events, story)
    if found == known:
        return
    connection.exec_driver_sql(
        "UPDATE parcel SET state = ?, odd = ?, placed = ?, at = ?, waiting_since = ?, given_at = ?, proof = ?,"
        " changed_at = ?, until = CASE WHEN ? IS NULL THEN NULL ELSE until END WHERE seq = ?",
        (*found, now, story.waiting_since, row.seq),
    )
    if story.state.value != row.state:
        yield Change(
            kind="parcel", id=row.id, before=row.state, after=story.state.value, way=row.way, recipient=row.recipient,
            at=story.at,
        )  # fmt: skip


def _story(
    connection: Connection, row: Found, events: Sequence[Found], carried: _Carried,
    vehicles: dict[str, list[Told]],
) -> Story:  # fmt: skip
    told = [
        Told(
            one.at, one.lane, one.place, ParcelEvent(one.event) if one.decided and one.event in _DECISIONS else None,
            one.action, one.source, one.target, one.content, one.proof, one.device,
        )
        for one in events
        if not one.decided or one.event in _DECISIONS
    ]  # fmt: skip
    first = next((one.source for one in told if one.event is ParcelEvent.REROUTE), None)
    route = Route(Way(row.way), row.home, row.station)
    whole = journeys.along(connection, _with_carriers(connection, told, carried), vehicles)
    return follow(route if first is None else route.re_routed(first), whole)


_DECISIONS: Final = frozenset({"cancel", "reroute", "return", "due"})
"""What moves a parcel on without a fact."""


def _with_carriers(connection: Connection, told: list[Told], carried: _Carried, within: _Within = ()) -> list[Told]:
    """A story with what happened to the handling units in which the thing stood meanwhile.

    `within` are the units around which are being asked already: one of them is not inside of itself.
    """
    seen = sorted((one for one in told if one.event is None and not one.content), key=_when)
    inside = [
        (one, _when(seen[place + 1]) if place + 1 < len(seen) else None)
        for place, one in enumerate(seen)
        if one.target.startswith("unit:")
    ]
    if not inside or len(within) >= DEEPEST:
        return told
    whole = [one for one in told if not one.target.startswith("unit:") or one.event is not None or one.content]
    for one, until in inside:
        around = _carrier(connection, one.target.removeprefix("unit:"), carried, within)
        stood = [each for each in around if _when(each) <= _when(one)]
        if stood:
            whole.append(one._replace(target=stood[-1].target, action=""))
        whole += [each for each in around if _when(each) > _when(one) and (until is None or _when(each) < until)]
    return whole


def _carrier(connection: Connection, code: str, carried: _Carried, within: _Within) -> list[Told]:
    """The story of a handling unit, in the order of time."""
    way = (*within, code)
    if way not in carried:
        own = [
            Told(at, lane, seq, None, "", source, target)
            for at, lane, seq, source, target in connection.exec_driver_sql(_CARRIED, (code,))
        ]
        carried[way] = [] if code in within else sorted(_with_carriers(connection, own, carried, way), key=_when)
    return carried[way]


def _when(one: Told) -> tuple[int, int, int]:
    return one.at, one.lane, one.seq


def _mark(connection: Connection, events: Sequence[Found], story: Story) -> None:
    """Write into the history where the parcel was after each thing that happened."""
    after = {(one.told.at, one.told.lane, one.told.seq): one for one in story.steps}
    wrong = []
    for event in events:
        if event.decided and event.event not in _DECISIONS:
            continue
        stood = after.get((event.at, event.lane, event.place))
        told = ("", 0) if stood is None else (stood.state.value, int(stood.odd))  # into a pallet that nobody saw yet
        if told != (event.state, event.odd):
            wrong.append((*told, event.seq))
    if wrong:
        connection.exec_driver_sql("UPDATE life_event SET state = ?, odd = ? WHERE seq = ?", wrong)


def _consignment(connection: Connection, seq: int, now: int) -> Iterator[Change]:
    row = connection.exec_driver_sql("SELECT * FROM consignment WHERE seq = ?", (seq,)).one()
    if row.back_of is None:
        query = "SELECT state FROM parcel WHERE consignment = ?"
        states = [ParcelState(one[0]) for one in connection.exec_driver_sql(query, (seq,))]
    else:
        query = "SELECT state FROM parcel WHERE back = ?"
        states = [readings.way_back(ParcelState(one[0])) for one in connection.exec_driver_sql(query, (seq,))]
    begun = connection.exec_driver_sql(
        "SELECT EXISTS (SELECT 1 FROM consignment_pick JOIN task_fact ON task = 'pick:' || pick"
        " WHERE consignment = ? AND voided = 0)",
        (seq,),
    ).scalar_one()
    differs = connection.exec_driver_sql(_DIFFERS, (seq,)).first() is not None
    step = readings.consignment(ConsignmentState(row.decided), states, begun=bool(begun), differs=differs)
    yield from _kept(connection, "consignment", row, step.state.value, step.odd, now)


def _request(connection: Connection, seq: int, now: int) -> Iterator[Change]:
    row = connection.exec_driver_sql("SELECT * FROM request WHERE seq = ?", (seq,)).one()
    query = "SELECT way, state FROM parcel WHERE request = ? AND past = 0"
    parcels = [(Way(way), ParcelState(state)) for way, state in connection.exec_driver_sql(query, (seq,))]
    needs = connection.exec_driver_sql(
        "SELECT need.n, (SELECT coalesce(sum(r.n * r.pieces), 0) FROM reservation AS r WHERE r.need = need.seq"
        " AND (r.state IN ('picking', 'closed') OR r.state = 'held' AND r.expires_at > ?)) AS kept"
        " FROM request_line JOIN need ON need.id = request_line.need"
        " WHERE request_line.request = ? AND need.cancelled_at IS NULL",
        (now, seq),
    ).all()
    lacking = row.way != Way.DIRECT and any(one.kept < one.n for one in needs)
    step = readings.request(RequestState(row.decided), parcels, lacking=lacking, kept=any(one.kept for one in needs))
    yield from _kept(connection, "request", row, step.state.value, step.odd, now)


def _kept(connection: Connection, table: str, row: Found, state: str, odd: bool, now: int) -> Iterator[Change]:
    if (state, int(odd)) == (row.state, row.odd):
        return
    query = f"UPDATE {table} SET state = ?, odd = ?, changed_at = ? WHERE seq = ?"
    connection.exec_driver_sql(query, (state, int(odd), now, row.seq))
    if state != row.state:
        yield Change(kind=table, id=row.id, before=row.state, after=state, way=row.way)


def _events(connection: Connection, ids: Collection[str]) -> dict[str, list[Found]]:
    found: dict[str, list[Found]] = defaultdict(list)
    for row in connection.exec_driver_sql(_EVENTS.format(marks(ids)), tuple(ids)):
        found[row.about].append(row)
    return found


def _slices(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[at : at + AT_ONCE] for at in range(0, len(ids), AT_ONCE))
