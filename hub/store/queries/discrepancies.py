"""Stories that do not fit: sums below zero, broken stories, units in themselves, goods without a place, missing facts.

They are projections: they clear themselves when the missing facts come. Until the devices of the site were heard,
each says whom it waits for.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Select, func, literal, literal_column, select, tuple_

from hub.core.access import Viewer
from hub.store.queries.devices import missing_facts
from hub.store.queries.paging import Key, Page, Pager, Shape
from hub.store.queries.places import sites_of
from hub.store.queries.sight import sees_unit
from hub.store.queries.waiting import Waiting
from hub.store.schema import account, balance, device, gap, lane, lot, story_break, unit
from wire.actions import UNKNOWN

BELOW_ZERO = balance.c.quantity < literal_column("0")
"""Written out, not bound: only so does SQLite see that the partial index serves."""
MOST_COUNTED = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """One thing that does not fit, and what is known of it."""

    kind: str
    site: str | None
    account: str | None
    item: str | None
    lot: str | None
    quantity: int | None
    detail: str
    since: int | None
    owner: str | None = None


Found = tuple[Key, Discrepancy]


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the sources share: a connection, who reads, and who is waited for."""

    connection: Connection
    viewer: Viewer
    waiting: Waiting

    def row(
        self, kind: str, *, site: str | None, detail: str, account: str | None = None, item: str | None = None,
        lot: str | None = None, owner: str | None = None, quantity: int | None = None, since: int | None = None,
    ) -> Discrepancy:  # fmt: skip
        expected = self.waiting.sentence(site)
        return Discrepancy(
            kind=kind, site=site, account=account, item=item, lot=lot, owner=owner, quantity=quantity, since=since,
            detail=detail if expected is None else f"{detail}; {expected}",
        )  # fmt: skip

    def shows(self, row: Discrepancy) -> bool:
        """Whether the viewer may see it: by its owner, else by the unit that it is about; facts belong to nobody."""
        if not self.viewer.may_see_site(row.site):
            return False
        if self.viewer.owner_filter is None or row.owner is not None:
            return row.owner is None or self.viewer.may_see_owner(row.owner)
        return row.item is not None and sees_unit(self.connection, self.viewer, row.item)


def discrepancies(
    connection: Connection, pager: Pager, *, viewer: Viewer, limit: int, cursor: str | None
) -> Page[Discrepancy]:
    """All of them: sums below zero first, then stories, units, places, gaps, and facts that have not come."""
    key = pager.key(cursor, *((int, *shape) for _, shape in SOURCES))
    at, after = (0, None) if key is None else (int(key[0]), key[1:])
    reading = _Reading(connection, viewer, Waiting(connection))
    found: list[Found] = []
    for index in range(max(at, 0), len(SOURCES)):
        source, _ = SOURCES[index]
        rows = _shown(source, reading, after if index == at else None, limit + 1 - len(found))
        found.extend(((index, *row_key), row) for row_key, row in rows)
        if len(found) > limit:
            break
    return pager.page(found, limit)


def _shown(source: "Source", reading: _Reading, after: Key | None, limit: int) -> list[Found]:
    """The first rows of a source that the viewer may see."""
    found: list[Found] = []
    while len(found) < limit:
        rows = source(reading, after, limit)
        found += [row for row in rows if reading.shows(row[1])]
        if len(rows) < limit:
            break
        after = rows[-1][0]
    return found[:limit]


def count(connection: Connection, viewer: Viewer) -> int:
    """How many there are; of those who do not see all, up to MOST_COUNTED of each kind."""
    if not viewer.sees_all:
        reading = _Reading(connection, viewer, Waiting(connection))
        return sum(len(_shown(source, reading, None, MOST_COUNTED)) for source, _ in SOURCES)
    negative = _negative().with_only_columns(func.count())
    unknown = _unknown().with_only_columns(func.count())
    breaks = select(func.count()).select_from(story_break)
    gaps = select(func.count()).join_from(gap, lane, lane.c.id == gap.c.lane_id).where(lane.c.lane == "facts")
    lost = len(_lost(_Reading(connection, viewer, Waiting(connection)), None, 1_000_000))
    return (
        lost
        + len(_circling(connection))
        + sum(int(connection.execute(query).scalar_one()) for query in (negative, unknown, breaks, gaps))
    )


def _negative() -> Select[int, int, int, str, str, str, str]:
    return (
        select(
            balance.c.account_id, balance.c.lot_id, balance.c.quantity, account.c.code,
            lot.c.item, lot.c.lot, lot.c.owner,
        )
        .join_from(balance, account, account.c.id == balance.c.account_id)
        .join(lot, lot.c.id == balance.c.lot_id)
        .where(BELOW_ZERO, account.c.kind != "virtual")
    )  # fmt: skip


def _negatives(reading: _Reading, after: Key | None, limit: int) -> Sequence[Found]:
    query = _negative().order_by(balance.c.account_id, balance.c.lot_id).limit(limit)
    if after is not None:
        query = query.where(tuple_(balance.c.account_id, balance.c.lot_id) > tuple_(*after))
    rows = reading.connection.execute(query).all()
    sites = sites_of(reading.connection, {row.code for row in rows})
    return [
        (
            (row.account_id, row.lot_id),
            reading.row(
                "negative", site=sites[row.code], account=row.code, item=row.item, lot=row.lot, owner=row.owner,
                quantity=row.quantity, detail=f"{-row.quantity} more went out than came in",
            ),
        )
        for row in rows
    ]  # fmt: skip


