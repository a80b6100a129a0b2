"""Owners, tasks, conditions and settlements in the ledger; transfers between owners.

SQLite cannot add a CHECK to a table: sighting is made anew and filled from the old one.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, _big(), nullable=False)


def _maybe(name: str, kind: sa.types.TypeEngine[Any] | None = None) -> sa.Column[Any]:
    return sa.Column(name, kind or sa.Text(), nullable=True)


def _flag(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _make(name: str, *parts: sa.schema.SchemaItem, clustered: bool = False) -> None:
    op.create_table(name, *parts, sqlite_strict=True, sqlite_with_rowid=not clustered)


def upgrade() -> None:
    _sightings()
    _sums()
    _projections()
    _transfers()
    _settlements()


def _sightings() -> None:
    _make(
        "sighting_0005",
        _text("unit"),
        *map(_number, ("at", "lane_id", "seq")),
        _maybe("lot_id", _big()),
        *map(_number, ("source_id", "to_id")),
        _flag("voided"),
        _maybe("grade"),
        sa.CheckConstraint("grade in ('good', 'quarantined', 'damaged')"),
        sa.ForeignKeyConstraint(["lane_id"], ["lane.id"]),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"]),
        sa.ForeignKeyConstraint(["source_id"], ["account.id"]),
        sa.ForeignKeyConstraint(["to_id"], ["account.id"]),
    )
    kept = "unit, at, lane_id, seq, lot_id, source_id, to_id, voided"
    op.execute(f"INSERT INTO sighting_0005 ({kept}) SELECT {kept} FROM sighting")
    op.drop_table("sighting")
    op.rename_table("sighting_0005", "sighting")
    op.create_index("sighting_by_unit", "sighting", ["unit"])
    op.create_index("sighting_by_lot", "sighting", ["lot_id", "at"])


def _sums() -> None:
    """What lists and traces are found by, and sums that every screen asks for."""
    op.create_index("tally_by_lot", "tally", ["lot_id", "at"])
    op.create_index("lot_by_number", "lot", ["lot"])
    op.create_index("lot_by_owner", "lot", ["owner", "item", "lot", "condition"])
    op.create_index("lot_not_good", "lot", ["condition"], sqlite_where=sa.text("condition != 'good'"))
    _make(
        "holding",
        _number("account_id"),
        _text("owner"),
        _number("quantity"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("account_id", "owner"),
        clustered=True,
    )
    op.execute(
        "INSERT INTO holding (account_id, owner, quantity) SELECT account_id, owner, sum(quantity) FROM balance"
        " JOIN lot ON lot.id = balance.lot_id GROUP BY account_id, owner"
    )


def _projections() -> None:
    _make(
        "settle",
        *map(_number, ("target_lane", "target_seq", "lane_id", "seq", "at")),
        _text("owner"),
        _flag("voided"),
        sa.CheckConstraint("owner <> ''"),
        sa.ForeignKeyConstraint(["lane_id"], ["lane.id"]),
        sa.PrimaryKeyConstraint("target_lane", "target_seq", "lane_id", "seq"),
        clustered=True,
    )
    _make(
        "task_fact",
        _text("task"),
        *map(_number, ("lane_id", "seq")),
        _flag("part"),
        _number("at"),
        _maybe("unit"),
        _maybe("lot_id", _big()),
        *map(_number, ("source_id", "to_id", "quantity")),
        _flag("voided"),
        sa.CheckConstraint("quantity > 0"),
        sa.ForeignKeyConstraint(["lane_id"], ["lane.id"]),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"]),
        sa.ForeignKeyConstraint(["source_id"], ["account.id"]),
        sa.ForeignKeyConstraint(["to_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("task", "lane_id", "seq", "part"),
        clustered=True,
    )


def _transfers() -> None:
    _make(
        "transfer",
        *map(_text, ("id", "account")),
        _maybe("site"),
        *map(_text, ("item", "lot", "condition", "giver", "taker")),
        _number("n"),
        *map(_text, ("note", "state")),
        _number("asked_at"),
        *map(_text, ("asked_by", "asked_for")),
        _maybe("decided_at", _big()),
        _maybe("decided_by"),
        _text("reason"),
        sa.CheckConstraint("length(id) between 1 and 40"),
        sa.CheckConstraint("n > 0"),
        sa.CheckConstraint("giver <> '' and taker <> '' and giver <> taker"),
        sa.CheckConstraint("condition in ('good', 'quarantined', 'damaged')"),
        sa.CheckConstraint("state in ('asked', 'approved', 'refused', 'withdrawn')"),
        sa.CheckConstraint("(state = 'asked') = (decided_at is null)"),
        sa.CheckConstraint("(decided_at is null) = (decided_by is null)"),
        sa.CheckConstraint("state <> 'refused' or reason <> ''"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("transfer_by_giver", "transfer", ["giver", "state"])
    op.create_index("transfer_by_taker", "transfer", ["taker", "state"])
    op.create_index("transfer_by_state", "transfer", ["state", "asked_at"])


def _settlements() -> None:
    _make(
        "settlement",
        _number("seq"),
        *map(_text, ("id", "key", "kind", "decision", "reason", "story", "shown", "facts")),
        _number("at"),
        _text("by"),
        _maybe("posted_at", _big()),
        sa.CheckConstraint("length(id) = 16"),
        sa.CheckConstraint("decision in ('accept', 'undo', 'correct', 'settle-owner', 'recount')"),
        sa.CheckConstraint("reason <> ''"),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("settlement_by_key", "settlement", ["key", "seq"])
    op.create_index("settlement_to_post", "settlement", ["seq"], sqlite_where=sa.text("posted_at IS NULL"))
