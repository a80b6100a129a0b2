"""Three ways through the balances, each along an index, so that a page costs what is on it and not what there is.

By goods: lots in the order of item, lot number, owner and condition, and of each lot the accounts that hold some. By
place: accounts in the order of their ids, and of each account its lots. By expiry: as by goods, but what expires first
comes first, and last what never does. A cursor names the last row, and by its shape the way that it was met on. SQLite
takes a CROSS JOIN in the order in which it is written.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import Connection, select

from hub.core.viewer import Viewer
from hub.store.queries.paging import Key, Shape
from hub.store.queries.places import standing
from hub.store.queries.searching import Columns, search

BY_GOODS: Final[Shape] = (str, str, str, str, int)
BY_PLACE: Final[Shape] = (int, int)
BY_EXPIRY: Final[Shape] = (int, str, str, str, str, int)
SHAPES: Final = (BY_GOODS, BY_PLACE, BY_EXPIRY)
FEW: Final = 1000
"""So many lots of an owner are gone through one by one, rather than everything at a site."""

_COLUMNS: Final = (
    "SELECT balance.account_id, balance.lot_id, account.code,"
    " lot.item, lot.lot, lot.owner, lot.condition, lot.expiry, balance.quantity"
)
_GOODS: Final = (
    f"{_COLUMNS} FROM lot CROSS JOIN balance ON balance.lot_id = lot.id"
    " CROSS JOIN account ON account.id = balance.account_id WHERE balance.quantity <> 0"
)
_PLACES: Final = (
    f"{_COLUMNS} FROM balance CROSS JOIN lot ON lot.id = balance.lot_id"
    " CROSS JOIN account ON account.id = balance.account_id WHERE balance.quantity <> 0"
)
_FEW: Final = "SELECT count(*) FROM (SELECT 1 FROM lot WHERE owner = :owner LIMIT :few)"
_SEARCHED: Final = Columns(texts=("lot.lot",), organisations=("lot.owner",), goods="{}", places=("balance.account_id",))
_WAYS: Final = {len(shape): shape for shape in SHAPES}
_NAMES: Final = ("item", "lot", "owner", "condition")
_NEVER: Final = 99_999_999
_EXPIRY: Final = f"coalesce(lot.expiry, {_NEVER})"
_PLACE_ORDER: Final = {0: "balance.account_id", 1: "balance.lot_id"}


First = Literal["any", "expiry"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which balances: None is any. `sites` are to be met all; `places`: virtual accounts are left out.

    `text`: words that are looked for in goods, lots, owners and accounts. `until`: expires on that day (yyyymmdd) or
    before. `first`: what comes first.
    """

    names: dict[str, str]
    account: str | None = None
    sites: frozenset[str] = frozenset()
    places: bool = False
    text: str | None = None
    until: int | None = None
    first: First = "any"


def seen(wanted: Wanted, viewer: Viewer) -> Wanted | None:
    """What is left of it for a viewer; None: nothing."""
    names, sites = dict(wanted.names), wanted.sites
    if viewer.owner_filter is not None and names.setdefault("owner", viewer.owner_filter) != viewer.owner_filter:
        return None
    if viewer.site_filter is not None:
        sites |= {viewer.site_filter}
    if len(sites) > 1:
        return None
    return replace(wanted, names=names, sites=sites)


def walk(connection: Connection, wanted: Wanted, after: Key | None, limit: int) -> list[tuple[Key, Sequence[Any]]]:
    """Up to `limit` balances after a key, each with its key.

    Account id, lot id, account, item, lot, owner, condition, expiry, quantity.
    """
    way = _way(connection, wanted) if after is None else _WAYS[len(after)]
    by_goods = way != BY_PLACE
    asked: dict[str, Any] = {**wanted.names, "limit": limit, "account": wanted.account, "until": wanted.until}
    conditions = [*_conditions(wanted), _written(connection, wanted.text, asked)]
    if wanted.sites:
        here = _standing(connection, wanted.sites, 0 if by_goods or after is None else int(after[0]))
        asked["here"] = msgspec.json.encode(here).decode()
        # By goods the plus keeps SQLite from asking for each of these accounts in turn.
        conditions.append(f"{'+' if by_goods else ''}balance.account_id IN (SELECT value FROM json_each(:here))")
    order = _PLACE_ORDER if way == BY_PLACE else _order(wanted, by_expiry=way == BY_EXPIRY)
    if after is not None:
        asked |= {f"after{place}": after[place] for place in order}
        conditions.append(f"({', '.join(order.values())}) > ({', '.join(f':after{place}' for place in order)})")
    query = " AND ".join((_GOODS if by_goods else _PLACES, *conditions))
    rows = connection.exec_driver_sql(f"{query} ORDER BY {', '.join(order.values())} LIMIT :limit", asked)
    return [(_key(way, row), row) for row in rows]


def _key(way: Shape, row: Sequence[Any]) -> Key:
    if way == BY_PLACE:
        return (row[0], row[1])
    return (*row[3:7], row[0]) if way == BY_GOODS else (_NEVER if row[7] is None else row[7], *row[3:7], row[0])


def _written(connection: Connection, text: str | None, asked: dict[str, Any]) -> str:
    """The condition of a search, whose values join those that are asked with."""
    if not text:
        return "TRUE"
    condition, values = search(connection, text, _SEARCHED)
    first, *parts = condition.split("?")
    for n, (value, part) in enumerate(zip(values, parts, strict=True)):
        asked[f"word{n}"] = value
        first += f":word{n}{part}"
    return first


def _conditions(wanted: Wanted) -> Iterator[str]:
    for name in wanted.names:
        yield f"lot.{name} = :{name}"
    if wanted.names.get("condition", "good") != "good":
        yield "lot.condition <> 'good'"  # the index of these lots says so too
    if wanted.places:
        yield "account.kind <> 'virtual'"
    if wanted.until is not None:
        yield f"{_EXPIRY} <= :until"
    if wanted.account is not None:
        yield "balance.account_id = (SELECT id FROM account WHERE code = :account)"


def _order(wanted: Wanted, *, by_expiry: bool) -> dict[int, str]:
    """By goods: the columns by which rows are told apart, and where they stand in a key."""
    head = {0: _EXPIRY} if by_expiry else {}
    named = {place: f"lot.{name}" for place, name in enumerate(_NAMES, len(head)) if name not in wanted.names}
    return {**head, **named, len(head) + len(_NAMES): "balance.account_id"}


def _way(connection: Connection, wanted: Wanted) -> Shape:
    """The way that was asked for, or else the one that meets the fewest balances in vain."""
    if wanted.first == "expiry":
        return BY_EXPIRY
    return BY_GOODS if _is_by_goods(connection, wanted) else BY_PLACE


def _is_by_goods(connection: Connection, wanted: Wanted) -> bool:
    names = wanted.names
    if "item" in names or "lot" in names or wanted.text or not (wanted.sites or wanted.account):
        return True
    if names.get("condition", "good") != "good":
        return True
    asked = {"owner": names.get("owner"), "few": FEW}
    return "owner" in names and connection.exec_driver_sql(_FEW, asked).scalar_one() < FEW


def _standing(connection: Connection, sites: frozenset[str], first: int) -> list[int]:
    """The accounts at a site, those of units there too; from the id `first` on."""
    (site,) = sites
    accounts = connection.execute(select(standing(site).c.id)).scalars()
    return sorted(account for account in accounts if account >= first)
