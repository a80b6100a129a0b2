"""Incidents, alerts, settlements, and what was proposed for them."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def _big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "incident",
        sa.Column("seq", _big(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("exercise", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("alerted_at", _big(), nullable=False),
        sa.Column("expires_at", _big(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("shapes", sa.Text(), nullable=False),
        sa.Column("made_at", _big(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("state_at", _big(), nullable=False),
        sa.Column("state_by", sa.Text(), nullable=False),
        sa.CheckConstraint("length(id) = 16"),
        sa.CheckConstraint("name <> ''"),
        sa.CheckConstraint("severity in ('Extreme', 'Severe', 'Moderate', 'Minor', 'Unknown')"),
        sa.CheckConstraint("exercise in (0, 1)"),
        sa.CheckConstraint("state in ('open', 'cancelled', 'closed')"),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "alert",
        sa.Column("seq", _big(), nullable=False),
        sa.Column("incident", _big(), nullable=True),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("sent", _big(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("refs", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("taken_at", _big(), nullable=False),
        sa.Column("taken_by", sa.Text(), nullable=False),
        sa.CheckConstraint("kind in ('Alert', 'Update', 'Cancel')"),
        sa.ForeignKeyConstraint(["incident"], ["incident.seq"]),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("sender", "identifier", "sent", "incident"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("alert_by_incident", "alert", ["incident"])
    op.create_index(
        "alert_waiting",
        "alert",
        ["sender", "identifier", "sent"],
        unique=True,
        sqlite_where=sa.text("incident is null"),
    )
    op.create_table(
        "locality",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("lat_e7", _big(), nullable=False),
        sa.Column("lon_e7", _big(), nullable=False),
        sa.Column("population", _big(), nullable=False),
        sa.Column("households", _big(), nullable=True),
        sa.Column("elderly", _big(), nullable=True),
        sa.Column("disabled", _big(), nullable=True),
        sa.Column("pregnant", _big(), nullable=True),
        sa.Column("infant", _big(), nullable=True),
        sa.Column("chronic", _big(), nullable=True),
        sa.CheckConstraint("name <> ''"),
        sa.CheckConstraint("lat_e7 between -900000000 and 900000000"),
        sa.CheckConstraint("lon_e7 between -1800000000 and 1800000000"),
        sa.CheckConstraint("population >= 0"),
        sa.CheckConstraint("households >= 0"),
        sa.CheckConstraint("min(coalesce(elderly, 0), coalesce(disabled, 0), coalesce(pregnant, 0)) >= 0"),
        sa.CheckConstraint("min(coalesce(infant, 0), coalesce(chronic, 0)) >= 0"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "proposed",
        sa.Column("incident", _big(), autoincrement=False, nullable=False),
        sa.Column("locality", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("people", _big(), nullable=False),
        sa.Column("at", _big(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.CheckConstraint("people >= 0"),
        sa.ForeignKeyConstraint(["incident"], ["incident.seq"]),
        sa.PrimaryKeyConstraint("incident", "locality", "request"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
