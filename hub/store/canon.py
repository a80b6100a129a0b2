"""The projections in a form that does not depend on row ids: how two states of the ledger are compared."""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Connection

_LOT = "lot.item, lot.lot, lot.owner, lot.condition"

CANON: Final[dict[str, str]] = {
    "lot": "SELECT item, lot, owner, condition, expiry FROM lot WHERE"
    " EXISTS (SELECT 1 FROM move WHERE lot_id = lot.id) OR EXISTS (SELECT 1 FROM sighting WHERE lot_id = lot.id)"
    " OR id IN (SELECT lot_id FROM tally) OR id IN (SELECT lot_id FROM balance WHERE quantity <> 0)"
    " ORDER BY 1, 2, 3, 4",
    "account": "SELECT code, kind, site FROM account ORDER BY 1",
    "move": f"SELECT move.lane_id, move.seq, {_LOT}, at, source.code, target.code, quantity, voided FROM move"
    " JOIN lot ON lot.id = move.lot_id JOIN account AS source ON source.id = move.source_id"
    " JOIN account AS target ON target.id = move.to_id ORDER BY 1, 2, 3, 4, 5, 6",
    "sighting": f"SELECT sighting.lane_id, sighting.seq, unit, at, {_LOT}, source.code, target.code, voided,"
    " grade FROM sighting LEFT JOIN lot ON lot.id = sighting.lot_id"
    " JOIN account AS source ON source.id = sighting.source_id JOIN account AS target ON target.id = sighting.to_id"
    " ORDER BY 1, 2, 3",
    "unit": "SELECT unit.code, account.code, since FROM unit JOIN account ON account.id = unit.account_id ORDER BY 1",
    "story_break": "SELECT unit, at, lane_id, seq, expected.code, said.code FROM story_break"
    " JOIN account AS expected ON expected.id = expected_id JOIN account AS said ON said.id = said_id"
    " ORDER BY 1, 2, 3, 4",
    "void": "SELECT target_lane, target_seq, lane_id, seq, at FROM void ORDER BY 1, 2, 3, 4",
    "settle": "SELECT target_lane, target_seq, lane_id, seq, at, owner, voided FROM settle ORDER BY 1, 2, 3, 4",
    "task_fact": f"SELECT task, lane_id, seq, part, at, unit, {_LOT}, source.code, target.code, quantity, voided"
    " FROM task_fact LEFT JOIN lot ON lot.id = task_fact.lot_id JOIN account AS source ON source.id = source_id"
    " JOIN account AS target ON target.id = to_id ORDER BY 1, 2, 3, 4",
    "tally": f"SELECT account.code, {_LOT}, at, lane_id, seq, quantity, adjustment, voided FROM tally"
    " JOIN account ON account.id = tally.account_id JOIN lot ON lot.id = tally.lot_id"
    " ORDER BY 1, 2, 3, 4, 5, 6, 7, 8",
    "balance": f"SELECT account.code, {_LOT}, quantity FROM balance JOIN account ON account.id = balance.account_id"
    " JOIN lot ON lot.id = balance.lot_id WHERE quantity <> 0 ORDER BY 1, 2, 3, 4, 5",
    "holding": "SELECT account.code, owner, quantity FROM holding JOIN account ON account.id = account_id"
    " WHERE quantity <> 0 ORDER BY 1, 2",
    "fix": "SELECT device.name, t, lane_id, seq, lat_e7, lon_e7, quality, speed_cms, heading_cd, verdict FROM fix"
    " JOIN device ON device.id = fix.device_id ORDER BY 1, 2, 3, 4",
    "outcome": "SELECT lane_id, seq, device.name, command, state, at, detail FROM outcome"
    " JOIN device ON device.id = outcome.device_id ORDER BY 1, 2",
    "flow": f"SELECT {_LOT}, quarter, site, cause, came, went FROM flow JOIN lot ON lot.id = lot_id"
    " ORDER BY 1, 2, 3, 4, 5, 6, 7",
    "report": "SELECT lane_id, seq, device.name, report.version, generation, state, at, detail FROM report"
    " JOIN device ON device.id = report.device_id ORDER BY 1, 2",
}
"""Table -> its rows, with names in the place of row ids, in one order. A lot that no fact names any more (its goods'
owner was settled, or settled otherwise) is left out: whether its row is there depends on the order of arrival."""

LIVES: Final[dict[str, str]] = {
    "request": "SELECT id, state, odd FROM request ORDER BY 1",
    "consignment": "SELECT id, state, odd FROM consignment ORDER BY 1",
    "parcel": "SELECT id, state, odd, placed, at, waiting_since, given_at, proof FROM parcel ORDER BY 1",
    "life_event": "SELECT kind, about, at, coalesce(lane_id, 0), coalesce(fact_seq, seq), event, action, source,"
    " target, content, who, device, proof, CASE kind WHEN 'parcel' THEN state END, odd, voided FROM life_event"
    " ORDER BY 1, 2, 3, 4, 5",
    "journey": "SELECT lane_id, seq, at, vehicle, action, device, by, voided FROM journey ORDER BY 1, 2",
    "consignment_unit": "SELECT id, unit FROM consignment_unit JOIN consignment ON consignment.seq = consignment"
    " ORDER BY 1, 2",
    "custody_unit": "SELECT id, unit FROM custody_unit JOIN consignment ON consignment.seq = consignment ORDER BY 1, 2",
    "custody": "SELECT id, item, lot, owner, planned, dispatched, received, damaged, lost, in_transit, elsewhere"
    " FROM custody JOIN consignment ON consignment.seq = consignment ORDER BY 1, 2, 3, 4",
}
"""What follows from facts and people's decisions about requests, consignments and parcels (hub/follower.py)."""

PROJECTIONS: Final = (
    "story_break",
    "unit",
    "void",
    "settle",
    "task_fact",
    "tally",
    "balance",
    "holding",
    "move",
    "sighting",
    "fix",
    "account",
    "lot",
    "outcome",
    "report",
    "flow",
)
"""The tables that a rebuild empties and fills."""

DUE: Final = ("flow_due", "flow_hop")
"""What is still to be reckoned of the projections: it goes with them."""


def rows(connection: Connection, table: str) -> Iterator[tuple[Any, ...]]:
    """The canonical rows of one projection."""
    for row in connection.exec_driver_sql((CANON | LIVES)[table]):
        yield tuple(row)


def differences(left: Connection, right: Connection, table: str, most: int = 5) -> list[str]:
    """The first few rows in which two databases differ, as sentences; empty if the table is the same."""
    found: list[str] = []
    pairs = (rows(left, table), rows(right, table))
    while len(found) < most:
        a, b = (next(side, None) for side in pairs)
        if a is None and b is None:
            break
        if a != b:
            found.append(f"{table}: here {a}, there {b}")
    return found
