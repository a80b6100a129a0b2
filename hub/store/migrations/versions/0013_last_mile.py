"""Rounds of couriers, direct shipments, photos, and facts of the hub that are due."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def _big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _postings()
    _rounds()
    _round_stops()
    _round_outcomes()
    _photos()
    _journeys()
    _directs()


def _postings() -> None:
    op.create_table(
        "posting",
        sa.Column("seq", _big(), nullable=False),
        sa.Column("at", _big(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", _big(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("posted_at", _big(), nullable=True),
        sa.CheckConstraint("at <= made_at"),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("at"),
        sa.UniqueConstraint("key"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("posting_due", "posting", ["seq"], sqlite_where=sa.text("posted_at is null"))


def _rounds() -> None:
    op.create_table(
        "round",
        sa.Column("seq", _big(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("courier", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_at", _big(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("ended_at", _big(), nullable=True),
        sa.CheckConstraint("(state in ('done', 'cancelled')) = (ended_at is not null)"),
        sa.CheckConstraint("length(id) between 1 and 40"),
        sa.CheckConstraint("state in ('planned', 'out', 'done', 'cancelled')"),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("round_by_courier", "round", ["courier", "seq"])
    op.create_index("round_live", "round", ["seq"], sqlite_where=sa.text("state in ('planned', 'out')"))


def _round_stops() -> None:
    op.create_table(
        "round_stop",
        sa.Column("round", _big(), nullable=False),
        sa.Column("parcel", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("lat_e7", sa.Integer(), nullable=True),
        sa.Column("lon_e7", sa.Integer(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("changed_at", _big(), nullable=False),
        sa.CheckConstraint("(lat_e7 is null) = (lon_e7 is null)"),
        sa.CheckConstraint("attempts >= 0"),
        sa.CheckConstraint("place > 0"),
        sa.CheckConstraint("state in ('waiting', 'open', 'again', 'given', 'refused', 'back')"),
        sa.ForeignKeyConstraint(["round"], ["round.seq"]),
        sa.PrimaryKeyConstraint("round", "parcel"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("round_stop_by_parcel", "round_stop", ["parcel"])


def _round_outcomes() -> None:
    op.create_table(
        "round_outcome",
        sa.Column("round", _big(), nullable=False),
        sa.Column("parcel", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=True),
        sa.Column("checked", sa.Integer(), nullable=False),
        sa.Column("photo", sa.Text(), nullable=True),
        sa.Column("warned", sa.Text(), nullable=False),
        sa.Column("at", _big(), nullable=False),
        sa.Column("received_at", _big(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("posting", _big(), nullable=True),
        sa.CheckConstraint("(told = 'given') = (way is not null)"),
        sa.CheckConstraint("at <= received_at"),
        sa.CheckConstraint("checked in (0, 1)"),
        sa.CheckConstraint("length(id) between 8 and 40"),
        sa.CheckConstraint("told in ('taken', 'given', 'attempt', 'refused', 'back')"),
        sa.ForeignKeyConstraint(["posting"], ["posting.seq"]),
        sa.ForeignKeyConstraint(["round"], ["round.seq"]),
        sa.PrimaryKeyConstraint("round", "parcel", "id"),
        sa.UniqueConstraint("id", "parcel"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _photos() -> None:
    op.create_table(
        "photo",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("made_at", _big(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.CheckConstraint("bytes > 0"),
        sa.CheckConstraint("length(digest) = 64"),
        sa.PrimaryKeyConstraint("digest"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _journeys() -> None:
    op.create_table(
        "journey",
        sa.Column("lane_id", _big(), nullable=False),
        sa.Column("seq", _big(), nullable=False),
        sa.Column("at", _big(), nullable=False),
        sa.Column("vehicle", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("voided", sa.Integer(), nullable=False),
        sa.CheckConstraint("action in ('arrive', 'depart')"),
        sa.CheckConstraint("voided in (0, 1)"),
        sa.PrimaryKeyConstraint("lane_id", "seq"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("journey_by_vehicle", "journey", ["vehicle", "at"])


def _directs() -> None:
    op.create_table(
        "direct",
        sa.Column("seq", _big(), nullable=False),
        sa.Column("consignment", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("made_at", _big(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("sent_at", _big(), nullable=True),
        sa.Column("sent_by", sa.Text(), nullable=True),
        sa.CheckConstraint("(sent_at is null) = (sent_by is null)"),
        sa.CheckConstraint("organisation <> ''"),
        sa.CheckConstraint("supplier <> ''"),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("consignment"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("direct_by_organisation", "direct", ["organisation", "seq"])
