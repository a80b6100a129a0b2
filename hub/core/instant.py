"""Times as people and programs exchange them: RFC 3339, UTC, milliseconds."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_MS: Final = -62_135_596_800_000
_LAST_MS: Final = 253_402_300_799_999
_FORM = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def rfc3339(ms: int) -> str:
    """Unix milliseconds as `2026-11-23T03:25:53.123Z`; a clock beyond the years 1 to 9999 is shown at their edge."""
    moment = _EPOCH + timedelta(milliseconds=min(max(ms, _FIRST_MS), _LAST_MS))
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def parse(text: str) -> int:
    """Unix milliseconds of an RFC 3339 time. Raises ValueError for anything else."""
    if _FORM.fullmatch(text) is None:
        raise ValueError(f"{text[:40]!r} is no time; write it like 2026-11-23T03:25:53Z")
    moment = datetime.fromisoformat(text.upper().replace(" ", "T"))
    try:
        return (moment - _EPOCH) // timedelta(milliseconds=1)
    except OverflowError as error:
        raise ValueError(f"{text[:40]!r} is beyond the years that can be told") from error


def day(yyyymmdd: int) -> str:
    """A date written as one number, as `2027-12-31`."""
    return f"{yyyymmdd // 10_000:04d}-{yyyymmdd // 100 % 100:02d}-{yyyymmdd % 100:02d}"
