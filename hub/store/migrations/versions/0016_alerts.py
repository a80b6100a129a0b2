"""Alerts."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def _big(name: str, *, maybe: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=maybe)


def _texts(*names: str, maybe: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=maybe) for name in names]


def upgrade() -> None:
    """Add them, and what happened to each."""
    op.create_table(
        "alarm",
        _big("seq"),
        *_texts("id", "key", "kind"),
        *_texts("site", "owner", maybe=True),
        sa.Column("severity", sa.Integer(), nullable=False),
        *_texts("code", "figures", "state"),
        *_texts("assigned", maybe=True),
        _big("raised_at"),
        _big("changed_at"),
        _big("calm_since", maybe=True),
        _big("cleared_at", maybe=True),
        sa.CheckConstraint("length(id) = 16"),
        sa.CheckConstraint("severity between 1 and 3"),
        sa.CheckConstraint("json_valid(figures)"),
        sa.CheckConstraint("state in ('open', 'acknowledged', 'closed')"),
        sa.CheckConstraint("cleared_at is null or state = 'closed'"),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("alarm_by_state", "alarm", ["state", "severity", "seq"])
    for name in ("kind", "site", "owner", "assigned"):
        op.create_index(f"alarm_by_{name}", "alarm", [name, "seq"])
    op.create_index("alarm_lasting", "alarm", ["key"], unique=True, sqlite_where=sa.text("cleared_at is null"))
    op.create_table(
        "alarm_event",
        _big("seq"),
        _big("alarm"),
        _big("at"),
        *_texts("event"),
        sa.Column("severity", sa.Integer(), nullable=False),
        *_texts("by", "whom", "note"),
        sa.CheckConstraint("event in ('raised', 'acknowledged', 'assigned', 'closed', 'worsened', 'cleared')"),
        sa.ForeignKeyConstraint(["alarm"], ["alarm.seq"]),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("alarm_event_by_alarm", "alarm_event", ["alarm", "seq"])
