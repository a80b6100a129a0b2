"""What people enter: sites and bins, the catalogue, lots recalled or set aside, organisations, roads."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Text

from hub.store.schema.base import KEY, table

site = table(
    "site",
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_zh", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("lat_e7", KEY, nullable=False),
    Column("lon_e7", KEY, nullable=False),
    Column("zone", Text, nullable=False, server_default="UTC"),
    Column("rule_owner", Text),
    Column("warn_days", Integer, nullable=False, server_default="30"),
    Column("keep_days", Integer, nullable=False, server_default="7"),
    Column("remind_days", Integer, nullable=False, server_default="3"),
    Column("mark", Integer),
    Column("hours", Text, nullable=False, server_default=""),
    CheckConstraint("warn_days between 0 and 3650"),
    CheckConstraint("keep_days between 1 and 365"),
    CheckConstraint("remind_days between 0 and 365"),
    CheckConstraint("mark between 10 and 99"),
)
"""`zone` is an IANA time zone: its day decides what has expired. `rule_owner` owns what nobody named an owner for.
`warn_days` before its last day a lot is said to expire soon. A parcel waits `keep_days` for its recipient, who is
reminded after `remind_days` (0: never). `mark` begins the collection codes of the site; they are given in the order
in which sites are made, and the ninety-first site has the first mark again. `hours` is when it is open, in words."""

bin = table(  # noqa: A001 - the word of the field
    "bin",
    Column("site", Text, ForeignKey("site.id"), primary_key=True),
    Column("code", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("owner", Text),
    Column("pallets", Integer),
    Column("volume_dm3", KEY),
    CheckConstraint("kind in ('dock', 'shelf', 'staging', 'quarantine', 'cool')"),
    CheckConstraint("pallets >= 0"),
    CheckConstraint("volume_dm3 >= 0"),
    clustered=True,
)
"""Places inside of a site: the account is `place:SITE/CODE`. `owner`: all that stands there is theirs. How much fits
in, where somebody said so: pallet places and cubic decimetres."""

item = table(
    "item",
    Column("gtin", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_zh", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("contains_gtin", Text),
    Column("contains_n", KEY),
    Column("serial", Integer, nullable=False, server_default="0"),
    Column("temperature", Text, nullable=False, server_default="ambient"),
    Column("shelf_days", Integer),
    CheckConstraint("(contains_gtin is null) = (contains_n is null)"),
    CheckConstraint("contains_n > 0"),
    CheckConstraint("contains_gtin != gtin"),
    CheckConstraint("serial in (0, 1)"),
    CheckConstraint("temperature in ('ambient', 'cool', 'cold', 'frozen')"),
    CheckConstraint("shelf_days >= 0"),
)
"""`contains`: opened, one is so many of another GTIN. `serial`: each has a number of its own. `shelf_days`: so many
days it has to be usable yet when it is given to somebody."""

kit_part = table(
    "kit_part",
    Column("kit", Text, ForeignKey("item.gtin"), primary_key=True),
    Column("gtin", Text, primary_key=True),
    Column("n", KEY, nullable=False),
    CheckConstraint("n > 0"),
    CheckConstraint("gtin != kit"),
    clustered=True,
)
"""What one of a kit is put together of."""

goods_code = table(
    "goods_code",
    Column("code", Text, primary_key=True),
    Column("item", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("name_zh", Text, nullable=False),
    Column("unit", Text, nullable=False),
    clustered=True,
)
"""Our own labels for goods without a barcode, and the item that each stands for: `gtin:<14>` or `text:<code>`."""

lot_note = table(
    "lot_note",
    Column("id", KEY, primary_key=True),
    Column("item", Text, nullable=False),
    Column("lot", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("expiry", Integer),
    Column("reason", Text, nullable=False),
    Column("at", KEY, nullable=False),
    Column("by", Text, nullable=False),
    CheckConstraint("state in ('ok', 'recalled', 'quarantined')"),
    CheckConstraint("state = 'ok' or reason != ''"),
    CheckConstraint("expiry between 10000101 and 99991231"),
    Index("lot_note_by_lot", "item", "lot", "id"),
)
"""What people decided about lots, in the order of their decisions: the last one of a lot counts, none is changed.
Lot '' speaks of all lots of the item. `expiry` (yyyymmdd) is said here where the labels do not say it."""

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
"""Whole JSON documents of reference data: `roads`, `region`, and `numbering` (our prefix for handling units)."""
