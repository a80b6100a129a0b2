"""Frames of the live positions, made by the layout of the contract and by nothing of the hub's."""

import struct

VERSION = 1
SNAPSHOT, DELTA = 0, 1
Row = tuple[int, int, int, int, int, int]
"""(id, lat_e7, lon_e7, age_ms, heading in 0.1 degree or -1, speed in cm/s or 65535)."""


def frame(kind: int, hub_ms: float, rows: list[Row], gone: tuple[int, ...] = (), version: int = VERSION) -> bytes:
    """One binary message."""
    head = struct.pack("<BBHId", version, kind, 0, len(rows), hub_ms)
    columns = (struct.pack(f"<{len(rows)}{code}", *(row[at] for row in rows)) for at, code in enumerate("iiiihH"))
    return head + b"".join(columns) + struct.pack(f"<I{len(gone)}i", len(gone), *gone)
