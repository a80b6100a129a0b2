"""Transfers as people see them: staff see those that their organisation gives or takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, or_, select, tuple_

from hub.core.viewer import Viewer
from hub.store.queries.paging import Page, Pager
from hub.store.queries.searching import Columns, clause, search
from hub.store.schema import transfer
from hub.store.transfers import POSTED

WORDS: Final = Columns(
    texts=("transfer.id", "transfer.note", "transfer.lot", "transfer.asked_by", "transfer.account"),
    sites=("transfer.site",), organisations=("transfer.giver", "transfer.taker"), goods="{}",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferRow:
    """A request and what became of it; times in Unix ms. `posted`: the ledger has it."""

    id: str
    account: str
    site: str | None
    item: str
    lot: str
    condition: str
    giver: str
    taker: str
    n: int
    note: str
    state: str
    asked_at: int
    asked_by: str
    asked_for: str
    decided_at: int | None
    decided_by: str | None
    reason: str
    posted: bool


def transfers(
    connection: Connection,
    pager: Pager,
    viewer: Viewer,
    *,
    state: str | None,
    organisation: str | None,
    words: str | None = None,
    limit: int,
    cursor: str | None,
) -> Page[TransferRow]:
    """The latest asked for first."""
    query = select(transfer, POSTED.label("posted"))
    query = query.order_by(transfer.c.asked_at.desc(), transfer.c.id.desc()).limit(limit + 1)
    for one in (organisation, viewer.owner_filter):
        if one is not None:
            query = query.where(or_(transfer.c.giver == one, transfer.c.taker == one))
    if viewer.site_filter is not None:
        query = query.where(transfer.c.site == viewer.site_filter)
    if state is not None:
        query = query.where(transfer.c.state == state)
    query = query.where(clause(search(connection, words, WORDS)))
    after = pager.key(cursor, (int, str))
    if after is not None:
        query = query.where(tuple_(transfer.c.asked_at, transfer.c.id) < tuple_(*after))
    rows = [_row(row) for row in connection.execute(query).mappings()]
    return pager.page([((row.asked_at, row.id), row) for row in rows], limit)


def one(connection: Connection, viewer: Viewer, id_: str) -> TransferRow | None:
    """One that the viewer sees."""
    query = select(transfer, POSTED.label("posted")).where(transfer.c.id == id_)
    found = connection.execute(query).mappings().one_or_none()
    if found is None or not viewer.may_see_site(found["site"]):
        return None
    return _row(found) if viewer.may_see_owner(found["giver"]) or viewer.may_see_owner(found["taker"]) else None


def _row(row: Mapping[Any, Any]) -> TransferRow:
    return TransferRow(**{**row, "posted": bool(row["posted"])})
