"""What all tables are made with, and the two that belong to nobody: facts of the ledger itself and the change log."""

from typing import Final

from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, Text
from sqlalchemy.schema import SchemaItem

metadata = MetaData()

KEY: Final = BigInteger().with_variant(Integer, "sqlite")


def table(name: str, *parts: SchemaItem, clustered: bool = False) -> Table:
    """A table; a clustered one is stored in the order of its primary key where the database can do that."""
    return Table(name, metadata, *parts, sqlite_strict=True, sqlite_with_rowid=not clustered)


meta = table("meta", Column("key", Text, primary_key=True), Column("value", Text, nullable=False))

change = Table(
    "change",
    metadata,
    Column("id", KEY, primary_key=True),
    Column("at", KEY, nullable=False),
    Column("topic", Text, nullable=False),
    Column("data", Text, nullable=False),
    sqlite_autoincrement=True,
    sqlite_strict=True,
)
