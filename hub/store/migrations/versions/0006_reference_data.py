"""Catalogue, bins, deliveries, and what devices of a site are told."""

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled with the tables of its part."""
