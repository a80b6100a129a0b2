"""The words of the contract: numbers, names and vocabularies, with their bounds.

Times are integer milliseconds: `at` is the device's wall clock (Unix time), `up` its uptime (CLOCK_BOOTTIME), so that a
wrong wall clock can be corrected later and the original stays.
"""

from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta

from wire.limits import MAX_SEQUENCE

Ms = Annotated[int, Meta(ge=-MAX_SEQUENCE, le=MAX_SEQUENCE)]
"""Milliseconds."""
Span = Annotated[int, Meta(ge=0, le=MAX_SEQUENCE)]
"""Milliseconds, never below zero."""
Sequence = Annotated[int, Meta(ge=0, le=MAX_SEQUENCE)]
"""A place in a lane: the first item of a lane has sequence 1; 0 means nothing yet."""
Nonce = Annotated[int, Meta(ge=1, le=MAX_SEQUENCE)]
StreamId = Annotated[str, Meta(pattern=r"^[0-9a-f]{16}\Z")]
LedgerId = Annotated[str, Meta(pattern=r"^[0-9a-f]{16}\Z")]
RunId = Annotated[str, Meta(pattern=r"^[0-9a-f]{16}\Z")]
CommandId = Annotated[str, Meta(pattern=r"^[0-9a-f]{16}\Z")]
Generation = Annotated[str, Meta(pattern=r"^[0-9a-f]{16}\Z")]
"""A hub's database since it was made or last restored: versions of a configuration are counted anew in each."""
Version = Annotated[int, Meta(ge=1, le=MAX_SEQUENCE)]
Argument = Annotated[str, Meta(max_length=1000)]
Detail = Annotated[str, Meta(max_length=1000)]
Account = Annotated[str, Meta(pattern=r"^(place|unit|transit|virtual):[^\x00-\x20].{0,99}\Z")]
"""`place:SITE` or `place:SITE/BIN`, `unit:CODE`, `transit:VEHICLE` or `transit:VEHICLE/COMPARTMENT`, `virtual:NAME`."""
Label = Annotated[str, Meta(min_length=1, max_length=4096)]
"""What the scanner read, unchanged, with its AIM symbology identifier in front when it sent one."""
Name = Annotated[str, Meta(min_length=1, max_length=100)]
Quantity = Annotated[int, Meta(ge=1, le=1_000_000)]
Counted = Annotated[int, Meta(ge=0, le=1_000_000_000)]
Pieces = Annotated[int, Meta(ge=1, le=1_000_000_000)]
DeviceName = Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,40}\Z")]
Condition = Literal["good", "quarantined", "damaged"]
"""What goods are fit for: stock is kept apart by it. Damaged ones are of no use any more, and still there."""
ItemKey = Annotated[str, Meta(min_length=1, max_length=220)]
"""What a label's goods are: `gtin:` and 14 digits, or `text:` and the text."""
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
"""A SHA-256, hexadecimal."""
Latitude = Annotated[int, Meta(ge=-900_000_000, le=900_000_000)]
Longitude = Annotated[int, Meta(ge=-1_800_000_000, le=1_800_000_000)]
"""In 1e-7 degrees, WGS 84; north and east are positive."""
LotNumber = Annotated[str, Meta(max_length=100)]
"""A lot number; empty where none is known."""


class Lane(StrEnum):
    """The two lanes of a stream: facts are never dropped, telemetry may be thinned when space runs out."""

    FACTS = "facts"
    TELEMETRY = "telemetry"


class GapReason(StrEnum):
    """Why sequences are missing in a batch."""

    THINNED = "thinned"
    TRIMMED = "trimmed"
    UNREADABLE = "unreadable"


class Quality(StrEnum):
    """How a position was found (NMEA 0183: GGA field 6 and the mode indicators of RMC, GNS, GLL, VTG)."""

    GNSS = "gnss"
    DIFFERENTIAL = "differential"
    RTK = "rtk"
    ESTIMATED = "estimated"
    MANUAL = "manual"
    SIMULATED = "simulated"


Setting = Argument | Annotated[int, Meta(ge=-MAX_SEQUENCE, le=MAX_SEQUENCE)] | bool
Table = Annotated[dict[str, Setting], Meta(max_length=50)]
Overlay = Annotated[dict[str, Table | Annotated[tuple[Table, ...], Meta(max_length=50)]], Meta(max_length=20)]
"""Tables, and arrays of tables, of a device's TOML file."""


class OutcomeState(StrEnum):
    """What became of a command, by the device's own word; `accepted` is kept, the others are the end."""

    ACCEPTED = "accepted"
    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"
    EXPIRED = "expired"


class ReportState(StrEnum):
    """What became of a desired configuration, by the device's own word."""

    APPLIED = "applied"
    REFUSED = "refused"
    ROLLED_BACK = "rolled-back"
