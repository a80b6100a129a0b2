"""`relay-hub doctor | audit | rebuild | backup | restore`: is all well, and what if it is not."""

import tempfile
import time
from collections import Counter
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from hub.clock import now_ms
from hub.commands.options import DATA, DataOption, JsonOption, existing, opened
from hub.config import load
from hub.doctor import examine
from hub.folder import Folder
from hub.sealed_checks import check_sealed, left_out
from hub.store import backup as store
from hub.store.database import Database
from wire.display import shown

_MOST_ACTIONS = 5
"""Kinds of decisions that are named in one sentence."""
_SIGNS = {True: "ok     ", False: "WRONG  ", None: "-      "}


def doctor(data: DataOption = DATA, json: JsonOption = False) -> None:
    """Check everything around the hub; exit code 1 if something is wrong."""
    findings = examine(load(data))
    if json:
        typer.echo(msgspec.json.encode([asdict(finding) for finding in findings]).decode())
    else:
        for finding in findings:
            typer.echo(f"{_SIGNS[finding.ok]} {finding.check:<10} {shown(finding.sentence)}")
    if any(finding.ok is False for finding in findings):
        raise typer.Exit(1)


def audit(data: DataOption = DATA, json: JsonOption = False) -> None:
    """Check the ledger's invariants, also while the hub runs; exit code 1 if one is broken."""
    from hub.store.audit import audit as check  # noqa: PLC0415 (only here)

    _, database = opened(data)
    with closing(database):
        findings = check(database)
    if json:
        typer.echo(msgspec.json.encode([asdict(finding) for finding in findings]).decode())
    else:
        for finding in findings:
            typer.echo(f"{finding.check}: {shown(finding.sentence)}")
        if not findings:
            typer.echo("All invariants hold.")
    if findings:
        raise typer.Exit(1)


def rebuild(
    data: DataOption = DATA,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put the rebuilt tables in place where they differ.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Make all projections again from the journal and compare; with --replace the hub must not run."""
    from hub.ingest.rebuild import rebuild as make  # noqa: PLC0415 (only here)
    from hub.retelling import Retelling  # noqa: PLC0415 (only here)

    settings = existing(data)
    folder = Folder(settings.data)
    if replace:
        folder.lock()
    try:
        with (
            closing(Database.open(settings.database)) as database,
            tempfile.TemporaryDirectory(dir=settings.data, prefix="rebuild-") as scratch,
        ):
            made = make(database, Path(scratch), replace=replace, lives=Retelling(now_ms))
    finally:
        folder.unlock()
    if json:
        typer.echo(msgspec.json.encode(asdict(made) | {"same": made.same}).decode())
    else:
        for table, lines in made.differences.items():
            typer.echo(f"{table}: " + ("as it was" if not lines else "\n  ".join(["DIFFERS", *map(shown, lines)])))
        typer.echo(f"{made.items} items of the journal were gone through again.")
    if not made.same and not replace:
        raise typer.Exit(1)


def backup(
    file: Annotated[
        Path, typer.Argument(help="A new file; or with --keep a folder, where each is named by its moment.")
    ],
    data: DataOption = DATA,
    keep: Annotated[
        int | None, typer.Option(min=1, help="Make one more in the folder FILE, and keep this many of them.")
    ] = None,
) -> None:
    """Copy everything to one new file, also while the hub runs. It holds people's data: keep it safe."""
    database = existing(data).database
    if keep is None:
        summary = store.backup(database, file)
    else:
        from hub.store.series import backup_into  # noqa: PLC0415 (only here)

        if not file.is_dir():
            raise typer.BadParameter(f"{file} is no folder; with --keep, name one", param_hint="FILE")
        summary = backup_into(file, keep, database)
    typer.echo(
        f"{summary.path}: {summary.bytes / 1e6:.1f} MB, ledger {summary.ledger}, {summary.devices} devices, "
        f"{summary.journal_rows} stored batches."
    )
    beside = left_out(database.parent)
    if beside:
        typer.echo(f"Not in it: {', '.join(beside)}.")


def verify_backup(
    file: Path,
    scratch: Annotated[
        Path | None, typer.Option(help="A folder with room for a copy.", show_default="the system's temporary folder")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Try a backup out, on a copy, as a restore would use it; exit code 1 if it would not do."""
    from hub.store.verification import verify  # noqa: PLC0415 (only here)

    found = verify(file, scratch or Path(tempfile.gettempdir()))
    if json:
        typer.echo(msgspec.json.encode(found).decode())
    else:
        newest = "none" if found.newest is None else time.strftime("%FT%TZ", time.gmtime(found.newest / 1000))
        typer.echo(
            f"{file}: ledger {found.ledger}, {found.devices} devices ({found.certificates} certificates),"
            f" {found.people} people, {found.journal_rows} stored batches, the newest of {newest}."
        )
        for fault in found.faults:
            typer.echo(shown(fault))
        typer.echo("It would not do: use another backup." if found.faults else "It can be restored.")
    if found.faults:
        raise typer.Exit(1)


def restore(file: Path, data: DataOption = DATA) -> None:
    """Put a backup in place of the database; the hub must not run. The old database stays beside it."""
    settings = load(data)
    folder = Folder(settings.data)
    folder.lock()
    try:
        summary = store.restore(file, settings.database)
    finally:
        folder.unlock()
    typer.echo(f"Restored ledger {summary.ledger}: {summary.devices} devices, {summary.journal_rows} stored batches.")
    if summary.aside is not None:
        typer.echo(f"The database that was there is now {summary.aside}.")
    _tell_since(summary)
    for finding in check_sealed(settings.data, settings.database):
        if finding.ok is False:
            typer.echo(f"{_SIGNS[False]} {shown(finding.sentence)}")
    typer.echo("Devices send again what this backup lacks, as far as they still hold it (14 days).")


def _tell_since(summary: store.Summary) -> None:
    """What a restore cannot keep of the time since its backup."""
    if summary.since is None:
        typer.echo("It cannot be read: revoke again whoever was revoked since this backup.")
        return
    if summary.since.again:
        names = ", ".join(summary.since.again)
        typer.echo(f"Shut out since this backup, and let in again by it: {names}. Remove them if that is not meant.")
    if summary.since.decisions and summary.aside is not None:
        file = summary.aside.with_name(f"lost-decisions-{summary.aside.name.rpartition('-')[2]}.jsonl")
        try:
            file.touch(mode=0o600)
            file.write_bytes(b"".join(msgspec.json.encode(each) + b"\n" for each in summary.since.decisions))
            listed = f"{file} lists them"
        except OSError as error:
            listed = f"{file}, which was to list them, cannot be written ({error.strerror}): see {summary.aside}"
        count = Counter(each.action for each in summary.since.decisions)
        most = ", ".join(f"{number} {action}" for action, number in count.most_common(_MOST_ACTIONS))
        typer.echo(
            f"{count.total()} decisions of people since this backup are not in it ({most}"
            f"{', ...' if len(count) > _MOST_ACTIONS else ''}): decide them again, {listed}."
        )
