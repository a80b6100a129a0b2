"""Owners, tasks, counts and settlements in the ledger."""

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled with the tables of its part."""
