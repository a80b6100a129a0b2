"""What stands at a site that may be given, and what of it reservations claim.

Read by indexes alone, from one lot to its balances to their places: quick whatever else the ledger holds.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Row

from hub.store.queries.picked import Goods, bin_of, picked, stock, unfilled
from hub.store.queries.places import DEEPEST


class Key(NamedTuple):
    """What reservations compete for: one lot of one owner at one site, in good condition."""

    site: str
    item: str
    lot: str
    owner: str

    @property
    def goods(self) -> Goods:
        return Goods(self.item, self.lot, self.owner)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """How many units stand there, in which bins, and the date on their labels (yyyymmdd)."""

    n: int
    bins: Mapping[str, int]
    expiry: int | None


NOWHERE: Final = Stand(n=0, bins={}, expiry=None)

_UP: Final = f"""
WITH RECURSIVE up(lot_id, at, quantity, depth) AS (
  SELECT balance.lot_id, balance.account_id, balance.quantity, 0
  FROM %s CROSS JOIN balance ON balance.lot_id = lot.id CROSS JOIN account AS holder ON holder.id = balance.account_id
  {bin_of("holder", "holder_bin")}
  WHERE lot.condition = 'good' AND balance.quantity > 0 AND {stock("holder", "holder_bin")}
  UNION ALL
  SELECT up.lot_id, unit.account_id, up.quantity, up.depth + 1
  FROM up CROSS JOIN account ON account.id = up.at CROSS JOIN unit ON unit.code = substr(account.code, 6)
  WHERE account.kind = 'unit' AND {unfilled("account")} AND up.depth < {DEEPEST}
)
SELECT lot.item, lot.lot, lot.owner, lot.expiry, place.site, substr(place.code, length(place.site) + 8) AS bin,
       sum(up.quantity) AS n
FROM up CROSS JOIN account AS place ON place.id = up.at CROSS JOIN lot ON lot.id = up.lot_id
{bin_of("place", "place_bin")}
WHERE place.kind = 'place' AND place.site IS NOT NULL AND {stock("place", "place_bin")}
GROUP BY up.lot_id, place.id
"""
"""Each positive balance of a lot goes up from unit to unit until it is at a place: sums of max(0, balance)."""
_ONE: Final = _UP % "(SELECT * FROM lot WHERE item = ? AND lot = ? AND owner = ?) AS lot"
_ALL: Final = _UP % "(SELECT * FROM lot WHERE item = ?) AS lot"
_PROMISED: Final = _UP % (
    "(SELECT DISTINCT item, lot, owner FROM reservation WHERE state IN ('held', 'picking')) AS live"
    " CROSS JOIN lot ON lot.item = live.item AND lot.lot = live.lot AND lot.owner = live.owner"
)
_LIVE: Final = (
    "SELECT reservation.site, reservation.item, reservation.lot, reservation.owner, pick.id AS pick, sum(n) AS n"
    " FROM reservation LEFT JOIN pick ON pick.seq = reservation.pick"
    " WHERE reservation.state IN ('held', 'picking') AND (reservation.state = 'picking' OR expires_at > ?) AND "
)
_GROUPED: Final = (
    " GROUP BY reservation.item, reservation.lot, reservation.owner, reservation.site, reservation.state, pick.id"
)


def stands(connection: Connection, key: Key) -> Stand:
    """What stands of one lot and owner at a site."""
    rows = connection.exec_driver_sql(_ONE, (key.item, key.lot, key.owner))
    return _summed(rows).get(key, NOWHERE)


def stands_of_item(connection: Connection, item: str) -> dict[Key, Stand]:
    """What stands of an item, everywhere, of everybody."""
    return _summed(connection.exec_driver_sql(_ALL, (item,)))


def stands_of_promised(connection: Connection) -> dict[Key, Stand]:
    """What stands of all goods that somebody reserved."""
    return _summed(connection.exec_driver_sql(_PROMISED))


def claimed(connection: Connection, key: Key, now: int) -> int:
    """Units that live reservations still claim of one lot and owner at a site; holds whose time is over are gone."""
    where = "item = ? AND lot = ? AND owner = ? AND reservation.site = ?"
    query = f"{_LIVE}{where}{_GROUPED}"
    rows = connection.exec_driver_sql(query, (now, key.item, key.lot, key.owner, key.site)).all()
    return sum(_claims(connection, rows).values())


def claimed_of_item(connection: Connection, item: str, now: int) -> dict[Key, int]:
    """The same of a whole item."""
    return _claims(connection, connection.exec_driver_sql(f"{_LIVE}item = ?{_GROUPED}", (now, item)).all())


def claimed_everywhere(connection: Connection, now: int) -> dict[Key, int]:
    """The same of all goods that somebody reserved."""
    return _claims(connection, connection.exec_driver_sql(f"{_LIVE}1{_GROUPED}", (now,)).all())


def _summed(rows: "Iterable[Row[Any]]") -> dict[Key, Stand]:
    bins: dict[Key, dict[str, int]] = defaultdict(dict)
    dates: dict[Key, int | None] = {}
    for row in rows:
        key = Key(row.site, row.item, row.lot, row.owner)
        bins[key][row.bin] = int(row.n)
        dates[key] = row.expiry
    return {key: Stand(n=sum(each.values()), bins=each, expiry=dates[key]) for key, each in bins.items()}


def _claims(connection: Connection, rows: "Iterable[Row[Any]]") -> dict[Key, int]:
    """What is claimed, by key: a pick list claims what it has not fetched yet."""
    listed = list(rows)
    fetched = picked(connection, {f"pick:{row.pick}" for row in listed if row.pick is not None})
    claims: dict[Key, int] = defaultdict(int)
    for row in listed:
        key = Key(row.site, row.item, row.lot, row.owner)
        done = 0 if row.pick is None else max(0, fetched.get((f"pick:{row.pick}", key.goods), 0))
        claims[key] += max(0, int(row.n) - done)
    return dict(claims)
