"""Collection codes, claims of devices, and counts of what waits on the shelves.

No code stands here in the clear, and nothing that one could be guessed against: codes and their verifiers are sealed
by the vault. Times are Unix milliseconds.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, UniqueConstraint
from sqlalchemy.schema import SchemaItem

from hub.store.schema.base import KEY, table

collecting = table(
    "collecting",
    Column("parcel", Text, primary_key=True),
    Column("station", Text, nullable=False),
    Column("mark", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("made_at", KEY, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("locked_at", KEY),
    Column("reminded_at", KEY),
    Column("ended_at", KEY),
    CheckConstraint("mark between 10 and 99"),
    CheckConstraint("round > 0"),
    CheckConstraint("tries >= 0"),
    clustered=True,
)
"""How a parcel is collected: at which station (a site, or the device of an unmanned vehicle), by codes of that mark.
`round` counts how often its codes were made anew, the last time at `made_at`; `tries` are wrong codes that the hub saw
since then. It is locked where `locked_at` is not before `made_at`. Once `ended_at` is set there are no codes."""
Index("collecting_open", collecting.c.station, sqlite_where=collecting.c.ended_at.is_(None))

collection_code = table(
    "collection_code",
    Column("parcel", Text, ForeignKey("collecting.parcel"), primary_key=True),
    Column("proxy", Integer, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("fits", Text, nullable=False),
    Column("verifier", LargeBinary),
    Column("made_at", KEY, nullable=False),
    UniqueConstraint("fits"),
    CheckConstraint("proxy between 0 and 1000"),
    CheckConstraint("length(fits) = 16"),
    clustered=True,
)
"""The codes that open a parcel now: proxy 0 is the recipient, the others are numbered as the recipient's proxies are.
`fits` is the vault's index of the code: no two people can open parcels of one station by the same one. `verifier`
is what devices check against (sealed too); it takes its time and is made a little later."""
Index("collection_code_bare", collection_code.c.parcel, sqlite_where=collection_code.c.verifier.is_(None))

parcel_claim = table(
    "parcel_claim",
    Column("parcel", Text, primary_key=True),
    Column("device", Text, nullable=False),
    Column("site", Text, nullable=False),
    Column("at", KEY, nullable=False),
    clustered=True,
)
"""Which device was granted a parcel, to hand it over: one at a time."""

shelf_count = table(
    "shelf_count",
    Column("seq", KEY, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("site", Text, nullable=False),
    Column("shelf", Text, nullable=False),
    Column("made_at", KEY, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("closed_at", KEY),
    Column("closed_by", Text),
    CheckConstraint("length(id) = 16"),
    CheckConstraint("(closed_at is null) = (closed_by is null)"),
    Index("shelf_count_by_site", "site", "seq"),
)
"""Somebody goes along the shelves of a station and scans every parcel, for the task `count:<id>`; `shelf` '': all."""


def _of_count(name: str, *parts: SchemaItem) -> Table:
    return table(
        name,
        Column("count", KEY, ForeignKey("shelf_count.seq"), primary_key=True),
        Column("parcel", Text, primary_key=True),
        Column("placed", Text, nullable=False),
        *parts,
        clustered=True,
    )


shelf_expected = _of_count("shelf_expected")
"""What should be there when a count begins."""

shelf_missing = _of_count("shelf_missing", Index("shelf_missing_by_parcel", "parcel"))
"""What should have been there when a count was closed, and was not seen."""
