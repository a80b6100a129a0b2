"""Fields of NMEA 0183 sentences, as integers. An empty field is None.

What is no number raises ValueError; what is out of range raises FieldError, which is one.
"""

from datetime import date
from functools import lru_cache

DAY_MS = 86_400_000
_EPOCH_ORDINAL = 719_163  # date(1970, 1, 1).toordinal()
_FIRST_CENTURY_YEAR = 80  # GPS time begins in 1980: a two-digit year below it is 20xx, as gpsd reads it
_CMS_PER_KNOT = 185_200 / 3_600
_MAX_SPEED_KNOTS = 1_900.0
_LOWEST_M, _HIGHEST_M = -10_000.0, 100_000.0
_MAX_DOP = 99.0  # receivers without a solution say 99.0, 99.9 or 100.0
_MAX_SATS = 200
_HALF_TURN_E7 = 1_800_000_000
_QUARTER_TURN_E7 = 900_000_000
_SCALE: tuple[int, ...] = tuple(10**places for places in range(10))


class FieldError(ValueError):
    """A field is out of its range."""


@lru_cache(maxsize=8)
def tod_ms(text: bytes | None) -> int | None:
    """Milliseconds since midnight of hhmmss[.s...]."""
    if text is None:
        return None
    hours, seconds = int(text[:2]), int(text[4:6])
    if hours > 23 or seconds > 60:
        raise FieldError
    return (hours * 60 + int(text[2:4])) * 60_000 + seconds * 1_000 + int((text[7:10] + b"000")[:3])


def day_number(day: bytes, month: bytes, year: int) -> int:
    try:
        return date(year, int(month), int(day)).toordinal() - _EPOCH_ORDINAL
    except ValueError as error:
        raise FieldError from error


@lru_cache(maxsize=8)
def short_day(text: bytes | None) -> int | None:
    """Days since 1970 of ddmmyy; the Telit HE910 writes 1999 as -1 after a GPS week rollover."""
    if text is None:
        return None
    year = 99 if text[4:] == b"-1" else int(text[4:])
    return day_number(text[:2], text[2:4], year + (1900 if year >= _FIRST_CENTURY_YEAR else 2000))


def _angle_e7(text: bytes, letter: bytes, limit: int) -> int:
    """Degrees and minutes to 1e-7 degrees, exactly: in units of the last decimal, half away from zero."""
    whole, _, fraction = text.partition(b".")
    scale = _SCALE[len(fraction)]
    degrees, minutes = divmod(int(whole + fraction), 100 * scale)
    if minutes >= 60 * scale:
        raise FieldError
    angle: int = ((degrees * 60 * scale + minutes) * 20_000_000 + 60 * scale) // (120 * scale)
    if angle > limit:
        raise FieldError
    return -angle if letter in b"SW" else angle


@lru_cache(maxsize=4)
def place(lat: bytes | None, ns: bytes, lon: bytes, ew: bytes) -> tuple[int | None, int | None]:
    """Latitude and longitude in 1e-7 degrees. Remembered, because the sentences of an epoch repeat it."""
    if lat is None:
        return None, None
    return _angle_e7(lat, ns, _QUARTER_TURN_E7), _angle_e7(lon, ew, _HALF_TURN_E7)


def speed(knots: bytes) -> int | None:
    if not knots:
        return None
    value = float(knots)
    if value > _MAX_SPEED_KNOTS:
        raise FieldError
    return round(value * _CMS_PER_KNOT) if value >= 0 else None


def heading(degrees: bytes) -> int | None:
    if not degrees:
        return None
    value = float(degrees)
    if value > 360:
        raise FieldError
    return round(value * 100) if value >= 0 else None


def altitude(metres: bytes) -> int | None:
    if not metres:
        return None
    value = float(metres)
    if not _LOWEST_M <= value <= _HIGHEST_M:
        raise FieldError
    return round(value * 100)


def hdop(text: bytes) -> int | None:
    if not text:
        return None
    value = float(text)
    return round(value * 100) if 0 <= value < _MAX_DOP else None


def sats(text: bytes | None) -> int | None:
    if text is None:
        return None
    value = int(text)
    if value > _MAX_SATS:
        raise FieldError
    return value
