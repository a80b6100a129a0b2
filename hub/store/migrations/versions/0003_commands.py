"""Commands and configurations for devices, and what the devices say of them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "command",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("device_id", _big(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("args", sa.Text(), nullable=False),
        sa.Column("issued_at", _big(), nullable=False),
        sa.Column("issued_by", sa.Text(), nullable=False),
        sa.Column("expires_at", _big(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("answered_at", _big(), nullable=True),
        sa.CheckConstraint("length(id) = 16"),
        sa.CheckConstraint("state in ('waiting', 'delivered', 'expired', 'refused', 'failed', 'done')"),
        sa.CheckConstraint("issued_at < expires_at"),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("command_by_device", "command", ["device_id", "issued_at"])
    op.create_index("command_waiting", "command", ["device_id"], sqlite_where=sa.text("state = 'waiting'"))
    op.create_table(
        "outcome",
        sa.Column("lane_id", _big(), autoincrement=False, nullable=False),
        sa.Column("seq", _big(), autoincrement=False, nullable=False),
        sa.Column("device_id", _big(), nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", _big(), nullable=False),
        sa.Column("received_at", _big(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.CheckConstraint("state in ('accepted', 'done', 'failed', 'refused', 'expired')"),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"]),
        sa.ForeignKeyConstraint(["lane_id"], ["lane.id"]),
        sa.PrimaryKeyConstraint("lane_id", "seq"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("outcome_by_command", "outcome", ["command"])
    op.create_table(
        "desired",
        sa.Column("device_id", _big(), autoincrement=False, nullable=False),
        sa.Column("version", _big(), autoincrement=False, nullable=False),
        sa.Column("generation", sa.Text(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("issued_at", _big(), nullable=False),
        sa.Column("issued_by", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("answered_at", _big(), nullable=True),
        sa.CheckConstraint("version > 0"),
        sa.CheckConstraint("state in ('waiting', 'rolled-back', 'refused', 'applied')"),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"]),
        sa.PrimaryKeyConstraint("device_id", "version"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "report",
        sa.Column("lane_id", _big(), autoincrement=False, nullable=False),
        sa.Column("seq", _big(), autoincrement=False, nullable=False),
        sa.Column("device_id", _big(), nullable=False),
        sa.Column("version", _big(), nullable=False),
        sa.Column("generation", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", _big(), nullable=False),
        sa.Column("received_at", _big(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.CheckConstraint("state in ('applied', 'refused', 'rolled-back')"),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"]),
        sa.ForeignKeyConstraint(["lane_id"], ["lane.id"]),
        sa.PrimaryKeyConstraint("lane_id", "seq"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("report_by_device", "report", ["device_id"])
