"""From a fact to what it posts in the ledger.

A fact concerns either goods in bulk (GTIN and lot: a quantity moves), or one thing with a number of its own
(a serial-numbered item or a handling unit: it was seen there), or a count, or it voids another fact.
"""

from typing import NamedTuple

from msgspec import Struct

from wire.actions import ends
from wire.labels import Label, merge, parse
from wire.messages import Count, Scan, Void


class LotKey(NamedTuple):
    """What stock is kept apart by; '' where nobody said."""

    item: str
    lot: str = ""
    owner: str = ""
    condition: str = "good"

    @property
    def fullness(self) -> int:
        """How much of lot and owner it names; the lot counts more."""
        return bool(self.lot) * 2 + bool(self.owner)


class Moved(Struct, frozen=True, gc=False):
    """A quantity of goods went from one account to another."""

    lot: LotKey
    expiry: int | None
    source: str
    to: str
    quantity: int


class Sighted(Struct, frozen=True, gc=False):
    """One unit left one account for another. `lot` is None for a handling unit."""

    unit: str
    lot: LotKey | None
    expiry: int | None
    source: str
    to: str


class Counted(Struct, frozen=True, gc=False):
    """So much of a lot stood in an account."""

    lot: LotKey
    expiry: int | None
    account: str
    quantity: int


class Voided(Struct, frozen=True, gc=False):
    """A fact of the same device was undone."""

    stream: str
    seq: int


Posting = Moved | Sighted | Counted | Voided


def label_of(labels: tuple[str, ...]) -> Label:
    """What all labels of one item say together."""
    return parse(labels[0]) if len(labels) == 1 else merge([parse(label) for label in labels])


def post(fact: Scan | Count | Void) -> Posting:
    """What a fact posts. Any well-formed fact posts something: a scan is never refused."""
    if isinstance(fact, Void):
        return Voided(stream=fact.stream, seq=fact.seq)
    label = label_of(fact.labels)
    lot = LotKey(label.item, label.lot or "", fact.owner or "")
    expiry = label.expiry or label.best_before
    if isinstance(fact, Count):
        return Counted(lot=lot, expiry=expiry, account=fact.where, quantity=fact.n)
    source, to = ends(fact.do, fact.source, fact.to)
    unit = label.unit
    if unit is None:
        return Moved(lot=lot, expiry=expiry, source=source, to=to, quantity=fact.n * pieces(label))
    return Sighted(unit=unit, lot=None if label.sscc is not None else lot, expiry=expiry, source=source, to=to)


def pieces(label: Label) -> int:
    """How many pieces one scan of a label stands for: AI 30 where it is printed and sensible, else 1."""
    count = label.count
    return count if count is not None and 1 <= count <= 1_000_000 else 1
