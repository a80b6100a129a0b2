"""Recipients, help-lines and calls."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def _big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "line",
        sa.Column("seq", _big(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("hours", sa.Text(), nullable=False),
        sa.Column("languages", sa.Text(), nullable=False),
        sa.Column("groups", sa.Text(), nullable=False),
        sa.Column("questions", sa.Text(), nullable=False),
        sa.Column("opened_at", _big(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("closed_at", _big(), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.CheckConstraint("(closed_at is null) = (closed_by is null)"),
        sa.CheckConstraint("length(id) = 16"),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "line_operator",
        sa.Column("line", _big(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["line"],
            ["line.seq"],
        ),
        sa.PrimaryKeyConstraint("line", "user"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("line_operator_by_user", "line_operator", ["user"], unique=False)
    op.create_table(
        "recipient",
        sa.Column("seq", _big(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("line", _big(), nullable=True),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("last4", sa.Text(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", _big(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("touched_at", _big(), nullable=False),
        sa.Column("erased_at", _big(), nullable=True),
        sa.Column("erased_by", sa.Text(), nullable=True),
        sa.CheckConstraint("erased_at is null or (shown = '' and last4 = '')"),
        sa.CheckConstraint("(erased_at is null) = (erased_by is null)"),
        sa.CheckConstraint("(erased_at is null) = (key is not null)"),
        sa.CheckConstraint("(key is null) = (sealed is null)"),
        sa.CheckConstraint("length(id) = 16"),
        sa.ForeignKeyConstraint(
            ["line"],
            ["line.seq"],
        ),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("recipient_by_last4", "recipient", ["last4"], unique=False, sqlite_where=sa.text("last4 <> ''"))
    op.create_index(
        "recipient_kept", "recipient", ["touched_at"], unique=False, sqlite_where=sa.text("erased_at IS NULL")
    )
    op.create_table(
        "recipient_trace",
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("recipient", _big(), nullable=False),
        sa.CheckConstraint("length(token) = 16"),
        sa.ForeignKeyConstraint(
            ["recipient"],
            ["recipient.seq"],
        ),
        sa.PrimaryKeyConstraint("token", "recipient"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("recipient_trace_of", "recipient_trace", ["recipient"], unique=False)
    op.create_table(
        "recipient_proxy",
        sa.Column("recipient", _big(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("last4", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("added_at", _big(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("ended_at", _big(), nullable=True),
        sa.CheckConstraint("(ended_at is null) = (sealed is not null)"),
        sa.CheckConstraint("n between 1 and 1000"),
        sa.ForeignKeyConstraint(
            ["recipient"],
            ["recipient.seq"],
        ),
        sa.PrimaryKeyConstraint("recipient", "n"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "call",
        sa.Column("seq", _big(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("line", _big(), nullable=False),
        sa.Column("recipient", _big(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", _big(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=True),
        sa.Column("after", _big(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("due", _big(), nullable=True),
        sa.Column("done_at", _big(), nullable=True),
        sa.Column("done_by", sa.Text(), nullable=True),
        sa.CheckConstraint("(kind = 'follow-up') = (after is not null)"),
        sa.CheckConstraint("kind in ('need', 'where', 'other', 'follow-up')"),
        sa.CheckConstraint("(done_at is null) = (done_by is null)"),
        sa.CheckConstraint("done_at is null or due is not null"),
        sa.CheckConstraint("length(id) = 16"),
        sa.ForeignKeyConstraint(
            ["after"],
            ["call.seq"],
        ),
        sa.ForeignKeyConstraint(
            ["line"],
            ["line.seq"],
        ),
        sa.ForeignKeyConstraint(
            ["recipient"],
            ["recipient.seq"],
        ),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("call_by_about", "call", ["about"], unique=False)
    op.create_index("call_by_line", "call", ["line", "seq"], unique=False)
    op.create_index("call_by_recipient", "call", ["recipient", "seq"], unique=False)
    op.create_index(
        "call_due", "call", ["line", "due"], unique=False, sqlite_where=sa.text("due is not null and done_at is null")
    )
    op.create_table(
        "personal_view",
        sa.Column("seq", _big(), nullable=False),
        sa.Column("at", _big(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("personal_view_by", "personal_view", ["who", "seq"], unique=False)
    op.create_index("personal_view_of", "personal_view", ["recipient", "seq"], unique=False)
