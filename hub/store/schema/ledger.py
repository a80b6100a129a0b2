"""The stock ledger: projections, rebuilt from the journal at will.

Quantities are whole units. `lane.id` is derived from device, stream and lane (see hub.core.identity), so that primary
keys order facts the same way in whatever order they arrived.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Text, UniqueConstraint

from hub.store.schema.base import KEY, table

lot = table(
    "lot",
    Column("id", KEY, primary_key=True),
    Column("item", Text, nullable=False),
    Column("lot", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("condition", Text, nullable=False),
    Column("expiry", Integer),
    UniqueConstraint("item", "lot", "owner", "condition"),
)
"""What stock is kept apart by. `item` is `gtin:<14>` or `text:<code>`; lot and owner '' where nobody said;
expiry is yyyymmdd, the earliest that any label gave."""

account = table(
    "account",
    Column("id", KEY, primary_key=True),
    Column("code", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("site", Text),
    CheckConstraint("kind in ('place', 'unit', 'transit', 'virtual')"),
    Index("account_by_site", "site"),
)

move = table(
    "move",
    Column("lot_id", KEY, ForeignKey("lot.id"), primary_key=True),
    Column("at", KEY, primary_key=True, autoincrement=False),
    Column("lane_id", KEY, ForeignKey("lane.id"), primary_key=True),
    Column("seq", KEY, primary_key=True, autoincrement=False),
    Column("source_id", KEY, ForeignKey("account.id"), nullable=False),
    Column("to_id", KEY, ForeignKey("account.id"), nullable=False),
    Column("quantity", KEY, nullable=False),
    Column("voided", Integer, nullable=False),
    CheckConstraint("quantity > 0"),
    clustered=True,
)
"""Goods without a number of their own: one row a fact."""

sighting = table(
    "sighting",
    Column("unit", Text, nullable=False),
    Column("at", KEY, nullable=False),
    Column("lane_id", KEY, ForeignKey("lane.id"), nullable=False),
    Column("seq", KEY, nullable=False),
    Column("lot_id", KEY, ForeignKey("lot.id")),
    Column("source_id", KEY, ForeignKey("account.id"), nullable=False),
    Column("to_id", KEY, ForeignKey("account.id"), nullable=False),
    Column("voided", Integer, nullable=False),
    Index("sighting_by_unit", "unit"),
    Index("sighting_by_lot", "lot_id"),
)
"""Things with a number of their own, `serial:<gtin>:<serial>` or `sscc:<18>`: one row a fact. Where a unit is
is the `to` of its last row that is not voided; a serial-numbered item has the most complete lot of its rows.
Rows stand in the order of their arrival, not of their units: millions of units make keys that scatter, and a group
of scans would otherwise write half of the table anew."""

unit = table(
    "unit",
    Column("code", Text, primary_key=True),
    Column("account_id", KEY, ForeignKey("account.id"), nullable=False),
    Column("since", KEY, nullable=False),
    Index("unit_by_account", "account_id"),
    clustered=True,
)
"""Handling units (SSCC) and where they are: a unit's content stands in its own account `unit:<code>`."""

story_break = table(
    "story_break",
    Column("unit", Text, primary_key=True),
    Column("at", KEY, primary_key=True, autoincrement=False),
    Column("lane_id", KEY, primary_key=True, autoincrement=False),
    Column("seq", KEY, primary_key=True, autoincrement=False),
    Column("expected_id", KEY, ForeignKey("account.id"), nullable=False),
    Column("said_id", KEY, ForeignKey("account.id"), nullable=False),
    clustered=True,
)
"""A unit that left a place other than the one where it was last: a discrepancy until the missing fact comes."""

void = table(
    "void",
    Column("target_lane", KEY, primary_key=True, autoincrement=False),
    Column("target_seq", KEY, primary_key=True, autoincrement=False),
    Column("lane_id", KEY, ForeignKey("lane.id"), primary_key=True),
    Column("seq", KEY, primary_key=True, autoincrement=False),
    Column("at", KEY, nullable=False),
    clustered=True,
)

tally = table(
    "tally",
    Column("account_id", KEY, ForeignKey("account.id"), primary_key=True),
    Column("lot_id", KEY, ForeignKey("lot.id"), primary_key=True),
    Column("at", KEY, primary_key=True, autoincrement=False),
    Column("lane_id", KEY, ForeignKey("lane.id"), primary_key=True),
    Column("seq", KEY, primary_key=True, autoincrement=False),
    Column("quantity", KEY, nullable=False),
    Column("adjustment", KEY, nullable=False),
    Column("voided", Integer, nullable=False),
    clustered=True,
)
"""Counts, and the adjustment that each one makes of the balance before it."""

balance = table(
    "balance",
    Column("account_id", KEY, ForeignKey("account.id"), primary_key=True),
    Column("lot_id", KEY, ForeignKey("lot.id"), primary_key=True),
    Column("quantity", KEY, nullable=False),
    Index("balance_by_lot", "lot_id"),
    clustered=True,
)
Index("balance_below_zero", balance.c.account_id, sqlite_where=balance.c.quantity < 0)
