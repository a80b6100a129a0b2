"""What devices are told of their site: the records as they were published, and the numbers reserved for devices."""

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, Text

from hub.store.schema.base import KEY, table

site_record = table(
    "site_record",
    Column("scope", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("version", KEY, nullable=False),
    Column("body", LargeBinary),
    Column("source", Text),
    Column("at", KEY, nullable=False),
    CheckConstraint("scope = '*' or scope like 'site:_%' or scope like 'device:_%'"),
    CheckConstraint("version > 0"),
    Index("site_record_by_version", "scope", "version", unique=True),
)
"""Everybody's records (`*`), a site's and a device's; a device is told those of its three scopes. Versions count up
through all of them, one for each change. No body: the record is gone. `source` stands for what a body was made from
where the body itself is new each time it is made (sealed ones)."""

sscc_range = table(
    "sscc_range",
    Column("id", KEY, primary_key=True),
    Column("prefix", Text, nullable=False),
    Column("low", KEY, nullable=False, unique=True),
    Column("high", KEY, nullable=False),
    Column("device", Text, nullable=False),
    Column("at", KEY, nullable=False),
    CheckConstraint("0 <= low and low <= high and high < low + 1000"),
    Index("sscc_range_by_device", "device", "id"),
)
"""Numbers of handling units, reserved for one device for ever: SSCCs without their check digit, `low` to `high`.
`prefix` is the extension digit and the company prefix, with which both begin."""
