"""Incidents: typed in, or made from CAP alerts. Each change is noted in the log of decisions.

Alerts and incidents find each other by what alerts reference, in either direction, so they may come in any order; a
cancel of an alert that has not come waits for it. What an incident says follows from all of its alerts together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row

from hub.core.areas import Shape
from hub.core.incidents import TABLE, Alert, Event, Named, State, Words, called, standing
from hub.errors import HubError
from hub.store import decisions

MOST: Final = 10_000
"""Incidents of one hub."""
MOST_ALERTS: Final = 1000
"""Of one incident."""

_shapes = msgspec.json.Decoder(tuple[Shape, ...])
_words = msgspec.json.Decoder(tuple[Words, ...])
_refs = msgspec.json.Decoder(tuple[Named, ...])
_alert = msgspec.json.Decoder(Alert)


class IncidentError(HubError):
    """An incident cannot be made or changed as asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """What happened, where and since when; times Unix ms."""

    seq: int
    id: str
    name: str
    name_zh: str
    kind: str
    severity: str
    exercise: bool
    state: State
    alerted_at: int
    expires_at: int | None
    words: tuple[Words, ...]
    shapes: tuple[Shape, ...]
    made_at: int
    made_by: str
    state_at: int
    state_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewIncident:
    """An incident that somebody types in."""

    id: str
    name: str
    name_zh: str
    kind: str
    severity: str
    exercise: bool
    alerted_at: int
    words: tuple[Words, ...]
    shapes: tuple[Shape, ...]
    by: str
    now: int


def enter(connection: Connection, new: NewIncident) -> None:
    """Keep an incident. The same under the same id is one incident. Raises IncidentError."""
    known = find(connection, new.id)
    if known is not None:
        same = ("name", "name_zh", "kind", "severity", "exercise", "alerted_at", "words", "shapes")
        if all(getattr(known, name) == getattr(new, name) for name in same):
            return
        raise IncidentError(f"There is another incident {new.id} already.")
    _insert(connection, new, None)
    decisions.note(connection, new.by, "incident-entered", new.id, new.name, new.now)


def take(connection: Connection, alert: Alert, *, by: str, now: int) -> list[str]:
    """Keep an alert; the ids of the incidents that it speaks of, none for a cancel that waits. Raises IncidentError."""
    links = _links(connection)
    mine = [link for link in links if link.name == alert.name]
    if mine:
        for link in mine:
            if _alert.decode(_body(connection, link.seq)) != alert:
                raise IncidentError(f"{alert.name.sender} sent another alert {alert.name.identifier} with that time.")
        return [_id(connection, link.incident) for link in mine if link.incident is not None]
    found = sorted({link.incident for link in links if link.incident is not None and link.speaks_of(alert)})
    made = [] if found or alert.kind == "Cancel" else [_made(connection, alert, by, now)]
    incidents: list[int | None] = [*(found or made)]
    for incident in incidents or [None]:
        _keep(connection, alert, incident, by, now)
    waiting = [link for link in links if link.incident is None and link.speaks_of(alert)]
    for link in waiting if incidents else ():
        connection.exec_driver_sql("UPDATE alert SET incident = ? WHERE seq = ?", (incidents[0], link.seq))
    ids = [_follow(connection, incident, by, now) for incident in found or made]
    decisions.note(connection, by, f"alert-{alert.kind.lower()}", " ".join(ids), str(alert.name.identifier), now)
    return ids


def decide(connection: Connection, incident: Incident, event: Event, *, by: str, now: int) -> None:
    """What people decide of an incident: to close it, or to open it again. Raises IncidentError."""
    state = TABLE.get((incident.state, event))
    if state is None:
        raise IncidentError(f"The incident {incident.id} is {incident.state} already.")
    _set(connection, incident.seq, {"state": state, "state_at": now, "state_by": by})
    decisions.note(connection, by, f"incident-{state}", incident.id, "", now)


def find(connection: Connection, id_: str) -> Incident | None:
    """One incident."""
    row = connection.exec_driver_sql("SELECT * FROM incident WHERE id = ?", (id_,)).first()
    return None if row is None else incident_of(row)


def alerts(connection: Connection, incident: int) -> list[Alert]:
    """The alerts of an incident, the first sent first."""
    query = "SELECT body FROM alert WHERE incident = ? ORDER BY sent, seq"
    return [_alert.decode(body) for body in connection.exec_driver_sql(query, (incident,)).scalars()]


