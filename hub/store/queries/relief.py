"""Requests, consignments and parcels as people see them, page by page, newest first; and what happened to each.

Staff of an organisation see its own; operators and clerks of a site see what comes from there or goes there. Recipients
are masked names and the last four figures of their telephone number: nothing here opens a seal.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from hub.core.lifecycles import OPEN_CONSIGNMENTS, ConsignmentState
from hub.core.viewer import Viewer
from hub.store.lives import AT_ONCE, told_of
from hub.store.queries.paging import Page, Pager
from hub.store.queries.searching import ANY, Columns, Searched, search
from hub.store.recipients import shown
from hub.store.relief import PARCELS, Found, Kind, marks
from wire.messages import Proof

MOST_HISTORY: Final = 500
ON_BOARD: Final = 8
"""Consignments of each state that are shown at once."""
_SITES: Final = (
    "(from_site = ? OR to_site = ?"
    " OR EXISTS (SELECT 1 FROM parcel WHERE parcel.consignment = consignment.seq AND +parcel.station = ?)"
    " OR EXISTS (SELECT 1 FROM parcel WHERE parcel.back = consignment.seq AND +parcel.station = ?))"
)
"""By a consignment's few parcels: by the many of a station (`+` leaves that index aside) it takes seconds."""

IN_REQUESTS: Final = Columns(
    texts=("request.id", "request.note"), sites=("request.site",), organisations=("request.organisation",),
    goods="request.seq IN (SELECT request FROM request_line WHERE {})",
)  # fmt: skip
IN_CONSIGNMENTS: Final = Columns(
    texts=("consignment.id", "consignment.vehicle", "consignment.note"),
    sites=("consignment.from_site", "consignment.to_site"), organisations=("consignment.organisation",),
    goods="consignment.seq IN (SELECT p.consignment FROM parcel_line JOIN parcel AS p ON p.seq = parcel_line.parcel"
    " WHERE {})",
)  # fmt: skip
IN_PARCELS: Final = Columns(
    texts=("parcel.id", "consignment.id", "parcel.placed"), sites=("parcel.station",),
    goods="parcel.seq IN (SELECT parcel FROM parcel_line WHERE {})",
)  # fmt: skip


def requests(
    connection: Connection, pager: Pager, viewer: Viewer, *, limit: int, cursor: str | None, words: str | None = None,
    **filters: str | int | None,
) -> Page[dict[str, Any]]:  # fmt: skip
    """Requests with their lines; `filters` are columns and the values that they must have (None: any)."""
    conditions, values = _where("request", filters, search(connection, words, IN_REQUESTS))
    if viewer.owner_filter is not None:
        conditions.append("request.organisation = ?")
        values.append(viewer.owner_filter)
    rows = _page(connection, pager, "SELECT * FROM request", "request", conditions, values, limit, cursor)
    told = request_rows(connection, rows)
    return pager.page([((row.seq,), one) for row, one in zip(rows, told, strict=True)], limit)


def request_rows(connection: Connection, rows: Sequence[Found]) -> list[dict[str, Any]]:
    """Requests as they are shown, with what is kept and what is lacking of each line."""
    lines: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for some in _slices([row.seq for row in rows]):
        query = (
            "SELECT line.request, line.line, line.item, line.n, line.need, need.n AS needed,"
            " (SELECT coalesce(sum(r.n * r.pieces), 0) FROM reservation AS r"
            " WHERE r.need = need.seq AND r.state IN ('held', 'picking', 'closed')) AS kept"
            f" FROM request_line AS line LEFT JOIN need ON need.id = line.need WHERE line.request IN ({marks(some)})"
            " ORDER BY line.request, line.line"
        )
        for one in connection.exec_driver_sql(query, tuple(some)):
            told = {"line": one.line, "item": one.item, "n": one.n, "need": one.need, "kept": one.kept or 0}
            lines[one.request].append(told)
    names = shown(connection, [row.recipient for row in rows if row.recipient])
    return [
        {
            **_plain(row), "groups": json.loads(row.groups), "lines": lines[row.seq], **_masked(names, row.recipient),
            "odd": bool(row.odd),
        }
        for row in rows
    ]  # fmt: skip


def consignments(
    connection: Connection, pager: Pager, viewer: Viewer, *, limit: int, cursor: str | None, site: str | None,
    words: str | None = None, **filters: str | int | None,
) -> Page[dict[str, Any]]:  # fmt: skip
    """Consignments, with how many of their parcels are in which state; `site`: that they come from or go to."""
    conditions, values = _seen(viewer, site, filters, search(connection, words, IN_CONSIGNMENTS))
    rows = _page(connection, pager, "SELECT * FROM consignment", "consignment", conditions, values, limit, cursor)
    told = consignment_rows(connection, rows)
    return pager.page([((row.seq,), one) for row, one in zip(rows, told, strict=True)], limit)


