"""What people decided about lots: recalled, set aside, released again. Each decision is a row; the last one counts."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select

from hub.store.schema import lot_note
from wire.sitedata import LotState


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A decision about a lot; lot '' speaks of all lots of the item. `expiry` is yyyymmdd, `at` Unix ms."""

    item: str
    lot: str
    state: LotState
    expiry: int | None
    reason: str
    at: int
    by: str


def add_note(connection: Connection, note: Note) -> None:
    """Add a decision, which takes the place of those before it."""
    values = {name: getattr(note, name) for name in Note.__slots__}
    connection.execute(insert(lot_note).values(values))


def notes(connection: Connection, item: str | None = None, *, history: bool = False) -> list[Note]:
    """The decisions that count, of one item or of all, by item and lot; with `history` all, the newest first."""
    query = select(lot_note)
    if item is not None:
        query = query.where(lot_note.c.item == item)
    if history:
        query = query.order_by(lot_note.c.id.desc())
    else:
        last = select(func.max(lot_note.c.id)).group_by(lot_note.c.item, lot_note.c.lot)
        query = query.where(lot_note.c.id.in_(last)).order_by(lot_note.c.item, lot_note.c.lot)
    return [Note(**{name: getattr(row, name) for name in Note.__slots__}) for row in connection.execute(query)]
