"""The certificate authority, the certificates of devices, and invitations."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "authority",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("certificate", sa.Text(), nullable=False),
        sa.CheckConstraint("id = 1"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "certificate",
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("device_id", _big(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("not_before", _big(), nullable=False),
        sa.Column("not_after", _big(), nullable=False),
        sa.Column("issued_at", _big(), nullable=False),
        sa.Column("revoked_at", _big(), nullable=True),
        sa.CheckConstraint("not_before < not_after"),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"]),
        sa.PrimaryKeyConstraint("serial"),
        sa.UniqueConstraint("fingerprint"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("certificate_by_device", "certificate", ["device_id"])
    op.create_table(
        "invitation",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("created_at", _big(), nullable=False),
        sa.Column("expires_at", _big(), nullable=False),
        sa.Column("used_at", _big(), nullable=True),
        sa.Column("used_by", sa.Text(), nullable=True),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.CheckConstraint("created_at < expires_at"),
        sa.CheckConstraint("(used_at is null) = (used_by is null)"),
        sa.PrimaryKeyConstraint("digest"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("invitation_by_device", "invitation", ["device"])
