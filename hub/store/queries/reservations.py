"""Reservations and pick lists as people see them, page by page, newest first.

Staff of an organisation see what is for it, and reservations of its goods for others too. People of one site see what
is at that site.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row

from hub.core.reservations import PickState, State, share, shown
from hub.core.viewer import Viewer
from hub.store.needs import SHARED
from hub.store.picks import date_of
from hub.store.queries.needs import page, where
from hub.store.queries.paging import Page, Pager
from hub.store.queries.picked import Goods, picked
from hub.store.queries.searching import Columns, search
from hub.store.queries.standing import Key


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationRow:
    """A reservation: n units of `pieces` base units each, of which `picked` units were fetched."""

    id: str
    need: str
    organisation: str
    site: str
    item: str
    lot: str
    owner: str
    n: int
    pieces: int
    substitute: bool
    state: State
    made_at: int
    made_by: str
    expires_at: int
    pick: str | None
    picked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PickLineRow:
    """Where to take so many units, as proposed; `picked` of the goods' whole sum, dealt to the lines in their order."""

    line: int
    reservation: str
    item: str
    lot: str
    owner: str
    bin: str | None
    n: int
    picked: int
    expiry: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Besides:
    """What was fetched for a list beyond what it wants."""

    item: str
    lot: str
    owner: str
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PickRow:
    """A pick list."""

    id: str
    site: str
    organisation: str
    destination: str
    state: PickState
    made_at: int
    made_by: str
    ended_at: int | None
    ended_by: str | None
    n: int
    picked: int
    lines: tuple[PickLineRow, ...]
    besides: tuple[Besides, ...]


_RESERVATIONS: Final = (
    f"SELECT * FROM (SELECT r.*, need.id AS need_id, need.organisation AS organisation FROM ({SHARED}) AS r"
    " JOIN need ON need.seq = r.need)"
)

IN_PICKS: Final = Columns(
    texts=("id", "destination"), sites=("site",), organisations=("organisation",),
    goods="seq IN (SELECT pick_line.pick FROM pick_line JOIN reservation ON reservation.seq = pick_line.reservation"
    " WHERE {})",
)  # fmt: skip


def reservations(
    connection: Connection, pager: Pager, viewer: Viewer, *, need: str | None, site: str | None, limit: int,
    cursor: str | None, now: int,
) -> Page[ReservationRow]:  # fmt: skip
    """Reservations, newest first."""
    condition, values = where({"need_id": (need,), "site": (site, viewer.site_filter)})
    if viewer.owner_filter is not None:
        condition, values = f"{condition} AND ? IN (organisation, owner)", [*values, viewer.owner_filter]
    rows = page(connection, pager, f"{_RESERVATIONS} WHERE {condition}", values, limit, cursor)
    return pager.page(
        [((row.seq,), one) for row, one in zip(rows, _reservations(connection, rows, now), strict=True)], limit
    )


def reservation(connection: Connection, viewer: Viewer, id_: str, *, now: int) -> ReservationRow | None:
    """One reservation; None for one that the viewer does not see."""
    rows = connection.exec_driver_sql(f"{_RESERVATIONS} WHERE id = ?", (id_,)).all()
    found = next(iter(_reservations(connection, rows, now)), None)
    if found is None or not (viewer.may_see_owner(found.organisation) or viewer.may_see_owner(found.owner)):
        return None
    return found if viewer.may_see_site(found.site) else None


def picks(
    connection: Connection, pager: Pager, viewer: Viewer, *, site: str | None, state: str | None,
    words: str | None = None, limit: int, cursor: str | None,
) -> Page[PickRow]:  # fmt: skip
    """Pick lists, newest first. `state` filters by what is written down: an open one may be picked whole."""
    kinds = {"site": (site, viewer.site_filter), "organisation": (viewer.owner_filter,), "state": (state,)}
    condition, values = where(kinds)
    wanted, more = search(connection, words, IN_PICKS)
    condition, values = f"{condition} AND {wanted}", values + more
    rows = page(connection, pager, f"SELECT * FROM pick WHERE {condition}", values, limit, cursor)
    return pager.page([((row.seq,), _pick(connection, row)) for row in rows], limit)


def pick(connection: Connection, viewer: Viewer, id_: str) -> PickRow | None:
    """One pick list; None for one that the viewer does not see."""
    row = connection.exec_driver_sql("SELECT * FROM pick WHERE id = ?", (id_,)).first()
    if row is None or not viewer.may_see_owner(row.organisation) or not viewer.may_see_site(row.site):
        return None
    return _pick(connection, row)


def _reservations(connection: Connection, rows: "Iterable[Row[Any]]", now: int) -> list[ReservationRow]:
    listed = list(rows)
    fetched = picked(connection, {f"pick:{row.pick_id}" for row in listed if row.pick_id is not None})
    found = []
    for row in listed:
        done = fetched.get((f"pick:{row.pick_id}", Goods(row.item, row.lot, row.owner)), 0)
        found.append(
            ReservationRow(
                id=row.id, need=row.need_id, organisation=row.organisation, site=row.site, item=row.item, lot=row.lot,
                owner=row.owner, n=row.n, pieces=row.pieces, substitute=bool(row.substitute),
                state=shown(State(row.state), row.expires_at, now), made_at=row.made_at, made_by=row.made_by,
                expires_at=row.expires_at, pick=row.pick_id, picked=share(done, row.wanted_before, row.n),
            )
        )  # fmt: skip
    return found


def _pick(connection: Connection, row: "Row[Any]") -> PickRow:
    fetched = {goods: n for (_, goods), n in picked(connection, {f"pick:{row.id}"}).items() if n > 0}
    listed = connection.exec_driver_sql(
        "SELECT line, reservation.id, reservation.item, lot, owner, bin, pick_line.n FROM pick_line"
        " JOIN reservation ON reservation.seq = pick_line.reservation WHERE pick_line.pick = ?"
        " AND (reservation.state <> 'cancelled' OR ? = 'cancelled') ORDER BY line",
        (row.seq, row.state),
    ).all()
    left = dict(fetched)
    dates: dict[Goods, int | None] = {}
    lines = []
    for line in listed:
        goods = Goods(line.item, line.lot, line.owner)
        if goods not in dates:
            dates[goods] = date_of(connection, Key(row.site, *goods))
        part = share(left.get(goods, 0), 0, line.n)
        left[goods] = left.get(goods, 0) - part
        lines.append(
            PickLineRow(
                line=line.line, reservation=line.id, item=line.item, lot=line.lot, owner=line.owner,
                bin=line.bin or None, n=line.n, picked=part, expiry=dates[goods],
            )
        )  # fmt: skip
    n, done = sum(line.n for line in lines), sum(line.picked for line in lines)
    state = PickState(row.state)
    return PickRow(
        id=row.id, site=row.site, organisation=row.organisation, destination=row.destination,
        state=PickState.PICKED if state is PickState.OPEN and done >= n else state, made_at=row.made_at,
        made_by=row.made_by, ended_at=row.ended_at, ended_by=row.ended_by, n=n, picked=done, lines=tuple(lines),
        besides=tuple(Besides(**goods._asdict(), n=more) for goods, more in sorted(left.items()) if more > 0),
    )  # fmt: skip
