"""Requests, consignments and parcels."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def _big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _request() -> None:
    op.create_table(
        "request",
        sa.Column("seq", _big(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("incident", sa.Text(), nullable=True),
        sa.Column("line", sa.Text(), nullable=True),
        sa.Column("call", sa.Text(), nullable=True),
        sa.Column("recipient", sa.Text(), nullable=True),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("groups", sa.Text(), nullable=False),
        sa.Column("needed_by", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("decided", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("odd", sa.Integer(), server_default="0", nullable=False),
        sa.Column("split_of", sa.Text(), nullable=True),
        sa.Column("made_at", _big(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("changed_at", _big(), nullable=False),
        sa.CheckConstraint("json_valid(groups)"),
        sa.CheckConstraint(
            "state in ('draft', 'asked', 'approved', 'allocated', 'under-way', 'ready', 'fulfilled',"
            " 'refused', 'cancelled', 'returned')"
        ),
        sa.CheckConstraint("length(id) = 16"),
        sa.CheckConstraint("priority between 1 and 3"),
        sa.CheckConstraint("way in ('station', 'door', 'vehicle', 'direct')"),
        sa.CheckConstraint("way <> 'station' or site is not null"),
        sa.CheckConstraint("decided in ('draft', 'asked', 'approved', 'refused', 'cancelled')"),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("request_by_incident", "request", ["incident", "seq"])
    op.create_index("request_by_line", "request", ["line", "seq"])
    op.create_index("request_by_organisation", "request", ["organisation", "seq"])
    op.create_index("request_by_recipient", "request", ["recipient"])
    op.create_index("request_by_state", "request", ["state", "seq"])


def _request_line() -> None:
    op.create_table(
        "request_line",
        sa.Column("request", _big(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("n", _big(), nullable=False),
        sa.Column("need", sa.Text(), nullable=True),
        sa.CheckConstraint("n > 0"),
        sa.CheckConstraint("line > 0"),
        sa.ForeignKeyConstraint(["request"], ["request.seq"]),
        sa.PrimaryKeyConstraint("request", "line"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("request_line_by_need", "request_line", ["need"])


def _consignment() -> None:
    op.create_table(
        "consignment",
        sa.Column("seq", _big(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("from_site", sa.Text(), nullable=True),
        sa.Column("to_site", sa.Text(), nullable=True),
        sa.Column("vehicle", sa.Text(), nullable=True),
        sa.Column("due", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("decided", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("odd", sa.Integer(), server_default="0", nullable=False),
        sa.Column("back_of", sa.Text(), nullable=True),
        sa.Column("made_at", _big(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("changed_at", _big(), nullable=False),
        sa.CheckConstraint(
            "state in ('planned', 'picking', 'packed', 'in-transit', 'arrived', 'received',"
            " 'discrepant', 'closed', 'cancelled', 'returning', 'returned', 'lost')"
        ),
        sa.CheckConstraint("way <> 'station' or to_site is not null"),
        sa.CheckConstraint("length(id) = 10 and id like 'C-%'"),
        sa.CheckConstraint("way in ('station', 'door', 'vehicle', 'direct')"),
        sa.CheckConstraint("decided in ('planned', 'closed', 'cancelled', 'returning')"),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("consignment_by_organisation", "consignment", ["organisation", "seq"])
    op.create_index("consignment_by_place", "consignment", ["to_site", "seq"])
    op.create_index("consignment_by_source", "consignment", ["from_site", "seq"])
    op.create_index("consignment_by_state", "consignment", ["state", "seq"])


def _consignment_pick() -> None:
    op.create_table(
        "consignment_pick",
        sa.Column("consignment", _big(), autoincrement=False, nullable=False),
        sa.Column("pick", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["consignment"], ["consignment.seq"]),
        sa.PrimaryKeyConstraint("consignment", "pick"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("consignment_pick_by_pick", "consignment_pick", ["pick"])


def _consignment_unit() -> None:
    op.create_table(
        "consignment_unit",
        sa.Column("consignment", _big(), autoincrement=False, nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["consignment"], ["consignment.seq"]),
        sa.PrimaryKeyConstraint("consignment", "unit"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("consignment_unit_by_unit", "consignment_unit", ["unit"])


def _parcel() -> None:
    op.create_table(
        "parcel",
        sa.Column("seq", _big(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("request", _big(), nullable=False),
        sa.Column("consignment", _big(), nullable=False),
        sa.Column("back", _big(), nullable=True),
        sa.Column("recipient", sa.Text(), nullable=True),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("station", sa.Text(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("odd", sa.Integer(), server_default="0", nullable=False),
        sa.Column("past", sa.Integer(), server_default="0", nullable=False),
        sa.Column("placed", sa.Text(), server_default="", nullable=False),
        sa.Column("at", _big(), nullable=True),
        sa.Column("waiting_since", _big(), nullable=True),
        sa.Column("until", sa.Integer(), nullable=True),
        sa.Column("given_at", _big(), nullable=True),
        sa.Column("proof", sa.Text(), nullable=True),
        sa.Column("made_at", _big(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("changed_at", _big(), nullable=False),
        sa.CheckConstraint(
            "state in ('planned', 'packed', 'under-way', 'arrived', 'waiting', 'out', 'handed-over',"
            " 'refused', 'due-back', 'returning', 'returned', 'lost', 'damaged', 'cancelled')"
        ),
        sa.CheckConstraint("way in ('station', 'door', 'vehicle', 'direct')"),
        sa.CheckConstraint("way <> 'station' or station is not null"),
        sa.CheckConstraint("length(id) between 8 and 47"),
        sa.CheckConstraint("number between 0 and 999"),
        sa.CheckConstraint("past in (0, 1)"),
        sa.ForeignKeyConstraint(["back"], ["consignment.seq"]),
        sa.ForeignKeyConstraint(["consignment"], ["consignment.seq"]),
        sa.ForeignKeyConstraint(["request"], ["request.seq"]),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("parcel_by_consignment", "parcel", ["consignment"])
    op.create_index("parcel_by_recipient", "parcel", ["recipient"])
    op.create_index("parcel_by_request", "parcel", ["request"])
    op.create_index("parcel_by_state", "parcel", ["state", "seq"])
    op.create_index("parcel_by_station", "parcel", ["station", "state", "number"])
    op.create_index("parcel_by_way_back", "parcel", ["back"])


def _parcel_line() -> None:
    op.create_table(
        "parcel_line",
        sa.Column("parcel", _big(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("lot", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("n", _big(), nullable=False),
        sa.CheckConstraint("line > 0"),
        sa.CheckConstraint("n > 0"),
        sa.ForeignKeyConstraint(["parcel"], ["parcel.seq"]),
        sa.PrimaryKeyConstraint("parcel", "line"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _life_event() -> None:
    op.create_table(
        "life_event",
        sa.Column("seq", _big(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("at", _big(), nullable=False),
        sa.Column("lane_id", _big(), nullable=True),
        sa.Column("fact_seq", _big(), nullable=True),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), server_default="", nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("target", sa.Text(), server_default="", nullable=False),
        sa.Column("content", _big(), server_default="0", nullable=False),
        sa.Column("goods", sa.Text(), server_default="[]", nullable=False),
        sa.Column("who", sa.Text(), server_default="", nullable=False),
        sa.Column("device", sa.Text(), server_default="", nullable=False),
        sa.Column("proof", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("odd", sa.Integer(), server_default="0", nullable=False),
        sa.Column("voided", sa.Integer(), server_default="0", nullable=False),
        sa.Column("noted_at", _big(), nullable=False),
        sa.CheckConstraint("odd in (0, 1) and voided in (0, 1)"),
        sa.CheckConstraint("(lane_id is null) = (fact_seq is null)"),
        sa.CheckConstraint("kind in ('request', 'consignment', 'parcel')"),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("kind", "about", "lane_id", "fact_seq"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("life_event_by_fact", "life_event", ["lane_id", "fact_seq"])
    op.create_index("life_event_by_thing", "life_event", ["kind", "about", "at"])


def _unwrapped() -> None:
    op.create_table(
        "unwrapped",
        sa.Column("lane_id", _big(), autoincrement=False, nullable=False),
        sa.Column("seq", _big(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("lane_id", "seq"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def upgrade() -> None:
    _request()
    _request_line()
    _consignment()
    _consignment_pick()
    _consignment_unit()
    _parcel()
    _parcel_line()
    _unwrapped()
    _life_event()
