"""Commands and desired configurations in the database: asked by people, answered by devices."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection

from hub.core.commands import ASK_MS, LONGEST_MS, MOST_OPEN
from hub.errors import HubError
from hub.store.decisions import note
from wire.messages import Argument, Command, Desired, Overlay

AT_ONCE = 200
"""Commands that one device is asked at a time; the next when it has said something of these."""
MOST_BYTES = 8 * 1024
"""Arguments or settings as JSON: with what is around them they keep below what a device reads at all."""


class CommandError(HubError):
    """A command or configuration cannot be given as asked."""


class NoDeviceError(CommandError):
    """There is no such device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCommand:
    """What somebody asks of a device; times in Unix ms. With an `id` of its own it may be asked again without harm."""

    device: str
    name: str
    args: Mapping[str, str]
    by: str
    now: int
    expires: int
    id: str | None = None


def issue(connection: Connection, asked: NewCommand) -> str:
    """Keep a command for a device; its id. Raises CommandError, NoDeviceError."""
    device_id = device(connection, asked.device)
    args = _json(asked.args, dict[str, Argument], "arguments")
    if not asked.now < asked.expires <= asked.now + LONGEST_MS:
        raise CommandError("A command expires in the future, and within 30 days.")
    id_ = asked.id or secrets.token_hex(8)
    known = connection.exec_driver_sql("SELECT device_id, name, args FROM command WHERE id = ?", (id_,)).first()
    if known is not None:
        if tuple(known) == (device_id, asked.name, args):
            return id_
        raise CommandError(f"There is another command {id_} already.")
    query = "SELECT count(*) FROM command WHERE device_id = ? AND state = 'waiting' AND expires_at > ?"
    if int(connection.exec_driver_sql(query, (device_id, asked.now)).scalar_one()) >= MOST_OPEN:
        raise CommandError(f"{MOST_OPEN:,} commands wait for {asked.device} already; wait until it answers them.")
    connection.exec_driver_sql(
        "INSERT INTO command (id, device_id, name, args, issued_at, issued_by, expires_at, state, detail)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, 'waiting', '')",
        (id_, device_id, asked.name, args, asked.now, asked.by, asked.expires),
    )
    note(connection, asked.by, "command-issued", asked.device, f"{asked.name} {id_}", asked.now)
    return id_


def wish(connection: Connection, name: str, settings: object, *, by: str, now: int, generation: str) -> int:
    """Keep the configuration that a device should have; its version. Raises CommandError, NoDeviceError."""
    device_id = device(connection, name)
    body = _json(settings, Overlay, "settings")
    query = "SELECT coalesce(max(version), 0) + 1 FROM desired WHERE device_id = ?"
    version = int(connection.exec_driver_sql(query, (device_id,)).scalar_one())
    connection.exec_driver_sql(
        "INSERT INTO desired (device_id, version, generation, settings, issued_at, issued_by, state, detail)"
        " VALUES (?, ?, ?, ?, ?, ?, 'waiting', '')",
        (device_id, version, generation, body, now, by),
    )
    note(connection, by, "configuration-wished", name, f"version {version}", now)
    return version


def device(connection: Connection, name: str) -> int:
    """The id of a device that is let in. Raises NoDeviceError."""
    query = "SELECT id FROM device WHERE name = ? AND removed_at IS NULL"
    found = connection.exec_driver_sql(query, (name,)).scalar()
    if found is None:
        raise NoDeviceError(f"There is no device {name!r}.")
    return int(found)


def renew(connection: Connection, generation: str) -> None:
    """After a restore: ask each device again for its configuration, under the ledger's new generation."""
    connection.exec_driver_sql(
        "UPDATE desired SET generation = ?, state = 'waiting', detail = '', answered_at = NULL"
        " WHERE generation <> ? AND version = (SELECT max(version) FROM desired AS d"
        " WHERE d.device_id = desired.device_id)",
        (generation, generation),
    )


def to_ask(
    connection: Connection, names: Sequence[str], *, ledger: str, now: int
) -> dict[str, list[Command | Desired]]:
    """What these devices have not said a word of yet, by device; the oldest commands first, AT_ONCE at most."""
    asked: dict[str, list[Command | Desired]] = {}
    for name in names:
        rows = connection.exec_driver_sql(_COMMANDS, (name, now - ASK_MS, AT_ONCE)).all()
        orders: list[Command | Desired] = [
            Command(id=row[0], ledger=ledger, name=row[1], args=_args(row[2]), issued=row[3], expires=row[4])
            for row in rows
        ]
        wished = connection.exec_driver_sql(_DESIRED, (name,)).first()
        if wished is not None and wished[3] == "waiting":
            settings = msgspec.json.decode(wished[2], type=Overlay)
            orders.append(Desired(ledger=ledger, version=wished[0], generation=wished[1], settings=settings))
        if orders:
            asked[name] = orders
    return asked


def unanswered(connection: Connection, *, online: bool, now: int) -> list[str]:
    """Devices that have not said a word of something; `online`: of those that are connected only."""
    where = "device.removed_at IS NULL" + (" AND device.online = 1" if online else "")
    query = (
        f"SELECT DISTINCT device.name FROM device JOIN command ON command.device_id = device.id"
        f" WHERE {where} AND command.state = 'waiting' AND command.expires_at > ?"
        f" UNION SELECT device.name FROM device JOIN desired ON desired.device_id = device.id"
        f" WHERE {where} AND desired.state = 'waiting'"
    )
    return list(connection.exec_driver_sql(query, (now - ASK_MS,)).scalars())


_COMMANDS = (
    "SELECT command.id, command.name, args, issued_at, expires_at FROM command JOIN device ON device.id = device_id"
    " WHERE device.name = ? AND removed_at IS NULL AND state = 'waiting' AND expires_at > ?"
    " ORDER BY issued_at, command.id LIMIT ?"
)
_DESIRED = (
    "SELECT desired.version, generation, settings, state FROM desired JOIN device ON device.id = device_id"
    " WHERE device.name = ? AND removed_at IS NULL ORDER BY desired.version DESC LIMIT 1"
)


def _json(value: object, kind: object, what: str) -> str:
    """A value as JSON text, if it is of this kind. Raises CommandError."""
    try:
        body = msgspec.json.encode(msgspec.convert(value, type=kind), order="deterministic")
    except (msgspec.ValidationError, UnicodeError) as error:
        raise CommandError(f"These {what} cannot be given to a device: {error}.") from error
    if len(body) > MOST_BYTES:
        raise CommandError(f"These {what} have {len(body)} bytes, more than the {MOST_BYTES} that a device takes.")
    return body.decode()


def _args(text: str) -> dict[str, str]:
    return msgspec.json.decode(text, type=dict[str, str])
