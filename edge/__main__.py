"""relay-edge: run the agent on a device, and look after it.

`run` checks the configuration and then becomes the agent, a process without this module's libraries; so that it does
so quickly, rich is imported only by the commands that show something.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from edge.browse import browse, dump
from edge.clock import Clock
from edge.config import ConfigError, load
from edge.doctor import examine
from edge.errors import EdgeError
from edge.identity import load as load_identity
from edge.rebinding import rebind as give_away
from edge.version import VERSION

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The agent on a device of Relief Relay.")
outbox_app = typer.Typer(no_args_is_help=True, help="What this device keeps until the hub has it.")
app.add_typer(outbox_app, name="outbox")

SYSTEM_CONFIG = Path("/etc/relief-relay/edge.toml")
CONFIG_VARIABLE = "RELAY_EDGE_CONFIG"
ConfigFile = Annotated[
    Path,
    typer.Option("--config", "-c", envvar=CONFIG_VARIABLE, help="The device's TOML file.", show_default=False),
]


@app.command()
def run(config: ConfigFile) -> None:
    """Check the configuration, then run the agent until it is stopped (Ctrl-C or SIGTERM)."""
    with _reported():
        settings = load(config)
    for advice in settings.advice:
        print(f"advice: {advice}", file=sys.stderr)
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, "-m", "edge.agent", "--config", str(config.absolute())])  # noqa: S606


@app.command()
def join(
    hub: Annotated[str, typer.Argument(help="The hub's address, or the text of its QR code alone.")] = "",
    code: Annotated[str, typer.Argument(help="The code that `relay-hub device invite` printed.")] = "",
    scanner: Annotated[
        str, typer.Option("--scanner", help='Read the QR code with the scanner on this port, or "auto".')
    ] = "",
    config: Annotated[
        Path,
        typer.Option("--config", "-c", envvar=CONFIG_VARIABLE, help="The device's TOML file; made if there is none."),
    ] = SYSTEM_CONFIG,
) -> None:
    """Join a hub: by its address and a code, by the text of a QR code, or by scanning one."""
    from edge.joining import Typed, introduce  # noqa: PLC0415 - see above

    with _reported():
        introduce(config, Typed(hub=hub, code=code, scanner=scanner), print)


@app.command()
def status(config: ConfigFile) -> None:
    """How the agent is doing: ports, hub, and what waits."""
    from edge.screens import show_status  # noqa: PLC0415 - see above

    with _reported():
        running = show_status(load(config))
    raise typer.Exit(0 if running else 1)


@app.command()
def doctor(config: ConfigFile) -> None:
    """Check this device: one line for each check, with what to do. Exit code 1 if something is wrong."""
    from edge.desired import load as load_in_force  # noqa: PLC0415 - see above
    from edge.screens import show_finding  # noqa: PLC0415 - see above

    with _reported():
        settings = load_in_force(config, joined=False)
    print(f"ok     configuration {config}: sound")
    faults = 0
    for finding in examine(settings):
        show_finding(finding)
        faults += finding.fault
    raise typer.Exit(1 if faults else 0)


@app.command()
def handover(
    config: ConfigFile,
    hours: Annotated[int, typer.Option(min=0, max=168, help="So far back; 0: since the person there signed on.")] = 0,
    paper: Annotated[bool, typer.Option("--print", help="Print the slip too, on the device's printer.")] = False,
) -> None:
    """What this shift hands over: open tasks, what was warned of, what is not sent yet, who was here."""
    from edge import handover as shift  # noqa: PLC0415 - see above

    with _reported():
        settings = load(config)
        asked = shift.asked(settings, at=Clock().now_ms(), hours=hours)
        for line in [shift.TITLE, "", *shift.lines(shift.gather(settings, asked))]:
            print(line)
        if paper:
            from edge.print_job import print_now  # noqa: PLC0415 - large

            print_now(asked, settings)


@app.command()
def metrics(
    config: ConfigFile,
    listen: Annotated[
        str, typer.Option(help="HOST:PORT: answer /metrics, /healthz and /readyz there until stopped.")
    ] = "",
) -> None:
    """What the agent counts, in Prometheus' text format: printed once, or served."""
    from edge import metrics as numbers  # noqa: PLC0415 - see above

    with _reported():
        status_path = load(config, joined=False).status
        if not listen:
            print(numbers.text(status_path).decode(), end="")
            return
        host, colon, port = listen.rpartition(":")
        if not colon or not port.isdecimal() or int(port) > 65_535:
            raise EdgeError(f"--listen {listen!r} is no address: write HOST:PORT, such as 127.0.0.1:9109")
        numbers.serve(status_path, host or "127.0.0.1", int(port), lambda said: print(said, flush=True))


