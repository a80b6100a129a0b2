"""Custody of consignments."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def _big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add it, and the indices that it is read by."""
    numbers = ("planned", "dispatched", "received", "damaged", "lost", "in_transit", "elsewhere")
    op.create_table(
        "custody",
        sa.Column("consignment", _big(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("item", "lot", "owner")),
        *(sa.Column(name, _big(), nullable=False) for name in numbers),
        sa.CheckConstraint("dispatched = received + damaged + lost + in_transit + elsewhere"),
        sa.CheckConstraint("planned >= 0"),
        sa.ForeignKeyConstraint(["consignment"], ["consignment.seq"]),
        sa.PrimaryKeyConstraint("consignment", "item", "lot", "owner"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "custody_unit",
        sa.Column("consignment", _big(), autoincrement=False, nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["consignment"], ["consignment.seq"]),
        sa.PrimaryKeyConstraint("consignment", "unit"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("custody_unit_by_unit", "custody_unit", ["unit"])
    consigned = "unit is not null and task >= 'consignment:' and task < 'consignment;'"
    op.create_index("task_fact_consigned", "task_fact", ["unit"], sqlite_where=sa.text(consigned))
    op.create_index("sighting_of_units", "sighting", ["to_id"], sqlite_where=sa.text("lot_id is null"))
    op.create_index("sighting_of_things", "sighting", ["to_id"], sqlite_where=sa.text("lot_id is not null"))
