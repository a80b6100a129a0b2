"""Direct shipments: goods that a supplier brings to people and that are never in our rooms, in the ledger all the same.

Nobody scans them. Whoever says that they were sent makes them come from the donor into the parcels for which they are
meant, and the parcels stand on the way of their consignment; whoever says that one was delivered makes it reach its
recipient. So custody, discrepancies and traces hold for them as for everything else. Pure.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from wire import codes
from wire.actions import DONOR_IN, Action
from wire.labels import element_string
from wire.messages import Scan

MOST_PIECES: Final = 1_000_000
"""Of one fact (wire.words.Quantity)."""


class Content(NamedTuple):
    """What goes into a parcel."""

    parcel: str
    item: str
    owner: str
    n: int


class Batch(NamedTuple):
    """What the supplier says of an item: its lot, and the day until which it is good (yyyymmdd)."""

    lot: str = ""
    expiry: int | None = None


def under_way(consignment: str) -> str:
    """The account of parcels that a supplier has under way."""
    return f"transit:direct/{consignment}"


def sent(contents: Sequence[Content], batches: Mapping[str, Batch], *, consignment: str, by: str) -> list[Scan]:
    """The facts of a dispatch, whose times are set by whoever posts. Raises ValueError for too many pieces."""
    task = f"consignment:{consignment}"
    found = []
    for one in contents:
        if one.n > MOST_PIECES:
            raise ValueError(f"more than {MOST_PIECES:,} of {one.item} in one parcel")
        label = _label(one.item, batches.get(one.item, Batch()))
        found.append(
            Scan(
                at=0, up=0, do=Action.RECEIVE, labels=(label,), to=f"unit:parcel:{one.parcel}", n=one.n,
                owner=one.owner, by=by[:100], task=task,
            )
        )  # fmt: skip
    found += [
        Scan(
            at=0, up=0, do=Action.LOAD, labels=(codes.write(codes.PARCEL, parcel),), source=DONOR_IN,
            to=under_way(consignment), by=by[:100], task=task,
        )
        for parcel in dict.fromkeys(one.parcel for one in contents)
    ]  # fmt: skip
    return found


def _label(item: str, batch: Batch) -> str:
    """What a scanner would have read of goods."""
    kind, _, key = item.partition(":")
    if kind == "gtin":
        return element_string(gtin=key, lot=batch.lot or None, expiry=batch.expiry, symbology="]d2")
    return key
