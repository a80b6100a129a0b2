"""What a device prints, as it waits in the queue: small, and drawn only when the printer is there."""

from typing import Final

from msgspec import Struct

from edge.core.knowledge import PrintUnit
from edge.core.parcels import PrintShelf

SHIFT_MS: Final = 12 * 3_600_000
"""A hand-over by nobody in particular looks so far back."""


class UnitSheet(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="k", tag="unit"):
    """The label of a handling unit, and what is in it where that is of one kind."""

    sscc: str
    gtin: str | None = None
    lot: str | None = None
    expiry: int | None = None
    n: int | None = None


class ShelfSheet(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="k", tag="shelf"):
    """What a parcel bears on its shelf. Whose it is, is looked up when it is drawn: it waits in no queue."""

    parcel: str
    code: str


class HandoverSlip(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="k", tag="handover"):
    """The slip of a shift: what happened from `since` to `at`, Unix ms by the device's clock, and what is open."""

    since: int
    at: int
    by: str | None = None


Printout = UnitSheet | ShelfSheet | HandoverSlip


def sheet(asked: PrintUnit | PrintShelf) -> UnitSheet | ShelfSheet:
    """What a dialogue asked for, as it waits."""
    if isinstance(asked, PrintShelf):
        return ShelfSheet(parcel=asked.parcel, code=asked.code)
    return UnitSheet(sscc=asked.sscc, gtin=asked.gtin, lot=asked.lot, expiry=asked.expiry, n=asked.n)
