"""Units whose story does not fit: they left another place than the one where they were, or stand in themselves."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from sqlalchemy import Connection, Select, func, literal, select, tuple_

from hub.core.discrepancies import Kind, Value
from hub.store.queries.differing import Found, Reading, Told
from hub.store.queries.paging import Key
from hub.store.queries.places import sites_of
from hub.store.schema import account, sighting, story_break, unit
from wire.actions import WITH_RECIPIENT

Query: TypeAlias = Select[*tuple[Any, ...]]
_KEY = (story_break.c.unit, story_break.c.at, story_break.c.lane_id, story_break.c.seq)
_expected, _said = account.alias("expected"), account.alias("said")


def left_elsewhere() -> Query:
    """Breaks of stories. A parcel that was given again is said to be given twice, and not here."""
    again = (
        story_break.c.unit.like("parcel:%")
        & (_expected.c.code == WITH_RECIPIENT)
        & select(literal(1))
        .where(
            sighting.c.unit == story_break.c.unit,
            sighting.c.lane_id == story_break.c.lane_id,
            sighting.c.seq == story_break.c.seq,
            sighting.c.to_id == _expected.c.id,
        )
        .exists()
    )
    return (
        select(*_KEY, _expected.c.code.label("expected"), _said.c.code.label("said"))
        .join_from(story_break, _expected, _expected.c.id == story_break.c.expected_id)
        .join(_said, _said.c.id == story_break.c.said_id)
        .where(~again)
    )


def broken(reading: Reading, after: Key | None, limit: int) -> Sequence[Found]:
    """Left another place than the one where they were."""
    query = left_elsewhere().order_by(*_KEY).limit(limit)
    if after is not None:
        query = query.where(tuple_(*_KEY) > tuple_(*after))
    rows = reading.connection.execute(query).all()
    sites = sites_of(reading.connection, {code for row in rows for code in (row.said, row.expected)})
    return [
        (
            (row.unit, row.at, row.lane_id, row.seq),
            reading.row(
                Kind.BROKEN_STORY,
                Told(
                    about=(row.unit, row.lane_id, row.seq), code="left-elsewhere",
                    values={"said": row.said, "expected": row.expected}, story=(row.said, row.expected),
                ),
                site=sites[row.said] or sites[row.expected], account=row.said, item=row.unit, quantity=1, since=row.at,
            ),
        )
        for row in rows
    ]  # fmt: skip


def inside_themselves(reading: Reading, after: Key | None, limit: int) -> Sequence[Found]:
    rows = sorted((code, *step) for code, step in circling(reading.connection).items())
    left = [row for row in rows if after is None or row[0] > str(after[0])]
    found: list[Found] = []
    for code, into, since in left[:limit]:
        values: dict[str, Value] = {} if into == code else {"into": into}
        told = Told(
            about=(code,), code="in-itself" if into == code else "in-its-content", values=values, story=(into, since)
        )
        row = reading.row(
            Kind.INSIDE_ITSELF, told, site=None, account=f"unit:{into}", item=code, quantity=1, since=since
        )
        found.append(((code,), row))
    return found


def circling(connection: Connection) -> dict[str, tuple[str, int]]:
    """Handling units that stand inside of themselves, at once or by way of others: in which unit, and since when.

    Such a unit stands in a unit that stands in a unit itself, so only those are read: nesting of that depth is rare.
    """
    inside, outer = unit.alias("inside"), unit.alias("outer")
    where, beyond = account.alias("where_it_is"), account.alias("beyond")
    rows = connection.execute(
        select(inside.c.code, outer.c.code, inside.c.since)
        .select_from(where)
        .join(inside, inside.c.account_id == where.c.id)
        .join(outer, outer.c.code == func.substr(where.c.code, len("unit:") + 1))
        .join(beyond, beyond.c.id == outer.c.account_id)
        .where(where.c.kind == "unit", beyond.c.kind == literal("unit"))
    )
    steps = {code: (into, since) for code, into, since in rows}
    found: dict[str, tuple[str, int]] = {}
    done: set[str] = set()
    for start in steps:
        way: dict[str, None] = {}
        at = start
        while at in steps and at not in done and at not in way:
            way[at] = None
            at = steps[at][0]
        if at in way:
            names = list(way)
            found |= {code: steps[code] for code in names[names.index(at) :]}
        done |= way.keys()
    return found
