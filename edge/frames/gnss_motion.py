"""Where a moving receiver can be: what its last readings lead one to expect of the next."""

from math import cos, hypot, radians, sin

from edge.frames.gnss import Reading, offset_m

NEAR_M = 6.0
"""How far a reading may lie from where the track leads: below the 10 m that make a fix false, above usual noise."""
EVEN_MS = 500
"""How far from evenly apart three readings may be."""
_STANDING_CMS = 100
_MAX_SPEED_MPS = 340.0
_SETTLING_M = 500.0  # a receiver that has just found its satellites may leap so far


def drift_m(start: Reading, end: Reading, track: tuple[Reading, Reading] | None) -> float | None:
    """Metres between the end and where the start leads to; None if nothing says how it moved.

    The speed is the mean of what start and end say, else that between the two readings of the track.
    """
    gap_s = (end.t_ms - start.t_ms) / 1_000
    told = [speed for one in (start, end) if (speed := velocity(one)) is not None]
    if told:
        vn = sum(one[0] for one in told) / len(told)
        ve = sum(one[1] for one in told) / len(told)
    elif track is not None:
        first, second = track
        track_s = (second.t_ms - first.t_ms) / 1_000
        if not 0 < track_s <= 10 * gap_s:
            return None
        dn, de = offset_m(first.lat_e7, first.lon_e7, second.lat_e7, second.lon_e7)
        vn, ve = dn / track_s, de / track_s
    else:
        return None
    north, east = offset_m(start.lat_e7, start.lon_e7, end.lat_e7, end.lon_e7)
    return hypot(north - vn * gap_s, east - ve * gap_s)


def velocity(reading: Reading) -> tuple[float, float] | None:
    """Metres a second north and east, as the receiver says."""
    if reading.speed_cms is None:
        return None
    if reading.speed_cms < _STANDING_CMS:
        return 0.0, 0.0
    if reading.heading_cd is None:
        return None
    angle, speed = radians(reading.heading_cd / 100), reading.speed_cms / 100
    return speed * cos(angle), speed * sin(angle)


def reachable(start: Reading, end: Reading) -> bool:
    """Whether anything that carries such a receiver gets there in time."""
    metres = hypot(*offset_m(start.lat_e7, start.lon_e7, end.lat_e7, end.lon_e7))
    return metres <= _SETTLING_M + _MAX_SPEED_MPS * (end.t_ms - start.t_ms) / 1_000


def on_the_way(start: Reading, middle: Reading, end: Reading) -> bool:
    """Whether the middle lies near the straight way from start to end, where its time says."""
    part = (middle.t_ms - start.t_ms) / (end.t_ms - start.t_ms)
    north, east = offset_m(start.lat_e7, start.lon_e7, end.lat_e7, end.lon_e7)
    dn, de = offset_m(start.lat_e7, start.lon_e7, middle.lat_e7, middle.lon_e7)
    return hypot(dn - north * part, de - east * part) <= NEAR_M


def straight(first: Reading, second: Reading, third: Reading) -> bool:
    """Whether three weak readings are evenly spaced in time and each lies where the other two lead."""
    gap, next_gap = second.t_ms - first.t_ms, third.t_ms - second.t_ms
    if abs(gap - next_gap) > EVEN_MS:
        return False
    north, east = offset_m(first.lat_e7, first.lon_e7, second.lat_e7, second.lon_e7)
    dn, de = offset_m(second.lat_e7, second.lon_e7, third.lat_e7, third.lon_e7)
    scale = next_gap / gap
    return hypot(dn - north * scale, de - east * scale) <= NEAR_M * min(1.0, scale)
