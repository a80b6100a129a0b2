"""Kits of a table: what one of each is put together of. A row is one part; all rows of a kit are the whole of it."""

from dataclasses import replace

from sqlalchemy import Connection

from hub.core.packing import MOST_PARTS
from hub.store import reference
from hub.tables.checking import Checked, Fault
from hub.tables.taking import MOST_CHANGES, Change, Outcome


def take(connection: Connection, checked: Checked) -> Outcome:
    """Make the kits of a table without faults what it says, in the caller's transaction.

    A part that the table leaves out of a kit is no part of it any more; a kit that it does not name stays. Counted are
    kits, not rows. A kit that would contain itself is told as a fault of the table as a whole: roll back then.
    """
    said: dict[str, dict[str, int]] = {}
    first: dict[str, int] = {}
    for number, record in checked.records:
        said.setdefault(record["kit"], {})[record["part"]] = record["n"]
        first.setdefault(record["kit"], number)
    counts = {"added": 0, "changed": 0, "same": 0}
    changes: list[Change] = []
    new: list[reference.Item] = []
    for item in reference.items_of(connection, said):
        parts = said[item.gtin]
        old = dict(item.kit)
        counts["same" if old == parts else "changed" if old else "added"] += 1
        if old != parts:
            new.append(replace(item, kit=tuple(parts.items())))
            changes.append(Change(row=first[item.gtin], key=item.gtin, added=not old, fields=_fields(old, parts)))
    many = [gtin for gtin, parts in said.items() if len(parts) > MOST_PARTS]
    if many:
        return Outcome(faults=tuple(_too_many(first[gtin], gtin, len(said[gtin])) for gtin in many[:MOST_CHANGES]))
    try:
        reference.put_items(connection, new)
    except reference.ReferenceDataError as error:
        return Outcome(faults=(Fault(row=0, column="", value="", message=str(error), remedy="correct the table"),))
    changes.sort(key=lambda change: change.row)
    return Outcome(
        added=counts["added"], changed=counts["changed"], same=counts["same"], changes=tuple(changes[:MOST_CHANGES])
    )


def _too_many(row: int, gtin: str, parts: int) -> Fault:
    message = f"a kit has {MOST_PARTS} different parts at most, this one {parts}"
    return Fault(row=row, column="kit", value=gtin, message=message, remedy="make smaller kits, and one of those")


def _fields(old: dict[str, int], parts: dict[str, int]) -> dict[str, str]:
    """What becomes other: how many of which part; '' for one that is none any more."""
    return {gtin: str(parts.get(gtin, "")) for gtin in sorted({*old, *parts}) if old.get(gtin) != parts.get(gtin)}
