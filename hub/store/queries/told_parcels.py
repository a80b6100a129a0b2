"""What devices are told of relief on its way: stations, open consignments, and the parcels that they have to do with.

A device of the station that hands a parcel out is told for whom it is (masked), and what the code is checked against,
sealed for it alone; it hears of what was given out for `GIVEN_MS` more, without the name, and keeps the seal, by which
it tells a used code from a wrong one. A device of the site that packs it is told what goes in, and for no longer than
it is there. Whatever is of parcels stands in the scope of the device, so that no record can change its scope.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from typing import Any, Final, Literal, Protocol, TypeAlias

import msgspec
from sqlalchemy import Connection, Row

from hub.store import collecting, reference
from hub.store.collecting import Code, How
from hub.store.sitedata import Told
from wire.sitedata import (
    LINES,
    Body,
    Consignment,
    Kind,
    Line,
    Parcel,
    Station,
    decode_record,
    encode_body,
    goods_of,
)

Records: TypeAlias = dict[str, Told]

GIVEN_MS: Final = 7 * 86_400_000
"""So long a station's devices know that a parcel was given out."""
MOST_PARCELS: Final = 20_000
"""Parcels that one device is told of, the oldest first."""
_STATES: Final[Mapping[str, Literal["coming", "here", "due-back", "given"]]] = {
    "planned": "coming", "packed": "coming", "under-way": "coming", "out": "coming", "arrived": "here",
    "waiting": "here", "refused": "here", "due-back": "due-back", "returning": "due-back", "handed-over": "given",
}  # fmt: skip
"""What a parcel's state is to the station that hands it out; all others are no longer told."""
_PACKING: Final = ("planned", "packed")

_PARCELS: Final = (
    "SELECT parcel.seq, parcel.id, parcel.recipient, parcel.way, parcel.station, parcel.number, parcel.state,"
    " parcel.placed, parcel.until, parcel.given_at, consignment.id AS consignment, consignment.from_site AS home,"
    " consignment.vehicle, recipient.shown, recipient.last4 FROM parcel"
    " JOIN consignment ON consignment.seq = parcel.consignment LEFT JOIN recipient ON recipient.id = parcel.recipient"
    " WHERE parcel.state IN ('planned', 'packed', 'under-way', 'out', 'arrived', 'waiting', 'refused', 'due-back',"
    " 'returning') OR parcel.state = 'handed-over' AND parcel.given_at > ? ORDER BY parcel.seq"
)
_PARCEL_LINES: Final = (
    "SELECT parcel, item, lot, sum(n) FROM parcel_line JOIN parcel ON parcel.seq = parcel_line.parcel"
    " WHERE parcel.state NOT IN ('handed-over', 'returned', 'lost', 'damaged', 'cancelled')"
    " GROUP BY parcel, item, lot ORDER BY parcel, min(line)"
)
_CONSIGNMENTS: Final = (
    "SELECT seq, id, from_site, to_site, way, vehicle, due FROM consignment"
    " WHERE state NOT IN ('closed', 'cancelled', 'returned', 'lost') ORDER BY seq"
)
_OPEN: Final = "SELECT seq FROM consignment WHERE state NOT IN ('closed', 'cancelled', 'returned', 'lost')"
_TOGETHER: Final = (
    f"SELECT consignment AS journey, seq, id FROM parcel WHERE state <> 'cancelled' AND consignment IN ({_OPEN})"
    f" UNION ALL SELECT back, seq, id FROM parcel WHERE state <> 'cancelled' AND back IN ({_OPEN})"
)
"""What goes with each open consignment, there or back."""
_CONSIGNMENT_LINES: Final = (
    f"SELECT journey, item, lot, sum(n) FROM ({_TOGETHER}) AS gone JOIN parcel_line ON parcel_line.parcel = gone.seq"
    " GROUP BY journey, item, lot ORDER BY journey, item, lot"
)
_CONSIGNMENT_UNITS: Final = (
    f"SELECT consignment, unit FROM consignment_unit WHERE consignment IN ({_OPEN})"
    f" UNION SELECT journey, 'parcel:' || id FROM ({_TOGETHER}) AS gone ORDER BY 1, 2"
)


class Keeper(Protocol):
    """Opens and closes what is sealed: hub.collecting.Keeper."""

    def person(self, site: str, recipient: str) -> str:
        """What stands for a recipient at one site: 16 hex digits."""

    def sealed(self, key: bytes, known: How, codes: Sequence[Code]) -> str:
        """What a device checks codes against, for the holder of a public key (DER); '' where that is not made yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A device that is told of parcels: its site, and the public key that it proved (DER)."""

    name: str
    site: str
    key: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTheWay:
    """All parcels that anybody is told of, read at once: by the sites and the vehicle that have to do with them."""

    parcels: Mapping[str, Sequence["Row[Any]"]]
    lines: Mapping[int, tuple[Line, ...]]
    how: Mapping[str, How]
    codes: Mapping[str, Sequence[Code]]


def on_the_way(connection: Connection, now: int) -> OnTheWay:
    """What any device may have to be told of parcels."""
    rows = connection.exec_driver_sql(_PARCELS, (now - GIVEN_MS,)).all()
    open_ones = [row.id for row in rows if row.state != "handed-over"]
    concerned: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        for who in {row.station, row.home, row.vehicle, _prefix(row.id)} - {None}:
            concerned[who].append(row)
    return OnTheWay(
        parcels=concerned,
        lines=_lines(connection, _PARCEL_LINES),
        how=collecting.how_all(connection, open_ones),
        codes=collecting.codes(connection, open_ones),
    )


