"""Roles, invitations and badges of people."""

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled with the tables of its part."""
