"""What stands where: balances by account and lot, and stock with the names that people use."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from hub.core.viewer import Viewer
from hub.store.queries.paging import Key, Page, Pager
from hub.store.queries.places import sites_of, standing
from hub.store.queries.walks import SHAPES, First, Wanted, seen, walk
from hub.store.reference import names_of
from hub.store.schema import holding


@dataclass(frozen=True, slots=True, kw_only=True)
class StockFilter:
    """What to list; None: all. `item` is a key such as `gtin:09501101530003`, or just the digits.

    `text`: words to find; `until`: what expires by that day (yyyymmdd); `first`: what comes first.
    """

    site: str | None = None
    item: str | None = None
    lot: str | None = None
    owner: str | None = None
    account: str | None = None
    condition: str | None = None
    text: str | None = None
    until: int | None = None
    first: First = "any"

    @property
    def parts(self) -> tuple[str | int | None, ...]:
        """What a cursor is bound to."""
        return (
            self.site, self.item, self.lot, self.owner, self.account, self.condition, self.text, self.until, self.first
        )  # fmt: skip

    def walked(self, *, places: bool) -> Wanted:
        """What to walk through; `places`: virtual accounts are left out."""
        item = None if self.item is None else item_key(self.item)
        named = {"item": item, "lot": self.lot, "owner": self.owner, "condition": self.condition}
        return Wanted(
            names={name: value for name, value in named.items() if value is not None},
            account=self.account,
            sites=frozenset() if self.site is None else frozenset({self.site}),
            places=places,
            text=self.text,
            until=self.until,
            first=self.first,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceRow:
    """So much of one lot in one account. `expiry` is yyyymmdd."""

    account: str
    item: str
    lot: str
    owner: str
    condition: str
    quantity: int
    expiry: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StockRow:
    """A balance with the site where it stands and the names of its item."""

    account: str
    site: str | None
    item: str
    gtin: str | None
    name: str | None
    name_zh: str | None
    lot: str
    expiry: int | None
    owner: str
    condition: str
    quantity: int


def gtin_of(item: str) -> str | None:
    """The GTIN in an item key, None for an item without one."""
    return item.removeprefix("gtin:") if item.startswith("gtin:") else None


def item_key(text: str) -> str:
    """An item as people write it: bare digits are a GTIN."""
    return f"gtin:{text.zfill(14)}" if text.isascii() and text.isdigit() and len(text) <= 14 else text


def balances(
    connection: Connection, pager: Pager, wanted: StockFilter, *, viewer: Viewer, limit: int, cursor: str | None
) -> Page[BalanceRow]:
    """Balances of all accounts, also virtual ones and units, in a stable order. Empty ones are left out."""
    return pager.page(_rows(connection, wanted, viewer, pager.key(cursor, *SHAPES), limit, places=False), limit)


def stock(
    connection: Connection, pager: Pager, wanted: StockFilter, *, viewer: Viewer, limit: int, cursor: str | None
) -> Page[StockRow]:
    """Stock at places, in units and on the way; virtual accounts only where one is named."""
    rows = _rows(connection, wanted, viewer, pager.key(cursor, *SHAPES), limit, places=wanted.account is None)
    page = pager.page(rows, limit)
    return Page(_named(connection, page.rows), page.next)


def stock_by_site(connection: Connection, viewer: Viewer) -> dict[str, int]:
    """Pieces at each site, in units that stand there too."""
    here = standing(viewer.site_filter)
    query = (
        select(here.c.site, func.sum(holding.c.quantity))
        .join_from(here, holding, holding.c.account_id == here.c.id)
        .group_by(here.c.site)
    )
    if viewer.owner_filter is not None:
        query = query.where(holding.c.owner == viewer.owner_filter)
    return {site: int(quantity) for site, quantity in connection.execute(query)}


def _rows(
    connection: Connection, wanted: StockFilter, viewer: Viewer, after: Key | None, limit: int, *, places: bool
) -> list[tuple[Key, BalanceRow]]:
    asked = seen(wanted.walked(places=places), viewer)
    found = [] if asked is None else walk(connection, asked, after, limit + 1)
    return [
        (
            key,
            BalanceRow(
                account=code, item=item, lot=number, owner=owner, condition=condition, quantity=quantity, expiry=expiry
            ),
        )
        for key, (_, _, code, item, number, owner, condition, expiry, quantity) in found
    ]


def _named(connection: Connection, rows: Sequence[BalanceRow]) -> list[StockRow]:
    sites = sites_of(connection, {row.account for row in rows})
    names = names_of(connection, {gtin for row in rows if (gtin := gtin_of(row.item))})
    result = []
    for row in rows:
        gtin = gtin_of(row.item)
        name, name_zh = names.get(gtin or "", (None, None))
        result.append(
            StockRow(
                account=row.account, site=sites[row.account], item=row.item, gtin=gtin, name=name, name_zh=name_zh,
                lot=row.lot, expiry=row.expiry, owner=row.owner, condition=row.condition, quantity=row.quantity,
            )
        )  # fmt: skip
    return result
