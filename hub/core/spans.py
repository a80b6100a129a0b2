"""Hours and days of a zone as spans of time, for sums over them. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, Literal

from hub.core.flows import QUARTER_MS

Step = Literal["hour", "day"]
MOST: Final = 750
"""Spans in one answer: the hours of a month, the days of two years."""
_HOUR_MS: Final = 3_600_000


def spans(start: int, end: int, step: Step, zone: tzinfo) -> Sequence[int]:
    """Where the hours or days of a zone begin, from the one that holds `start` on, and where the last one ends.

    Unix ms, all of them whole quarters of an hour. `end` is in the last one, or is where it ends. Empty where there
    are more than `MOST`.
    """
    if (end - start) / _HOUR_MS > MOST * (24 if step == "day" else 1):
        return []
    try:
        found = [_begin(start, step, zone)]
        while found[-1] < end or len(found) == 1:
            found.append(_next(found[-1], step, zone))
    except (OverflowError, ValueError):  # beyond the years that a calendar has
        return []
    return found if len(found) <= MOST + 1 else []


def _begin(at: int, step: Step, zone: tzinfo) -> int:
    moment = datetime.fromtimestamp(at / 1000, UTC).astimezone(zone)
    begin = moment.replace(minute=0, second=0, microsecond=0)
    return _ms(begin.replace(hour=0, fold=0) if step == "day" else begin)


def _next(at: int, step: Step, zone: tzinfo) -> int:
    if step == "hour":
        return at + _HOUR_MS  # an hour lasts an hour, also when clocks are changed
    day = datetime.fromtimestamp(at / 1000, UTC).astimezone(zone).replace(tzinfo=None)
    return _ms(datetime.combine(day.date() + timedelta(days=1), datetime.min.time(), zone))


def _ms(moment: datetime) -> int:
    at = round(moment.timestamp() * 1000)
    return at - at % QUARTER_MS
