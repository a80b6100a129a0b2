"""`relay-hub device ...`: let devices in and out."""

import time
from contextlib import closing
from typing import Annotated

import msgspec
import typer

from hub.admission import invite as invite_device
from hub.admission import open_authority
from hub.broker import Login, try_login
from hub.clock import now_ms
from hub.commands.options import DATA, DataOption, JsonOption, opened, prepared
from hub.config import Address, Settings
from hub.credentials import KINDS
from hub.devices import Registry
from hub.folder import Folder
from hub.inviting import Offer, terminal
from hub.names import inviting_name
from hub.store import authority, decisions, reference
from hub.store import devices as store
from hub.store.database import Database
from hub.store.queries import devices as queries
from wire.display import shown
from wire.joining import Invitation

RELOAD_S = 5.0

app = typer.Typer(no_args_is_help=True, help="Let devices in and out.")


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="1 to 40 of a-z, 0-9 and hyphen.")],
    kind: Annotated[str | None, typer.Option(help=f"One of {', '.join(KINDS)}.", show_default="scanner")] = None,
    data: DataOption = DATA,
    renew: Annotated[bool, typer.Option("--renew", help="Give a device that is in a new password.")] = False,
    json: JsonOption = False,
) -> None:
    """Let a device in and print its agent's configuration with the password, this once."""
    settings, database = prepared(data)
    with closing(database):
        if kind is None:
            with database.read() as connection:
                kind = (store.kind_of(connection, name) if renew else None) or "scanner"
        registry, address = _registry(settings, database)
        made = registry.add_device(name, kind, renew=renew)
    if settings.broker is None and Folder(settings.data).running() is not None:
        _await_login(address, name, made.password)
    if json:
        found = {"name": made.name, "kind": kind, "password": made.password, "config": made.config}
        typer.echo(msgspec.json.encode(found).decode())
    else:
        typer.echo(made.config, nl=False)


@app.command("list")
def list_(data: DataOption = DATA, json: JsonOption = False) -> None:
    """Show who is in."""
    _, database = opened(data)
    with closing(database), database.read() as connection:
        rows = queries.devices(connection)
        certified = authority.certified(connection, now=now_ms())
        allowed = store.credentials(connection).keys() | certified.keys()
    if json:
        keys = ("name", "kind", "site", "online", "last_seen", "pending_facts", "lost", "quarantined")
        found = [
            {key: getattr(row, key) for key in keys}
            | {"allowed": row.name in allowed, "certificate": row.name in certified}
            for row in rows
        ]
        typer.echo(msgspec.json.encode(found).decode())
        return
    for row in rows:
        state = "online" if row.online else "offline"
        seen = "never" if row.last_seen is None else time.strftime("%FT%TZ", time.gmtime(row.last_seen / 1000))
        note = "" if row.site is None else f"  at {row.site}"
        note += "" if row.name in allowed else "  (not let in)"
        typer.echo(f"{row.name:<40} {shown(row.kind):<10} {state:<8} last seen {seen}{note}")
    if not rows:
        typer.echo("No devices yet: relay-hub device invite NAME")


