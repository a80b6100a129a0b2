"""Rounds of couriers, trips of unmanned vehicles, direct shipments; and facts of the hub that are due.

Nothing here names a person but the courier: a stop names the parcel, and whose it is stands sealed elsewhere.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, Text, UniqueConstraint, text

from hub.store.schema.base import KEY, table

posting = table(
    "posting",
    Column("seq", KEY, primary_key=True),
    Column("at", KEY, nullable=False, unique=True),
    Column("key", Text, unique=True),
    Column("facts", LargeBinary, nullable=False),
    Column("made_at", KEY, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("posted_at", KEY),
    CheckConstraint("at <= made_at"),
)
"""Facts that the hub's desk is to post, kept in the transaction of the decision that they follow from. No two rows have
the same time, so the ledger itself tells how many of a row's facts it has: those of the hub with their task, at it.
`key` is the name that whoever decided gave to it, for what is kept nowhere else: said again, it is the same."""
Index("posting_due", posting.c.seq, sqlite_where=text("posted_at is null"))

round = table(  # noqa: A001 - the word of the trade
    "round",
    Column("seq", KEY, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("site", Text, nullable=False),
    Column("courier", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("made_at", KEY, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("ended_at", KEY),
    CheckConstraint("length(id) between 1 and 40"),
    CheckConstraint("state in ('planned', 'out', 'done', 'cancelled')"),
    CheckConstraint("(state in ('done', 'cancelled')) = (ended_at is not null)"),
    Index("round_by_courier", "courier", "seq"),
)
"""A courier's way from a site to doors and back (hub.core.rounds); its state follows from its stops."""
Index("round_live", round.c.seq, sqlite_where=text("state in ('planned', 'out')"))

round_stop = table(
    "round_stop",
    Column("round", KEY, ForeignKey("round.seq"), primary_key=True, autoincrement=False),
    Column("parcel", Text, primary_key=True),
    Column("place", Integer, nullable=False),
    Column("lat_e7", Integer),
    Column("lon_e7", Integer),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("changed_at", KEY, nullable=False),
    CheckConstraint("place > 0"),
    CheckConstraint("attempts >= 0"),
    CheckConstraint("state in ('waiting', 'open', 'again', 'given', 'refused', 'back')"),
    CheckConstraint("(lat_e7 is null) = (lon_e7 is null)"),
    Index("round_stop_by_parcel", "parcel"),
    clustered=True,
)
"""One parcel of a round; parcels of one door have the same `place` in the order."""

round_outcome = table(
    "round_outcome",
    Column("round", KEY, ForeignKey("round.seq"), primary_key=True, autoincrement=False),
    Column("parcel", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("told", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("way", Text),
    Column("checked", Integer, nullable=False),
    Column("photo", Text),
    Column("warned", Text, nullable=False),
    Column("at", KEY, nullable=False),
    Column("received_at", KEY, nullable=False),
    Column("by", Text, nullable=False),
    Column("posting", KEY, ForeignKey("posting.seq")),
    CheckConstraint("length(id) between 8 and 40"),
    CheckConstraint("told in ('taken', 'given', 'attempt', 'refused', 'back')"),
    CheckConstraint("(told = 'given') = (way is not null)"),
    CheckConstraint("checked in (0, 1)"),
    CheckConstraint("at <= received_at"),
    UniqueConstraint("id", "parcel"),
    clustered=True,
)
"""What a courier said happened, under an id that the telephone gave it: sent again, it is the same."""

photo = table(
    "photo",
    Column("digest", Text, primary_key=True),
    Column("bytes", Integer, nullable=False),
    Column("made_at", KEY, nullable=False),
    Column("made_by", Text, nullable=False),
    CheckConstraint("length(digest) = 64"),
    CheckConstraint("bytes > 0"),
    clustered=True,
)
"""Pictures that prove a delivery; the picture itself is a sealed file of this name beside the database."""

journey = table(
    "journey",
    Column("lane_id", KEY, primary_key=True, autoincrement=False),
    Column("seq", KEY, primary_key=True, autoincrement=False),
    Column("at", KEY, nullable=False),
    Column("vehicle", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("voided", Integer, nullable=False),
    CheckConstraint("action in ('arrive', 'depart')"),
    CheckConstraint("voided in (0, 1)"),
    Index("journey_by_vehicle", "vehicle", "at"),
    clustered=True,
)
"""Facts by which a vehicle departed or arrived, read from the journal (hub.store.journeys); `at` is corrected."""

direct = table(
    "direct",
    Column("seq", KEY, primary_key=True),
    Column("consignment", Text, nullable=False, unique=True),
    Column("organisation", Text, nullable=False),
    Column("supplier", Text, nullable=False),
    Column("made_at", KEY, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("sent_at", KEY),
    Column("sent_by", Text),
    CheckConstraint("organisation <> ''"),
    CheckConstraint("supplier <> ''"),
    CheckConstraint("(sent_at is null) = (sent_by is null)"),
    Index("direct_by_organisation", "organisation", "seq"),
)
"""Who delivers a consignment that is never in our rooms, and when they sent it."""
