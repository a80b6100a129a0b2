"""What a story is about: from one thing to all that belongs to it, as far as the viewer sees.

call          its requests, and with each all that a request has
request       its calls, its parcels, and the consignments that these go with
consignment   its parcels, its handling units, and the requests that its parcels are for
parcel        its request, its consignment and the one that brings it back
code          of a handling unit: the consignments that it went with and the parcels in it; of a lot: the parcels
              that hold it; of a parcel's label: the parcel
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from sqlalchemy import Connection

from hub.core.viewer import Role, Viewer
from hub.store.queries import relief, targets
from hub.store.queries.holders import holders
from hub.store.queries.targets import Target
from hub.store.relief import PARCELS, Found, marks

MOST: Final = 500
"""Parcels, and things of each other kind, that one story tells of; of more the first ones."""
Kind: TypeAlias = Literal["call", "request", "consignment", "parcel", "code"]
_KINDS: Final[dict[Kind, re.Pattern[str]]] = {
    "call": re.compile(r"call:([0-9a-f]{16})", re.ASCII),
    "request": re.compile(r"request:([0-9a-f]{16})", re.ASCII),
    "consignment": re.compile(r"(?:consignment:)?(C-[0-9A-Z]{8})", re.ASCII),
    "parcel": re.compile(r"(?:parcel:|RR:P:)([A-Za-z0-9-]{1,40}\.[0-9A-Z]{6})", re.ASCII),
    "code": re.compile(r"(?:code:)?(.+)", re.DOTALL),
}
_CALLS: Final = "SELECT call.*, line.id AS line_id, line.organisation FROM call JOIN line ON line.seq = call.line"
_SEES_CALLS: Final = frozenset({Role.ADMIN, Role.SUPERVISOR, Role.STAFF, Role.HELPLINE, Role.AUDITOR})


@dataclass(slots=True, kw_only=True)
class Scope:
    """The rows that a story is about, and what else it follows. `more`: there is more of it than is told."""

    kind: Kind
    id: str
    calls: Sequence[Found] = ()
    requests: Sequence[Found] = ()
    consignments: Sequence[Found] = ()
    parcels: Sequence[Found] = ()
    target: Target | None = None
    units: Sequence[str] = ()
    more: bool = False


def read(of: str) -> tuple[Kind, str]:
    """What is asked for: `request:ID`, `call:ID`, `consignment:ID`, `parcel:ID`, or a code as a scanner reads it."""
    for kind, form in _KINDS.items():
        found = form.fullmatch(of)
        if found is not None:
            return kind, found[1]
    return "code", of


def resolve(connection: Connection, viewer: Viewer, of: str) -> Scope | None:
    """All that belongs to a thing; None where there is no such thing, or none that they may see."""
    kind, id_ = read(of)
    scope = Scope(kind=kind, id=id_)
    match kind:
        case "call":
            _of_call(connection, viewer, scope)
        case "request":
            scope.requests = _requests(connection, viewer, "id = ?", id_)
            _of_requests(connection, viewer, scope)
        case "consignment":
            scope.consignments = _seen(
                connection, viewer, "consignment", _rows(connection, "SELECT * FROM consignment WHERE id = ?", id_)
            )
            _of_consignments(connection, viewer, scope)
        case "parcel":
            _of_parcels(connection, viewer, scope, [id_])
        case "code":
            _of_code(connection, viewer, scope)
    known = (scope.calls, scope.requests, scope.consignments, scope.parcels, scope.target)
    return scope if any(known) else None


def _of_call(connection: Connection, viewer: Viewer, scope: Scope) -> None:
    scope.calls = _calls(connection, viewer, "call.id = ?", scope.id)
    if scope.calls:
        first = scope.calls[0]
        of = _rows(connection, "SELECT id FROM recipient WHERE seq = ?", first.recipient)
        where, value = ("recipient", of[0].id) if of else ("line", first.line_id)
        scope.requests = _requests(
            connection, viewer, f"{where} = ? AND (call = ? OR id = ?)", value, first.id, first.about
        )
        _of_requests(connection, viewer, scope)


def _of_requests(connection: Connection, viewer: Viewer, scope: Scope) -> None:
    """Calls, parcels and consignments of the requests."""
    calls = [row.call for row in scope.requests if row.call]
    about = [row.id for row in scope.requests]
    known = {row.seq: row for row in scope.calls}
    known |= {row.seq: row for row in _calls(connection, viewer, f"call.id IN ({marks(calls)})", *calls)}
    known |= {row.seq: row for row in _calls(connection, viewer, f"call.about IN ({marks(about)})", *about)}
    whose = sorted({row.recipient for row in known.values() if row.recipient})
    later = f"call.recipient IN ({marks(whose)}) AND call.after IN ({marks(list(known))})"
    scope.calls = list((known | {row.seq: row for row in _calls(connection, viewer, later, *whose, *known)}).values())
    seqs = [row.seq for row in scope.requests]
    scope.parcels = _parcels(connection, viewer, scope, f"parcel.request IN ({marks(seqs)})", *seqs)
    _carrying(connection, viewer, scope)


def _of_consignments(connection: Connection, viewer: Viewer, scope: Scope) -> None:
    """Parcels, handling units and requests of the consignments."""
    seqs = [row.seq for row in scope.consignments]
    there = f"parcel.consignment IN ({marks(seqs)}) OR parcel.back IN ({marks(seqs)})"
    scope.parcels = _parcels(connection, viewer, scope, there, *seqs, *seqs)
    scope.units = [
        row.unit
        for row in _rows(connection, f"SELECT unit FROM consignment_unit WHERE consignment IN ({marks(seqs)})", *seqs)
        if not row.unit.startswith("parcel:")
    ]
    asked = sorted({row.request for row in scope.parcels})
    scope.requests = _requests(connection, viewer, f"seq IN ({marks(asked)})", *asked)


def _of_parcels(connection: Connection, viewer: Viewer, scope: Scope, ids: Sequence[str]) -> None:
    scope.parcels = _parcels(connection, viewer, scope, f"parcel.id IN ({marks(ids)})", *ids)
    asked = sorted({row.request for row in scope.parcels})
    scope.requests = _requests(connection, viewer, f"seq IN ({marks(asked)})", *asked)
    if scope.kind == "parcel":
        calls = [row.call for row in scope.requests if row.call]
        scope.calls = _calls(connection, viewer, f"call.id IN ({marks(calls)})", *calls)
    _carrying(connection, viewer, scope)


def _of_code(connection: Connection, viewer: Viewer, scope: Scope) -> None:
    target = targets.find(connection, scope.id, viewer)
    if target.unit is not None and target.unit.startswith("parcel:"):
        _of_parcels(connection, viewer, scope, [target.unit.removeprefix("parcel:")])
        return
    if target.unit is None and not target.lots:
        return
    scope.target = target
    if target.unit is None:
        if target.label.lot:
            held = holders(connection, target.label.item, target.label.lot, viewer=viewer, limit=MOST)
            _of_parcels(connection, viewer, scope, sorted({one.parcel for one in held}))
        return
    went = _rows(connection, "SELECT consignment FROM consignment_unit WHERE unit = ?", target.unit)
    inside = _rows(
        connection, "SELECT unit.code FROM unit JOIN account ON account.id = unit.account_id WHERE account.code = ?",
        f"unit:{target.unit}",
    )  # fmt: skip
    _of_parcels(
        connection,
        viewer,
        scope,
        [one.code.removeprefix("parcel:") for one in inside if one.code.startswith("parcel:")],
    )
    seqs = sorted({row.consignment for row in went} - {row.seq for row in scope.consignments})
    more = _rows(connection, f"SELECT * FROM consignment WHERE seq IN ({marks(seqs)})", *seqs)
    scope.consignments = [*scope.consignments, *_seen(connection, viewer, "consignment", more)]


def _carrying(connection: Connection, viewer: Viewer, scope: Scope) -> None:
    """The consignments that parcels go with, and come back with."""
    seqs = sorted({seq for row in scope.parcels for seq in (row.consignment, row.back) if seq})
    rows = _rows(connection, f"SELECT * FROM consignment WHERE seq IN ({marks(seqs)})", *seqs)
    scope.consignments = _seen(connection, viewer, "consignment", rows)


def _parcels(connection: Connection, viewer: Viewer, scope: Scope, where: str, *values: object) -> Sequence[Found]:
    rows = _rows(connection, f"{PARCELS} WHERE {where} ORDER BY parcel.seq LIMIT {MOST + 1}", *values)
    scope.more |= len(rows) > MOST
    return _seen(connection, viewer, "parcel", rows[:MOST])


def _requests(connection: Connection, viewer: Viewer, where: str, *values: object) -> Sequence[Found]:
    rows = _rows(connection, f"SELECT * FROM request WHERE {where} ORDER BY seq LIMIT {MOST}", *values)
    return _seen(connection, viewer, "request", rows)


def _calls(connection: Connection, viewer: Viewer, where: str, *values: object) -> Sequence[Found]:
    if viewer.role not in _SEES_CALLS:
        return []
    rows = _rows(connection, f"{_CALLS} WHERE {where} ORDER BY call.seq LIMIT {MOST}", *values)
    return [row for row in rows if viewer.may_see_owner(row.organisation)]


def _seen(
    connection: Connection, viewer: Viewer, kind: Literal["request", "consignment", "parcel"], rows: Sequence[Found]
) -> Sequence[Found]:
    return rows if viewer.sees_all else [row for row in rows if relief.sees(connection, viewer, kind, row)]


def _rows(connection: Connection, query: str, *values: object) -> Sequence[Found]:
    return connection.exec_driver_sql(query, values).all()
