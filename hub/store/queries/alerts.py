"""Alerts as people see them: staff those about their organisation's goods, who works at a site those at it."""

from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from hub.core.alerts import Kind, State, sentence
from hub.core.discrepancies import Value
from hub.core.viewer import Role, Viewer
from hub.store.queries.paging import Key, Page, Pager
from hub.store.queries.searching import Columns, search
from hub.store.relief import Found

HANDLING: Final = frozenset({Role.ADMIN, Role.SUPERVISOR, Role.OPERATOR, Role.CLERK, Role.STAFF, Role.ENGINEER})
"""Who takes alerts on, and to whom they are given."""
WORDS: Final = Columns(
    texts=("id", "kind", "assigned", "figures"),
    sites=("site",),
    organisations=("owner",),
    items=("json_extract(figures, '$.item')",),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert. Times are Unix ms; `values` belong to `code`, `detail` says both in English."""

    id: str
    kind: str
    severity: int
    state: str
    site: str | None
    owner: str | None
    code: str
    values: dict[str, Value]
    detail: str
    assigned: str | None
    raised_at: int
    changed_at: int
    cleared_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One thing that happened to an alert; `by` '' where it happened by itself."""

    at: int
    event: str
    severity: int
    by: str
    whom: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which alerts: None is any. `lasting`: those whose condition has not ended, or those whose has."""

    state: State | None = None
    kind: Kind | None = None
    site: str | None = None
    severity: int | None = None
    assigned: str | None = None
    lasting: bool | None = None
    text: str | None = None

    @property
    def parts(self) -> tuple[str | int | None, ...]:
        return (
            self.state, self.kind, self.site, self.severity, self.assigned,
            None if self.lasting is None else int(self.lasting), self.text,
        )  # fmt: skip


def alerts(
    connection: Connection, pager: Pager, viewer: Viewer, wanted: Wanted, *, limit: int, cursor: str | None
) -> Page[Alert]:
    """Those in one state by urgency, the newest first; else the newest first."""
    by_urgency = wanted.state is not None and wanted.state is not State.CLOSED
    shape = (int, int) if by_urgency else (int,)
    after = pager.key(cursor, shape)
    where, values = _where(viewer, wanted)
    found, words = search(connection, wanted.text, WORDS)
    where, values = f"{where} AND {found}", [*values, *words]
    if after is not None:
        where += " AND (severity > ? OR (severity = ? AND seq < ?))" if by_urgency else " AND seq < ?"
        values += [after[0], after[0], after[1]] if by_urgency else [after[0]]
    order = "severity, seq DESC" if by_urgency else "seq DESC"
    rows = connection.exec_driver_sql(
        f"SELECT * FROM alarm WHERE {where} ORDER BY {order} LIMIT ?", (*values, limit + 1)
    ).all()
    keyed: list[tuple[Key, Alert]] = [
        ((row.severity, row.seq) if by_urgency else (row.seq,), alert_of(row)) for row in rows
    ]
    return pager.page(keyed, limit)


def alert(connection: Connection, viewer: Viewer, id_: str) -> Alert | None:
    """One that the viewer sees."""
    where, values = _where(viewer, Wanted())
    row = connection.exec_driver_sql(f"SELECT * FROM alarm WHERE {where} AND id = ?", (*values, id_)).first()
    return None if row is None else alert_of(row)


def story(connection: Connection, id_: str) -> list[Happened]:
    """What happened to an alert, the first thing first."""
    query = (
        'SELECT at, event, alarm_event.severity, "by", whom, note FROM alarm_event'
        " JOIN alarm ON alarm.seq = alarm_event.alarm WHERE alarm.id = ? ORDER BY alarm_event.seq LIMIT 1000"
    )
    return [
        Happened(at=row.at, event=row.event, severity=row.severity, by=row.by, whom=row.whom, note=row.note)
        for row in connection.exec_driver_sql(query, (id_,))
    ]


def open_ones(connection: Connection, viewer: Viewer) -> dict[int, int]:
    """How many are open, by urgency."""
    where, values = _where(viewer, Wanted(state=State.OPEN))
    rows = connection.exec_driver_sql(f"SELECT severity, count(*) FROM alarm WHERE {where} GROUP BY 1", tuple(values))
    return {row[0]: int(row[1]) for row in rows}


def takers(connection: Connection, one: Alert) -> list[str]:
    """Who may be given an alert: people who can sign in, take alerts on, and see this one."""
    query = (
        "SELECT name, role, organisation, site FROM user WHERE disabled_at IS NULL AND password IS NOT NULL"
        " ORDER BY name LIMIT 5000"
    )
    found = []
    for row in connection.exec_driver_sql(query):
        viewer = Viewer(name=row.name, role=Role(row.role), organisation=row.organisation, site=row.site)
        if viewer.role in HANDLING and _sees(viewer, one):
            found.append(str(row.name))
    return found


def alert_of(row: Found) -> Alert:
    """A row of the table."""
    values = msgspec.json.decode(row.figures, type=dict[str, Value])
    return Alert(
        id=row.id, kind=row.kind, severity=row.severity, state=row.state, site=row.site, owner=row.owner,
        code=row.code, values=values, detail=sentence(row.code, values), assigned=row.assigned,
        raised_at=row.raised_at, changed_at=row.changed_at, cleared_at=row.cleared_at,
    )  # fmt: skip


def _sees(viewer: Viewer, one: Alert) -> bool:
    return viewer.owner_filter in (None, one.owner) and viewer.may_see_site(one.site)


def _where(viewer: Viewer, wanted: Wanted) -> tuple[str, list[Any]]:
    given: list[tuple[str, Any]] = [
        ("state = ?", None if wanted.state is None else wanted.state.value),
        ("kind = ?", None if wanted.kind is None else wanted.kind.value),
        ("site = ?", wanted.site),
        ("severity = ?", wanted.severity),
        ("assigned = ?", wanted.assigned),
        ("owner = ?", viewer.owner_filter),
        ("site = ?", viewer.site_filter),
    ]
    texts = [text for text, value in given if value is not None]
    if wanted.lasting is not None:
        texts.append(f"cleared_at IS {'' if wanted.lasting else 'NOT '}NULL")
    return " AND ".join(["TRUE", *texts]), [value for _, value in given if value is not None]
