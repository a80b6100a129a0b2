"""Opening stock: each row of the table becomes a fact of the hub, a scan that receives, for the task `import:ID`.

The ID is made of what the table says, so the same table has the same task: how many of its rows are facts already is
counted in the ledger, and only the rest is posted. So an import that was cut off goes on where it stopped, and one that
is repeated does nothing. Rows of which another import brought the same goods to the same place are faults: counted
twice is worse than corrected by a count.
"""

import threading
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any, Final, Protocol

import msgspec
from sqlalchemy import Connection, func, select

from hub.store.schema import account, lot, task_fact
from hub.tables.checking import Checked, Fault
from hub.tables.judging import Record
from hub.tables.taking import MOST_CHANGES, Change, Outcome
from wire import codes
from wire.actions import Action
from wire.elements import element_string
from wire.labels import parse
from wire.messages import AnyItem, Scan

_PREFIX: Final = "import:"
_AFTER: Final = "import;"
_posting = threading.Lock()
"""Between the count of what is posted and the posting of the rest nobody else posts."""


class Poster(Protocol):
    """Posts facts of the hub: hub.desk.Desk."""

    def post(self, items: Sequence[AnyItem]) -> Sequence[Any]:
        """Post facts; returns after their commit. Raises DeskError."""


def task_of(checked: Checked) -> str:
    """The task of a table: the same for the same rows in the same order."""
    said = msgspec.json.encode([record for _, record in checked.records], order="sorted")
    return f"{_PREFIX}{sha256(said).hexdigest()[:16]}"


def outcome(connection: Connection, checked: Checked) -> Outcome:
    """What the table would add; faults where another import brought the same."""
    task = task_of(checked)
    done = _posted(connection, task)
    there = _brought_otherwise(connection, task)
    faults = []
    changes: list[Change] = []
    for place, (number, record) in enumerate(checked.records):
        item = parse(_label(record)).item
        key = _place(record), item, record.get("lot") or "", record.get("owner") or "", _condition(record)
        if key in there:
            message = f"an import brought {there[key]} of this here already"
            remedy = "leave the row out; where the quantity is wrong, count"
            faults.append(Fault(row=number, column="quantity", value="", message=message, remedy=remedy))
        if place >= done and len(changes) < MOST_CHANGES:
            fields = {name: str(value) for name, value in record.items() if value not in (None, "")}
            changes.append(Change(row=number, key=_place(record), added=True, fields=fields))
    rows = len(checked.records)
    return Outcome(
        added=max(0, rows - done), same=min(done, rows), changes=tuple(changes), faults=tuple(faults[:MOST_CHANGES])
    )


def post(read: Callable[[], Outcome], checked: Checked, desk: Poster, by: str) -> Outcome:
    """Post what is missing; `read` asks anew what that is. Raises DeskError."""
    with _posting:
        desk.post([])  # what was handed over and is in doubt is settled before it is counted
        found = read()
        if not found.faults:
            desk.post([fact(record, task_of(checked), by) for _, record in checked.records[found.same :]])
    return found


def fact(record: Record, task: str, by: str) -> Scan:
    """The fact of one row. Its time is set when it is posted."""
    return Scan(
        at=0, up=0, do=Action.RECEIVE, labels=(_label(record),), to=_place(record), n=record["quantity"],
        owner=record.get("owner") or None, by=by[:100], task=task, condition=record.get("condition") or "good",
    )  # fmt: skip


def _posted(connection: Connection, task: str) -> int:
    """How many rows of this table are facts, also if they were undone since."""
    facts = select(task_fact.c.lane_id, task_fact.c.seq).where(task_fact.c.task == task).distinct().subquery()
    return int(connection.execute(select(func.count()).select_from(facts)).scalar_one())


_Key = tuple[str, str, str, str, str]


def _brought_otherwise(connection: Connection, task: str) -> dict[_Key, int]:
    """Goods that other imports brought, by place, item, lot, owner and condition."""
    query = (
        select(account.c.code, lot.c.item, lot.c.lot, lot.c.owner, lot.c.condition, func.sum(task_fact.c.quantity))
        .join_from(task_fact, account, account.c.id == task_fact.c.to_id)
        .join(lot, lot.c.id == task_fact.c.lot_id)
        .where(task_fact.c.task >= _PREFIX, task_fact.c.task < _AFTER)
        .where(task_fact.c.task != task, task_fact.c.voided == 0)
        .group_by(account.c.code, lot.c.item, lot.c.lot, lot.c.owner, lot.c.condition)
    )
    return {(code, *rest): int(total) for code, *rest, total in connection.execute(query)}


def _place(record: Record) -> str:
    return f"place:{record['site']}/{record['bin']}" if record.get("bin") else f"place:{record['site']}"


def _label(record: Record) -> str:
    """What a scanner would have read of these goods."""
    if record.get("code"):
        return codes.write(codes.GOODS, record["code"])
    return element_string(
        gtin=record["gtin"], expiry=record.get("expiry"), lot=record.get("lot") or None,
        serial=record.get("serial") or None,
    )  # fmt: skip


def _condition(record: Record) -> str:
    return record.get("condition") or "good"
