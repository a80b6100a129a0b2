"""`relay-hub import KIND FILE` and `relay-hub template KIND`: tables from spreadsheets, tried first, then taken in."""

import csv
import secrets
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from hub.clock import now_ms, uptime_ms
from hub.commands.options import DATA, DataOption, JsonOption, existing
from hub.core.instant import rfc3339
from hub.folder import Folder
from hub.store.database import Database
from hub.store.decisions import HERE
from wire.display import shown

if TYPE_CHECKING:
    from hub.tables.importing import Report
    from hub.tables.opening import Poster

_MOST = 50


def import_table(
    kind: Annotated[
        str, typer.Argument(help="organisations, sites, bins, catalogue, kits, people, stock or settlements.")
    ],
    file: Annotated[Path, typer.Argument(help="CSV (UTF-8, UTF-16 or GB18030) or XLSX.", exists=True, dir_okay=False)],
    data: DataOption = DATA,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would do, and every fault.")] = False,
    datum: Annotated[
        str | None, typer.Option(help="WGS84, GCJ-02 or BD-09: of positions in rows that name none.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Import a table, whole or not at all. Opening stock only while no hub runs here: else send it to the hub.

    Exit code 1 if there are faults; nothing was imported then.
    """
    from hub.tables.importing import Hub, bring_in  # noqa: PLC0415 (only here)
    from hub.tables.kinds import DATUMS, KINDS  # noqa: PLC0415

    if kind not in KINDS:
        raise typer.BadParameter(f"use one of {', '.join(KINDS)}", param_hint="KIND")
    if datum is not None and datum not in DATUMS:
        raise typer.BadParameter("use WGS84, GCJ-02 or BD-09", param_hint="--datum")
    content = file.read_bytes()
    with ExitStack() as ends:
        database, desk = ends.enter_context(_hub(data, posting=kind == "stock" and not dry_run))
        hub = Hub(read=database.read, write=database.write, desk=desk, by=HERE, now=now_ms())
        report = bring_in(hub, kind, content, dry_run=dry_run, datum=datum)
    typer.echo(msgspec.json.encode(report).decode() if json else _told(report))
    raise typer.Exit(1 if report.faults else 0)


def template(
    kind: Annotated[
        str, typer.Argument(help="organisations, sites, bins, catalogue, kits, people, stock or settlements.")
    ],
) -> None:
    """Print a table with the headings of a kind, and a row that shows how it is filled in."""
    from hub.tables.importing import template as rows  # noqa: PLC0415 (only here)
    from hub.tables.kinds import KINDS  # noqa: PLC0415

    if kind not in KINDS:
        raise typer.BadParameter(f"use one of {', '.join(KINDS)}", param_hint="KIND")
    csv.writer(sys.stdout).writerows(rows(kind))


@contextmanager
def _hub(data: Path, *, posting: bool) -> Iterator[tuple[Database, "Poster | None"]]:
    """The database, and where stock is posted, an ingest of this process alone."""
    settings = existing(data)
    folder = Folder(settings.data)
    with ExitStack() as ends:
        if posting:
            folder.lock()
            ends.callback(folder.unlock)
        database = ends.enter_context(closing(Database.open(settings.database)))
        yield database, ends.enter_context(_desk(database)) if posting else None


@contextmanager
def _desk(database: Database) -> Iterator["Poster"]:
    from hub.commands.imports import Nobody, warnings_only  # noqa: PLC0415 (only here)
    from hub.desk import Desk  # noqa: PLC0415
    from hub.ingest.pipeline import Pipeline  # noqa: PLC0415

    pipeline = Pipeline(database, run=secrets.token_hex(8), outlet=Nobody(), clock=now_ms)
    with warnings_only():
        pipeline.start()
        try:
            yield Desk(pipeline, ledger=database.ledger, clock=now_ms, uptime=uptime_ms)
        finally:
            pipeline.stop()


def _told(report: "Report") -> str:
    does = "imported" if report.taken else "would be imported" if not report.faults else "not imported"
    lines = [f"{report.kind}: {report.rows} rows {does}"]
    if report.faults:
        lines[0] += f", {report.total} faults"
        for fault in report.faults[:_MOST]:
            said = f" {fault.value!r}" if fault.value else ""
            lines.append(shown(f"  row {fault.row}, {fault.column}{said}: {fault.message}; {fault.remedy}"))
        if report.total > _MOST:
            lines.append(f"  and {report.total - _MOST} more")
    else:
        lines.append(f"  {report.added} added, {report.changed} changed, {report.same} as they were")
    lines += [f"  {shown(one.name)}: {one.path} until {rfc3339(one.expires_at)}" for one in report.invited]
    return "\n".join(lines)
