"""Importing one table, from its bytes to what it did: the one way in for the HTTP route and for the command line."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from typing import Final

from msgspec import Struct
from sqlalchemy import Connection

from hub.store import decisions, reference
from hub.tables import delimited, kits, opening, people, taking, workbook
from hub.tables.checking import Checked, Fault, check
from hub.tables.grid import MOST_BYTES, Grid, TableError
from hub.tables.kinds import DATUMS, KINDS, KITS, PEOPLE, STOCK
from hub.tables.opening import Poster
from hub.tables.taking import Change, Invited, Outcome

_TOLD: Final = {
    "organisations": "organisations", "sites": "sites", "bins": "bins", "catalogue": "items",
    "kits": "items", "settlements": "settlements",
}  # fmt: skip
"""What the screens and devices are told that changed."""


class Report(Struct, frozen=True, kw_only=True):
    """What a table does (`taken` false) or did. With faults nothing was done; `total` counts those not listed too."""

    kind: str
    taken: bool
    rows: int
    added: int = 0
    changed: int = 0
    same: int = 0
    changes: tuple[Change, ...] = ()
    faults: tuple[Fault, ...] = ()
    total: int = 0
    invited: tuple[Invited, ...] = ()


class Hub(Struct, frozen=True, kw_only=True):
    """What an import needs of the hub. `desk` None: opening stock can only be tried."""

    read: Callable[[], AbstractContextManager[Connection]]
    write: Callable[[], AbstractContextManager[Connection]]
    desk: Poster | None
    by: str
    now: int


class _OnlyTriedError(Exception):
    """Ends the transaction of a dry run, or of a table with faults: nothing of it stays."""


def bring_in(hub: Hub, kind: str, data: bytes, *, dry_run: bool, datum: str | None = None) -> Report:
    """Import a table, or say what that would do. Raises TableError for no table, DeskError for stock half posted."""
    grid = _grid(data)
    if len(grid.rows) > KINDS[kind].most:
        raise TableError(f"The table has {len(grid.rows):,} rows: {KINDS[kind].most:,} {kind} are allowed. Split it.")
    with hub.read() as connection:
        known = taking.known(connection)
    checked = check(grid, KINDS[kind], known, None if datum is None else DATUMS[datum])
    if checked.total:
        return Report(kind=kind, taken=False, rows=len(grid.rows), faults=checked.faults, total=checked.total)
    found = (
        _opened(hub, checked, dry_run=dry_run) if kind == STOCK.name else _stored(hub, kind, checked, dry_run=dry_run)
    )
    taken = not dry_run and not found.faults
    return Report(
        kind=kind, taken=taken, rows=len(grid.rows), added=found.added, changed=found.changed, same=found.same,
        changes=found.changes, faults=found.faults, total=len(found.faults), invited=found.invited if taken else (),
    )  # fmt: skip


def template(kind: str) -> Iterator[tuple[str, ...]]:
    """The headings of a kind, and a row that shows how it is filled in."""
    yield tuple(column.name for column in KINDS[kind].columns)
    yield KINDS[kind].example


def _grid(data: bytes) -> Grid:
    if len(data) > MOST_BYTES:
        raise TableError(f"The file has {len(data) >> 20} MiB: {MOST_BYTES >> 20} are allowed. Split it.")
    if not data.strip():
        raise TableError("The file is empty.")
    return workbook.read(data) if data.startswith(workbook.SIGNATURE) else delimited.read(data)


def _stored(hub: Hub, kind: str, checked: Checked, *, dry_run: bool) -> Outcome:
    """Everything in one transaction, which a dry run does not keep."""
    found = Outcome()
    with suppress(_OnlyTriedError), hub.write() as connection:
        if kind == PEOPLE.name:
            found = people.take(connection, checked, by=hub.by, now=hub.now)
        elif kind == KITS.name:
            found = kits.take(connection, checked)
        else:
            found = taking.take(connection, kind, checked)
        if dry_run or found.faults:
            raise _OnlyTriedError
        told = f"{found.added} added, {found.changed} changed"
        decisions.note(connection, hub.by, "imported", kind, told, hub.now)
        if kind in _TOLD:
            reference.announce(connection, "reference", {"what": _TOLD[kind]}, hub.now)
    return found


def _opened(hub: Hub, checked: Checked, *, dry_run: bool) -> Outcome:
    def found() -> Outcome:
        with hub.read() as connection:
            return opening.outcome(connection, checked)

    if dry_run or hub.desk is None:
        return found()
    done = opening.post(found, checked, hub.desk, hub.by)
    if not done.faults:
        with hub.write() as connection:
            decisions.note(connection, hub.by, "imported", STOCK.name, opening.task_of(checked), hub.now)
    return done
