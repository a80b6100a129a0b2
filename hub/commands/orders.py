"""`relay-hub device command|commands|configure|configuration`: what devices are asked, and what they say of it."""

import getpass
import time
import tomllib
from contextlib import closing
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer

from hub.clock import now_ms
from hub.commands.options import DATA, DataOption, JsonOption, opened
from hub.core.commands import State
from hub.errors import HubError
from hub.folder import Folder
from hub.store import commands as store
from hub.store.database import Database
from hub.store.queries import commands, devices
from hub.store.queries.commands import CommandRow
from hub.store.queries.paging import Pager
from wire.display import shown

LOOK_S: Final = 0.1
SHOWN: Final = 50


def add_to(app: typer.Typer) -> None:
    """Make these commands of `relay-hub device`."""
    app.command("command")(issue)
    app.command("commands")(list_)
    app.command()(configure)
    app.command()(configuration)


def issue(
    name: Annotated[str, typer.Argument(help="The device.")],
    what: Annotated[str, typer.Argument(help="message, identify, report-health, restart or renew-certificate.")],
    text: Annotated[str | None, typer.Argument(help="The text of a message.")] = None,
    hours: Annotated[float, typer.Option(min=0.0003, max=720, help="So long it may wait for the device.")] = 24.0,
    wait: Annotated[float, typer.Option(min=0, max=86_400, help="Seconds to wait for the device's word.")] = 5.0,
    data: DataOption = DATA,
    json: JsonOption = False,
) -> None:
    """Ask a device to do something, once. What is printed is the device's own word; exit code 1 if it did not do it."""
    settings, database = opened(data)
    with closing(database):
        now = now_ms()
        asked = store.NewCommand(
            device=name, name=what, args={} if text is None else {"text": text}, by=_who(), now=now,
            expires=now + max(1, round(hours * 3_600_000)),
        )  # fmt: skip
        with database.write() as connection:
            id_ = store.issue(connection, asked)
        Folder(settings.data).tell_running()
        found = _await(database, id_, wait)
    if json:
        typer.echo(msgspec.json.encode(found).decode())
    else:
        typer.echo(_line(found))
        if found.state == State.WAITING:
            typer.echo(
                f"The device has not said anything yet: relay-hub device commands {name} shows what becomes of it."
            )
    raise typer.Exit(0 if found.state in {State.WAITING, State.DELIVERED, State.DONE} else 1)


def list_(name: str, data: DataOption = DATA, json: JsonOption = False) -> None:
    """Show what was asked of a device lately, and what it said of it; newest first."""
    _, database = opened(data)
    with closing(database), database.read() as connection:
        _known(devices.exists(connection, name), name)
        page = commands.commands(connection, Pager(""), name, limit=SHOWN, cursor=None, now=now_ms())
    if json:
        typer.echo(msgspec.json.encode(page.rows).decode())
        return
    for row in page.rows:
        typer.echo(_line(row))
    if not page.rows:
        typer.echo("Nothing was asked of it.")


def configure(
    name: Annotated[str, typer.Argument(help="The device.")],
    file: Annotated[Path, typer.Argument(help="A TOML file with what should differ from the device's own.")],
    data: DataOption = DATA,
) -> None:
    """Say what configuration a device should have. The device checks it, tries it, and says what came of it."""
    try:
        wished = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise HubError(f"{file} cannot be used: {error}") from error
    settings, database = opened(data)
    with closing(database):
        with database.write() as connection:
            version = store.wish(connection, name, wished, by=_who(), now=now_ms(), generation=database.generation)
        Folder(settings.data).tell_running()
    typer.echo(f"Version {version}: relay-hub device configuration {name} shows what becomes of it.")


def configuration(name: str, data: DataOption = DATA, json: JsonOption = False) -> None:
    """Show the configuration that a device should have, and what it said of it."""
    _, database = opened(data)
    with closing(database), database.read() as connection:
        _known(devices.exists(connection, name), name)
        found = commands.configuration(connection, name)
    if json:
        typer.echo(msgspec.json.encode(found).decode())
    elif found.version is None:
        typer.echo("Nobody wished one: the device has its own.")
    else:
        typer.echo(f"Version {found.version}, asked {_when(found.issued_at)} by {shown(found.issued_by or '')}")
        typer.echo(f"{found.state}{f': {shown(found.detail)}' if found.detail else ''}")
        typer.echo(msgspec.json.format(msgspec.json.encode(found.settings)).decode())


def _await(database: Database, id_: str, wait_s: float) -> CommandRow:
    deadline = time.monotonic() + wait_s
    while True:
        with database.read() as connection:
            found = commands.one(connection, id_, now=now_ms())
        if found is None:
            raise HubError(f"The command {id_} is gone; was the hub restored?")
        if found.state not in {State.WAITING, State.DELIVERED} or time.monotonic() >= deadline:
            return found
        time.sleep(LOOK_S)


def _line(row: CommandRow) -> str:
    said = f"{row.state}, overdue" if row.overdue else row.state
    args = " ".join(row.args.values())
    what = f"{row.name} {args!r}" if args else row.name
    detail = f": {row.detail}" if row.detail else ""
    return f"{row.id}  {_when(row.issued_at)}  by {shown(row.issued_by)}  {shown(what)}  {said}{shown(detail)}"


def _known(is_known: bool, name: str) -> None:
    if not is_known:
        raise HubError(f"There is no device {name!r}; relay-hub device list shows them.")


def _who() -> str:
    """Who asks from this machine's command line."""
    try:
        return f"command line ({getpass.getuser()})"
    except (KeyError, OSError):
        return "command line"


def _when(at: int | None) -> str:
    return "never" if at is None else time.strftime("%FT%TZ", time.gmtime(at / 1000))
