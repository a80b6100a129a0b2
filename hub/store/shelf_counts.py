"""Counts of what waits on a station's shelves: who goes along them scans each parcel, for the task `count:<id>`.

What should be there and was not seen is missing until a fact after the count says where it is. A count that is closed
keeps what was missing then.
"""

import secrets
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

_SHELF: Final = (
    "INSERT INTO shelf_expected (count, parcel, placed) SELECT ?, id, placed FROM parcel WHERE station = ?"
    " AND state IN ('arrived', 'waiting', 'due-back', 'refused') AND placed LIKE ? ESCAPE '!'"
)
_EXPECTED: Final = (
    "SELECT parcel.id, expected.placed, parcel.placed = expected.placed AND parcel.state IN"
    " ('arrived', 'waiting', 'due-back', 'refused') AND coalesce(parcel.at, 0) <= ? AS untouched FROM shelf_expected"
    " AS expected JOIN parcel ON parcel.id = expected.parcel WHERE count = ? ORDER BY expected.placed, parcel.id"
)
_MISSING: Final = "SELECT parcel AS id, placed FROM shelf_missing WHERE count = ? ORDER BY placed, parcel"
_SCANNED: Final = (
    "SELECT DISTINCT substr(task_fact.unit, 8) FROM task_fact WHERE task = ? AND voided = 0 AND unit LIKE 'parcel:%'"
)
_COUNT: Final = "SELECT seq, id, site, shelf, made_at, made_by, closed_at, closed_by FROM shelf_count"


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """One count, as it was begun."""

    seq: int
    id: str
    site: str
    shelf: str
    made_at: int
    made_by: str
    closed_at: int | None
    closed_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Ids of parcels: seen where they should be, not seen (with the account where they should be), seen besides."""

    found: tuple[str, ...]
    missing: tuple[tuple[str, str], ...]
    besides: tuple[str, ...]


def begin(connection: Connection, site: str, shelf: str, *, by: str, now: int) -> str:
    """A new count of a station, or of one shelf; its id, which the task names."""
    id_ = secrets.token_hex(8)
    done = connection.exec_driver_sql(
        "INSERT INTO shelf_count (id, site, shelf, made_at, made_by) VALUES (?, ?, ?, ?, ?)",
        (id_, site, shelf, now, by),
    )
    named = "".join(f"!{sign}" if sign in "!%_" else sign for sign in shelf)
    connection.exec_driver_sql(_SHELF, (done.lastrowid, site, f"place:{site}/{named}" + ("" if shelf else "%")))
    return id_


def find(connection: Connection, id_: str) -> Count | None:
    """A count by its id."""
    row = connection.exec_driver_sql(f"{_COUNT} WHERE id = ?", (id_,)).mappings().first()
    return None if row is None else Count(**row)


def latest(connection: Connection, site: str, most: int) -> list[Count]:
    """The last counts of a station, the newest first."""
    rows = connection.exec_driver_sql(f"{_COUNT} WHERE site = ? ORDER BY seq DESC LIMIT ?", (site, most)).mappings()
    return [Count(**row) for row in rows]


def open_at(connection: Connection, site: str, most: int) -> list[Count]:
    """Those that nobody closed yet, the newest first."""
    query = f"{_COUNT} WHERE site = ? AND closed_at IS NULL ORDER BY seq DESC LIMIT ?"
    return [Count(**row) for row in connection.exec_driver_sql(query, (site, most)).mappings()]


def outcome(connection: Connection, count: Count) -> Outcome:
    """What was seen and what was not. What left its shelf since the count began is neither.

    Of a closed count, missing is what was missing when it was closed.
    """
    seen = set(connection.exec_driver_sql(_SCANNED, (f"count:{count.id}",)).scalars())
    rows = connection.exec_driver_sql(_EXPECTED, (count.made_at, count.seq)).all()
    if count.closed_at is None:
        missing = [(row.id, row.placed) for row in rows if row.untouched and row.id not in seen]
    else:
        missing = [(row.id, row.placed) for row in connection.exec_driver_sql(_MISSING, (count.seq,))]
    return Outcome(
        found=tuple(row.id for row in rows if row.id in seen),
        missing=tuple(missing),
        besides=tuple(sorted(seen - {row.id for row in rows})),
    )


def close(connection: Connection, count: Count, *, by: str, now: int) -> Outcome:
    """Nobody goes along any more: what was not seen is missing."""
    found = outcome(connection, count)
    query = "UPDATE shelf_count SET closed_at = ?, closed_by = ? WHERE seq = ? AND closed_at IS NULL"
    connection.exec_driver_sql(query, (now, by, count.seq))
    missing = [(count.seq, id_, placed) for id_, placed in found.missing]
    if missing:
        connection.exec_driver_sql("INSERT INTO shelf_missing (count, parcel, placed) VALUES (?, ?, ?)", missing)
    return found
