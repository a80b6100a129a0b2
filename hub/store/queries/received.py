"""What facts say of deliveries: how much of which lot came for each, and which handling units."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, case, func, select

from hub.core.deliveries import Came
from hub.store.queries.facts import FactReader
from hub.store.schema import account, lot, task_fact
from wire.actions import DONOR_IN
from wire.messages import Scan

TASK = "delivery:"
_AT_ONCE = 200


@dataclass(slots=True)
class Arrived:
    """What came for one delivery: goods by lot, and handling units by SSCC that nobody has looked into."""

    goods: dict[tuple[str, str], int] = field(default_factory=dict)
    units: set[str] = field(default_factory=set)

    @property
    def came(self) -> tuple[Came, ...]:
        """The goods, those that were sent back again left out."""
        return tuple(Came(item=item, lot=number, n=n) for (item, number), n in sorted(self.goods.items()) if n > 0)

    @property
    def something(self) -> bool:
        return bool(self.came or self.units)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """One fact that names a delivery: who did what with which goods, by which device; `at` in Unix ms."""

    at: int
    by: str | None
    device: str
    said: str
    item: str | None
    lot: str | None
    unit: str | None
    n: int
    to: str


def receipts(connection: Connection, key: str, most: int) -> list[Receipt]:
    """The latest facts that name a delivery, newest first; voided ones left out."""
    to = account.alias("target")
    query = (
        select(task_fact, lot.c.item, lot.c.lot, to.c.code)
        .join_from(task_fact, to, to.c.id == task_fact.c.to_id)
        .outerjoin(lot, lot.c.id == task_fact.c.lot_id)
        .where(task_fact.c.task == TASK + key, task_fact.c.voided == 0)
        .order_by(task_fact.c.at.desc(), task_fact.c.lane_id.desc(), task_fact.c.seq.desc())
        .limit(most)
    )
    reader = FactReader(connection)
    found = []
    for row in connection.execute(query):
        fact = reader.find(row.lane_id, row.seq)
        item = None if fact is None else fact.item
        scanned = item if isinstance(item, Scan) else None
        found.append(
            Receipt(
                at=row.at, by=None if scanned is None else scanned.by, device=reader.source(row.lane_id).device,
                said=str(scanned.do) if scanned else "", item=row.item, lot=row.lot, unit=row.unit, n=row.quantity,
                to=row.code,
            )
        )  # fmt: skip
    return found


def arrived(connection: Connection, keys: Collection[str]) -> Mapping[str, Arrived]:
    """What came for each delivery, by id: received less what the same task took back. Voided facts do not count.

    A thing with a number of its own counts once, however often it was scanned.
    """
    found: dict[str, Arrived] = {key: Arrived() for key in keys}
    wanted = sorted(keys)
    for some in (wanted[at : at + _AT_ONCE] for at in range(0, len(wanted), _AT_ONCE)):
        _add_goods(connection, found, [TASK + key for key in some])
        _add_things(connection, found, [TASK + key for key in some])
    return found


def _add_goods(connection: Connection, found: dict[str, Arrived], tasks: list[str]) -> None:
    source, to = account.alias("source"), account.alias("target")
    sign = case((source.c.code == DONOR_IN, 1), (to.c.code == DONOR_IN, -1), else_=0)
    query = (
        select(task_fact.c.task, lot.c.item, lot.c.lot, func.sum(task_fact.c.quantity * sign))
        .join_from(task_fact, lot, lot.c.id == task_fact.c.lot_id)
        .join(source, source.c.id == task_fact.c.source_id)
        .join(to, to.c.id == task_fact.c.to_id)
        .where(task_fact.c.task.in_(tasks), task_fact.c.voided == 0, task_fact.c.unit.is_(None))
        .group_by(task_fact.c.task, lot.c.item, lot.c.lot)
    )
    for task, item, number, n in connection.execute(query):
        goods = found[task.removeprefix(TASK)].goods
        goods[item, number] = goods.get((item, number), 0) + n


def _add_things(connection: Connection, found: dict[str, Arrived], tasks: list[str]) -> None:
    source = account.alias("source")
    query = (
        select(task_fact.c.task, task_fact.c.unit, func.max(lot.c.item), func.max(lot.c.lot))
        .join_from(task_fact, source, source.c.id == task_fact.c.source_id)
        .outerjoin(lot, lot.c.id == task_fact.c.lot_id)
        .where(task_fact.c.task.in_(tasks), task_fact.c.voided == 0, task_fact.c.unit.is_not(None))
        .where(source.c.code == DONOR_IN)
        .group_by(task_fact.c.task, task_fact.c.unit)
    )
    for task, unit, item, number in connection.execute(query):
        arrived = found[task.removeprefix(TASK)]
        if item is None:
            arrived.units.add(unit.removeprefix("sscc:"))
        else:
            arrived.goods[item, number] = arrived.goods.get((item, number), 0) + 1
