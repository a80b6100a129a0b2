"""Needs, consents, reservations and pick lists."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def _big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "need",
        sa.Column("seq", _big(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("n", _big(), nullable=False),
        sa.Column("needed_by", sa.Integer(), nullable=False),
        sa.Column("shelf_days", sa.Integer(), nullable=False),
        sa.Column("substitutes", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=True),
        sa.Column("asked_at", _big(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("cancelled_at", _big(), nullable=True),
        sa.Column("cancelled_by", sa.Text(), nullable=True),
        sa.CheckConstraint("(cancelled_at is null) = (cancelled_by is null)"),
        sa.CheckConstraint("length(id) = 16"),
        sa.CheckConstraint("n > 0"),
        sa.CheckConstraint("shelf_days >= 0"),
        sa.CheckConstraint("substitutes in (0, 1)"),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("need_by_organisation", "need", ["organisation", "seq"])
    op.create_table(
        "consent",
        sa.Column("seq", _big(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("taker", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=True),
        sa.Column("given_at", _big(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("ended_at", _big(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.CheckConstraint("owner <> '' and owner <> taker"),
        sa.CheckConstraint("(ended_at is null) = (ended_by is null)"),
        sa.CheckConstraint("length(id) = 16"),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("consent_given", "consent", ["owner"], sqlite_where=sa.text("ended_at IS NULL"))
    op.create_table(
        "pick",
        sa.Column("seq", _big(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_at", _big(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("ended_at", _big(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.CheckConstraint("(state = 'open') = (ended_at is null)"),
        sa.CheckConstraint("state in ('open', 'closed', 'cancelled')"),
        sa.CheckConstraint("(ended_at is null) = (ended_by is null)"),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("pick_by_site", "pick", ["site", "seq"])
    op.create_index("pick_open", "pick", ["site"], sqlite_where=sa.text("state = 'open'"))
    op.create_table(
        "reservation",
        sa.Column("seq", _big(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("need", _big(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("lot", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("n", _big(), nullable=False),
        sa.Column("pieces", _big(), nullable=False),
        sa.Column("substitute", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_at", _big(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("expires_at", _big(), nullable=False),
        sa.Column("stood", _big(), nullable=False),
        sa.Column("claimed", _big(), nullable=False),
        sa.Column("noted", _big(), nullable=False),
        sa.Column("pick", _big(), nullable=True),
        sa.Column("released_after", _big(), nullable=True),
        sa.Column("ended_at", _big(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("ended_after", _big(), nullable=True),
        sa.CheckConstraint("(state in ('held', 'picking')) = (ended_at is null)"),
        sa.CheckConstraint("owner <> ''"),
        sa.CheckConstraint("state in ('held', 'picking', 'closed', 'cancelled', 'expired')"),
        sa.CheckConstraint("state not in ('held', 'expired') or pick is null"),
        sa.CheckConstraint("state not in ('picking', 'closed') or pick is not null"),
        sa.CheckConstraint("(ended_at is null) = (ended_after is null)"),
        sa.CheckConstraint("(ended_at is null) = (ended_by is null)"),
        sa.CheckConstraint("(pick is null) = (released_after is null)"),
        sa.CheckConstraint("claimed >= 0 and n <= stood - claimed"),
        sa.CheckConstraint("length(id) = 16"),
        sa.CheckConstraint("n > 0"),
        sa.CheckConstraint("pieces > 0"),
        sa.CheckConstraint("substitute in (0, 1)"),
        sa.ForeignKeyConstraint(["need"], ["need.seq"]),
        sa.ForeignKeyConstraint(["pick"], ["pick.seq"]),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("reservation_by_need", "reservation", ["need"])
    op.create_index("reservation_by_pick", "reservation", ["pick"])
    op.create_index(
        "reservation_live",
        "reservation",
        ["item", "lot", "owner", "site"],
        sqlite_where=sa.text("state in ('held', 'picking')"),
    )
    op.create_table(
        "pick_line",
        sa.Column("pick", _big(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reservation", _big(), nullable=False),
        sa.Column("bin", sa.Text(), nullable=True),
        sa.Column("n", _big(), nullable=False),
        sa.CheckConstraint("line > 0"),
        sa.CheckConstraint("n > 0"),
        sa.ForeignKeyConstraint(["pick"], ["pick.seq"]),
        sa.ForeignKeyConstraint(["reservation"], ["reservation.seq"]),
        sa.PrimaryKeyConstraint("pick", "line"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        "task_fact_filled", "task_fact", ["to_id"], sqlite_where=sa.text("task >= 'pick:' and task < 'pick;'")
    )
