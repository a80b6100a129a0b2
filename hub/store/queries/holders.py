"""To whom a recalled lot went, or is on its way: parcels that hold it, the requests that they are for, masked names.

A parcel is a handling unit, and what is in it stays in its account after it was handed over: so it is known what is in
whose kitchen. Goods that were handed over without a parcel are in hub.store.queries.departures, by their facts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from hub.core.viewer import Viewer
from hub.store import recipients
from hub.store.queries.paging import Key
from hub.store.queries.stock import item_key

FIRST: Final[tuple[str, str]] = ("", "")
_PREFIX: Final = "unit:parcel:"
_HOLDERS: Final = f"""
SELECT parcel.id, parcel.state, parcel.station, parcel.recipient, parcel.given_at, request.id AS request,
       consignment.id AS consignment, parcel.way, lot.owner, sum(balance.quantity) AS n
FROM lot JOIN balance ON balance.lot_id = lot.id AND balance.quantity > 0
JOIN account ON account.id = balance.account_id AND account.kind = 'unit'
JOIN parcel ON parcel.id = substr(account.code, {len(_PREFIX) + 1})
JOIN request ON request.seq = parcel.request JOIN consignment ON consignment.seq = parcel.consignment
WHERE lot.item = :item AND lot.lot = :lot AND account.code LIKE '{_PREFIX}%'
  AND (:owner IS NULL OR lot.owner = :owner)
  AND (:site IS NULL OR :site IN (parcel.station, consignment.from_site))
GROUP BY parcel.id, lot.owner HAVING (parcel.id, lot.owner) > (:after, :after_owner)
ORDER BY parcel.id, lot.owner LIMIT :limit
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """So many pieces of the lot in one parcel. `shown` is a masked name, '' where nobody is named or it was erased.

    `given_at`: when it was handed over (Unix ms); None while it is on its way, or where it came back.
    """

    parcel: str
    state: str
    request: str
    consignment: str
    way: str
    station: str | None
    shown: str
    last4: str
    owner: str
    quantity: int
    given_at: int | None

    @property
    def key(self) -> Key:
        return self.parcel, self.owner


def holders(
    connection: Connection, item: str, number: str, *, viewer: Viewer, limit: int, after: Key | None = None
) -> Sequence[Holder]:
    """The first parcels after a key that hold a lot of an item (its key or bare digits), as far as the viewer sees."""
    parcel, owner = FIRST if after is None else after
    asked = {
        "item": item_key(item), "lot": number, "owner": viewer.owner_filter, "site": viewer.site_filter,
        "after": parcel, "after_owner": owner, "limit": limit,
    }  # fmt: skip
    rows = connection.exec_driver_sql(_HOLDERS, asked).all()
    names = recipients.shown(connection, {row.recipient for row in rows if row.recipient is not None})
    found = []
    for row in rows:
        name = names.get(row.recipient)
        found.append(Holder(
            parcel=row.id, state=row.state, request=row.request, consignment=row.consignment, way=row.way,
            station=row.station, shown="" if name is None else name.shown, last4="" if name is None else name.last4,
            owner=row.owner, quantity=int(row.n), given_at=row.given_at if row.state == "handed-over" else None,
        ))  # fmt: skip
    return found
