"""What a device prints, as it waits in the queue: small, and drawn only when the printer is there."""

from typing import Final

from msgspec import Struct

from edge.core.knowledge import PrintUnit

SHIFT_MS: Final = 12 * 3_600_000
"""A hand-over by nobody in particular looks so far back."""


class UnitSheet(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="k", tag="unit"):
    """The label of a handling unit, and what is in it where that is of one kind."""

    sscc: str
    gtin: str | None = None
    lot: str | None = None
    expiry: int | None = None
    n: int | None = None


class HandoverSlip(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="k", tag="handover"):
    """The slip of a shift: what happened from `since` to `at`, Unix ms by the device's clock, and what is open."""

    since: int
    at: int
    by: str | None = None


Printout = UnitSheet | HandoverSlip


def unit_sheet(asked: PrintUnit) -> UnitSheet:
    """What a dialogue asked for, as it waits."""
    return UnitSheet(sscc=asked.sscc, gtin=asked.gtin, lot=asked.lot, expiry=asked.expiry, n=asked.n)
