"""The hub's tables.

Primary records: device, lane, gap, journal, quarantine, opaque, and what people enter (site, item ...).
Projections, rebuilt from the journal at will: lot, account, move, sighting, unit, story_break, void, tally,
adjustment, balance, fix, outcome, report. The change log feeds live screens and is neither.

Times are Unix milliseconds (UTC). Each module holds the tables of one part; here they stand under one name.
"""

from hub.store.schema.allocation import consent, need, pick, pick_line, reservation
from hub.store.schema.base import change, meta, metadata
from hub.store.schema.devices import (
    authority,
    certificate,
    command,
    desired,
    device,
    fix,
    gap,
    invitation,
    journal,
    lane,
    opaque,
    outcome,
    quarantine,
    report,
)
from hub.store.schema.ledger import account, balance, lot, move, sighting, story_break, tally, unit, void
from hub.store.schema.people import decision_log, link, session, token, user
from hub.store.schema.reference import document, item, organisation, site
from hub.store.schema.space import booking, space_capacity

__all__ = [
    "account",
    "authority",
    "balance",
    "booking",
    "certificate",
    "change",
    "command",
    "consent",
    "decision_log",
    "desired",
    "device",
    "document",
    "fix",
    "gap",
    "invitation",
    "item",
    "journal",
    "lane",
    "link",
    "lot",
    "meta",
    "metadata",
    "move",
    "need",
    "opaque",
    "organisation",
    "outcome",
    "pick",
    "pick_line",
    "quarantine",
    "report",
    "reservation",
    "session",
    "sighting",
    "site",
    "space_capacity",
    "story_break",
    "tally",
    "token",
    "unit",
    "user",
    "void",
]
