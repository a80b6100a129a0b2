"""Flows of goods, lots by their expiry, and how devices fared."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def _big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add them; whatever is in the ledger is due."""
    op.create_table(
        "flow",
        sa.Column("lot_id", _big(), autoincrement=False, nullable=False),
        sa.Column("quarter", _big(), autoincrement=False, nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("came", _big(), nullable=False),
        sa.Column("went", _big(), nullable=False),
        sa.CheckConstraint("came >= 0 and went >= 0 and came + went > 0"),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"]),
        sa.PrimaryKeyConstraint("lot_id", "quarter", "site", "cause"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("flow_by_site", "flow", ["site", "quarter", "lot_id", "cause", "came", "went"])
    op.create_index("flow_by_time", "flow", ["quarter", "lot_id", "site", "cause", "came", "went"])
    op.create_table(
        "flow_due",
        sa.Column("lot_id", _big(), autoincrement=False, nullable=False),
        sa.Column("since", _big(), nullable=False),
        sa.Column("times", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"]),
        sa.PrimaryKeyConstraint("lot_id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "flow_hop",
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("since", _big(), nullable=False),
        sa.Column("times", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("unit"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    for name in ("clock_error_ms", "outbox_bytes", "disk_free_bytes"):
        op.add_column("device", sa.Column(name, _big(), nullable=True))
    op.add_column("device", sa.Column("battery_pct", sa.Integer(), nullable=True))
    op.add_column("device", sa.Column("health_at", _big(), nullable=True))
    op.add_column("device", sa.Column("note", sa.Text(), nullable=True))
    op.create_table(
        "presence",
        sa.Column("id", _big(), nullable=False),
        sa.Column("device_id", _big(), nullable=False),
        sa.Column("at", _big(), nullable=False),
        sa.Column("online", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("run", "connection", "version")),
        sa.CheckConstraint("online in (0, 1)"),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("presence_by_device", "presence", ["device_id", "id"])
    columns: list[str | sa.TextClause] = [sa.text("coalesce(expiry, 99999999)"), "item", "lot", "owner", "condition"]
    op.create_index("lot_by_expiry", "lot", columns)
    op.execute("INSERT INTO flow_due (lot_id, since) SELECT id, 0 FROM lot")
