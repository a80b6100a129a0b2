"""Requests, consignments and parcels as rows: asked for, found, remembered. No personal data stands in them."""

import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from sqlalchemy import Connection, Row

from hub.core.lifecycles import RequestState, Way
from hub.errors import HubError
from hub.store import decisions
from hub.store.queries.goods import is_organisation, is_site

Kind: TypeAlias = Literal["request", "consignment", "parcel"]
Found: TypeAlias = Row[Any]
GROUPS: Final = ("elderly", "disabled", "pregnant", "infant", "chronic")
MOST_LINES: Final = 50
FIGURES: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""What stands in ids that people read and type: no I, L, O, U."""
PREFIX: Final = {Way.DOOR: "door", Way.VEHICLE: "van", Way.DIRECT: "direct"}


class ReliefError(HubError):
    """A request, consignment or parcel cannot be kept or changed as asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """n base units of an item (its key)."""

    item: str
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRequest:
    """What somebody asks for. `site` is the station that hands it out, or that receives it; days are yyyymmdd."""

    id: str
    organisation: str
    way: Way
    needed_by: int
    lines: tuple[Line, ...]
    by: str
    now: int
    site: str | None = None
    incident: str | None = None
    line: str | None = None
    call: str | None = None
    recipient: str | None = None
    priority: int = 2
    groups: tuple[str, ...] = ()
    note: str = ""
    state: RequestState = RequestState.ASKED
    split_of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """Something that people or the hub decided about one of them, for its history."""

    kind: Kind
    about: str
    event: str
    who: str
    at: int
    detail: str = ""
    source: str = ""
    target: str = ""
    state: str = ""


def ask(connection: Connection, new: NewRequest) -> None:
    """Keep a request, as a draft or asked. The same under the same id is one request. Raises ReliefError."""
    known = request(connection, new.id)
    if known is not None:
        if (known.organisation, known.way, known.site, known.made_by) == (new.organisation, new.way, new.site, new.by):
            return
        raise ReliefError(f"There is another request {new.id} already.")
    if not is_organisation(connection, new.organisation):
        raise ReliefError(f"There is no organisation {new.organisation!r}; an administrator adds it.")
    check_way(connection, new.way, new.site)
    connection.exec_driver_sql(
        "INSERT INTO request (id, organisation, incident, line, call, recipient, way, site, priority, groups,"
        " needed_by, note, decided, state, split_of, made_at, made_by, changed_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            new.id, new.organisation, new.incident, new.line, new.call, new.recipient, new.way.value, new.site,
            new.priority, json.dumps(new.groups), new.needed_by, new.note, new.state.value, new.state.value,
            new.split_of, new.now, new.by, new.now,
        ),
    )  # fmt: skip
    connection.exec_driver_sql(
        "INSERT INTO request_line (request, line, item, n) SELECT seq, ?, ?, ? FROM request WHERE id = ?",
        [(number, line.item, line.n, new.id) for number, line in enumerate(new.lines, 1)],
    )
    what = ", ".join(f"{line.n} {line.item}" for line in new.lines)
    remember(
        connection,
        Happened(
            kind="request", about=new.id, event="made", who=new.by, at=new.now, detail=what, state=new.state.value
        ),
    )
    decisions.note(connection, new.by, "request-made", new.id, f"{new.organisation}: {what}", new.now)


def check_way(connection: Connection, way: Way, site: str | None) -> None:
    """Raises ReliefError where goods cannot go that way to that site."""
    if way is Way.STATION and site is None:
        raise ReliefError("Say at which station it is collected.")
    if site is not None and not is_site(connection, site):
        raise ReliefError(f"There is no site {site!r}.")


def request(connection: Connection, id_: str) -> Found | None:
    """A request's row."""
    return connection.exec_driver_sql("SELECT * FROM request WHERE id = ?", (id_,)).first()


def consignment(connection: Connection, id_: str) -> Found | None:
    """A consignment's row."""
    return connection.exec_driver_sql("SELECT * FROM consignment WHERE id = ?", (id_,)).first()


def parcel(connection: Connection, id_: str) -> Found | None:
    """A parcel's row, with the id of its request and consignment, its source and its organisation."""
    return connection.exec_driver_sql(f"{PARCELS} WHERE parcel.id = ?", (id_,)).first()


PARCELS: Final = (
    "SELECT parcel.*, request.id AS request_id, consignment.id AS consignment_id, consignment.from_site AS home,"
    " consignment.organisation AS organisation, back.id AS back_id FROM parcel"
    " JOIN request ON request.seq = parcel.request JOIN consignment ON consignment.seq = parcel.consignment"
    " LEFT JOIN consignment AS back ON back.seq = parcel.back"
)


def parcels_of(connection: Connection, column: Literal["request", "consignment", "back"], seq: int) -> Sequence[Found]:
    """The parcels of a request or a consignment, in the order in which they were planned."""
    return connection.exec_driver_sql(f"{PARCELS} WHERE parcel.{column} = ? ORDER BY parcel.seq", (seq,)).all()


def lines_of(connection: Connection, request_seq: int) -> Sequence[Found]:
    """What is asked for: line, item, n, need."""
    query = "SELECT line, item, n, need FROM request_line WHERE request = ? ORDER BY line"
    return connection.exec_driver_sql(query, (request_seq,)).all()


def remember(connection: Connection, *all_: Happened) -> None:
    """Write into the histories what was decided."""
    if not all_:
        return
    connection.exec_driver_sql(
        "INSERT INTO life_event (kind, about, at, event, who, detail, source, target, state, noted_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (one.kind, one.about, one.at, one.event, one.who, one.detail, one.source, one.target, one.state, one.at)
            for one in all_
        ],
    )


def new_id(prefix: str, figures: int) -> str:
    """A random id that people can read and type."""
    return prefix + "".join(secrets.choice(FIGURES) for _ in range(figures))


def marks(values: Iterable[object]) -> str:
    """So many question marks for a list in SQL."""
    return ", ".join("?" for _ in values)
