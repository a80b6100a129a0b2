"""Booking of warehouse space."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "space_capacity",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("temperature", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("amount", _big(), nullable=False),
        sa.Column("overbooked", sa.Integer(), nullable=False),
        sa.Column("set_at", _big(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.CheckConstraint("measure in ('pallets', 'm3')"),
        sa.CheckConstraint("temperature in ('ambient', 'cool', 'cold', 'frozen')"),
        sa.CheckConstraint("amount >= 0"),
        sa.CheckConstraint("overbooked in (0, 1)"),
        sa.PrimaryKeyConstraint("site", "temperature", "measure"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "booking",
        sa.Column("seq", _big(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("temperature", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("amount", _big(), nullable=False),
        sa.Column("first_day", sa.Integer(), nullable=False),
        sa.Column("last_day", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_at", _big(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("decided_at", _big(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("(state = 'requested') = (decided_at is null)"),
        sa.CheckConstraint("measure in ('pallets', 'm3')"),
        sa.CheckConstraint("state in ('requested', 'waiting', 'approved', 'refused', 'withdrawn', 'released')"),
        sa.CheckConstraint("temperature in ('ambient', 'cool', 'cold', 'frozen')"),
        sa.CheckConstraint("(decided_at is null) = (decided_by is null)"),
        sa.CheckConstraint("amount > 0"),
        sa.CheckConstraint("first_day <= last_day"),
        sa.CheckConstraint("length(id) = 16"),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("booking_by_organisation", "booking", ["organisation", "seq"])
    op.create_index(
        "booking_by_room",
        "booking",
        ["site", "temperature", "measure", "last_day"],
        sqlite_where=sa.text("state in ('waiting', 'approved')"),
    )
