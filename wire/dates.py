"""The dates of GS1 labels: two-digit years, and day 00 for the last of a month."""

from typing import Final

from wire.checkdigits import is_digits

DEFAULT_YEAR: Final = 2026
"""The year that two-digit years are read around where the caller names none: 77 to 99 are 1977 to 1999, 00 to 76 are
2000 to 2076. A constant, so that device, hub and rebuild read one label alike on any day; it can be moved with a
release once dates beyond 2076 or before 1977 matter."""


def is_day(year: int, month: int, day: int) -> bool:
    """Whether the Gregorian calendar has that day."""
    return 1 <= month <= 12 and 1 <= day <= _days_of(month, leap=_is_leap(year))


def date_of(digits: str, year: int = DEFAULT_YEAR) -> int:
    """A date yyyymmdd out of YYMMDD, 0 if there is no such day; day 00 is the last of its month.

    The century is the one that brings the year nearest to `year` (General Specifications, 7.12; day 00 by 3.4.2 to
    3.4.7).
    """
    found = _YEARS.get(digits[:2]) if year == DEFAULT_YEAR else _year(digits, year)
    if found is None:
        return 0
    start, days = found
    day = days.get(digits[2:])
    return 0 if day is None else start + day


def _year(digits: str, year: int) -> tuple[int, dict[str, int]] | None:
    """yyyy0000 and the days of the year that a date YYMMDD is in; None for a year beyond four digits."""
    if not is_digits(digits[:2]):
        return None
    whole = _whole(int(digits[:2]), year)
    return (whole * 10_000, _LEAP_DAYS if _is_leap(whole) else _DAYS) if 1 <= whole <= 9999 else None


def _whole(two: int, year: int) -> int:
    """The year that ends in these two digits, at most 49 before and 50 after `year`."""
    ahead = two - year % 100
    return year - year % 100 + two + (-100 if ahead >= 51 else 100 if ahead <= -50 else 0)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _days_of(month: int, *, leap: bool) -> int:
    return 28 + leap if month == 2 else 30 + (month + month // 8) % 2


def _calendar(*, leap: bool) -> dict[str, int]:
    days: dict[str, int] = {}
    for month in range(1, 13):
        last = _days_of(month, leap=leap)
        days |= {f"{month:02d}{day:02d}": month * 100 + (day or last) for day in range(last + 1)}
    return days


_DAYS: Final = _calendar(leap=False)
_LEAP_DAYS: Final = _calendar(leap=True)
"""Month and day as a number, by MMDD."""
_YEARS: Final = {two: _year(two, DEFAULT_YEAR) for two in (f"{number:02d}" for number in range(100))}
"""The years around DEFAULT_YEAR, by their last two digits."""
