"""What a hub's database says of the time of each scan: read by hand, not by the hub's own code."""

import json
import sqlite3
from dataclasses import dataclass
from itertools import pairwise
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the hub says of it: corrected time, bounds (None: none) and mark."""

    at: int
    low: float | None
    high: float | None
    estimated: bool


def found_in(db: sqlite3.Connection) -> dict[tuple[str, str, int], Found]:
    """Every scan in the journal, with the corrected time of its sighting and the bounds that its batch gives."""
    rows = db.execute(
        "SELECT device.name, lane.id, journal.after, journal.received_at, journal.applied, journal.body FROM journal"
        " JOIN lane ON lane.id = lane_id JOIN device ON device.id = device_id WHERE lane.lane = 'facts'"
    )
    found = {}
    for name, lane, after, received, applied, body in rows.fetchall():
        if applied is not None:
            raise RuntimeError("a batch came in pieces: this benchmark loses nothing on the way")
        batch = json.loads(body)
        for seq, item in enumerate(batch["items"], after + 1):
            query = "SELECT at FROM sighting WHERE lane_id = ? AND seq = ?"
            at = db.execute(query, (lane, seq)).fetchone()[0]
            low, high, marked = _bounds(batch.get("clock"), item["up"])
            sure = low is not None and high is not None and high - at <= 2_000 and at - low <= 2_000
            high = None if high is None else min(high, received)
            low = None if low is None else min(low, received)
            key = (name, item["labels"][0], item["up"])
            found[key] = Found(at=at, low=low, high=high, estimated=marked or not sure)
    return found


def _bounds(clock: dict[str, Any] | None, up: int) -> tuple[float | None, float | None, bool]:
    """Between what the true time of an item lay, as its device says, and whether it says that it guesses."""
    if clock is None:
        return None, None, True
    points = clock.get("points") or [[up, clock["base"], clock["error"], clock["error"]]]
    points = [[points[0][0] - 1e12, *points[0][1:]], *points, [points[-1][0] + 1e12, *points[-1][1:]]]
    for (a, *left), (b, *right) in pairwise(points):
        if a <= up <= b:
            part = (up - a) / max(1, b - a)
            base, before, after = (x + (y - x) * part for x, y in zip(left, right, strict=True))
            beyond = 2.0 + 1e-4 * min(abs(up - points[1][0]), abs(up - points[-2][0])) * (part != 0)
            slack = beyond if left == right else 2.0
            return up + base - before - slack, up + base + after + slack, bool(clock.get("estimated"))
    raise ValueError(f"points out of order: {points}")
