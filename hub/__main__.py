"""`relay-hub`: the hub's command line, and its one composition root (what `up` runs is hub.service)."""

import gc
import json
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import structlog
import typer

from hub.commands import devices, imports, ledger, orders, people, tables, upkeep
from hub.commands.options import DATA, DataOption
from hub.config import LEVELS, Settings, load
from hub.errors import DAMAGED, REMEDY, DamagedError, HubError, says_damaged
from hub.folder import Running
from hub.journal import for_people, harmless, in_journal, ranked
from wire.display import shown
from wire.joining import address

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="The hub of Relief Relay: takes in what devices deliver, keeps the ledger, shows it.",
)
orders.add_to(devices.app)
app.add_typer(devices.app, name="device")
app.add_typer(people.user_app, name="user")
app.add_typer(people.token_app, name="token")
for command in (
    upkeep.doctor,
    upkeep.audit,
    ledger.discrepancies,
    upkeep.rebuild,
    upkeep.backup,
    upkeep.verify_backup,
    upkeep.restore,
    imports.import_outbox,
    tables.template,
):
    app.command()(command)
app.command("import")(tables.import_table)


@app.command()
def up(
    data: DataOption = DATA,
    mqtt_port: Annotated[
        int | None, typer.Option(help="Port of the hub's own broker; 0 picks a free one.", show_default="1883")
    ] = None,
    http_port: Annotated[
        int | None, typer.Option(help="Port of dashboard and interface; 0 picks a free one.", show_default="8000")
    ] = None,
    http_host: Annotated[
        str | None, typer.Option(help="Address that HTTP listens on.", show_default="127.0.0.1")
    ] = None,
    broker: Annotated[
        str | None, typer.Option(help="mqtt://user:password@host:port: use this broker, start none.")
    ] = None,
    listen: Annotated[
        str | None,
        typer.Option(
            metavar="[HOST][:PORT]",
            help="Let devices on other machines in: MQTT with TLS and certificates, and HTTPS to join.",
            show_default="do not",
        ),
    ] = None,
    https_port: Annotated[
        int | None, typer.Option(help="Port of HTTPS, with --listen; 0 picks a free one.", show_default="8443")
    ] = None,
    log_level: Annotated[str | None, typer.Option(help=f"One of {', '.join(LEVELS)}.", show_default="info")] = None,
    log_json: Annotated[bool | None, typer.Option("--log-json", help="Log as JSON, one object a line.")] = None,
    forget_recipients: Annotated[
        bool, typer.Option("--forget-recipients", help="vault.key is lost for good: erase whom it sealed.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Say where the hub is as one line of JSON.")] = False,
) -> None:
    """Run a hub until Ctrl-C or SIGTERM."""
    settings = load(
        data,
        {
            "mqtt_port": mqtt_port,
            "http_port": http_port,
            "http_host": http_host,
            "broker": broker,
            "listen": listen,
            "https_port": https_port,
            "log_level": log_level,
            "log_json": log_json,
        },
    )
    settings = msgspec.structs.replace(settings, forget_recipients=forget_recipients)
    configure_log(settings)
    gc.disable()  # what is imported stays: to look through it again and again takes a seventh of the start
    from hub.service import serve  # noqa: PLC0415 (the other commands need no web framework)

    gc.freeze()
    gc.enable()
    raise typer.Exit(serve(settings, lambda running, first: _announce(settings.data, running, first, as_json=as_json)))


@app.command()
def version() -> None:
    """Print the version."""
    from hub.service import version as installed  # noqa: PLC0415

    print(installed())


def configure_log(settings: Settings) -> None:
    """Events with key-values to standard error: for people, or as JSON."""
    renderer: structlog.typing.Processor = structlog.processors.JSONRenderer() if settings.log_json else for_people()
    if in_journal():
        renderer = ranked(renderer)
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([structlog.processors.format_exc_info] if settings.log_json else [harmless]),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=max(level, logging.WARNING), stream=sys.stderr)


def _announce(data: Path, running: Running, first: str, *, as_json: bool) -> None:
    pages = f"http://{address(running.http_host, running.http_port)}"
    if as_json:
        found = {
            "pid": running.pid,
            "http": pages,
            "mqtt": f"mqtt://{running.mqtt_host}:{running.mqtt_port}",
            "data": str(data),
            "ledger": running.ledger,
            "run": running.run,
            "mqtts_port": running.mqtts_port,
            "https_port": running.https_port,
            "first": pages + first if first else None,
        }
        print(json.dumps(found), flush=True)
        return
    print(
        f"Relief Relay hub is up (process {running.pid}, Ctrl-C stops it).\n"
        f"  dashboard  {pages}\n"
        f"  broker     mqtt://{running.mqtt_host}:{running.mqtt_port}\n"
        f"{_doors(running)}"
        f"  data       {data}\n"
        f"  ledger     {running.ledger}"
        f"{_first(pages + first) if first else ''}",
        flush=True,
    )


def _first(link: str) -> str:
    return f"\n\nNobody can sign in yet. Open this link to become the first administrator (it works once):\n  {link}"


def _doors(running: Running) -> str:
    if running.https_port is None:
        return ""
    where = running.listen_host or "every address of this machine"
    return f"  devices    {where}: MQTT with TLS on {running.mqtts_port}, HTTPS on {running.https_port}\n"


def spelled_out(arguments: Sequence[str]) -> list[str]:
    """`--listen` alone means everywhere; Typer knows no option whose value may be left out."""
    words = list(arguments)
    for at, word in enumerate(words):
        if word == "--listen" and (at + 1 == len(words) or words[at + 1].startswith("-")):
            words[at] = "--listen="
    return words


def main(arguments: Sequence[str] | None = None) -> None:
    """The entry point: what the hub cannot do is one sentence on standard error and exit code 1, or 3 (DAMAGED)."""
    try:
        app(spelled_out(sys.argv[1:] if arguments is None else arguments))
    except HubError as error:
        print("error: " + "\n".join(shown(line) for line in str(error).split("\n")), file=sys.stderr)
        sys.exit(DAMAGED if isinstance(error, DamagedError) else 1)
    except Exception as error:
        if not says_damaged(error):
            raise
        print(f"error: the database is damaged: {getattr(error, 'orig', error)}; {REMEDY}", file=sys.stderr)
        sys.exit(DAMAGED)


if __name__ == "__main__":
    main()
