"""`relay-hub user ...` and `relay-hub token ...`: who may sign in to the hub's pages, interfaces and shared devices."""

import secrets
import sys
from contextlib import closing
from typing import Annotated

import msgspec
import typer
from argon2 import PasswordHasher
from sqlalchemy import select

from hub.clock import now_ms
from hub.commands.options import DATA, DataOption, JsonOption, opened, prepared
from hub.core.instant import rfc3339
from hub.core.passwords import password_fault, pin_fault
from hub.core.viewer import Role
from hub.store import links, people, schema, tokens
from hub.store.decisions import HERE
from hub.store.people import Post
from hub.store.users import UserError
from wire import codes
from wire.badges import digest

RoleOption = Annotated[Role, typer.Option(help="What they may do.")]
OrganisationOption = Annotated[str | None, typer.Option(help="Whose staff it is; staff need one.")]
SiteOption = Annotated[str | None, typer.Option(help="Where an operator or clerk works; else everywhere.")]

user_app = typer.Typer(no_args_is_help=True, help="People who may sign in, at the hub's page and at shared devices.")
token_app = typer.Typer(no_args_is_help=True, help="Tokens for programs that use the hub's interface.")


@user_app.command("add")
def add_user(
    name: str,
    role: RoleOption,
    data: DataOption = DATA,
    organisation: OrganisationOption = None,
    site: SiteOption = None,
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password from input.")] = False,
    json: JsonOption = False,
) -> None:
    """Add a person, or give one a new password and role; without --password-stdin a password is made and printed."""
    _, database = prepared(data)
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else secrets.token_urlsafe(12)
    post, now = Post(role=role, organisation=organisation, site=site), now_ms()
    if fault := password_fault(password, name):
        raise UserError(fault)
    hashed = PasswordHasher().hash(password)  # slow on purpose: nobody could write meanwhile
    with closing(database), database.write() as connection:
        people.enter(connection, name, hashed, post, by=HERE, now=now)
    if json:
        found = {"name": name, "role": role.value} | ({} if password_stdin else {"password": password})
        typer.echo(msgspec.json.encode(found).decode())
    elif password_stdin:
        typer.echo(f"{name} may sign in as {role}.")
    else:
        typer.echo(f"{name} may sign in as {role}. Password, shown this once: {password}")


@user_app.command("invite")
def invite_user(
    name: str,
    role: RoleOption,
    data: DataOption = DATA,
    organisation: OrganisationOption = None,
    site: SiteOption = None,
    shown: Annotated[str, typer.Option(help="The name for people.")] = "",
    json: JsonOption = False,
) -> None:
    """Add a person who sets the password by a link, shown this once and good for 48 hours."""
    _, database = prepared(data)
    post = Post(role=role, organisation=organisation, site=site)
    with closing(database), database.write() as connection:
        people.add(connection, name, post, shown=shown, by=HERE, now=now_ms())
        link = links.make(connection, name, by=HERE, now=now_ms())
    _show_link(link, json=json)


@user_app.command("reset")
def reset_user(name: str, data: DataOption = DATA, json: JsonOption = False) -> None:
    """A new link for a person who lost the password or the invitation, shown this once and good for 48 hours."""
    _, database = opened(data)
    with closing(database), database.write() as connection:
        link = links.make(connection, name, by=HERE, now=now_ms())
    _show_link(link, json=json)


@user_app.command("list")
def list_users(data: DataOption = DATA, json: JsonOption = False) -> None:
    """Everybody who may or might sign in."""
    _, database = opened(data)
    with closing(database), database.read() as connection:
        found = [people.person(row) for row in connection.execute(select(schema.user).order_by(schema.user.c.name))]
    if json:
        rows = [
            {
                "name": one.name, "shown": one.shown, "role": one.post.role.value,
                "organisation": one.post.organisation, "site": one.post.site, "active": one.active,
                "signs_in": one.signs_in, "badge": one.badge,
            }
            for one in found
        ]  # fmt: skip
        typer.echo(msgspec.json.encode({"users": rows}).decode())
        return
    for one in found:
        state = "shut out" if not one.active else "may sign in" if one.signs_in else "invited"
        typer.echo(f"{one.name}: {one.post}, {state}{', has a badge' if one.badge else ''}")


