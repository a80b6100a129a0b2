"""`relay-hub import-outbox FILE`: take in what a device's person brought on a stick."""

import logging
import secrets
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Final

import msgspec
import structlog
import typer

from hub.clock import now_ms
from hub.commands.options import DATA, DataOption, JsonOption, existing
from hub.config import Settings
from hub.folder import Folder
from hub.journal import for_people, harmless
from hub.store.database import Database
from wire.messages import Now

if TYPE_CHECKING:
    from hub.imports.taking import Report

_MOST: Final = 5


def import_outbox(
    file: Annotated[Path, typer.Argument(help="What `relay-edge outbox export` wrote.")],
    data: DataOption = DATA,
    declare_missing: Annotated[
        bool,
        typer.Option(
            "--declare-missing",
            help="Nobody has the facts that come before those of this file: declare them missing and go on.",
        ),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Take in a device's export, also while the hub runs; each fact counts once, whichever way it comes, and when.

    Exit code 1 if the file is refused, or if facts of it had to be left out.
    """
    from hub.imports.desk import Request, copied, hand_over  # noqa: PLC0415 (only here)

    settings = existing(data)
    folder = Folder(settings.data)
    with _checked(settings, file) as stick, copied(settings.data, stick) as copy:
        running = folder.running()
        if running is not None:
            report = hand_over(folder, running, copy, Request(declare_missing=declare_missing))
        else:
            report = _alone(settings, folder, copy, declare_missing=declare_missing)
    left_out = report.total("left_out")
    typer.echo(msgspec.json.encode(report).decode() if json else _told(report))
    raise typer.Exit(1 if left_out else 0)


@contextmanager
def _checked(settings: Settings, file: Path) -> Iterator[BinaryIO]:
    """The open file, after a first look at the stick itself: what is refused is not even copied."""
    from hub.imports.checking import checked, opened, trust_of  # noqa: PLC0415 (only here)

    with opened(file) as stick:
        with closing(Database.open(settings.database)) as database:
            checked(stick, trust_of(database, now_ms=now_ms()))
        yield stick


def _alone(settings: Settings, folder: Folder, copy: Path, *, declare_missing: bool) -> "Report":
    """No hub runs: this process is one for as long as it takes, with the same ingest and nobody to talk to."""
    from hub.imports.checking import checked, opened, trust_of  # noqa: PLC0415 (only here)
    from hub.imports.taking import bring_in  # noqa: PLC0415
    from hub.ingest.pipeline import Pipeline  # noqa: PLC0415

    folder.lock()
    try:
        with ExitStack() as ends:
            database = ends.enter_context(closing(Database.open(settings.database)))
            file = ends.enter_context(opened(copy))
            checked(file, trust_of(database, now_ms=now_ms()))
            ends.enter_context(warnings_only())
            pipeline = Pipeline(database, run=secrets.token_hex(8), outlet=Nobody(), clock=now_ms)
            pipeline.start()
            try:
                return bring_in(file, pipeline, declare_missing=declare_missing)
            finally:
                pipeline.stop()
    finally:
        folder.unlock()


@contextmanager
def warnings_only() -> Iterator[None]:
    """Ingest's log, on standard error: what is printed is the report."""
    before = structlog.get_config()
    structlog.configure(
        processors=[structlog.processors.add_log_level, harmless, for_people()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )
    try:
        yield
    finally:
        structlog.configure(**before)


class Nobody:
    """The outlet of an ingest that nobody listens to."""

    def publish(self, topic: str, payload: bytes) -> None:
        """No device is there."""

    def changed(self) -> None:
        """No screen is there."""

    def shown(self, device: str, now: Now, received_at: int) -> None:
        """No screen is there."""


def _told(report: "Report") -> str:
    new, known, aside, left_out = (report.total(name) for name in ("new", "known", "quarantined", "left_out"))
    lines = [f"{report.device}: {new} new facts, {known} were there already, {aside} of the new ones in quarantine."]
    for stream in report.streams:
        counts = f"{stream.new} new, {stream.known} already there, {stream.quarantined} in quarantine"
        lines.append(f"  stream {stream.stream}: {counts}")
        if stream.left_out:
            lines.append(f"    {stream.left_out} left out: the hub lacks what comes before them")
        for first, last in stream.missing[:_MOST]:
            lines.append(f"    not here and not in this file: {first} to {last}")
        if len(stream.missing) > _MOST:
            lines.append(f"    and {len(stream.missing) - _MOST} more such runs")
    if report.missing or left_out:
        lines.append(
            f"{report.missing} facts of {report.device} are missing. Connect the device, import its earlier files, or"
            " export again with --all; then import this file again."
        )
    if left_out:
        lines.append("Only if nobody has them any more: import this file with --declare-missing.")
    return "\n".join(lines)
