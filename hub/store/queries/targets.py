"""What a code stands for: one unit, a lot, an item, or nothing that the hub has met."""

import re
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, select

from hub.store.schema import lot
from wire.checkdigits import is_checked
from wire.elements import GS
from wire.labels import Label, parse

_BRACKETS = re.compile(r"(?:\(\d{2,4}\)[^()]+)+", re.ASCII)
_PART = re.compile(r"\((\d{2,4})\)([^()]+)", re.ASCII)


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
    text = raw.strip()
    if _BRACKETS.fullmatch(text):
        return parse(GS + GS.join(ai + value for ai, value in _PART.findall(text)))
    if len(text) == 18 and is_checked(text):
        return parse(f"00{text}")
    return parse(raw)


def find(connection: Connection, raw: str) -> Target:
    """What a code stands for. A text that is no item's code may be a lot that was read from a label by eye."""
    label = understand(raw)
    if label.unit is not None:
        return Target(kind=What.UNIT, label=label, unit=label.unit)
    if label.lot:
        return Target(kind=What.LOT, label=label, lots=_lots(connection, label.item, label.lot))
    lots = _lots(connection, label.item, None)
    if lots or label.gtin is not None:
        return Target(kind=What.ITEM, label=label, lots=lots)
    named = tuple(connection.execute(select(lot.c.id).where(lot.c.lot == raw.strip(), lot.c.lot != "")).scalars())
    return Target(kind=What.LOT if named else What.UNKNOWN, label=label, lots=named)


def _lots(connection: Connection, item: str, number: str | None) -> tuple[int, ...]:
    query = select(lot.c.id).where(lot.c.item == item)
    if number is not None:
        query = query.where(lot.c.lot == number)
    return tuple(connection.execute(query).scalars())
