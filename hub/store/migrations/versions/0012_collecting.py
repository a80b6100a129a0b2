"""Collection codes and claims."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def _big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _number(name: str, *, maybe: bool = False) -> sa.Column[int]:
    return sa.Column(name, _big(), nullable=maybe)


def _small(name: str, default: str | None = None) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default=default, nullable=False, autoincrement=False)


def _make(name: str, *parts: sa.schema.SchemaItem, clustered: bool = True) -> None:
    op.create_table(name, *parts, sqlite_strict=True, sqlite_with_rowid=not clustered)


def upgrade() -> None:
    _codes()
    _claims()
    _counts()


def _codes() -> None:
    _make(
        "collecting",
        *map(_text, ("parcel", "station")),
        _small("mark"),
        _small("round"),
        _number("made_at"),
        _small("tries", "0"),
        *(_number(name, maybe=True) for name in ("locked_at", "reminded_at", "ended_at")),
        sa.CheckConstraint("mark between 10 and 99"),
        sa.CheckConstraint("round > 0"),
        sa.CheckConstraint("tries >= 0"),
        sa.PrimaryKeyConstraint("parcel"),
    )
    op.create_index("collecting_open", "collecting", ["station"], sqlite_where=sa.text("ended_at IS NULL"))
    _make(
        "collection_code",
        _text("parcel"),
        _small("proxy"),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        _text("fits"),
        sa.Column("verifier", sa.LargeBinary(), nullable=True),
        _number("made_at"),
        sa.CheckConstraint("proxy between 0 and 1000"),
        sa.CheckConstraint("length(fits) = 16"),
        sa.ForeignKeyConstraint(["parcel"], ["collecting.parcel"]),
        sa.PrimaryKeyConstraint("parcel", "proxy"),
        sa.UniqueConstraint("fits"),
    )
    op.create_index("collection_code_bare", "collection_code", ["parcel"], sqlite_where=sa.text("verifier IS NULL"))


def _claims() -> None:
    _make("parcel_claim", *map(_text, ("parcel", "device", "site")), _number("at"), sa.PrimaryKeyConstraint("parcel"))


def _counts() -> None:
    _make(
        "shelf_count",
        _number("seq"),
        *map(_text, ("id", "site", "shelf")),
        _number("made_at"),
        _text("made_by"),
        _number("closed_at", maybe=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.CheckConstraint("length(id) = 16"),
        sa.CheckConstraint("(closed_at is null) = (closed_by is null)"),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
        clustered=False,
    )
    op.create_index("shelf_count_by_site", "shelf_count", ["site", "seq"])
    for name in ("shelf_expected", "shelf_missing"):
        _make(
            name,
            _number("count"),
            *map(_text, ("parcel", "placed")),
            sa.ForeignKeyConstraint(["count"], ["shelf_count.seq"]),
            sa.PrimaryKeyConstraint("count", "parcel"),
        )
    op.create_index("shelf_missing_by_parcel", "shelf_missing", ["parcel"])
