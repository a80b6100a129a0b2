"""Commands and configurations of one device, with what it said of them."""

from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from hub.core.commands import State, said_nothing
from hub.store.queries.paging import Key, Page, Pager
from hub.store.schema import command, desired, device, report


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRow:
    """One command; times in Unix ms. `overdue`: its time is over and the device has not said what became of it."""

    id: str
    name: str
    args: dict[str, str]
    issued_at: int
    issued_by: str
    expires_at: int
    state: str
    overdue: bool
    detail: str
    answered_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """The newest word of a device about a configuration."""

    version: int
    generation: str
    state: str
    detail: str
    at: int
    received_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """The configuration that a device should have, and what it said last of any."""

    version: int | None
    settings: dict[str, Any]
    issued_at: int | None
    issued_by: str | None
    state: str | None
    detail: str
    answered_at: int | None
    reported: Reported | None


def commands(
    connection: Connection, pager: Pager, name: str, *, limit: int, cursor: str | None, now: int
) -> Page[CommandRow]:
    """The commands of a device, newest first."""
    table = command.c
    query = (
        select(command)
        .join(device, device.c.id == table.device_id)
        .where(device.c.name == name)
        .order_by(table.issued_at.desc(), table.id.desc())
        .limit(limit + 1)
    )
    after = pager.key(cursor, (int, str))
    if after is not None:
        at, id_ = after
        query = query.where((table.issued_at < at) | ((table.issued_at == at) & (table.id < id_)))
    rows: list[tuple[Key, CommandRow]] = [
        ((row.issued_at, row.id), _row(row, now)) for row in connection.execute(query)
    ]
    return pager.page(rows, limit)


def one(connection: Connection, id_: str, *, now: int) -> CommandRow | None:
    """One command."""
    row = connection.execute(select(command).where(command.c.id == id_)).one_or_none()
    return None if row is None else _row(row, now)


def configuration(connection: Connection, name: str) -> Configuration:
    """The configuration of a device; empty where nobody wished one."""
    query = (
        select(desired)
        .join(device, device.c.id == desired.c.device_id)
        .where(device.c.name == name)
        .order_by(desired.c.version.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    said = _reported(connection, name)
    if row is None:
        return Configuration(
            version=None, settings={}, issued_at=None, issued_by=None, state=None, detail="", answered_at=None,
            reported=said,
        )  # fmt: skip
    return Configuration(
        version=row.version, settings=msgspec.json.decode(row.settings), issued_at=row.issued_at,
        issued_by=row.issued_by, state=row.state, detail=row.detail, answered_at=row.answered_at, reported=said,
    )  # fmt: skip


def _reported(connection: Connection, name: str) -> Reported | None:
    query = (
        select(report)
        .join(device, device.c.id == report.c.device_id)
        .where(device.c.name == name)
        .order_by(report.c.at.desc(), report.c.lane_id, report.c.seq.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return Reported(
        version=row.version, generation=row.generation, state=row.state, detail=row.detail,
        at=row.at, received_at=row.received_at,
    )  # fmt: skip


def _row(row: Any, now: int) -> CommandRow:
    return CommandRow(
        id=row.id, name=row.name, args=msgspec.json.decode(row.args), issued_at=row.issued_at,
        issued_by=row.issued_by, expires_at=row.expires_at, state=row.state,
        overdue=said_nothing(State(row.state), row.expires_at, now), detail=row.detail, answered_at=row.answered_at,
    )  # fmt: skip
