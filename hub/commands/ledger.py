"""`relay-hub discrepancies`: what does not add up, from the command line."""

from contextlib import closing
from dataclasses import asdict
from typing import Annotated

import msgspec
import typer

from hub.clock import now_ms
from hub.commands.options import DATA, DataOption, JsonOption, opened
from hub.core.instant import rfc3339
from hub.core.viewer import Role, Viewer
from wire.display import shown

PAGE = 500
HERE = Viewer(name="relay-hub", role=Role.ADMIN)
"""Who may read the database's file may read all of it."""


def discrepancies(
    data: DataOption = DATA,
    settled: Annotated[bool, typer.Option("--settled", help="What people decided, the latest first.")] = False,
    json: JsonOption = False,
) -> None:
    """What does not add up; also while the hub runs. People settle it on the hub's page or by its interface."""
    from hub.store import settlements  # noqa: PLC0415 (only here)
    from hub.store.queries import discrepancies as queries  # noqa: PLC0415 (only here)
    from hub.store.queries.paging import Pager  # noqa: PLC0415 (only here)

    _, database = opened(data)
    rows: list[dict[str, object]] = []
    with closing(database), database.read() as connection:
        pager, cursor = Pager(database.generation, "discrepancies"), None
        while True:
            if settled:
                done = settlements.settlements(connection, pager, HERE, limit=PAGE, cursor=cursor)
                rows += [asdict(row) for row in done.rows]
                cursor = done.next
            else:
                found = queries.discrepancies(connection, pager, viewer=HERE, now=now_ms(), limit=PAGE, cursor=cursor)
                rows += [asdict(row) for row in found.rows]
                cursor = found.next
            if cursor is None:
                break
    if json:
        typer.echo(msgspec.json.encode({"rows": rows}).decode())
        return
    for row in rows:
        typer.echo(shown(_decided(row) if settled else _open(row)))
    if not rows:
        typer.echo("Nobody settled anything yet." if settled else "Everything adds up.")


def _open(row: dict[str, object]) -> str:
    what = " ".join(str(row[name]) for name in ("site", "account", "item", "lot", "owner") if row[name])
    return f"{row['kind']}: {what}: {row['detail']}"


def _decided(row: dict[str, object]) -> str:
    at = row["at"]
    when = rfc3339(at) if isinstance(at, int) else ""
    return f"{when} {row['by']}: {row['kind']}: {row['decision']}: {row['reason']}"
