"""Positions of vehicles as bytes, for the live map: columns, little-endian (docs/positions.md).

A frame says where some vehicles are at the hub's time in its header. Degrees are whole numbers of 1e-7, which is a
centimetre; 32-bit floats would be off by metres. Packing columns of numbers is some fifty times quicker than writing
them as text, and the page hands them to the graphics card as they are.
"""

import struct
from collections.abc import Sequence
from typing import Final

PROTOCOL: Final = "relay-positions-v1"
"""The WebSocket subprotocol that names this format."""
VERSION: Final = 1
SNAPSHOT: Final = 0
"""Replaces everything that the receiver knew."""
DELTA: Final = 1
"""Adds to it, and takes away what is gone."""
HEADER: Final = struct.Struct("<BBHId")
LONGEST_AGE_MS: Final = 2**31 - 1
NO_HEADING: Final = -1
NO_SPEED: Final = 65535


def frame(kind: int, at: int, columns: Sequence[Sequence[int]], gone: Sequence[int] = ()) -> bytes:
    """One frame. `columns`: ids, lat_e7, lon_e7, times of the fixes in Unix ms, headings, speeds, of equal length.

    Ages count from `at`, the hub's Unix ms, and lie between 0 and LONGEST_AGE_MS.
    """
    ids, lats, lons, times, headings, speeds = columns
    count = len(ids)
    ints = f"<{count}i"
    ages = [at - time for time in times]
    if count and (min(ages) < 0 or max(ages) > LONGEST_AGE_MS):
        ages = [min(max(age, 0), LONGEST_AGE_MS) for age in ages]
    return b"".join((
        HEADER.pack(VERSION, kind, 0, count, at),
        struct.pack(ints, *ids),
        struct.pack(ints, *lats),
        struct.pack(ints, *lons),
        struct.pack(ints, *ages),
        struct.pack(f"<{count}h", *headings),
        struct.pack(f"<{count}H", *speeds),
        struct.pack(f"<I{len(gone)}i", len(gone), *gone),
    ))  # fmt: skip


def heading(centidegrees: int | None) -> int:
    """A heading as frames say it: tenths of a degree below 3600."""
    return NO_HEADING if centidegrees is None else (centidegrees + 5) // 10 % 3600


def speed(cms: int | None) -> int:
    """A speed as frames say it: cm/s, at most 65534."""
    return NO_SPEED if cms is None else min(cms, NO_SPEED - 1)