@app.command()
def rebind(
    config: ConfigFile,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Give this device to a new hub: all that is still stored goes to the next hub that answers."""
    with _reported():
        settings = load(config)
        if not yes:
            typer.confirm(
                "Every fact that is still stored here is sent again, to the next hub that answers, also facts that"
                " the old hub confirmed. Is that hub a new one, that does not have them?",
                abort=True,
            )
        print(give_away(settings))


@app.command()
def version() -> None:
    """The version."""
    print(f"relay-edge {VERSION}")


@outbox_app.command("list")
def outbox_list(
    config: ConfigFile,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many of each lane.")] = 20,
    telemetry: Annotated[bool, typer.Option("--telemetry", help="Positions and health instead of facts.")] = False,
) -> None:
    """The newest items, newest first. Safe while the agent runs."""
    from edge.screens import show_items  # noqa: PLC0415 - see above

    with _reported(), browse(load(config).outbox) as browser:
        show_items(browser.counts(), browser.newest("telemetry" if telemetry else "facts", limit))


@outbox_app.command("export")
def outbox_export(
    config: ConfigFile,
    file: Annotated[Path, typer.Argument(help="A new file, or a folder (a USB stick) to make one in.")],
    everything: Annotated[
        bool, typer.Option("--all", help="Everything that is still kept, also what the hub confirmed.")
    ] = False,
) -> None:
    """Write the facts that the hub has not confirmed into a signed file, for `relay-hub import-outbox`.

    Safe while the agent runs. Nothing is deleted here: what the hub took in, it says itself at the next contact.
    """
    from edge.export import export, file_in  # noqa: PLC0415 - see above

    with _reported():
        now_ms = Clock().now_ms()
        settings = load(config)
        if settings.hub.identity is None:
            raise EdgeError("this device has no certificate to sign with: `relay-edge join`, or `outbox dump`")
        identity = load_identity(settings.hub.identity)
        made = export(settings.outbox, identity, file_in(file, identity, now_ms), everything=everything, now_ms=now_ms)
    print(f"{made.facts} facts of {made.streams} streams written to {made.file} ({made.bytes} bytes)")
    if made.declared:
        print(f"{made.declared} facts that this device does not hold any more are declared in it")
    print(f"on the hub: relay-hub import-outbox {made.file.name}")


@outbox_app.command("dump")
def outbox_dump(
    config: ConfigFile,
    file: Annotated[Path, typer.Argument(help="A new file: one JSON object a line.")],
    pending: Annotated[bool, typer.Option("--pending", help="Only what the hub has not confirmed.")] = False,
) -> None:
    """Write every item into a file to look at, facts first, oldest first. Safe while the agent runs."""
    with _reported(), browse(load(config).outbox) as browser:
        count = dump(browser, file, pending_only=pending)
    print(f"{count} items written to {file}")


@contextmanager
def _reported() -> Iterator[None]:
    """Errors of ours end the command with their sentence, not with a traceback."""
    try:
        yield
    except EdgeError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(2 if isinstance(error, ConfigError) else 1) from error


def main() -> NoReturn:
    """The entry point."""
    app()
    raise SystemExit(0)


if __name__ == "__main__":
    main()
