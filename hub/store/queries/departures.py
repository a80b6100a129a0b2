"""How goods of one lot left the network, or came back: to recipients, and into kits; newest first.

Goods in bulk and things with serial numbers were handed over by a fact of their own. What lies in a handling unit left
with it: by the fact that brought the unit, or the one around it, to where it stands now.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from hub.store.queries.paging import Key, Shape
from hub.store.queries.places import chains
from wire.actions import KITTED, WITH_RECIPIENT

SHAPE: Final[Shape] = (int, int, int, int, str)

_LAST: Final = (2**63 - 1, 0, 0, 0, "")
_OUT: Final = f"(SELECT id FROM account WHERE code IN ('{WITH_RECIPIENT}', '{KITTED}'))"
_LOTS: Final = "(SELECT value FROM json_each(:lots))"
_CROSSING: Final = f"source_id <> to_id AND (source_id IN {_OUT} OR to_id IN {_OUT})"
_MOVED: Final = (
    "SELECT at, lane_id, seq, lot_id, '' AS unit, source_id, to_id, quantity FROM move"
    f" WHERE lot_id IN {_LOTS} AND at <= :at AND at > :since AND voided = 0 AND {_CROSSING}"
)
_OF_LOT: Final = (
    f"CASE WHEN lot_id IN {_LOTS} THEN lot_id ELSE (SELECT min(named.lot_id) FROM sighting AS named"
    f" WHERE named.unit = sighting.unit AND named.voided = 0 AND named.lot_id IN {_LOTS}) END"
)
"""A thing is of a lot where any scan of it said so: the one by which it was handed over may have read less."""
_SEEN: Final = (
    f"SELECT at, lane_id, seq, {_OF_LOT} AS lot_id, unit, source_id, to_id, 1 AS quantity FROM sighting"
    f" WHERE unit IN (SELECT unit FROM sighting WHERE lot_id IN {_LOTS} AND voided = 0)"
    f" AND at <= :at AND at > :since AND voided = 0 AND {_CROSSING} AND (:owner IS NULL OR NOT EXISTS"
    " (SELECT 1 FROM sighting AS other JOIN lot ON lot.id = other.lot_id"
    " WHERE other.unit = sighting.unit AND other.voided = 0 AND lot.owner NOT IN ('', :owner)))"
)
_NAMED: Final = (
    "CROSS JOIN account AS source ON source.id = source_id CROSS JOIN account AS target ON target.id = to_id"
    " WHERE (at, lane_id, seq, gone.lot_id, unit) < (:at, :lane, :seq, :lot, :unit) {site}"
)
_BULK: Final = (
    "SELECT at, lane_id, seq, lot_id, unit, source.code, target.code, quantity FROM (SELECT *, '' AS unit FROM move"
    f" WHERE lot_id = :of AND at <= :at AND voided = 0 AND {_CROSSING}) AS gone {_NAMED}"
    " ORDER BY at DESC, lane_id DESC, seq DESC LIMIT :limit"
)
"""Of one lot: the walk through its moves begins where the page does, and ends with it."""
_THINGS: Final = (
    f"SELECT at, lane_id, seq, gone.lot_id, unit, source.code, target.code, quantity FROM ({_SEEN}) AS gone {_NAMED}"
    " ORDER BY at DESC, lane_id DESC, seq DESC, gone.lot_id DESC, unit DESC LIMIT :limit"
)
_AT_SITE: Final = "AND :site IN (source.site, target.site)"
_SUM: Final = (
    "SELECT coalesce(sum(quantity), 0) FROM"
    f" ({_MOVED} UNION ALL {_SEEN}) WHERE to_id = (SELECT id FROM account WHERE code = '{WITH_RECIPIENT}')"
    " AND (:site IS NULL OR source_id IN (SELECT id FROM account WHERE site = :site))"
)
_HELD: Final = (
    "SELECT account.code, lot_id, quantity FROM balance JOIN account ON account.id = account_id"
    f" WHERE lot_id IN {_LOTS} AND quantity > 0 AND kind = 'unit'"
)
_BROUGHT: Final = (
    "SELECT unit, at, lane_id, seq, source.code, source.site FROM"
    " (SELECT *, row_number() OVER (PARTITION BY unit ORDER BY at DESC, lane_id DESC, seq DESC) AS back FROM sighting"
    " WHERE voided = 0 AND unit IN (SELECT value FROM json_each(:units)))"
    " JOIN account AS source ON source.id = source_id WHERE back = 1"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """So many pieces of a lot went from one account to another, by the fact at this place. `at` is Unix ms.

    `unit` is the thing that was scanned for it, a serial-numbered one or a handling unit, None for goods in bulk.
    """

    at: int
    lane_id: int
    seq: int
    lot_id: int
    unit: str | None
    source: str
    to: str
    quantity: int
    holder: str = ""

    @property
    def key(self) -> Key:
        return self.at, self.lane_id, self.seq, self.lot_id, self.holder or self.unit or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """Whose departures: lots by their ids; `owner` and `site` are all that the viewer sees, None: everything."""

    lots: Sequence[int]
    owner: str | None
    site: str | None

    @property
    def asked(self) -> dict[str, Any]:
        return {"lots": msgspec.json.encode(self.lots).decode(), "owner": self.owner, "site": self.site}


def page(connection: Connection, leaving: Leaving, after: Key | None, limit: int) -> list[Departure]:
    """Up to `limit` departures older than a key, newest first."""
    before = dict(zip(("at", "lane", "seq", "lot", "unit"), after or _LAST, strict=True))
    site = _AT_SITE if leaving.site is not None else ""
    asked = {**leaving.asked, **before, "since": -(2**63), "limit": limit}
    rows = list(connection.exec_driver_sql(_THINGS.format(site=site), asked))
    for lot in leaving.lots:
        rows += connection.exec_driver_sql(_BULK.format(site=site), {**asked, "of": lot})
    own = [
        Departure(
            at=at, lane_id=lane, seq=seq, lot_id=lot, unit=unit or None, source=source, to=to, quantity=quantity
        )
        for at, lane, seq, lot, unit, source, to, quantity in rows
    ]  # fmt: skip
    inside = [one for one in _inside(connection, leaving) if after is None or one.key < after]
    return sorted([*own, *inside], key=lambda one: one.key, reverse=True)[:limit]


def handed_over_since(connection: Connection, leaving: Leaving, at: int) -> int:
    """Pieces that went to recipients after a time, by facts that the viewer sees."""
    asked = {**leaving.asked, "since": at, "at": _LAST[0]}
    own = int(connection.exec_driver_sql(_SUM, asked).scalar_one())
    return own + sum(one.quantity for one in _inside(connection, leaving) if one.at > at)


def _inside(connection: Connection, leaving: Leaving) -> Iterable[Departure]:
    """What is with a recipient because the unit is, in which it lies."""
    held = connection.exec_driver_sql(_HELD, leaving.asked).all()
    around = chains(connection, {row[0] for row in held})
    gone = {code: chain[-2].removeprefix("unit:") for code, chain in around.items() if chain[-1] == WITH_RECIPIENT}
    units = msgspec.json.encode(sorted(set(gone.values()))).decode()
    brought = {row[0]: row[1:] for row in connection.exec_driver_sql(_BROUGHT, {"units": units})}
    for code, lot, quantity in held:
        unit = gone.get(code)
        if unit is None or unit not in brought:
            continue
        at, lane, seq, source, site = brought[unit]
        if leaving.site is None or site == leaving.site:
            yield Departure(
                at=at, lane_id=lane, seq=seq, lot_id=lot, unit=unit, source=source, to=WITH_RECIPIENT,
                quantity=quantity, holder=code,
            )  # fmt: skip