def _broken(reading: _Reading, after: Key | None, limit: int) -> Sequence[Found]:
    expected, said = account.alias("expected"), account.alias("said")
    key = (story_break.c.unit, story_break.c.at, story_break.c.lane_id, story_break.c.seq)
    query = (
        select(*key, expected.c.code.label("expected"), said.c.code.label("said"))
        .join_from(story_break, expected, expected.c.id == story_break.c.expected_id)
        .join(said, said.c.id == story_break.c.said_id)
        .order_by(*key)
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(*key) > tuple_(*after))
    rows = reading.connection.execute(query).all()
    sites = sites_of(reading.connection, {code for row in rows for code in (row.said, row.expected)})
    return [
        (
            (row.unit, row.at, row.lane_id, row.seq),
            reading.row(
                "broken-story", site=sites[row.said] or sites[row.expected], account=row.said, item=row.unit,
                quantity=1, since=row.at, detail=f"it left {row.said}, but was last at {row.expected}",
            ),
        )
        for row in rows
    ]  # fmt: skip


def _circling(connection: Connection) -> dict[str, tuple[str, int]]:
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


def _inside_themselves(reading: _Reading, after: Key | None, limit: int) -> Sequence[Found]:
    rows = sorted((code, *step) for code, step in _circling(reading.connection).items())
    left = [row for row in rows if after is None or row[0] > str(after[0])]
    return [
        (
            (code,),
            reading.row(
                "inside-itself", site=None, account=f"unit:{into}", item=code, quantity=1, since=since,
                detail=f"it was put into {'itself' if into == code else f'{into}, which stands in it'}",
            ),
        )
        for code, into, since in left[:limit]
    ]  # fmt: skip


def _unknown() -> Select[int, int, str, str, str]:
    return (
        select(balance.c.lot_id, balance.c.quantity, lot.c.item, lot.c.lot, lot.c.owner)
        .join_from(balance, account, account.c.id == balance.c.account_id)
        .join(lot, lot.c.id == balance.c.lot_id)
        .where(account.c.code == UNKNOWN, balance.c.quantity != 0)
    )


def _placeless(reading: _Reading, after: Key | None, limit: int) -> Sequence[Found]:
    query = _unknown().order_by(balance.c.lot_id).limit(limit)
    if after is not None:
        query = query.where(balance.c.lot_id > after[0])
    return [
        (
            (row.lot_id,),
            reading.row(
                "unknown-place", site=None, account=UNKNOWN, item=row.item, lot=row.lot, owner=row.owner,
                quantity=row.quantity,
                detail=f"a scan did not name where these {'went' if row.quantity > 0 else 'were'}",
            ),
        )
        for row in reading.connection.execute(query)
    ]  # fmt: skip


def _gaps(reading: _Reading, after: Key | None, limit: int) -> Sequence[Found]:
    query = (
        select(gap, lane.c.stream, device.c.id.label("device_id"), device.c.name)
        .join_from(gap, lane, lane.c.id == gap.c.lane_id)
        .join(device, device.c.id == lane.c.device_id)
        .where(lane.c.lane == "facts")
        .order_by(gap.c.lane_id, gap.c.first)
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(gap.c.lane_id, gap.c.first) > tuple_(*after))
    return [
        (
            (row.lane_id, row.first),
            reading.row(
                "lost-facts", site=reading.waiting.site_of(row.device_id, row.name), quantity=row.last - row.first + 1,
                since=row.declared_at,
                detail=f"{row.name} declared facts {row.first} to {row.last} of stream {row.stream} as {row.reason}",
            ),
        )
        for row in reading.connection.execute(query).all()
    ]  # fmt: skip


def _lost(reading: _Reading, after: Key | None, limit: int) -> Sequence[Found]:
    missing = missing_facts(reading.connection)
    if not missing:
        return []
    query = select(device).where(device.c.id.in_(sorted(missing)), device.c.removed_at.is_(None)).order_by(device.c.id)
    if after is not None:
        query = query.where(device.c.id > after[0])
    found: list[Found] = []
    for row in reading.connection.execute(query).all():
        lost = missing[row.id] - (row.pending_facts or 0)
        if lost > 0 and len(found) < limit:
            site = reading.waiting.site_of(row.id, row.name)
            detail = f"{row.name} made {lost} facts that have not come and that it does not say it holds"
            found.append(
                ((row.id,), reading.row("lost-facts", site=site, quantity=lost, since=row.last_seen, detail=detail))
            )
    return found


Source = Callable[[_Reading, Key | None, int], Sequence[Found]]
SOURCES: tuple[tuple[Source, Shape], ...] = (
    (_negatives, (int, int)),
    (_broken, (str, int, int, int)),
    (_inside_themselves, (str,)),
    (_placeless, (int,)),
    (_gaps, (int, int)),
    (_lost, (int,)),
)
