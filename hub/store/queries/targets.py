"""What a code stands for: one unit, a lot, an item, or nothing that the hub has met."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, select

from hub.core.viewer import Viewer
from hub.store.queries.sight import of_owner, sees_unit
from hub.store.schema import lot
from wire.labels import Kind, Label, parse, typed


class What(StrEnum):
    """Which of them it is."""

    UNIT = "unit"
    LOT = "lot"
    ITEM = "item"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What to look for: a unit by its key, or the lots with these ids."""

    kind: What
    label: Label
    unit: str | None = None
    lots: tuple[int, ...] = ()


def understand(raw: str) -> Label:
    """A code as a scanner gives it, or as people copy it from a label: with brackets, or an SSCC's bare digits."""
    label = parse(raw)
    if label.kind is not Kind.TEXT:
        return label
    copied = typed(raw)
    # Digits that are no key, and codes of ours without check digits, may be what a label holds all the same; so are
    # blanks at its ends, which typing loses.
    return copied if copied.kind is not Kind.TEXT and (not copied.faults or copied.text.startswith("(")) else label


def find(connection: Connection, raw: str, viewer: Viewer) -> Target:
    """What a code stands for. A text that is no item's code may be a lot that was read from a label by eye.

    What the viewer may not see is answered like what nobody has met.
    """
    label = understand(raw)
    if label.unit is not None:
        seen = sees_unit(connection, viewer, label.unit)
        return Target(kind=What.UNIT, label=label, unit=label.unit if seen else None)
    if label.lot:
        return Target(kind=What.LOT, label=label, lots=_lots(connection, viewer, label.item, label.lot))
    lots = _lots(connection, viewer, label.item, None)
    if lots or label.gtin is not None:
        return Target(kind=What.ITEM, label=label, lots=lots)
    query = select(lot.c.id).where(lot.c.lot == raw.strip(), lot.c.lot != "", of_owner(viewer))
    named = tuple(connection.execute(query).scalars())
    return Target(kind=What.LOT if named else What.UNKNOWN, label=label, lots=named)


def _lots(connection: Connection, viewer: Viewer, item: str, number: str | None) -> tuple[int, ...]:
    query = select(lot.c.id).where(lot.c.item == item, of_owner(viewer))
    if number is not None:
        query = query.where(lot.c.lot == number)
    return tuple(connection.execute(query).scalars())
