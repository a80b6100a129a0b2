"""Positions of devices, each with its verdict; neighbours that were stored before are judged again."""

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter

from sqlalchemy import Connection

from hub.core.fixes import Point, judge
from hub.ingest.bulk import insert
from hub.ingest.group import FixRow

NEIGHBOURS = 3
"""How many stored fixes are read on either side: the outer one is only a neighbour of the inner ones."""
_FIX = "device_id, t, lane_id, seq, lat_e7, lon_e7, quality, speed_cms, heading_cd, received_at, verdict"
_JUDGED = f"SELECT {_FIX} FROM fix WHERE device_id = ? AND verdict IN ('good', 'jump', 'stuck') AND"
_REJUDGE = "UPDATE fix SET verdict = ? WHERE device_id = ? AND t = ? AND lane_id = ? AND seq = ?"
_time = attrgetter("t", "lane", "seq")


def place(connection: Connection, fixes: list[FixRow]) -> None:
    """Write new fixes."""
    fixes.sort()
    for device, mine in groupby(fixes, key=attrgetter("device")):
        judged = list(_judged(connection, device, list(mine)))
        insert(connection, f"INSERT INTO fix ({_FIX})", judged)


def _judged(connection: Connection, device: int, new: list[FixRow]) -> Iterator[FixRow]:
    """New fixes with their verdicts; neighbours that were stored before are judged again."""
    before, inside, after = _around(connection, device, new[0].t, new[-1].t)
    stored = [*before, *inside, *after]
    chain = sorted([*stored, *(fix for fix in new if fix.verdict == "good")], key=_time)
    verdicts = judge([Point(fix.t, fix.lat_e7, fix.lon_e7, fix.speed_cms) for fix in chain])
    found = {_time(fix): verdict for fix, verdict in zip(chain, verdicts, strict=True)}
    unseen = {_time(side[-1]) for side in (before, after) if len(side) == NEIGHBOURS}
    for fix in stored:
        if _time(fix) not in unseen and found[_time(fix)] != fix.verdict:
            connection.exec_driver_sql(_REJUDGE, (found[_time(fix)], device, *_time(fix)))
    for fix in new:
        yield fix._replace(verdict=found.get(_time(fix), fix.verdict))


def _around(connection: Connection, device: int, first: int, last: int) -> tuple[list[FixRow], ...]:
    """Stored fixes that are good by themselves: before (latest first), inside and after a span of time."""
    parts = (
        (f"{_JUDGED} t < ? ORDER BY t DESC, lane_id DESC, seq DESC LIMIT {NEIGHBOURS}", (device, first)),
        (f"{_JUDGED} t BETWEEN ? AND ?", (device, first, last)),
        (f"{_JUDGED} t > ? ORDER BY t, lane_id, seq LIMIT {NEIGHBOURS}", (device, last)),
    )
    return tuple([FixRow(*row) for row in connection.exec_driver_sql(*part)] for part in parts)
