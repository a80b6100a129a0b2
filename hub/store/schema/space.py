"""Room in warehouses, and bookings. Days are yyyymmdd; amounts are pallet places or thousandths of a cubic metre."""

from typing import Final

from sqlalchemy import CheckConstraint, Column, Index, Integer, Text, text

from hub.store.schema.base import KEY, table

_TEMPERATURES: Final = "temperature in ('ambient', 'cool', 'cold', 'frozen')"
_MEASURES: Final = "measure in ('pallets', 'm3')"

space_capacity = table(
    "space_capacity",
    Column("site", Text, primary_key=True),
    Column("temperature", Text, primary_key=True),
    Column("measure", Text, primary_key=True),
    Column("amount", KEY, nullable=False),
    Column("overbooked", Integer, nullable=False),
    Column("set_at", KEY, nullable=False),
    Column("set_by", Text, nullable=False),
    CheckConstraint(_TEMPERATURES),
    CheckConstraint(_MEASURES),
    CheckConstraint("amount >= 0"),
    CheckConstraint("overbooked in (0, 1)"),
    clustered=True,
)
"""How much room there is. `overbooked`: whoever set it knew that more is approved, and said so."""

booking = table(
    "booking",
    Column("seq", KEY, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("organisation", Text, nullable=False),
    Column("site", Text, nullable=False),
    Column("temperature", Text, nullable=False),
    Column("measure", Text, nullable=False),
    Column("amount", KEY, nullable=False),
    Column("first_day", Integer, nullable=False),
    Column("last_day", Integer, nullable=False),
    Column("note", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("asked_at", KEY, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("decided_at", KEY),
    Column("decided_by", Text),
    Column("reason", Text, nullable=False, server_default=""),
    CheckConstraint("length(id) = 16"),
    CheckConstraint(_TEMPERATURES),
    CheckConstraint(_MEASURES),
    CheckConstraint("amount > 0"),
    CheckConstraint("first_day <= last_day"),
    CheckConstraint("state in ('requested', 'waiting', 'approved', 'refused', 'withdrawn', 'released')"),
    CheckConstraint("(state = 'requested') = (decided_at is null)"),
    CheckConstraint("(decided_at is null) = (decided_by is null)"),
)
"""What is asked for, and what became of it (hub.core.space). `seq` is the order of asking and of the waiting list."""
Index(
    "booking_by_room",
    booking.c.site,
    booking.c.temperature,
    booking.c.measure,
    booking.c.last_day,
    sqlite_where=text("state in ('waiting', 'approved')"),
)
Index("booking_by_organisation", booking.c.organisation, booking.c.seq)