@user_app.command("disable")
def disable_user(name: str, data: DataOption = DATA) -> None:
    """Shut a person out, at once. The last administrator stays."""
    _change(name, data, active=False)
    typer.echo(f"{name} can sign in no longer.")


user_app.command("remove", hidden=True)(disable_user)


@user_app.command("enable")
def enable_user(name: str, data: DataOption = DATA) -> None:
    """Let a person in again who was shut out."""
    _change(name, data, active=True)
    typer.echo(f"{name} may sign in again.")


@user_app.command("badge")
def badge(
    name: str,
    data: DataOption = DATA,
    pin_stdin: Annotated[
        bool, typer.Option("--pin-stdin", help="Read the PIN, typed by the person, from input.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """A new badge for shared devices, and its PIN; both are shown this once. An older badge opens nothing any more."""
    from hub import badges  # noqa: PLC0415 (cryptography takes long to import)

    _, database = opened(data)
    pin = sys.stdin.readline().strip() if pin_stdin else badges.new_pin()
    if fault := pin_fault(pin):
        raise UserError(fault)
    code, kept = badges.new_code(), badges.verifier_of(pin)
    with closing(database), database.write() as connection:
        people.set_badge(connection, name, digest(code), kept, by=HERE, now=now_ms())
    shown = codes.write(codes.PERSON, code)
    if json:
        typer.echo(msgspec.json.encode({"name": name, "code": shown} | ({} if pin_stdin else {"pin": pin})).decode())
        return
    typer.echo(f"Badge of {name}, shown this once: {shown}")
    if not pin_stdin:
        typer.echo(f"PIN, shown this once: {pin}")


@token_app.command("add")
def add_token(
    name: str,
    role: RoleOption,
    data: DataOption = DATA,
    organisation: OrganisationOption = None,
    site: SiteOption = None,
    json: JsonOption = False,
) -> None:
    """Make a token under a name and print it, this once; an older one of that name ends."""
    _, database = prepared(data)
    post = Post(role=role, organisation=organisation, site=site)
    with closing(database), database.write() as connection:
        token = tokens.make(connection, name, post, by=HERE, now=now_ms())
    if json:
        typer.echo(msgspec.json.encode({"name": name, "role": role.value, "token": token}).decode())
    else:
        typer.echo(token)


@token_app.command("list")
def list_tokens(data: DataOption = DATA) -> None:
    """All tokens, but for their secrets."""
    _, database = opened(data)
    with closing(database), database.read() as connection:
        for one in tokens.tokens(connection):
            made_by = f", made by {one.made_by}" if one.made_by else ""
            shut = "" if one.opens else ", opens nothing: who made it is no administrator now"
            typer.echo(f"{one.name}: {one.post}, since {rfc3339(one.created_at)}{made_by}{shut}")


@token_app.command("revoke")
def revoke_token(name: str, data: DataOption = DATA) -> None:
    """End a token, at once."""
    _, database = opened(data)
    with closing(database), database.write() as connection:
        tokens.revoke(connection, name, by=HERE, now=now_ms())
    typer.echo(f"The token {name} opens nothing any more.")


def _change(name: str, data: DataOption, *, active: bool) -> None:
    _, database = opened(data)
    with closing(database), database.write() as connection:
        people.change(connection, name, {"active": active}, by=HERE, now=now_ms())


def _show_link(link: links.Link, *, json: bool) -> None:
    if json:
        found = {"name": link.name, "kind": link.kind, "path": link.path, "code": link.code}
        typer.echo(msgspec.json.encode(found | {"expires_at": rfc3339(link.expires_at)}).decode())
        return
    typer.echo(
        f"Hand this to {link.name}, with the hub's address before it; good once, until {rfc3339(link.expires_at)}:"
    )
    typer.echo(link.path)
