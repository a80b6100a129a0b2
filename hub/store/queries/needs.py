"""Needs and consents as people see them, page by page, newest first.

Staff of an organisation see its needs, the consents that it gives, and those by which it may take.
"""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row

from hub.core.reservations import NeedState, need_state
from hub.core.viewer import Viewer
from hub.store.needs import covered
from hub.store.queries.paging import Key, Page, Pager
from hub.store.queries.searching import Columns, search

WORDS: Final = Columns(texts=("id", "note", "destination"), organisations=("organisation",), goods="{}")
BATCH = 500
"""Needs whose state is worked out at once where one state is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedRow:
    """A need; n, covered and open in base units, days yyyymmdd, times Unix ms."""

    id: str
    organisation: str
    destination: str
    item: str
    n: int
    covered: int
    open: int
    state: NeedState
    needed_by: int
    shelf_days: int
    substitutes: bool
    note: str
    asked_at: int
    asked_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRow:
    """A consent that holds or has held; taker and item None: anyone, any item."""

    id: str
    owner: str
    taker: str | None
    item: str | None
    until: int | None
    given_at: int
    given_by: str
    ended_at: int | None
    ended_by: str | None


def needs(
    connection: Connection, pager: Pager, viewer: Viewer, *, organisation: str | None, state: NeedState | None = None,
    words: str | None = None, limit: int, cursor: str | None, now: int,
) -> Page[NeedRow]:  # fmt: skip
    """Needs, newest first. Their state follows from reservations, so those of one state are looked for in batches."""
    condition, values = where({"organisation": (organisation, viewer.owner_filter)})
    wanted, more = search(connection, words, WORDS)
    condition, values = f"{condition} AND {wanted}", values + more
    if state is not None:
        condition += f" AND cancelled_at IS {'NOT ' if state is NeedState.CANCELLED else ''}NULL"
    found: list[tuple[Key, NeedRow]] = []
    size, after = (limit if state is None else max(limit, BATCH)), pager.key(cursor, (int,))
    while True:
        rows = _rows(connection, f"SELECT * FROM need WHERE {condition}", values, size, after)
        sums = covered(connection, [row.seq for row in rows], now)
        needs_ = [_need(row, sums[row.seq]) for row in rows]
        found += [((row.seq,), one) for row, one in zip(rows, needs_, strict=True) if state in (None, one.state)]
        if len(rows) <= size or len(found) > limit:
            return pager.page(found, limit)
        after = (rows[-1].seq,)


def need(connection: Connection, viewer: Viewer, id_: str, *, now: int) -> NeedRow | None:
    """One need; None for one that the viewer does not see."""
    row = connection.exec_driver_sql("SELECT * FROM need WHERE id = ?", (id_,)).first()
    if row is None or not viewer.may_see_owner(row.organisation):
        return None
    return _need(row, covered(connection, [row.seq], now)[row.seq])


def consents(
    connection: Connection, pager: Pager, viewer: Viewer, *, limit: int, cursor: str | None
) -> Page[ConsentRow]:
    """Consents, newest first: those that one gave, and those from which one may take."""
    condition, values = "1", list[str]()
    if viewer.owner_filter is not None:
        condition, values = "(owner = ? OR taker IN ('', ?))", [viewer.owner_filter] * 2
    rows = page(connection, pager, f"SELECT * FROM consent WHERE {condition}", values, limit, cursor)
    return pager.page([((row.seq,), _consent(row)) for row in rows], limit)


def consent(connection: Connection, viewer: Viewer, id_: str) -> ConsentRow | None:
    """One consent; None for one that the viewer did not give."""
    row = connection.exec_driver_sql("SELECT * FROM consent WHERE id = ?", (id_,)).first()
    return None if row is None or not viewer.may_see_owner(row.owner) else _consent(row)


def where(kinds: dict[str, tuple[str | None, ...]]) -> tuple[str, list[str]]:
    """A condition on columns, each equal to all values that are given for it."""
    given = [(column, value) for column, values in kinds.items() for value in values if value is not None]
    return " AND ".join(["1", *(f"{column} = ?" for column, _ in given)]), [value for _, value in given]


def page(
    connection: Connection, pager: Pager, query: str, values: list[str], limit: int, cursor: str | None
) -> "list[Row[Any]]":
    """Up to `limit` + 1 rows of a query, by `seq`, newest first."""
    return _rows(connection, query, values, limit, pager.key(cursor, (int,)))


def _rows(connection: Connection, query: str, values: list[str], limit: int, after: Key | None) -> "list[Row[Any]]":
    before = [] if after is None else [after[0]]
    more = " AND seq < ?" if before else ""
    rows = connection.exec_driver_sql(f"{query}{more} ORDER BY seq DESC LIMIT ?", (*values, *before, limit + 1))
    return list(rows)


def _need(row: "Row[Any]", sum_: int) -> NeedRow:
    state = need_state(row.n, sum_, cancelled=row.cancelled_at is not None)
    return NeedRow(
        id=row.id, organisation=row.organisation, destination=row.destination, item=row.item, n=row.n, covered=sum_,
        open=0 if state is NeedState.CANCELLED else max(0, row.n - sum_), state=state, needed_by=row.needed_by,
        shelf_days=row.shelf_days, substitutes=bool(row.substitutes), note=row.note, asked_at=row.asked_at,
        asked_by=row.asked_by,
    )  # fmt: skip


def _consent(row: "Row[Any]") -> ConsentRow:
    return ConsentRow(
        id=row.id, owner=row.owner, taker=row.taker or None, item=row.item or None, until=row.until,
        given_at=row.given_at, given_by=row.given_by, ended_at=row.ended_at, ended_by=row.ended_by,
    )  # fmt: skip
