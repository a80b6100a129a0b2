"""The stock ledger: projections, rebuilt from the journal at will; and what people decided about it.

Quantities are whole units. `lane.id` is derived from device, stream and lane (see hub.core.identity), so that primary
keys order facts the same way in whatever order they arrived.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Text, UniqueConstraint, text

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
    Index("lot_by_number", "lot"),
    Index("lot_by_owner", "owner", "item", "lot", "condition"),
)
"""What stock is kept apart by. `item` is `gtin:<14>` or `text:<code>`; lot and owner '' where nobody said;
expiry is yyyymmdd, the earliest that any label gave."""

Index("lot_by_expiry", text("coalesce(expiry, 99999999)"), lot.c.item, lot.c.lot, lot.c.owner, lot.c.condition)
Index("lot_not_good", lot.c.condition, sqlite_where=lot.c.condition != "good")

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
    Column("grade", Text),
    CheckConstraint("grade in ('good', 'quarantined', 'damaged')"),
    Index("sighting_by_unit", "unit"),
    Index("sighting_by_lot", "lot_id", "at"),
)
"""Things with a number of their own, `serial:<gtin>:<serial>`, `sscc:<18>`, `parcel:<id>`: one row a fact. Where one is
is the `to` of its last row that is not voided; a serial-numbered item has the most complete lot of its rows, and the
condition that the last row with a `grade` gave it (the lot of a row is always that of the good ones).
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
"""Handling units (SSCC, parcel) and where they are: a unit's content stands in its own account `unit:<code>`."""

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

settle = table(
    "settle",
    Column("target_lane", KEY, primary_key=True, autoincrement=False),
    Column("target_seq", KEY, primary_key=True, autoincrement=False),
    Column("lane_id", KEY, ForeignKey("lane.id"), primary_key=True),
    Column("seq", KEY, primary_key=True, autoincrement=False),
    Column("at", KEY, nullable=False),
    Column("owner", Text, nullable=False),
    Column("voided", Integer, nullable=False),
    CheckConstraint("owner <> ''"),
    clustered=True,
)
"""Whose goods a fact moved that named no owner: of several rows for one fact the latest that is not undone counts."""

task_fact = table(
    "task_fact",
    Column("task", Text, primary_key=True),
    Column("lane_id", KEY, ForeignKey("lane.id"), primary_key=True, autoincrement=False),
    Column("seq", KEY, primary_key=True, autoincrement=False),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("at", KEY, nullable=False),
    Column("unit", Text),
    Column("lot_id", KEY, ForeignKey("lot.id")),
    Column("source_id", KEY, ForeignKey("account.id"), nullable=False),
    Column("to_id", KEY, ForeignKey("account.id"), nullable=False),
    Column("quantity", KEY, nullable=False),
    Column("voided", Integer, nullable=False),
    CheckConstraint("quantity > 0"),
    clustered=True,
)
"""What was moved for a task (`delivery:D1`, `pick:P1` ...): one row for each posting of a fact, numbered by `part`.
A thing with a number of its own (`unit`) may stand here more than once, and is one thing; `lot_id` is null for a
handling unit."""

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
    Index("tally_by_lot", "lot_id", "at"),
    Index("tally_by_time", "at", "lane_id", "seq"),
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

holding = table(
    "holding",
    Column("account_id", KEY, ForeignKey("account.id"), primary_key=True),
    Column("owner", Text, primary_key=True),
    Column("quantity", KEY, nullable=False),
    clustered=True,
)
"""How many pieces of each owner an account holds, whatever they are: the sums of its balances."""

transfer = table(
    "transfer",
    Column("id", Text, primary_key=True),
    Column("account", Text, nullable=False),
    Column("site", Text),
    Column("item", Text, nullable=False),
    Column("lot", Text, nullable=False),
    Column("condition", Text, nullable=False),
    Column("giver", Text, nullable=False),
    Column("taker", Text, nullable=False),
    Column("n", KEY, nullable=False),
    Column("note", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("asked_at", KEY, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_for", Text, nullable=False),
    Column("decided_at", KEY),
    Column("decided_by", Text),
    Column("reason", Text, nullable=False),
    CheckConstraint("length(id) between 1 and 40"),
    CheckConstraint("n > 0"),
    CheckConstraint("giver <> '' and taker <> '' and giver <> taker"),
    CheckConstraint("condition in ('good', 'quarantined', 'damaged')"),
    CheckConstraint("state in ('asked', 'approved', 'refused', 'withdrawn')"),
    CheckConstraint("(state = 'asked') = (decided_at is null)"),
    CheckConstraint("(decided_at is null) = (decided_by is null)"),
    CheckConstraint("state <> 'refused' or reason <> ''"),
    Index("transfer_by_giver", "giver", "state"),
    Index("transfer_by_taker", "taker", "state"),
)
"""Requests that goods change their owner where they stand, and what became of them. `asked_for` is the organisation
whose side asked. An approved one is a fact of the hub, with the task `transfer:<id>`."""
Index("transfer_by_state", transfer.c.state, transfer.c.asked_at)

settlement = table(
    "settlement",
    Column("seq", KEY, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("story", Text, nullable=False),
    Column("shown", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("at", KEY, nullable=False),
    Column("by", Text, nullable=False),
    Column("posted_at", KEY),
    CheckConstraint("length(id) = 16"),
    CheckConstraint("decision in ('accept', 'undo', 'correct', 'settle-owner', 'recount')"),
    CheckConstraint("reason <> ''"),
    Index("settlement_by_key", "key", "seq"),
)
"""What people decided about discrepancies, none changed ever: the last one of a key counts, while what it was about is
still so (`story`, see hub.core.discrepancies). `shown` is the discrepancy as it was (JSON), `facts` are the items that
the hub posts for it (JSON), `posted_at` says when they were."""
Index("settlement_to_post", settlement.c.seq, sqlite_where=settlement.c.posted_at.is_(None))
