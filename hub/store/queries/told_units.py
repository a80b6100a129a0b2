"""What devices are told of handling units: what is in each that stands at their site, or travels there.

A person who hands a pallet over scans its number alone. So that a device warns of a lot in it that is recalled or past
its date without asking anybody, it has to know what is inside; what a unit in the unit holds counts as the outer one's.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection

from hub.store.queries.places import chains
from hub.store.sitedata import Told
from wire.sitedata import LINES, Content, UnitNote, encode_body, goods_of

MOST: Final = 20_000
"""Rows of contents of one site; those that expire first go first."""
_UNIT: Final = "unit:"
_MOST_PIECES: Final = 1_000_000_000
"""The most that a record says."""
_CONTENTS: Final = """
WITH RECURSIVE here (id, code) AS (
  SELECT id, code FROM account WHERE kind = 'place' AND site = ?
  UNION
  SELECT account.id, account.code FROM consignment
  JOIN consignment_unit ON consignment_unit.consignment = consignment.seq
  JOIN account ON account.code = 'unit:' || consignment_unit.unit
  WHERE consignment.to_site = ? AND consignment.state NOT IN ('closed', 'cancelled', 'returned', 'lost')
  UNION
  SELECT inside.id, inside.code FROM here JOIN unit ON unit.account_id = here.id
  JOIN account AS inside ON inside.code = 'unit:' || unit.code
)
SELECT here.code, lot.item, lot.lot, min(lot.expiry) AS until, sum(balance.quantity) FROM here
JOIN balance ON balance.account_id = here.id JOIN lot ON lot.id = balance.lot_id
WHERE here.code >= 'unit:' AND here.code < 'unit;' AND balance.quantity > 0
GROUP BY here.code, lot.item, lot.lot ORDER BY until IS NULL, until, here.code, lot.item, lot.lot LIMIT ?
"""


def units(connection: Connection, site: str) -> Mapping[str, Told]:
    """By the codes of the units."""
    rows = connection.exec_driver_sql(_CONTENTS, (site, site, MOST)).all()
    around = chains(connection, {code for code, *_ in rows})
    inside: dict[str, dict[tuple[str, str], Content]] = defaultdict(dict)
    for code, item, lot, expiry, n in rows:
        for outer in around[code]:
            if outer.startswith(_UNIT):
                _add(inside[outer.removeprefix(_UNIT)], goods_of(item), lot, n, expiry)
    return {
        unit: Told(encode_body(UnitNote(code=unit, contents=tuple(found.values())[:LINES])))
        for unit, found in inside.items()
    }


def _add(found: dict[tuple[str, str], Content], gtin: str, lot: str, n: int, expiry: int | None) -> None:
    """Rows come by their dates: of the same lot the first has the earliest."""
    before = found.get((gtin, lot))
    if before is not None:
        n, expiry = n + before.n, before.expiry
    found[gtin, lot] = Content(gtin=gtin, lot=lot, n=min(n, _MOST_PIECES), expiry=expiry)
