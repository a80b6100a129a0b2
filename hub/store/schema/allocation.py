"""Needs, consents, reservations and pick lists.

They name goods as facts do (item, lot, owner), never by the ids of projections, which a rebuild gives anew.
Days are yyyymmdd, times Unix milliseconds; a need counts base units of its item, a reservation whole units of its own.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Text, text

from hub.store.schema.base import KEY, table
from hub.store.schema.ledger import task_fact

need = table(
    "need",
    Column("seq", KEY, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("organisation", Text, nullable=False),
    Column("destination", Text, nullable=False),
    Column("item", Text, nullable=False),
    Column("n", KEY, nullable=False),
    Column("needed_by", Integer, nullable=False),
    Column("shelf_days", Integer, nullable=False),
    Column("substitutes", Integer, nullable=False),
    Column("note", Text, nullable=False),
    Column("request", Text),
    Column("asked_at", KEY, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("cancelled_at", KEY),
    Column("cancelled_by", Text),
    CheckConstraint("length(id) = 16"),
    CheckConstraint("n > 0"),
    CheckConstraint("shelf_days >= 0"),
    CheckConstraint("substitutes in (0, 1)"),
    CheckConstraint("(cancelled_at is null) = (cancelled_by is null)"),
    Index("need_by_organisation", "organisation", "seq"),
)
"""Who needs what, where and by when. Whether it is met follows from its reservations. `request`: the id of the request
that it belongs to, null where somebody said the need by itself."""

consent = table(
    "consent",
    Column("seq", KEY, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("owner", Text, nullable=False),
    Column("taker", Text, nullable=False),
    Column("item", Text, nullable=False),
    Column("until", Integer),
    Column("given_at", KEY, nullable=False),
    Column("given_by", Text, nullable=False),
    Column("ended_at", KEY),
    Column("ended_by", Text),
    CheckConstraint("length(id) = 16"),
    CheckConstraint("owner <> '' and owner <> taker"),
    CheckConstraint("(ended_at is null) = (ended_by is null)"),
)
"""An owner lends to others' needs: `taker` '' is anyone, `item` '' any item, `until` null for ever."""
Index("consent_given", consent.c.owner, sqlite_where=consent.c.ended_at.is_(None))

pick = table(
    "pick",
    Column("seq", KEY, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("site", Text, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("destination", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("made_at", KEY, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("ended_at", KEY),
    Column("ended_by", Text),
    CheckConstraint("state in ('open', 'closed', 'cancelled')"),
    CheckConstraint("(state = 'open') = (ended_at is null)"),
    CheckConstraint("(ended_at is null) = (ended_by is null)"),
    Index("pick_by_site", "site", "seq"),
)
"""What somebody fetches at one site for one destination; its facts name the task `pick:<id>`."""
Index("pick_open", pick.c.site, sqlite_where=text("state = 'open'"))

reservation = table(
    "reservation",
    Column("seq", KEY, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("need", KEY, ForeignKey("need.seq"), nullable=False),
    Column("site", Text, nullable=False),
    Column("item", Text, nullable=False),
    Column("lot", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("n", KEY, nullable=False),
    Column("pieces", KEY, nullable=False),
    Column("substitute", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("made_at", KEY, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("expires_at", KEY, nullable=False),
    Column("stood", KEY, nullable=False),
    Column("claimed", KEY, nullable=False),
    Column("noted", KEY, nullable=False),
    Column("pick", KEY, ForeignKey("pick.seq")),
    Column("released_after", KEY),
    Column("ended_at", KEY),
    Column("ended_by", Text),
    Column("ended_after", KEY),
    CheckConstraint("length(id) = 16"),
    CheckConstraint("owner <> ''"),
    CheckConstraint("n > 0"),
    CheckConstraint("pieces > 0"),
    CheckConstraint("claimed >= 0 and n <= stood - claimed"),
    CheckConstraint("substitute in (0, 1)"),
    CheckConstraint("state in ('held', 'picking', 'closed', 'cancelled', 'expired')"),
    CheckConstraint("(pick is null) = (released_after is null)"),
    CheckConstraint("state not in ('picking', 'closed') or pick is not null"),
    CheckConstraint("state not in ('held', 'expired') or pick is null"),
    CheckConstraint("(state in ('held', 'picking')) = (ended_at is null)"),
    CheckConstraint("(ended_at is null) = (ended_after is null)"),
    CheckConstraint("(ended_at is null) = (ended_by is null)"),
    Index("reservation_by_need", "need"),
    Index("reservation_by_pick", "pick"),
)
"""Goods kept for a need: n units of `pieces` base units each. `stood` and `claimed` are what was found when it was
made: the units at the site, and those that other reservations claimed; `noted` is the last decision about any lot that
was known then. So the row itself proves that it took no more
than was free. `released_after` and `ended_after` are the `seq` of the newest reservation at that moment: the order of
what happened, without a clock."""
Index(
    "reservation_live",
    reservation.c.item,
    reservation.c.lot,
    reservation.c.owner,
    reservation.c.site,
    sqlite_where=text("state in ('held', 'picking')"),
)

pick_line = table(
    "pick_line",
    Column("pick", KEY, ForeignKey("pick.seq"), primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("reservation", KEY, ForeignKey("reservation.seq"), nullable=False),
    Column("bin", Text),
    Column("n", KEY, nullable=False),
    CheckConstraint("line > 0"),
    CheckConstraint("n > 0"),
    clustered=True,
)
"""Where to take a reservation from, as proposed when the list was made; bin is null where no bin had it."""

Index("task_fact_filled", task_fact.c.to_id, sqlite_where=text("task >= 'pick:' and task < 'pick;'"))
"""Which accounts pick lists filled: what is in such a unit is on its way out."""
