"""Which lots may answer a need, in which order, and how much of each. Pure.

A lot may be given where all of this holds: it is good (its condition, and nothing recalls or holds back its lot), it
will not be too old when the goods are needed, and it belongs to whoever has the need or to an owner who lends it by a
standing consent. What nobody vouches for is no yes: an owner to be settled lends nothing, and a lot without a date
meets no wish for shelf life. First expired, first out (FEFO): the earliest date goes first.

A trade item of each level is an item of its own: a case of 24 is not 24 pieces until somebody opens it. So a need in
base units is answered by whole cases, exactly or not at all, and what whole cases do not cover stays open.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from hub.core.days import LAST, later

DEEPEST: Final = 6
"""Levels of packing that are followed: piece, pack, case, layer, pallet, and one more."""
MOST_PIECES: Final = 10**9


class Unfit(StrEnum):
    """Why a lot may not answer a need."""

    OWNER_UNSETTLED = "owner-unsettled"
    NOT_LENT = "not-lent"
    RECALLED = "recalled"
    QUARANTINED = "quarantined"
    EXPIRED = "expired"
    NO_DATE = "no-date"
    TOO_OLD = "too-old"


SENTENCES: Final[Mapping[Unfit, str]] = {
    Unfit.OWNER_UNSETTLED: "nobody has said yet who owns it",
    Unfit.NOT_LENT: "its owner does not lend it to this organisation",
    Unfit.RECALLED: "it is recalled",
    Unfit.QUARANTINED: "it is in quarantine",
    Unfit.EXPIRED: "it has expired",
    Unfit.NO_DATE: "it has no known date, and shelf life is asked for",
    Unfit.TOO_OLD: "it expires before the shelf life that is asked for is over",
}


class Need(NamedTuple):
    """What a lot is judged by. `needed_by` is yyyymmdd; the shelf life counts from that day on."""

    organisation: str
    needed_by: int
    shelf_days: int


class Consent(NamedTuple):
    """An owner lends: '' is anyone, or any item; until a day (yyyymmdd) at the goods' site, None for ever."""

    owner: str
    taker: str
    item: str
    until: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """Goods of one lot and owner at one site.

    `pieces` is how many base units of the need are in one unit of it; `stands` are the units that stand there,
    `claimed` those of them that reservations hold.
    """

    site: str
    item: str
    lot: str
    owner: str
    expiry: int | None
    note: str = "ok"
    pieces: int = 1
    stands: int = 0
    claimed: int = 0

    @property
    def free(self) -> int:
        return max(0, self.stands - self.claimed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A lot that may be given, and how many units of it the proposal takes."""

    lot: Lot
    take: int


def judge(lot: Lot, need: Need, *, lent: bool, today: int) -> Unfit | None:
    """Why a lot may not answer a need on a day at its site; None where it may."""
    if not lot.owner:
        return Unfit.OWNER_UNSETTLED
    if lot.owner != need.organisation and not lent:
        return Unfit.NOT_LENT
    if lot.note in (Unfit.RECALLED, Unfit.QUARANTINED):
        return Unfit(lot.note)
    if lot.expiry is None:
        return Unfit.NO_DATE if need.shelf_days else None
    if lot.expiry < today:
        return Unfit.EXPIRED
    return Unfit.TOO_OLD if lot.expiry < later(max(today, need.needed_by), need.shelf_days) else None


def lends(consents: Iterable[Consent], *, owner: str, taker: str, item: str, today: int) -> bool:
    """Whether a standing consent lets an organisation have an item of an owner on a day."""
    return any(
        one.owner == owner
        and one.taker in ("", taker)
        and one.item in ("", item)
        and (one.until is None or today <= one.until)
        for one in consents
    )


def fefo(lots: Iterable[Lot], organisation: str) -> list[Lot]:
    """First expired, first out; of one date one's own before what is lent; those without a date last."""
    return sorted(
        lots, key=lambda one: (one.expiry or LAST, one.owner != organisation, one.site, one.item, one.lot, one.owner)
    )


def propose(lots: Iterable[Lot], wanted: int) -> tuple[list[Offer], int]:
    """So many whole units of each lot, in their order, as cover `wanted` base units, never more; and the rest."""
    offers = []
    for lot in lots:
        take = min(lot.free, wanted // lot.pieces)
        offers.append(Offer(lot=lot, take=take))
        wanted -= take * lot.pieces
    return offers, wanted


def pieces(contains: Mapping[str, tuple[str, int]], item: str, into: str | None) -> int | None:
    """How many `into` are in one `item`, level by level; None where there are none, or levels run in a ring.

    `into` None: of the smallest item that is in it.
    """
    total, seen = 1, {item}
    while item != into and len(seen) <= DEEPEST:
        inner = contains.get(item)
        if inner is None:
            return total if into is None else None
        item, n = inner
        total *= n
        if item in seen or n < 1 or total > MOST_PIECES:
            return None
        seen.add(item)
    return total if item == into else None
