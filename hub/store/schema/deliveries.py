"""Deliveries that were announced: what somebody says will come, and what became of it."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Text

from hub.store.schema.base import KEY, table

delivery = table(
    "delivery",
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("site", Text, ForeignKey("site.id"), nullable=False),
    Column("expected", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("announced_at", KEY, nullable=False),
    Column("announced_by", Text, nullable=False),
    CheckConstraint("length(id) between 1 and 40"),
    CheckConstraint("owner != ''"),
    CheckConstraint("expected between 10000101 and 99991231"),
    CheckConstraint("state in ('announced', 'received', 'closed', 'cancelled')"),
    Index("delivery_by_site", "site", "state"),
    Index("delivery_by_owner", "owner"),
)
"""`state` is what people decided (hub.core.deliveries); that goods of it are arriving follows from the facts.
`expected` is yyyymmdd, the site's day."""

delivery_line = table(
    "delivery_line",
    Column("delivery", Text, ForeignKey("delivery.id"), primary_key=True),
    Column("line", KEY, primary_key=True, autoincrement=False),
    Column("item", Text, nullable=False),
    Column("lot", Text),
    Column("n", KEY, nullable=False),
    CheckConstraint("n > 0"),
    clustered=True,
)
"""What comes: item keys of the ledger; lot null: any."""

delivery_unit = table(
    "delivery_unit",
    Column("sscc", Text, primary_key=True),
    Column("delivery", Text, ForeignKey("delivery.id"), primary_key=True),
    Index("delivery_unit_by_delivery", "delivery"),
    clustered=True,
)
"""The handling units that it comes in, by SSCC."""

delivery_event = table(
    "delivery_event",
    Column("id", KEY, primary_key=True),
    Column("delivery", Text, ForeignKey("delivery.id"), nullable=False),
    Column("at", KEY, nullable=False),
    Column("who", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("reason", Text, nullable=False),
    CheckConstraint("event in ('announced', 'changed', 'received', 'closed', 'cancelled')"),
    Index("delivery_event_by_delivery", "delivery", "id"),
)
"""Its history, in the order of what people did."""
