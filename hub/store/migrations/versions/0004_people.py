"""Roles, invitations and badges of people, and the log of what they decide.

SQLite cannot widen a CHECK: user and token are made anew and filled from the old ones.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ROLES = "role in ('admin', 'supervisor', 'operator', 'clerk', 'staff', 'courier', 'helpline', 'engineer', 'auditor')"
STAFF = "role != 'staff' or (organisation is not null and organisation != '')"


def _big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _users()
    _tokens()
    op.create_table(
        "link",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("user_id", _big(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("created_at", _big(), nullable=False),
        sa.Column("expires_at", _big(), nullable=False),
        sa.Column("used_at", _big(), nullable=True),
        sa.CheckConstraint("kind in ('invitation', 'reset')"),
        sa.CheckConstraint("created_at < expires_at"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"]),
        sa.PrimaryKeyConstraint("digest"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("link_by_user", "link", ["user_id"])
    op.create_index("link_by_time", "link", ["created_at"])
    op.create_table(
        "decision_log",
        sa.Column("id", _big(), nullable=False),
        sa.Column("at", _big(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("decision_by_who", "decision_log", ["who", "id"])
    op.create_index("decision_by_action", "decision_log", ["action", "id"])


def _users() -> None:
    op.create_table(
        "user_0004",
        sa.Column("id", _big(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("shown", sa.Text(), server_default="", nullable=False),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=True),
        sa.Column("site", sa.Text(), nullable=True),
        sa.Column("created_at", _big(), nullable=False),
        sa.Column("disabled_at", _big(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("locked_until", _big(), nullable=True),
        sa.Column("badge", sa.Text(), nullable=True),
        sa.Column("pin", sa.Text(), nullable=True),
        sa.CheckConstraint(ROLES),
        sa.CheckConstraint(STAFF),
        sa.CheckConstraint("(badge is null) = (pin is null)"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
        sa.UniqueConstraint("badge"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    kept = "id, name, password, role, created_at, disabled_at, failures, locked_until"
    op.execute(f'INSERT INTO user_0004 ({kept}) SELECT {kept} FROM "user"')
    op.drop_table("user")
    op.rename_table("user_0004", "user")


def _tokens() -> None:
    op.create_table(
        "token_0004",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=True),
        sa.Column("site", sa.Text(), nullable=True),
        sa.Column("created_at", _big(), nullable=False),
        sa.Column("made_by", _big(), nullable=True),
        sa.Column("made_with", sa.Text(), nullable=True),
        sa.CheckConstraint(ROLES),
        sa.CheckConstraint(STAFF),
        sa.ForeignKeyConstraint(["made_by"], ["user.id"]),
        sa.PrimaryKeyConstraint("digest"),
        sa.UniqueConstraint("name"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    kept = "digest, name, role, created_at"
    op.execute(f"INSERT INTO token_0004 ({kept}) SELECT {kept} FROM token")
    op.drop_table("token")
    op.rename_table("token_0004", "token")
