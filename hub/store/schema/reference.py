"""What people enter: sites, items, organisations, roads."""

from sqlalchemy import Column, Text

from hub.store.schema.base import KEY, table

site = table(
    "site",
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_zh", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("lat_e7", KEY, nullable=False),
    Column("lon_e7", KEY, nullable=False),
)

item = table(
    "item",
    Column("gtin", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_zh", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("category", Text, nullable=False),
)

organisation = table(
    "organisation",
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_zh", Text, nullable=False),
)

document = table(
    "document",
    Column("key", Text, primary_key=True),
    Column("body", Text, nullable=False),
)
"""Whole JSON documents of reference data: `roads` and `region`."""
