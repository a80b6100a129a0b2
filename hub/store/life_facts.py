"""What facts say of parcels and consignments, as rows of their histories.

A parcel is named by its label or by the account of what is in it, a consignment by the task of a fact or by a handling
unit that an earlier fact packed for it. A fact counts once for each, by its place in its lane; one that was undone is
kept, and counts for nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import Connection

from hub.core.postings import Moved, Posting, Sighted, post, task_of
from hub.store.lives import Touched
from hub.store.relief import marks
from wire.messages import Kit, Scan

_UNIT: Final = "unit:parcel:"
_TASK: Final = "consignment:"
_PICK: Final = "pick:"
_INSERT: Final = (
    "INSERT OR IGNORE INTO life_event (kind, about, at, lane_id, fact_seq, event, action, source, target, content, who,"
    " device, proof, voided, noted_at)"
    " VALUES ('parcel', ?, ?, ?, ?, 'fact', ?, ?, ?, ?, ?, ?, ?,"
    " (SELECT EXISTS (SELECT 1 FROM void WHERE target_lane = ? AND target_seq = ?)), ?)"
)


class Fact(NamedTuple):
    """A fact of the journal, with its corrected time and its place."""

    item: Scan | Kit
    at: int
    lane: int
    seq: int
    device: str


class _Said(NamedTuple):
    source: str
    target: str
    content: int


def take(connection: Connection, facts: Sequence[Fact], now: int) -> Touched:
    """Write facts into the histories that they concern; what has to be restated."""
    rows: list[tuple[object, ...]] = []
    units: dict[str, set[str]] = defaultdict(set)
    tasks: set[str] = set()
    parcels: set[str] = set()
    for fact in facts:
        postings = post(fact.item)
        action, proof = (fact.item.do.value, fact.item.proof) if isinstance(fact.item, Scan) else (fact.item.do, None)
        for id_, said in _of_parcels(postings).items():
            parcels.add(id_)
            rows.append((
                id_, fact.at, fact.lane, fact.seq, action, *said, fact.item.by or "", fact.device,
                None if proof is None else msgspec.json.encode(proof).decode(), fact.lane, fact.seq, now,
            ))  # fmt: skip
        task = task_of(fact.item) or ""
        if task.startswith((_TASK, _PICK)):
            tasks.add(task)
        for code in _pallets(postings):
            units[code].add(task)
    if rows:
        connection.exec_driver_sql(_INSERT, rows)
    _carriers(connection, units, parcels)
    return _touched(connection, tasks, set(units), parcels)


def undo(connection: Connection, undone: Iterable[tuple[int, int, Scan | Kit | None]]) -> Touched:
    """Facts at these places of lanes were undone (None: not one that moves goods); what has to be restated."""
    parcels: set[str] = set()
    units: set[str] = set()
    tasks: set[str] = set()
    for lane, seq, item in undone:
        query = (
            "UPDATE life_event SET voided = 1, state = '', odd = 0 WHERE lane_id = ? AND fact_seq = ? RETURNING about"
        )
        parcels.update(connection.exec_driver_sql(query, (lane, seq)).scalars())
        if item is not None:
            units |= _pallets(post(item))
            tasks.add(task_of(item) or "")
    return _touched(connection, {task for task in tasks if task.startswith((_TASK, _PICK))}, units, parcels)


def owned(connection: Connection, settled: Iterable[Scan | Kit | None]) -> Touched:
    """The owner of what these facts moved was settled; what has to be restated: the custody of consignments."""
    tasks = {task_of(item) or "" for item in settled if item is not None}
    return _touched(connection, {task for task in tasks if task.startswith(_TASK)}, (), ())


def _of_parcels(postings: Iterable[Posting]) -> dict[str, _Said]:
    """What a fact says of each parcel, by its id."""
    found: dict[str, _Said] = {}
    for one in postings:
        if not isinstance(one, Moved | Sighted):
            continue
        if isinstance(one, Sighted) and one.unit.startswith("parcel:"):
            found[one.unit.removeprefix("parcel:")] = _Said(one.source, one.to, 0)
            continue
        n = one.quantity if isinstance(one, Moved) else 1
        if one.source == one.to:
            continue
        for account, sign in ((one.source, -1), (one.to, 1)):
            if account.startswith(_UNIT):
                id_ = account.removeprefix(_UNIT)
                before = found.get(id_, _Said(one.source, one.to, 0))
                found[id_] = before._replace(content=before.content + sign * n)
    return found


def _pallets(postings: Iterable[Posting]) -> set[str]:
    """Handling units other than parcels that a fact moves, fills or empties."""
    codes: set[str] = set()
    for one in postings:
        if isinstance(one, Moved | Sighted):
            named = (one.source.removeprefix("unit:"), one.to.removeprefix("unit:"))
            codes.update(code for code in named if code.startswith("sscc:"))
            if isinstance(one, Sighted) and one.unit.startswith("sscc:"):
                codes.add(one.unit)
    return codes


def _carriers(connection: Connection, units: dict[str, set[str]], parcels: set[str]) -> None:
    """Pallets and cartons belong to the consignments that facts name with them, and to those of parcels in them."""
    for code, tasks in units.items():
        ids = [task.removeprefix(_TASK) for task in tasks if task.startswith(_TASK)]
        for id_ in ids:
            query = (
                "INSERT OR IGNORE INTO consignment_unit (consignment, unit) SELECT seq, ? FROM consignment WHERE id = ?"
            )
            connection.exec_driver_sql(query, (code, id_))
    some = sorted(parcels)
    for at in range(0, len(some), 500):
        ids = some[at : at + 500]
        connection.exec_driver_sql(
            "INSERT OR IGNORE INTO consignment_unit (consignment, unit)"
            " SELECT parcel.consignment, substr(target, 6) FROM life_event JOIN parcel ON parcel.id = about"
            f" WHERE kind = 'parcel' AND about IN ({marks(ids)}) AND target LIKE 'unit:sscc:%'",
            tuple(ids),
        )


def _touched(connection: Connection, tasks: Iterable[str], units: Iterable[str], parcels: Iterable[str]) -> Touched:
    touched = Touched(parcels=set(parcels))
    for code in units:
        query = "SELECT consignment FROM consignment_unit WHERE unit = ?"
        for seq in connection.exec_driver_sql(query, (code,)).scalars():
            touched.parcels.update(
                connection.exec_driver_sql(
                    "SELECT id FROM parcel WHERE consignment = ? UNION SELECT id FROM parcel WHERE back = ?", (seq, seq)
                ).scalars()
            )
            touched.consignments.add(seq)
    for task in tasks:
        query = (
            "SELECT consignment FROM consignment_pick WHERE pick = ?"
            if task.startswith(_PICK)
            else "SELECT seq FROM consignment WHERE id = ?"
        )
        touched.consignments.update(connection.exec_driver_sql(query, (task.partition(":")[2],)).scalars())
    return touched
