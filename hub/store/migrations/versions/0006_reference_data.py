"""Catalogue, bins, deliveries, and what devices of a site are told.

SQLite cannot add a CHECK to a table: item and site are made anew and filled from the old ones.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(name: str, default: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=default, nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, _big(), nullable=False)


def _maybe(name: str, kind: sa.types.TypeEngine[Any] | None = None) -> sa.Column[Any]:
    return sa.Column(name, kind or sa.Text(), nullable=True)


def _make(name: str, *parts: sa.schema.SchemaItem, clustered: bool = False) -> None:
    op.create_table(name, *parts, sqlite_strict=True, sqlite_with_rowid=not clustered)


def upgrade() -> None:
    op.add_column("device", _maybe("site"))
    op.add_column("device", _maybe("seal"))
    _sites()
    _items()
    _catalogue()
    _deliveries()
    _told()


def _sites() -> None:
    _make(
        "site_0006",
        *map(_text, ("id", "name", "name_zh", "kind")),
        *map(_number, ("lat_e7", "lon_e7")),
        _text("zone", "UTC"),
        _maybe("rule_owner"),
        sa.Column("warn_days", sa.Integer(), server_default="30", nullable=False),
        sa.Column("keep_days", sa.Integer(), server_default="7", nullable=False),
        sa.Column("remind_days", sa.Integer(), server_default="3", nullable=False),
        _maybe("mark", sa.Integer()),
        _text("hours", ""),
        sa.CheckConstraint("warn_days between 0 and 3650"),
        sa.CheckConstraint("keep_days between 1 and 365"),
        sa.CheckConstraint("remind_days between 0 and 365"),
        sa.CheckConstraint("mark between 10 and 99"),
        sa.PrimaryKeyConstraint("id"),
    )
    kept = "id, name, name_zh, kind, lat_e7, lon_e7"
    mark = "10 + (row_number() OVER (ORDER BY rowid) - 1) % 90"
    op.execute(f"INSERT INTO site_0006 ({kept}, mark) SELECT {kept}, {mark} FROM site")
    op.drop_table("site")
    op.rename_table("site_0006", "site")


def _items() -> None:
    _make(
        "item_0006",
        *map(_text, ("gtin", "name", "name_zh", "unit", "category")),
        _maybe("contains_gtin"),
        _maybe("contains_n", _big()),
        sa.Column("serial", sa.Integer(), server_default="0", nullable=False),
        _text("temperature", "ambient"),
        _maybe("shelf_days", sa.Integer()),
        sa.CheckConstraint("(contains_gtin is null) = (contains_n is null)"),
        sa.CheckConstraint("contains_n > 0"),
        sa.CheckConstraint("contains_gtin != gtin"),
        sa.CheckConstraint("serial in (0, 1)"),
        sa.CheckConstraint("temperature in ('ambient', 'cool', 'cold', 'frozen')"),
        sa.CheckConstraint("shelf_days >= 0"),
        sa.PrimaryKeyConstraint("gtin"),
    )
    kept = "gtin, name, name_zh, unit, category"
    op.execute(f"INSERT INTO item_0006 ({kept}) SELECT {kept} FROM item")
    op.drop_table("item")
    op.rename_table("item_0006", "item")


def _catalogue() -> None:
    _make(
        "bin",
        *map(_text, ("site", "code", "kind")),
        _maybe("owner"),
        _maybe("pallets", sa.Integer()),
        _maybe("volume_dm3", _big()),
        sa.CheckConstraint("kind in ('dock', 'shelf', 'staging', 'quarantine', 'cool')"),
        sa.CheckConstraint("pallets >= 0"),
        sa.CheckConstraint("volume_dm3 >= 0"),
        sa.ForeignKeyConstraint(["site"], ["site.id"]),
        sa.PrimaryKeyConstraint("site", "code"),
        clustered=True,
    )
    _make(
        "kit_part",
        *map(_text, ("kit", "gtin")),
        _number("n"),
        sa.CheckConstraint("n > 0"),
        sa.CheckConstraint("gtin != kit"),
        sa.ForeignKeyConstraint(["kit"], ["item.gtin"]),
        sa.PrimaryKeyConstraint("kit", "gtin"),
        clustered=True,
    )
    _make(
        "goods_code",
        *map(_text, ("code", "item", "name", "name_zh", "unit")),
        sa.PrimaryKeyConstraint("code"),
        clustered=True,
    )
    _make(
        "lot_note",
        _number("id"),
        *map(_text, ("item", "lot", "state")),
        _maybe("expiry", sa.Integer()),
        _text("reason"),
        _number("at"),
        _text("by"),
        sa.CheckConstraint("state in ('ok', 'recalled', 'quarantined')"),
        sa.CheckConstraint("state = 'ok' or reason != ''"),
        sa.CheckConstraint("expiry between 10000101 and 99991231"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("lot_note_by_lot", "lot_note", ["item", "lot", "id"])


def _deliveries() -> None:
    _make(
        "delivery",
        *map(_text, ("id", "owner", "site")),
        sa.Column("expected", sa.Integer(), nullable=False),
        *map(_text, ("state", "note")),
        _number("announced_at"),
        _text("announced_by"),
        sa.CheckConstraint("length(id) between 1 and 40"),
        sa.CheckConstraint("owner != ''"),
        sa.CheckConstraint("expected between 10000101 and 99991231"),
        sa.CheckConstraint("state in ('announced', 'received', 'closed', 'cancelled')"),
        sa.ForeignKeyConstraint(["site"], ["site.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("delivery_by_site", "delivery", ["site", "state"])
    op.create_index("delivery_by_owner", "delivery", ["owner"])
    _make(
        "delivery_line",
        _text("delivery"),
        sa.Column("line", _big(), autoincrement=False, nullable=False),
        _text("item"),
        _maybe("lot"),
        _number("n"),
        sa.CheckConstraint("n > 0"),
        sa.ForeignKeyConstraint(["delivery"], ["delivery.id"]),
        sa.PrimaryKeyConstraint("delivery", "line"),
        clustered=True,
    )
    _make(
        "delivery_unit",
        *map(_text, ("sscc", "delivery")),
        sa.ForeignKeyConstraint(["delivery"], ["delivery.id"]),
        sa.PrimaryKeyConstraint("sscc", "delivery"),
        clustered=True,
    )
    op.create_index("delivery_unit_by_delivery", "delivery_unit", ["delivery"])
    _make(
        "delivery_event",
        _number("id"),
        _text("delivery"),
        _number("at"),
        *map(_text, ("who", "event", "reason")),
        sa.CheckConstraint("event in ('announced', 'changed', 'received', 'closed', 'cancelled')"),
        sa.ForeignKeyConstraint(["delivery"], ["delivery.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("delivery_event_by_delivery", "delivery_event", ["delivery", "id"])


def _told() -> None:
    _make(
        "site_record",
        *map(_text, ("scope", "kind", "key")),
        _number("version"),
        _maybe("body", sa.LargeBinary()),
        _maybe("source"),
        _number("at"),
        sa.CheckConstraint("scope = '*' or scope like 'site:_%' or scope like 'device:_%'"),
        sa.CheckConstraint("version > 0"),
        sa.PrimaryKeyConstraint("scope", "kind", "key"),
    )
    op.create_index("site_record_by_version", "site_record", ["scope", "version"], unique=True)
    _make(
        "sscc_range",
        _number("id"),
        _text("prefix"),
        *map(_number, ("low", "high")),
        _text("device"),
        _number("at"),
        sa.CheckConstraint("0 <= low and low <= high and high < low + 1000"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("low"),
    )
    op.create_index("sscc_range_by_device", "sscc_range", ["device", "id"])
