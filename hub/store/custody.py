"""Keeping the custody of consignments beside their facts, so that what does not add up is found without reading them.

It is a projection like any other: whoever follows the facts of a consignment (hub/follower.py) has it reckoned anew
whenever one came, in the transaction that stores what follows from it. `lines` is what it has to come to.
"""

import json
from collections.abc import Iterable

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.sql.functions import sum as total

from hub.core.custody import LineCustody
from hub.store import schema
from hub.store.queries.custody import reckoning
from hub.store.schema import consignment, parcel, parcel_line

Line = tuple[str, str, str, int, int, int, int, int, int, int]
"""Item, lot, owner; planned, dispatched, received, damaged, lost, in transit, elsewhere."""


def keep(connection: Connection, seqs: Iterable[int]) -> list[int]:
    """Reckon the custody of consignments anew, by their `seq`; which of them changed."""
    names = [column.name for column in schema.custody.c][1:]
    changed: list[int] = []
    for seq in sorted(set(seqs)):
        now, units = _reckoned(connection, seq)
        _bear(connection, seq, units)
        if now == kept(connection, seq):
            continue
        connection.execute(delete(schema.custody).where(schema.custody.c.consignment == seq))
        if now:
            rows = [{"consignment": seq, **dict(zip(names, line, strict=True))} for line in now]
            connection.execute(insert(schema.custody), rows)
        changed.append(seq)
    return changed


def kept(connection: Connection, seq: int) -> list[Line]:
    """What is kept of a consignment."""
    table = schema.custody
    query = select(*list(table.c)[1:]).where(table.c.consignment == seq)
    return [tuple(row) for row in connection.execute(query.order_by(table.c.item, table.c.lot, table.c.owner))]


def lines(connection: Connection, seq: int) -> list[Line]:
    """What facts and plans say of a consignment, by item, lot and owner; none of one that nobody made."""
    return _reckoned(connection, seq)[0]


def borne_on(connection: Connection, units: Iterable[str]) -> set[int]:
    """The consignments on whose custody facts about these units and things bear, by their `seq`."""
    query = "SELECT DISTINCT consignment FROM custody_unit WHERE unit IN (SELECT value FROM json_each(?))"
    return set(connection.exec_driver_sql(query, (json.dumps(sorted(units)),)).scalars())


def _bear(connection: Connection, seq: int, units: frozenset[str]) -> None:
    query = "SELECT unit FROM custody_unit WHERE consignment = ?"
    known = set(connection.exec_driver_sql(query, (seq,)).scalars())
    for query, some in (
        ("DELETE FROM custody_unit WHERE consignment = ? AND unit = ?", known - units),
        ("INSERT INTO custody_unit (consignment, unit) VALUES (?, ?)", units - known),
    ):
        if some:
            connection.exec_driver_sql(query, [(seq, unit) for unit in sorted(some)])


def _reckoned(connection: Connection, seq: int) -> tuple[list[Line], frozenset[str]]:
    id_ = connection.execute(select(consignment.c.id).where(consignment.c.seq == seq)).scalar()
    if id_ is None:
        return [], frozenset()
    told, units = reckoning(connection, id_)
    found = {(one.item, one.lot, one.owner): one for one in told}
    wanted = _planned(connection, seq)
    return [_line(key, wanted.get(key, 0), found.get(key)) for key in sorted(found.keys() | wanted.keys())], units


def _planned(connection: Connection, seq: int) -> dict[tuple[str, str, str], int]:
    """What its parcels are to hold, be it that they come back with it; those that were cancelled are left out."""
    key = (parcel_line.c.item, parcel_line.c.lot, parcel_line.c.owner)
    query = (
        select(*key, total(parcel_line.c.n))
        .join_from(parcel, parcel_line, parcel_line.c.parcel == parcel.c.seq)
        .where((parcel.c.consignment == seq) | (parcel.c.back == seq), parcel.c.state != "cancelled")
        .group_by(*key)
    )
    return {(item, lot, owner): int(n) for item, lot, owner, n in connection.execute(query)}


def _line(key: tuple[str, str, str], planned: int, one: LineCustody | None) -> Line:
    if one is None:
        return (*key, planned, 0, 0, 0, 0, 0, 0)
    return (
        *key, planned, one.dispatched, one.received, one.damaged, one.lost, one.in_transit, one.elsewhere
    )  # fmt: skip
