"""Days as one number, yyyymmdd: how dates stand on labels, and how they compare and are kept. Pure.

Two of them compare like the days that they name, so only what counts days needs a calendar. Days run to the year 9999;
what would be beyond is held there.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

LAST: Final = 99991231
FIRST: Final = 10101


def as_date(day: int) -> date:
    """The date of a day. Raises ValueError for a number that names none."""
    return date(day // 10_000, day // 100 % 100, day % 100)


def as_day(value: date) -> int:
    """A date as one number."""
    return value.year * 10_000 + value.month * 100 + value.day


def later(day: int, days: int) -> int:
    """The day so many days after another."""
    try:
        return as_day(as_date(day) + timedelta(days=days))
    except OverflowError:
        return LAST if days > 0 else FIRST


def each(first: int, last: int) -> Iterator[int]:
    """Every day from one to another, both included."""
    begin = as_date(first)
    for number in range((as_date(last) - begin).days + 1):
        yield as_day(begin + timedelta(days=number))