def incident_of(row: "Row[Any]") -> Incident:
    """An incident out of its row."""
    return Incident(
        seq=row.seq, id=row.id, name=row.name, name_zh=row.name_zh, kind=row.kind, severity=row.severity,
        exercise=bool(row.exercise), state=State(row.state), alerted_at=row.alerted_at, expires_at=row.expires_at,
        words=_words.decode(row.words), shapes=_shapes.decode(row.shapes), made_at=row.made_at, made_by=row.made_by,
        state_at=row.state_at, state_by=row.state_by,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Link:
    """An alert that is kept, and the incident that it speaks of."""

    seq: int
    incident: int | None
    name: Named
    refs: tuple[Named, ...]

    def speaks_of(self, alert: Alert) -> bool:
        return self.name in alert.references or alert.name in self.refs


def _links(connection: Connection) -> list[_Link]:
    query = "SELECT seq, incident, sender, identifier, sent, refs FROM alert ORDER BY seq"
    rows = connection.exec_driver_sql(query)
    return [
        _Link(row.seq, row.incident, Named(row.sender, row.identifier, row.sent), _refs.decode(row.refs))
        for row in rows
    ]


def _made(connection: Connection, alert: Alert, by: str, now: int) -> int:
    new = NewIncident(
        id=token_hex(8), **_told(alert), exercise=alert.exercise, alerted_at=alert.name.sent,
        words=alert.words, shapes=alert.shapes, by=by, now=now,
    )  # fmt: skip
    return _insert(connection, new, alert.expires)


def _told(alert: Alert) -> dict[str, Any]:
    english, chinese = called(alert), called(alert, "zh")
    event = next((word.event for word in alert.words if word.event), "")
    return {
        "name": english, "name_zh": "" if chinese == english else chinese, "kind": event, "severity": alert.severity
    }  # fmt: skip


def _insert(connection: Connection, new: NewIncident, expires: int | None) -> int:
    if int(connection.exec_driver_sql("SELECT count(*) FROM incident").scalar_one()) >= MOST:
        raise IncidentError(f"There are {MOST:,} incidents already.")
    row = connection.exec_driver_sql(
        "INSERT INTO incident (id, name, name_zh, kind, severity, exercise, state, alerted_at, expires_at, words,"
        " shapes, made_at, made_by, state_at, state_by) VALUES (?, ?, ?, ?, ?, ?, 'open', ?, ?, ?, ?, ?, ?, ?, ?)"
        " RETURNING seq",
        (
            new.id, new.name, new.name_zh, new.kind, new.severity, int(new.exercise), new.alerted_at, expires,
            _json(new.words), _json(new.shapes), new.now, new.by, new.now, new.by,
        ),
    )  # fmt: skip
    return int(row.scalar_one())


def _keep(connection: Connection, alert: Alert, incident: int | None, by: str, now: int) -> None:
    query = "SELECT count(*) FROM alert WHERE incident IS ?"
    if int(connection.exec_driver_sql(query, (incident,)).scalar_one()) >= MOST_ALERTS:
        raise IncidentError(f"There are {MOST_ALERTS:,} alerts of this incident already.")
    connection.exec_driver_sql(
        "INSERT INTO alert (incident, sender, identifier, sent, kind, refs, body, taken_at, taken_by)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (incident, *_key(alert.name), alert.kind, _json(alert.references), _json(alert), now, by),
    )


def _follow(connection: Connection, seq: int, by: str, now: int) -> str:
    """Say of an incident what its alerts say together; its id."""
    row = connection.exec_driver_sql("SELECT * FROM incident WHERE seq = ?", (seq,)).one()
    old, chain = incident_of(row), alerts(connection, seq)
    holds, cancelled = standing(chain)
    state = TABLE[old.state, Event.CANCEL if cancelled else Event.RENEW]
    changed: dict[str, Any] = {"alerted_at": min([old.alerted_at, *(alert.name.sent for alert in chain)])}
    if holds is not None:
        changed |= _told(holds) | {"exercise": int(holds.exercise), "expires_at": holds.expires}
        changed |= {"words": _json(holds.words), "shapes": _json(holds.shapes)}
    if state is not old.state:
        changed |= {"state": state, "state_at": now, "state_by": by}
    _set(connection, seq, changed)
    return old.id


def _set(connection: Connection, seq: int, values: dict[str, Any]) -> None:
    columns = ", ".join(f"{name} = ?" for name in values)
    connection.exec_driver_sql(f"UPDATE incident SET {columns} WHERE seq = ?", (*values.values(), seq))


def _key(name: Named) -> tuple[str, str, int]:
    return name.sender, name.identifier, name.sent


def _body(connection: Connection, seq: int) -> str:
    return str(connection.exec_driver_sql("SELECT body FROM alert WHERE seq = ?", (seq,)).scalar_one())


def _id(connection: Connection, seq: int) -> str:
    return str(connection.exec_driver_sql("SELECT id FROM incident WHERE seq = ?", (seq,)).scalar_one())


def _json(value: Alert | Sequence[Words] | Iterable[Shape] | Sequence[Named]) -> str:
    return msgspec.json.encode(value).decode()
