"""What stands where: balances by account and lot, and stock with the names that people use."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Connection, Select, func, select, tuple_

from hub.core.access import Viewer
from hub.store.queries.paging import Key, Page, Pager
from hub.store.queries.places import sites_of, standing
from hub.store.queries.sight import at_site, of_owner
from hub.store.reference import names_of
from hub.store.schema import account, balance, lot

Query: TypeAlias = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class StockFilter:
    """What to list; None: all. `item` is a key such as `gtin:09501101530003`, or just the digits."""

    site: str | None = None
    item: str | None = None
    lot: str | None = None
    owner: str | None = None
    account: str | None = None
    condition: str | None = None

    @property
    def parts(self) -> tuple[str | None, ...]:
        return self.site, self.item, self.lot, self.owner, self.account, self.condition


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
    query = _filtered(wanted, viewer)
    return pager.page(_rows(connection, query, pager.key(cursor, (int, int)), limit), limit)


def stock(
    connection: Connection, pager: Pager, wanted: StockFilter, *, viewer: Viewer, limit: int, cursor: str | None
) -> Page[StockRow]:
    """Stock at places, in units and on the way; virtual accounts only where one is named."""
    query = _filtered(wanted, viewer)
    if wanted.account is None:
        query = query.where(account.c.kind != "virtual")
    page = pager.page(_rows(connection, query, pager.key(cursor, (int, int)), limit), limit)
    return Page(_named(connection, page.rows), page.next)


def stock_by_site(connection: Connection, viewer: Viewer) -> dict[str, int]:
    """Pieces at each site, in units that stand there too."""
    here = standing(viewer.site_filter)
    query = (
        select(here.c.site, func.sum(balance.c.quantity))
        .join_from(here, balance, balance.c.account_id == here.c.id)
        .group_by(here.c.site)
    )
    if viewer.owner_filter is not None:
        query = query.join(lot, lot.c.id == balance.c.lot_id).where(of_owner(viewer))
    return {site: int(quantity) for site, quantity in connection.execute(query)}


def _filtered(wanted: StockFilter, viewer: Viewer) -> Query:
    query = (
        select(
            balance.c.account_id, balance.c.lot_id, account.c.code,
            lot.c.item, lot.c.lot, lot.c.owner, lot.c.condition, lot.c.expiry, balance.c.quantity,
        )
        .join_from(balance, account, account.c.id == balance.c.account_id)
        .join(lot, lot.c.id == balance.c.lot_id)
        .where(balance.c.quantity != 0, of_owner(viewer), at_site(viewer, balance.c.account_id))
    )  # fmt: skip
    if wanted.site is not None:
        query = query.where(balance.c.account_id.in_(select(standing(wanted.site).c.id)))
    if wanted.account is not None:
        query = query.where(account.c.code == wanted.account)
    if wanted.item is not None:
        query = query.where(lot.c.item == item_key(wanted.item))
    if wanted.lot is not None:
        query = query.where(lot.c.lot == wanted.lot)
    if wanted.owner is not None:
        query = query.where(lot.c.owner == wanted.owner)
    if wanted.condition is not None:
        query = query.where(lot.c.condition == wanted.condition)
    return query


def _rows(
    connection: Connection,
    query: Query,
    after: Key | None,
    limit: int,
) -> list[tuple[Key, BalanceRow]]:
    key = tuple_(balance.c.account_id, balance.c.lot_id)
    if after is not None:
        query = query.where(key > tuple_(*after))
    query = query.order_by(balance.c.account_id, balance.c.lot_id).limit(limit + 1)
    return [
        (
            (account_id, lot_id),
            BalanceRow(
                account=code, item=item, lot=number, owner=owner, condition=condition, quantity=quantity, expiry=expiry
            ),
        )
        for account_id, lot_id, code, item, number, owner, condition, expiry, quantity in connection.execute(query)
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