def board(
    connection: Connection, viewer: Viewer, *, site: str | None, **filters: str | int | None
) -> list[dict[str, Any]]:
    """Of each state of consignments that are not over: how many are in it, and the newest."""
    conditions, values = _seen(viewer, site, filters)
    states = [state.value for state in ConsignmentState if state in OPEN_CONSIGNMENTS]
    where = " AND ".join([f"state IN ({marks(states)})", *conditions])
    query = f"SELECT state, count(*) FROM consignment WHERE {where} GROUP BY state"
    counts = {row[0]: int(row[1]) for row in connection.exec_driver_sql(query, (*states, *values))}
    newest = f"SELECT * FROM consignment WHERE {' AND '.join(['state = ?', *conditions])} ORDER BY seq DESC LIMIT ?"
    rows = [
        row
        for state in states
        if state in counts
        for row in connection.exec_driver_sql(newest, (state, *values, ON_BOARD))
    ]
    told = consignment_rows(connection, rows)
    return [
        {"state": state, "count": counts[state], "rows": [one for one in told if one["state"] == state]}
        for state in states
        if state in counts
    ]


def custody(connection: Connection, row: Found) -> list[dict[str, Any]]:
    """The lines of a consignment: what was planned, left, came, and where the rest is."""
    query = "SELECT * FROM custody WHERE consignment = ? ORDER BY item, lot, owner"
    return [dict(one._asdict()) for one in connection.exec_driver_sql(query, (row.seq,))]


def consignment_rows(connection: Connection, rows: Sequence[Found]) -> list[dict[str, Any]]:
    """Consignments as they are shown."""
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    picks: dict[int, list[str]] = defaultdict(list)
    units: dict[int, list[str]] = defaultdict(list)
    for some in _slices([row.seq for row in rows]):
        for column in ("consignment", "back"):
            query = f"SELECT {column}, state, count(*) FROM parcel WHERE {column} IN ({marks(some)}) GROUP BY 1, 2"
            for seq, state, n in connection.exec_driver_sql(query, tuple(some)):
                counts[seq][state] = n
        query = f"SELECT consignment, pick FROM consignment_pick WHERE consignment IN ({marks(some)}) ORDER BY 1, 2"
        for seq, pick in connection.exec_driver_sql(query, tuple(some)):
            picks[seq].append(pick)
        query = f"SELECT consignment, unit FROM consignment_unit WHERE consignment IN ({marks(some)}) ORDER BY 1, 2"
        for seq, unit in connection.exec_driver_sql(query, tuple(some)):
            units[seq].append(unit)
    return [
        {
            **_plain(row), "parcels": sum(counts[row.seq].values()), "by_state": counts[row.seq],
            "picks": picks[row.seq], "units": units[row.seq], "odd": bool(row.odd),
        }
        for row in rows
    ]  # fmt: skip


def parcels(
    connection: Connection, pager: Pager, viewer: Viewer, *, limit: int, cursor: str | None, words: str | None = None,
    **filters: str | int | None,
) -> Page[dict[str, Any]]:  # fmt: skip
    """Parcels with what is to go into each; `filters` as for requests."""
    conditions, values = _where("parcel", filters, search(connection, words, IN_PARCELS))
    if viewer.owner_filter is not None:
        conditions.append("consignment.organisation = ?")
        values.append(viewer.owner_filter)
    if viewer.site_filter is not None:
        conditions.append("(parcel.station = ? OR consignment.from_site = ? OR back.to_site = ?)")
        values += [viewer.site_filter] * 3
    rows = _page(connection, pager, PARCELS, "parcel", conditions, values, limit, cursor)
    told = parcel_rows(connection, rows)
    return pager.page([((row.seq,), one) for row, one in zip(rows, told, strict=True)], limit)


def parcel_rows(connection: Connection, rows: Sequence[Found]) -> list[dict[str, Any]]:
    """Parcels as they are shown."""
    lines: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for some in _slices([row.seq for row in rows]):
        query = f"SELECT * FROM parcel_line WHERE parcel IN ({marks(some)}) ORDER BY parcel, line"
        for one in connection.exec_driver_sql(query, tuple(some)):
            lines[one.parcel].append(
                {"line": one.line, "item": one.item, "lot": one.lot, "owner": one.owner, "n": one.n}
            )
    names = shown(connection, [row.recipient for row in rows if row.recipient])
    return [
        {
            **_plain(row), "request": row.request_id, "consignment": row.consignment_id, "back": row.back_id,
            "proof": None if row.proof is None else msgspec.json.decode(row.proof, type=Proof),
            "lines": lines[row.seq],
            **_masked(names, row.recipient), "odd": bool(row.odd),
        }
        for row in rows
    ]  # fmt: skip