@app.command()
def invite(
    name: Annotated[str, typer.Argument(help="1 to 40 of a-z, 0-9 and hyphen; a known one is replaced.")],
    kind: Annotated[
        str | None, typer.Option(help=f"One of {', '.join(KINDS)}.", show_default="as it was, else scanner")
    ] = None,
    host: Annotated[
        str | None, typer.Option(help="By which the device reaches this hub.", show_default="this machine's address")
    ] = None,
    hours: Annotated[float, typer.Option(min=0.01, max=24 * 30, help="How long the code is valid.")] = 1.0,
    data: DataOption = DATA,
    json: JsonOption = False,
) -> None:
    """Print a code with which a device joins, once: to be typed there, or read by its scanner."""
    settings, database = prepared(data)
    running = Folder(settings.data).running()
    now = now_ms()
    with closing(database):
        made = invite_device(database, open_authority(database), name, kind, now=now, ms=round(hours * 3_600_000))
    port = settings.https_port if running is None or running.https_port is None else running.https_port
    told = Invitation(host=host or inviting_name(settings, running), port=port, code=made.code)
    offer = Offer(device=name, kind=made.kind, told=told, expires_at=made.expires_at)
    if running is None or running.https_port is None:
        typer.echo("warning: this hub does not listen for devices now; run relay-hub up --listen", err=True)
    if json:
        found = {
            "name": name, "kind": made.kind, "code": offer.code, "qr": offer.qr, "command": offer.command,
            "host": told.host, "port": port, "expires_at": made.expires_at,
        }  # fmt: skip
        typer.echo(msgspec.json.encode(found).decode())
        return
    until = time.strftime("%FT%TZ", time.gmtime(made.expires_at / 1000))
    typer.echo(f"Code for {name} ({made.kind}), good once and until {until}:\n\n    {offer.code}\n")
    typer.echo(f"On the device:\n\n    {offer.command}\n\nor let its scanner read this:\n")
    typer.echo(terminal(offer.qr))


@app.command()
def place(
    name: Annotated[str, typer.Argument(help="A device that is let in.")],
    site: Annotated[str | None, typer.Argument(help="The id of the site where it stands.")] = None,
    nowhere: Annotated[bool, typer.Option("--nowhere", help="It stands at no site any more.")] = False,
    data: DataOption = DATA,
) -> None:
    """Say where a device stands: it is told what that site needs, to work there without a network."""
    if (site is None) != nowhere:
        raise typer.BadParameter("name a site, or say --nowhere")
    settings, database = opened(data)
    with closing(database), database.write() as connection:
        if site is not None and site not in {known.id for known in reference.sites(connection)}:
            raise store.DeviceError(f"There is no site {site!r}; enter it first (PUT /api/v1/sites, or an import).")
        store.place(connection, name, site)
        decisions.note(connection, "command line", "device-placed", name, site or "nowhere", now_ms())
        reference.announce(connection, "device", {"names": [name]}, now_ms())
    Folder(settings.data).tell_running()
    typer.echo(f"{name} stands at {site}." if site is not None else f"{name} stands nowhere.")


@app.command()
def revoke(name: str, data: DataOption = DATA) -> None:
    """Throw a device out: its certificates, password and invitation end, and so does its connection, at once.

    What it delivered stays. It comes back by a new invitation only.
    """
    settings, database = opened(data)
    with closing(database):
        registry, _ = _registry(settings, database)
        hint = registry.remove_device(name)
    typer.echo(f"{name} can connect no longer.")
    if hint:
        typer.echo(hint, err=True)


@app.command()
def remove(name: str, data: DataOption = DATA) -> None:
    """Let a device in no longer; what it delivered stays. The same as revoke."""
    revoke(name, data)


def _registry(settings: Settings, database: Database) -> tuple[Registry, Address]:
    folder = Folder(settings.data)
    running = folder.running()
    if running is not None:
        address = Address(host=running.mqtt_host, port=running.mqtt_port)
    else:
        address = settings.broker or Address(host="127.0.0.1", port=settings.mqtt_port or 1883)

    def changed() -> None:
        folder.tell_running()

    return Registry(database, address, embedded=settings.broker is None, changed=changed), address


def _await_login(address: Address, name: str, password: str) -> None:
    """Until the running broker lets the device in: then what is printed is true."""
    deadline = time.monotonic() + RELOAD_S
    login = Address(host=address.host, port=address.port, user=name, password=password)
    while (answer := try_login(login, timeout_s=1)) is not Login.ACCEPTED:
        if time.monotonic() > deadline:
            text = f"warning: the running broker does not let {name} in yet ({answer}); restart the hub if that stays."
            typer.echo(text, err=True)
            return
        time.sleep(0.05)
