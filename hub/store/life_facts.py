"""What facts say of parcels and consignments, as rows of their histories.

A parcel is named by its label or by the account of what is in it, a consignment by the task of a fact. A fact counts
once for each parcel, by its place in its lane; one that was undone is kept, and counts for nothing.

What a fact says of a pallet it says of every parcel that ever stood in it: which of them it concerns shows when their
story is told. And it bears on the custody of each consignment that had to ask where that pallet is (hub.store.custody).
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import Connection

from hub.core.postings import Moved, Posting, Sighted, post, task_of
from hub.store import custody
from hub.store.lives import Touched
from hub.store.relief import marks
from wire.label import is_handling_unit
from wire.messages import Correct, Kit, Scan, Transfer

Goods = Scan | Kit | Correct | Transfer
"""Facts that move goods, or say where something was seen. A count moves nothing."""
_UNIT: Final = "unit:"
_PARCEL: Final = "parcel:"
_TASK: Final = "consignment:"
_PICK: Final = "pick:"
_INSERT: Final = (
    "INSERT OR IGNORE INTO life_event (kind, about, at, lane_id, fact_seq, event, action, source, target, content,"
    " goods, who, device, proof, voided, noted_at)"
    " VALUES ('parcel', ?, ?, ?, ?, 'fact', ?, ?, ?, ?, ?, ?, ?, ?,"
    " (SELECT EXISTS (SELECT 1 FROM void WHERE target_lane = ? AND target_seq = ?)), ?)"
)
_INSIDE: Final = (
    "WITH RECURSIVE inside (unit) AS (SELECT value FROM json_each(?) UNION SELECT seen.unit FROM inside"
    " CROSS JOIN account ON account.code = 'unit:' || inside.unit"
    " CROSS JOIN sighting AS seen ON seen.to_id = account.id WHERE seen.lot_id IS NULL)"
    " SELECT unit FROM inside"
)
"""These units and all that ever stood in them, however deep."""

_BELONGS: Final = (
    "INSERT OR IGNORE INTO consignment_unit (consignment, unit) SELECT seq, ? FROM consignment WHERE id = ?"
    " AND NOT EXISTS (SELECT 1 FROM void WHERE target_lane = ? AND target_seq = ?)"
)
_NO_MORE: Final = """
DELETE FROM consignment_unit AS part WHERE unit IN (SELECT value FROM json_each(?)) AND NOT EXISTS (
  SELECT 1 FROM consignment JOIN task_fact AS said ON said.task = 'consignment:' || consignment.id
  LEFT JOIN account ON account.code = 'unit:' || part.unit
  WHERE consignment.seq = part.consignment AND said.voided = 0
    AND (said.unit = part.unit OR account.id IN (said.source_id, said.to_id))
) AND NOT EXISTS (
  SELECT 1 FROM parcel JOIN life_event ON kind = 'parcel' AND about = parcel.id
  WHERE parcel.consignment = part.consignment AND target = 'unit:' || part.unit AND voided = 0
)
"""


class Fact(NamedTuple):
    """A fact of the journal, with its corrected time and its place."""

    item: Goods
    at: int
    lane: int
    seq: int
    device: str


class _Said(NamedTuple):
    source: str
    target: str
    content: int
    goods: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class _Named:
    """Handling units and things with serial numbers, as the ledger knows them, and tasks."""

    units: set[str] = field(default_factory=set)
    tasks: set[str] = field(default_factory=set)

    def add(self, item: Goods, postings: Iterable[Posting]) -> None:
        self.tasks.add(task_of(item) or "")
        for one in postings:
            if isinstance(one, Moved | Sighted):
                ends = (one.source, one.to)
                self.units.update(end.removeprefix(_UNIT) for end in ends if end.startswith(_UNIT))
            if isinstance(one, Sighted):
                self.units.add(one.unit)


def take(connection: Connection, facts: Sequence[Fact], now: int) -> Touched:
    """Write facts into the histories that they concern; what has to be restated."""
    rows: list[tuple[object, ...]] = []
    named = _Named()
    for fact in facts:
        postings = post(fact.item)
        named.add(fact.item, postings)
        proof = fact.item.proof if isinstance(fact.item, Scan) else None
        for id_, said in _of_parcels(postings).items():
            rows.append((
                id_, fact.at, fact.lane, fact.seq, _action(fact.item), *said[:3], json.dumps(said.goods),
                getattr(fact.item, "by", None) or "", fact.device,
                None if proof is None else msgspec.json.encode(proof).decode(), fact.lane, fact.seq, now,
            ))  # fmt: skip
        _belongs(connection, fact, postings)
    if rows:
        connection.exec_driver_sql(_INSERT, rows)
        carriers(connection, {str(row[0]) for row in rows})
    return _touched(connection, named)


def undo(connection: Connection, undone: Iterable[tuple[int, int, Goods | None]]) -> Touched:
    """Facts at these places of lanes were undone (None: not one that moves goods); what has to be restated."""
    named = _Named()
    for lane, seq, item in undone:
        query = "UPDATE life_event SET voided = 1, state = '', odd = 0 WHERE lane_id = ? AND fact_seq = ?"
        connection.exec_driver_sql(query, (lane, seq))
        if item is not None:
            named.add(item, post(item))
    belong_no_more(connection, named.units)
    return _touched(connection, named)


def owned(connection: Connection, settled: Iterable[Goods | None]) -> Touched:
    """The owner of what these facts moved was settled; what has to be restated: the custody of consignments."""
    named = _Named()
    for item in settled:
        if item is not None:
            named.add(item, post(item))
    return _touched(connection, named)


def moved(connection: Connection, units: Iterable[str]) -> Touched:
    """Units were moved by a fact that does not name them; what has to be restated: parcels that are in them."""
    return Touched(parcels=_parcels_in(connection, units))


def carriers(connection: Connection, parcels: Iterable[str]) -> None:
    """Pallets and cartons belong to the consignments of parcels that were put into them."""
    some = sorted(parcels)
    for at in range(0, len(some), 500):
        ids = some[at : at + 500]
        connection.exec_driver_sql(
            "INSERT OR IGNORE INTO consignment_unit (consignment, unit)"
            " SELECT parcel.consignment, substr(target, 6) FROM life_event JOIN parcel ON parcel.id = about"
            f" WHERE kind = 'parcel' AND about IN ({marks(ids)}) AND target LIKE 'unit:sscc:%' AND voided = 0",
            tuple(ids),
        )


def belong_no_more(connection: Connection, units: Iterable[str]) -> None:
    """Have pallets and cartons belong no more to consignments that no fact names with them, nor any parcel in them."""
    codes = json.dumps(sorted(unit for unit in units if unit.startswith("sscc:")))
    connection.exec_driver_sql(_NO_MORE, (codes,))


def regroup(connection: Connection, parcels: Iterable[str]) -> None:
    """These parcels go with another consignment than before, and what they were put into with them."""
    ids = sorted(parcels)
    query = f"SELECT substr(target, 6) FROM life_event WHERE kind = 'parcel' AND about IN ({marks(ids)})"
    units = set(connection.exec_driver_sql(f"{query} AND target LIKE 'unit:sscc:%'", tuple(ids)).scalars())
    carriers(connection, ids)
    belong_no_more(connection, units)


def _action(item: Goods) -> str:
    if isinstance(item, Scan):
        return item.do.value
    return item.do if isinstance(item, Kit) else type(item).__name__.lower()


def _of_parcels(postings: Iterable[Posting]) -> dict[str, _Said]:
    """What a fact says of each parcel, by its id; nothing where as much came out of it as went in."""
    seen: dict[str, _Said] = {}
    filled: dict[str, _Said] = {}
    for one in postings:
        if not isinstance(one, Moved | Sighted):
            continue
        if isinstance(one, Sighted) and one.unit.startswith(_PARCEL):
            seen[one.unit.removeprefix(_PARCEL)] = _Said(one.source, one.to, 0)
            continue
        n = one.quantity if isinstance(one, Moved) else 1
        for account, sign in ((one.source, -1), (one.to, 1)):
            if account.startswith(_UNIT + _PARCEL):
                id_ = account.removeprefix(_UNIT + _PARCEL)
                before = filled.get(id_, _Said(one.source, one.to, 0))
                goods = () if one.lot is None else ((one.lot.item, one.lot.lot),)
                filled[id_] = before._replace(content=before.content + sign * n, goods=before.goods + goods)
    return {id_: said for id_, said in filled.items() if said.content} | seen


def _belongs(connection: Connection, fact: Fact, postings: Iterable[Posting]) -> None:
    """Pallets and cartons belong to the consignments that facts name with them."""
    task = task_of(fact.item) or ""
    if not task.startswith(_TASK):
        return
    for one in postings:
        if isinstance(one, Moved | Sighted):
            codes = {one.source.removeprefix(_UNIT), one.to.removeprefix(_UNIT)}
            codes |= {one.unit} if isinstance(one, Sighted) else set()
            for code in sorted(code for code in codes if code.startswith("sscc:")):
                values = (code, task.removeprefix(_TASK), fact.lane, fact.seq)
                connection.exec_driver_sql(_BELONGS, values)


def _touched(connection: Connection, named: _Named) -> Touched:
    touched = Touched(
        parcels=_parcels_in(connection, named.units), consignments=custody.borne_on(connection, named.units)
    )
    for task in named.tasks:
        if not task.startswith((_TASK, _PICK)):
            continue
        query = (
            "SELECT consignment FROM consignment_pick WHERE pick = ?"
            if task.startswith(_PICK)
            else "SELECT seq FROM consignment WHERE id = ?"
        )
        touched.consignments.update(connection.exec_driver_sql(query, (task.partition(":")[2],)).scalars())
    return touched


def _parcels_in(connection: Connection, units: Iterable[str]) -> set[str]:
    """Parcels among these units, and that ever stood in one."""
    codes = json.dumps(sorted(unit for unit in units if is_handling_unit(unit)))
    inside = connection.exec_driver_sql(_INSIDE, (codes,)).scalars()
    return {unit.removeprefix(_PARCEL) for unit in inside if unit.startswith(_PARCEL)}
