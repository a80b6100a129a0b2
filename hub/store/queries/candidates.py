"""Which lots may answer a need, in the order in which they should go, with what is free of each."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from hub.core.allocation import Lot, Offer, Unfit, fefo, judge, lends, pieces, propose
from hub.core.allocation import Need as Wish
from hub.store.needs import Need, consents
from hub.store.queries.goods import earlier, local_day, notes_of, packs, shelf_days
from hub.store.queries.standing import claimed_of_item, stands_of_item

MOST: Final = 500
"""Candidates that are told: those that go first."""
MOST_UNFIT: Final = 100
"""Lots that are told with why they may not be given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """What may be given, in its order, with a proposal; `lacking` base units are a back-order.

    `more`: there are other candidates, which come later in the order.
    """

    offers: tuple[Offer, ...]
    lacking: int
    unfit: tuple[tuple[Lot, Unfit], ...]
    more: bool


def candidates(
    connection: Connection, need: Need, *, item: str | None = None, site: str | None = None, now: int
) -> Candidates:
    """The lots of a need's item, in all its pack sizes, or of a substitute; at one site or at all.

    Of other owners only what they lend is told, be it fit or not.
    """
    standing = consents(connection)
    fit: list[Lot] = []
    unfit: list[tuple[Lot, Unfit]] = []
    days: dict[str, int] = {}
    wishes: dict[str, Wish] = {}
    for lot in lots_for(connection, need, item, now):
        if site not in (None, lot.site):
            continue
        today = days.setdefault(lot.site, local_day(connection, lot.site, now))
        lent = lends(standing, owner=lot.owner, taker=need.organisation, item=lot.item, today=today)
        if lot.item not in wishes:
            wishes[lot.item] = need.wish(shelf_days(connection, lot.item))
        why = judge(lot, wishes[lot.item], lent=lent, today=today)
        if why is None and lot.free:
            fit.append(lot)
        elif why not in (None, Unfit.NOT_LENT, Unfit.OWNER_UNSETTLED):
            unfit.append((lot, why))
    ordered = fefo(fit, need.organisation)
    offers, lacking = propose(ordered, need.open)
    told = sorted(unfit, key=lambda one: (one[0].site, one[0].item, one[0].lot, one[0].owner))[:MOST_UNFIT]
    return Candidates(offers=tuple(offers[:MOST]), lacking=lacking, unfit=tuple(told), more=len(offers) > MOST)


def lots_for(connection: Connection, need: Need, item: str | None, now: int) -> Iterator[Lot]:
    """Every lot that stands somewhere, of the need's item or of a substitute, in all sizes in which it is packed."""
    base = item or need.item
    substitute = item is not None and pieces(packs(connection), item, need.item) is None
    yield from standing_lots(connection, base, None if substitute else need.item, now)


def standing_lots(connection: Connection, base: str, into: str | None, now: int) -> Iterator[Lot]:
    """Every lot that stands somewhere, of an item in all sizes in which it is packed; counted in pieces of `into`."""
    contains = packs(connection)
    for each in [base, *(pack for pack in sorted(contains) if pack != base)]:
        inside = pieces(contains, each, base)
        size = pieces(contains, each, into)
        if inside is None or size is None:
            continue
        claims = claimed_of_item(connection, each, now)
        noted = notes_of(connection, each)
        for key, stand in stands_of_item(connection, each).items():
            note, said = noted(key.lot)
            yield Lot(
                site=key.site, item=each, lot=key.lot, owner=key.owner, expiry=earlier(stand.expiry, said), note=note,
                pieces=size, stands=stand.n, claimed=claims.get(key, 0),
            )  # fmt: skip
