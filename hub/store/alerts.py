"""Alerts as rows: raised, changed and cleared by whoever watches, acknowledged, assigned and closed by people."""

import secrets
from collections.abc import Mapping
from typing import Final

import msgspec
from sqlalchemy import Connection

from hub.core.alerts import START, TABLE, Change, Event, Kind, Outcome, Reading, Rules, Standing, State
from hub.core.discrepancies import Value
from hub.errors import HubError
from hub.store import decisions, reference
from hub.store.relief import Found

TOPIC: Final = "alert"
_RULES: Final = "alert-rules"
_LASTING: Final = "SELECT id, key, kind, state, severity, code, figures, calm_since FROM alarm WHERE cleared_at IS NULL"
_RAISE: Final = (
    "INSERT INTO alarm (id, key, kind, site, owner, severity, code, figures, state, raised_at, changed_at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'open', ?, ?)"
)
_NOTE: Final = (
    "INSERT INTO alarm_event (alarm, at, event, severity, by, whom, note)"
    " SELECT seq, ?, ?, severity, ?, ?, ? FROM alarm WHERE id = ?"
)


class AlertError(HubError):
    """A decision about an alert cannot be taken; `code` says why."""

    def __init__(self, code: str, sentence: str) -> None:
        self.code = code
        super().__init__(sentence)


def rules(connection: Connection) -> Rules:
    """The rules that hold."""
    found = reference.document(connection, _RULES)
    return START if found is None else msgspec.convert(found, Rules)


def put_rules(connection: Connection, new: Rules) -> None:
    """Put these in the place of all before them."""
    reference.put_document(connection, _RULES, msgspec.to_builtins(new))


def standing(connection: Connection) -> dict[str, Standing]:
    """Alerts whose condition lasts, by their keys."""
    return {row.key: _standing(row) for row in connection.exec_driver_sql(_LASTING)}


def keep(connection: Connection, outcome: Outcome, now: int) -> list[str]:
    """Write down what a look made, and tell the live screens; the ids of the alerts that they see otherwise now."""
    told = [_raise(connection, reading, now) for reading in outcome.raised]
    told += [change.alert.id for change in outcome.changes if _change(connection, change, now)]
    if told:
        reference.announce(connection, TOPIC, {"ids": told}, now)
    return told


def decide(
    connection: Connection, id_: str, event: Event, *, by: str, now: int, whom: str = "", note: str = ""
) -> None:
    """Take a person's decision. Raises AlertError where it cannot be taken in this state."""
    row = connection.exec_driver_sql("SELECT state FROM alarm WHERE id = ?", (id_,)).first()
    if row is None:
        raise AlertError("no-alert-of-that-id", f"There is no alert {id_}.")
    after = TABLE.get((State(row.state), event))
    if after is None:
        raise AlertError("alert-state", f"The alert {id_} is {row.state}: it cannot be {event} any more.")
    assigned = ", assigned = ?" if whom else ""
    values = (after.value, now, *((whom,) if whom else ()), id_)
    connection.exec_driver_sql(f"UPDATE alarm SET state = ?, changed_at = ?{assigned} WHERE id = ?", values)
    connection.exec_driver_sql(_NOTE, (now, event.value, by, whom, note, id_))
    decisions.note(connection, by, f"alert-{event}", id_, f"{whom} {note}".strip(), now)


def _raise(connection: Connection, reading: Reading, now: int) -> str:
    id_ = secrets.token_hex(8)
    values = (
        id_, reading.key, reading.kind.value, reading.site, reading.owner, reading.severity, reading.code,
        _figures(reading.values), now, now,
    )  # fmt: skip
    connection.exec_driver_sql(_RAISE, values)
    connection.exec_driver_sql(_NOTE, (now, Event.RAISED.value, "", "", "", id_))
    return id_


def _change(connection: Connection, change: Change, now: int) -> bool:
    """Whether people see it otherwise after it."""
    one, reading = change.alert, change.reading
    if change.event is None and reading is None:
        connection.exec_driver_sql("UPDATE alarm SET calm_since = ? WHERE id = ?", (change.calm_since, one.id))
        return False
    state = one.state if change.event is None else TABLE[one.state, change.event]
    cleared = change.event is Event.CLEARED
    # The state as it is now: somebody may have decided since it was read.
    kept = "state" if change.event is None else f"'{state.value}'"
    connection.exec_driver_sql(
        f"UPDATE alarm SET state = {kept}, changed_at = ?, calm_since = ?, cleared_at = ?, severity = ?, code = ?,"
        " figures = ? WHERE id = ?",
        (
            now, change.calm_since, now if cleared else None,
            one.severity if reading is None else min(one.severity, reading.severity),
            one.code if reading is None else reading.code,
            _figures(one.values if reading is None else reading.values), one.id,
        ),
    )  # fmt: skip
    if change.event is not None:
        connection.exec_driver_sql(_NOTE, (now, change.event.value, "", "", "", one.id))
    return change.event is not None or (reading is not None and dict(reading.values) != dict(one.values))


def _figures(values: Mapping[str, Value]) -> str:
    return msgspec.json.encode(dict(values), order="sorted").decode()


def _standing(row: Found) -> Standing:
    return Standing(
        id=row.id, key=row.key, kind=Kind(row.kind), state=State(row.state), severity=row.severity,
        values=msgspec.json.decode(row.figures, type=dict[str, Value]), calm_since=row.calm_since, code=row.code,
    )  # fmt: skip
