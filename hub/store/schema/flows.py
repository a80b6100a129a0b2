"""What came to sites and what left them, and which of it has to be reckoned again."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Text

from hub.store.schema.base import KEY, table

flow = table(
    "flow",
    Column("lot_id", KEY, ForeignKey("lot.id"), primary_key=True, autoincrement=False),
    Column("quarter", KEY, primary_key=True, autoincrement=False),
    Column("site", Text, primary_key=True),
    Column("cause", Text, primary_key=True),
    Column("came", KEY, nullable=False),
    Column("went", KEY, nullable=False),
    CheckConstraint("came >= 0 and went >= 0 and came + went > 0"),
    Index("flow_by_site", "site", "quarter", "lot_id", "cause", "came", "went"),
    Index("flow_by_time", "quarter", "lot_id", "site", "cause", "came", "went"),
    clustered=True,
)
"""Pieces of a lot, by site, quarter of an hour (Unix ms / 900,000) and cause (see hub.core.flows)."""

flow_due = table(
    "flow_due",
    Column("lot_id", KEY, ForeignKey("lot.id"), primary_key=True, autoincrement=False),
    Column("since", KEY, nullable=False),
    Column("times", Integer, nullable=False, server_default="1"),
    clustered=True,
)
"""Lots of which facts came or changed: what flowed since then (Unix ms) is to be reckoned again. `times` counts them,
so that what comes while it is reckoned is not missed."""

flow_hop = table(
    "flow_hop",
    Column("unit", Text, primary_key=True),
    Column("since", KEY, nullable=False),
    Column("times", Integer, nullable=False, server_default="1"),
    clustered=True,
)
"""The same of handling units, for what is in them."""
