"""Needs, reservations and pick lists."""

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled with the tables of its part."""