def parcels(found: OnTheWay, holder: Holder, keeper: Keeper | None, held: Records) -> Records:
    """The parcels that one device is told of. What `held` tells already, made from the same, is not sealed anew."""
    rows = {row.id: row for who in (holder.site, holder.name) for row in found.parcels.get(who, ())}
    told: Records = {}
    for row in islice(rows.values(), MOST_PARCELS):
        if _is_for(row, holder):
            told[row.id] = _for_station(found, row, holder, keeper, held.get(row.id))
        elif row.home == holder.site and row.state in _PACKING:
            told[row.id] = _told(_outline(row, "coming", found.lines.get(row.seq, ())))
        elif _prefix(row.id) == holder.site and row.state != "handed-over":
            told[row.id] = _told(_outline(row, "elsewhere"))
    return told


def stations(connection: Connection) -> Records:
    """Every site that a collection code can be of."""
    return {
        one.id: _told(Station(id=one.id, mark=one.mark, name=one.name, name_zh=one.name_zh))
        for one in reference.sites(connection)
        if one.mark is not None
    }


def consignments(connection: Connection) -> Mapping[str, Records]:
    """What is open and goes from or to each site."""
    lines = _lines(connection, _CONSIGNMENT_LINES)
    units: dict[int, list[str]] = defaultdict(list)
    for journey, unit in connection.exec_driver_sql(_CONSIGNMENT_UNITS):
        units[journey].append(unit)
    found: dict[str, Records] = defaultdict(dict)
    for row in connection.exec_driver_sql(_CONSIGNMENTS):
        body = Consignment(
            id=row.id, way=row.way, source=row.from_site, to=row.to_site, vehicle=row.vehicle or "", due=row.due,
            units=tuple(units[row.seq][:LINES]), lines=lines.get(row.seq, ()),
        )  # fmt: skip
        for site in {row.from_site, row.to_site} - {None}:
            found[site][row.id] = _told(body)
    return found


def _is_for(row: "Row[Any]", holder: Holder) -> bool:
    """Whether it is handed out where a device stands, or by a device itself."""
    return bool(row.vehicle == holder.name if row.way == "vehicle" else row.station == holder.site)


def _for_station(found: OnTheWay, row: "Row[Any]", holder: Holder, keeper: Keeper | None, before: Told | None) -> Told:
    state = _STATES[row.state]
    if state == "given":
        return _given(row, holder, before)
    known, codes = found.how.get(row.id), found.codes.get(row.id, ())
    body = Parcel(
        id=row.id, consignment=row.consignment, number=row.number,
        state="locked" if known is not None and known.locked else state,
        shown=row.shown or "", last4=row.last4 or "",
        person="" if keeper is None or row.recipient is None else keeper.person(holder.site, row.recipient),
        where=_bin(row.placed), until=row.until, proxies=max(0, len(codes) - 1), lines=found.lines.get(row.seq, ()),
    )  # fmt: skip
    if holder.key is None or keeper is None or known is None or known.ended_at is not None:
        return _told(body)
    source = _stamp(holder.key) + _source(body, known, codes)
    if before is not None and before.source == source:
        return before
    sealed = keeper.sealed(holder.key, known, codes)
    return Told(encode_body(msgspec.structs.replace(body, sealed=sealed)), source)


def _given(row: "Row[Any]", holder: Holder, before: Told | None) -> Told:
    """A parcel that was given out, with the seal that it was told with before, if that is for the key of today."""
    body = msgspec.structs.replace(_outline(row, "given"), at=row.given_at)
    stamp = "" if holder.key is None else _stamp(holder.key)
    if not stamp or before is None or not (before.source or "").startswith(stamp):
        return _told(body)
    known = decode_record(Kind.PARCEL.value, before.body)
    sealed = known.sealed if isinstance(known, Parcel) else ""
    return Told(encode_body(msgspec.structs.replace(body, sealed=sealed)), stamp)


def _outline(row: "Row[Any]", state: Literal["coming", "given", "elsewhere"], lines: tuple[Line, ...] = ()) -> Parcel:
    """A parcel for who does not hand it out, or no longer: nothing of its recipient."""
    return Parcel(
        id=row.id, consignment=row.consignment, number=row.number, state=state, where=row.station or "", lines=lines
    )


def _source(body: Parcel, known: How, codes: Sequence[Code]) -> str:
    """What stands for everything that a sealed record is made from, but the key."""
    made = [(one.proxy, one.fits, one.verifier is not None) for one in codes]
    return sha256(repr((encode_body(body), known.round, made)).encode()).hexdigest()


def _stamp(key: bytes) -> str:
    """How the source of what is sealed for a key begins."""
    return sha256(key).hexdigest() + " "


def _lines(connection: Connection, query: str) -> Mapping[int, tuple[Line, ...]]:
    found: dict[int, list[Line]] = defaultdict(list)
    for seq, item, lot, n in connection.exec_driver_sql(query):
        if len(found[seq]) < LINES:
            found[seq].append(Line(gtin=goods_of(item), n=n, lot=lot or None))
    return {seq: tuple(lines) for seq, lines in found.items()}


def _bin(placed: str) -> str:
    """The bin, or the compartment of a vehicle, that an account names; '' for any other."""
    kind, _, where = placed.partition(":")
    return where.partition("/")[2] if kind in ("place", "transit") else ""


def _prefix(parcel: str) -> str:
    """The station that a parcel was first meant for."""
    return parcel.partition(".")[0]


def _told(body: Body) -> Told:
    return Told(encode_body(body))
