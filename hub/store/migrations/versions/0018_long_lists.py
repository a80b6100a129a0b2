"""Indexes for lists that grew long: counts by time, and what came of a lane when."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them."""
    op.create_index("tally_by_time", "tally", ["at", "lane_id", "seq"])
    op.drop_index("journal_by_lane", "journal")
    op.create_index("journal_by_lane", "journal", ["lane_id", "last", "received_at"])
