"""What devices say of commands and configurations: kept word for word, and what it makes of what was asked."""

from sqlalchemy import Connection

from hub.core.commands import LIFE, WISH_LIFE, State, Wish
from hub.ingest.bulk import among, insert
from hub.ingest.group import OutcomeRow, ReportRow, Rows
from wire.messages import OutcomeState, ReportState


def apply(connection: Connection, rows: Rows) -> None:
    """Write the rows. What is said of an unknown command, or of another device's, is kept and changes nothing."""
    if rows.outcomes:
        head = "INSERT INTO outcome (lane_id, seq, device_id, command, state, at, received_at, detail)"
        insert(connection, head, rows.outcomes)
        _commands(connection, rows.outcomes)
    for row in rows.reports:
        head = "INSERT INTO report (lane_id, seq, device_id, version, generation, state, at, received_at, detail)"
        insert(connection, head, [row])
        _configuration(connection, row)


def _commands(connection: Connection, outcomes: list[OutcomeRow]) -> None:
    head = "SELECT id, device_id, state, detail, answered_at FROM command WHERE id"
    known = {row[0]: tuple(row[1:]) for row in among(connection, head, {row.command for row in outcomes})}
    changed = {}
    for row in outcomes:
        asked, before, _, _ = known.get(row.command, (None, State.WAITING, "", None))
        after = LIFE[State(before), OutcomeState(row.state)]
        if asked == row.device and after != before:
            known[row.command] = changed[row.command] = (asked, after.value, row.detail, row.received_at)
    update = "UPDATE command SET state = ?, detail = ?, answered_at = ? WHERE id = ?"
    for id_, (_, state, detail, at) in changed.items():
        connection.exec_driver_sql(update, (state, detail, at, id_))


def _configuration(connection: Connection, row: ReportRow) -> None:
    place = (row.device, row.version, row.generation)
    query = "SELECT state FROM desired WHERE device_id = ? AND version = ? AND generation = ?"
    before = connection.exec_driver_sql(query, place).scalar()
    if before is None:
        return
    after = WISH_LIFE[Wish(before), ReportState(row.state)]
    if after != before:
        update = (
            "UPDATE desired SET state = ?, detail = ?, answered_at = ?"
            " WHERE device_id = ? AND version = ? AND generation = ?"
        )
        connection.exec_driver_sql(update, (after.value, row.detail, row.received_at, *place))
