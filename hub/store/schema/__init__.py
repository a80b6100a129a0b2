"""The hub's tables.

Primary records: device, lane, gap, journal, quarantine, opaque, and what people enter (site, item ...).
Projections, rebuilt from the journal at will: lot, account, move, sighting, unit, story_break, void, settle,
task_fact, tally, balance, holding, fix, outcome, report. The change log feeds live screens and is neither.

Times are Unix milliseconds (UTC). Each module holds the tables of one part; here they stand under one name.
"""

from hub.store.schema.allocation import consent, need, pick, pick_line, reservation
from hub.store.schema.base import change, meta, metadata
from hub.store.schema.deliveries import delivery, delivery_event, delivery_line, delivery_unit
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
from hub.store.schema.ledger import (
    account,
    balance,
    holding,
    lot,
    move,
    settle,
    settlement,
    sighting,
    story_break,
    tally,
    task_fact,
    transfer,
    unit,
    void,
)
from hub.store.schema.people import decision_log, link, session, token, user
from hub.store.schema.reference import bin, document, goods_code, item, kit_part, lot_note, organisation, site  # noqa: A004
from hub.store.schema.sitedata import site_record, sscc_range
from hub.store.schema.space import booking, space_capacity

__all__ = [
    "account",
    "authority",
    "balance",
    "bin",
    "booking",
    "certificate",
    "change",
    "command",
    "consent",
    "decision_log",
    "delivery",
    "delivery_event",
    "delivery_line",
    "delivery_unit",
    "desired",
    "device",
    "document",
    "fix",
    "gap",
    "goods_code",
    "holding",
    "invitation",
    "item",
    "journal",
    "kit_part",
    "lane",
    "link",
    "lot",
    "lot_note",
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
    "settle",
    "settlement",
    "sighting",
    "site",
    "site_record",
    "space_capacity",
    "sscc_range",
    "story_break",
    "tally",
    "task_fact",
    "token",
    "transfer",
    "unit",
    "user",
    "void",
]
