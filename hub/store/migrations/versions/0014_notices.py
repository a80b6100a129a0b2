"""Notices to people."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def _big(name: str, *, maybe: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=maybe)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "notice",
        _big("seq"),
        *_texts("id", "kind", "recipient", "about", "language", "channel", "state", "why", "fits"),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        _big("queued_at"),
        _big("asked_at"),
        *_texts("asked_by"),
        _big("due_at"),
        sa.Column("tries", sa.Integer(), nullable=False),
        _big("ended_at", maybe=True),
        sa.CheckConstraint("length(id) = 16"),
        sa.CheckConstraint("length(recipient) = 16"),
        sa.CheckConstraint("language in ('en', 'zh')"),
        sa.CheckConstraint("channel in ('text', 'voice')"),
        sa.CheckConstraint("state in ('queued', 'sent', 'failed')"),
        sa.CheckConstraint("(state = 'queued') = (ended_at is null)"),
        sa.CheckConstraint("state <> 'queued' or sealed is not null"),
        sa.CheckConstraint("(state = 'failed') or why = '' or state = 'queued'"),
        sa.CheckConstraint("tries >= 0"),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("notice_by_about", "notice", ["about", "seq"])
    op.create_index("notice_by_recipient", "notice", ["recipient", "seq"])
    op.create_index("notice_by_state", "notice", ["state", "seq"])
    op.create_index("notice_due", "notice", ["due_at"], sqlite_where=sa.text("state = 'queued'"))
    op.create_index(
        "notice_kept", "notice", ["ended_at"], sqlite_where=sa.text("sealed is not null and ended_at is not null")
    )
