"""What a GNSS receiver said about one moment, whatever protocol it speaks, and the ground between two places."""

from math import cos, hypot, radians

from msgspec import Struct

from wire.messages import Quality

METRES_PER_E7 = 0.011131949
"""One 1e-7 degree along a meridian, on a sphere of 6,378,137 m."""
_TURN_E7 = 3_600_000_000


class Reading(Struct, frozen=True, kw_only=True):
    """One fix: `t_ms` is the receiver's UTC in Unix milliseconds; the units are those of wire.messages.Fix."""

    t_ms: int
    lat_e7: int
    lon_e7: int
    quality: Quality = Quality.GNSS
    alt_cm: int | None = None
    speed_cms: int | None = None
    heading_cd: int | None = None
    hdop_c: int | None = None
    sats: int | None = None


def offset_m(lat_e7: int, lon_e7: int, to_lat_e7: int, to_lon_e7: int) -> tuple[float, float]:
    """Metres north and east from one place to another; meant for places up to some kilometres apart."""
    turn = (to_lon_e7 - lon_e7 + _TURN_E7 // 2) % _TURN_E7 - _TURN_E7 // 2
    return (to_lat_e7 - lat_e7) * METRES_PER_E7, turn * METRES_PER_E7 * cos(radians(lat_e7 * 1e-7))


def distance_m(lat_e7: int, lon_e7: int, to_lat_e7: int, to_lon_e7: int) -> float:
    """Metres between two places, as `offset_m` sees them."""
    return hypot(*offset_m(lat_e7, lon_e7, to_lat_e7, to_lon_e7))
