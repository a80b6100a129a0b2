"""`relay-hub user ...` and `relay-hub token ...`: who may sign in to the hub's pages and interfaces."""

import secrets
import sys
from contextlib import closing
from typing import Annotated

import msgspec
import typer

from hub.clock import now_ms
from hub.commands.options import DATA, DataOption, JsonOption, opened, prepared
from hub.core.access import Role
from hub.store import users

RoleOption = Annotated[Role, typer.Option(help="What they may do.")]

user_app = typer.Typer(no_args_is_help=True, help="People who may sign in.")
token_app = typer.Typer(no_args_is_help=True, help="Tokens for programs that use the hub's interface.")


@user_app.command("add")
def add_user(
    name: str,
    role: RoleOption,
    data: DataOption = DATA,
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password from input.")] = False,
    json: JsonOption = False,
) -> None:
    """Add a person, or give one a new password and role; without --password-stdin a password is made and printed."""
    _, database = prepared(data)
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else secrets.token_urlsafe(12)
    with closing(database), database.write() as connection:
        users.add_user(connection, name, password, role, now=now_ms())
    if json:
        found = {"name": name, "role": role.value} | ({} if password_stdin else {"password": password})
        typer.echo(msgspec.json.encode(found).decode())
    elif password_stdin:
        typer.echo(f"{name} may sign in as {role}.")
    else:
        typer.echo(f"{name} may sign in as {role}. Password, shown this once: {password}")


@user_app.command("remove")
def remove_user(name: str, data: DataOption = DATA) -> None:
    """Shut a person out, at once."""
    _, database = opened(data)
    with closing(database), database.write() as connection:
        users.disable_user(connection, name, now=now_ms())
    typer.echo(f"{name} can sign in no longer.")


@token_app.command("add")
def add_token(name: str, role: RoleOption, data: DataOption = DATA, json: JsonOption = False) -> None:
    """Make a token under a name and print it, this once; an older one of that name ends."""
    _, database = prepared(data)
    with closing(database), database.write() as connection:
        token = users.add_token(connection, name, role, now=now_ms())
    if json:
        typer.echo(msgspec.json.encode({"name": name, "role": role.value, "token": token}).decode())
    else:
        typer.echo(token)