def history(connection: Connection, kind: Kind, id_: str) -> list[dict[str, Any]]:
    """What happened to one of them, in the order of time; facts that were undone are left out."""
    query = (
        "SELECT at, event, action, source, target, who, device, detail, state, odd, noted_at FROM life_event"
        " WHERE kind = ? AND about = ? AND voided = 0 ORDER BY at, coalesce(lane_id, 0), coalesce(fact_seq, seq)"
        " LIMIT ?"
    )
    rows = connection.exec_driver_sql(query, (kind, id_, MOST_HISTORY))
    return [{**row._asdict(), "odd": bool(row.odd)} for row in rows]


def parcel_history(connection: Connection, row: Found) -> list[dict[str, Any]]:
    """What happened to a parcel, also by way of the pallet or vehicle in which it was, in the order of time."""
    query = (
        "SELECT at, coalesce(lane_id, 0), coalesce(fact_seq, seq) FROM life_event"
        " WHERE kind = 'parcel' AND about = ? AND voided = 0"
    )
    own = {tuple(key) for key in connection.exec_driver_sql(query, (row.id,))}
    more = [
        {
            "at": one.told.at, "event": "fact", "action": one.told.action, "source": one.told.source,
            "target": one.told.target, "who": "", "device": one.told.device, "detail": "", "state": one.state,
            "odd": one.odd, "noted_at": one.told.at,
        }
        for one in told_of(connection, row).steps
        if one.told[:3] not in own
    ]  # fmt: skip
    return sorted(history(connection, "parcel", row.id) + more, key=lambda one: int(one["at"]))[:MOST_HISTORY]


def sees(connection: Connection, viewer: Viewer, kind: Kind, row: Found) -> bool:
    """Whether they see one of them."""
    if not viewer.may_see_owner(row.organisation):
        return False
    site = viewer.site_filter
    if site is None or kind == "request":
        return site is None
    if kind == "parcel":
        return site in (row.station, row.home) or _goes_back_to(connection, row, site)
    query = f"SELECT EXISTS (SELECT 1 FROM consignment WHERE seq = ? AND {_SITES})"
    return bool(connection.exec_driver_sql(query, (row.seq, site, site, site, site)).scalar())


def _goes_back_to(connection: Connection, row: Found, site: str) -> bool:
    query = "SELECT EXISTS (SELECT 1 FROM consignment WHERE seq = ? AND to_site = ?)"
    return row.back is not None and bool(connection.exec_driver_sql(query, (row.back, site)).scalar())


def _seen(
    viewer: Viewer, site: str | None, filters: dict[str, str | int | None], found: Searched = ANY
) -> tuple[list[str], list[Any]]:
    """Of consignments: those that the viewer sees; `site`: that come from there or go there."""
    conditions, values = _where("consignment", filters, found)
    if viewer.owner_filter is not None:
        conditions.append("consignment.organisation = ?")
        values.append(viewer.owner_filter)
    for place in {site, viewer.site_filter} - {None}:
        conditions.append(_SITES)
        values += [place] * 4
    return conditions, values


def _where(table: str, filters: dict[str, str | int | None], found: Searched = ANY) -> tuple[list[str], list[Any]]:
    given = {column: value for column, value in filters.items() if value is not None}
    return [*(f"{table}.{column} = ?" for column in given), found[0]], [*given.values(), *found[1]]


def _page(
    connection: Connection, pager: Pager, query: str, table: str, conditions: list[str], values: list[Any], limit: int,
    cursor: str | None,
) -> Sequence[Found]:  # fmt: skip
    after = pager.key(cursor, (int,))
    if after is not None:
        conditions, values = [*conditions, f"{table}.seq < ?"], [*values, after[0]]
    where = " AND ".join(conditions) or "1"
    full = f"{query} WHERE {where} ORDER BY {table}.seq DESC LIMIT ?"
    return connection.exec_driver_sql(full, (*values, limit + 1)).all()


def _plain(row: Found) -> dict[str, Any]:
    return dict(row._asdict())


def _masked(names: Any, recipient: str | None) -> dict[str, str | None]:
    found = names.get(recipient) if recipient else None
    return {"shown": None if found is None else found.shown, "last4": None if found is None else found.last4}


def _slices(seqs: Sequence[int]) -> Collection[Sequence[int]]:
    return [seqs[at : at + AT_ONCE] for at in range(0, len(seqs), AT_ONCE)]
