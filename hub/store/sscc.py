"""Numbers for handling units (SSCC), reserved in ranges for single devices, so that they can number without a network.

A restored hub does not know what it reserved since its backup, and must not give it out again. So a range lies at a
random place among all that are free: that two hubs of one past ever give out the same one is as unlikely as there are
many places (one in ten million for a company prefix of seven digits), and a range in which the ledger knows a unit is
never given out. An SSCC is an extension digit, the company prefix, a serial number and a check digit, 18 digits in all
(GS1 General Specifications, 3.3.1).
"""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Connection, func, insert, select

from hub.errors import HubError
from hub.store.reference import document, put_document
from hub.store.schema import account, sscc_range, unit

KEY: Final = "numbering"
EXTENSIONS: Final = 10
DIGITS: Final = 17
"""Of an SSCC without its check digit."""
SIZES: Final = (1000, 100, 10)
"""How many numbers a range holds: the most of which there are PLACES ranges at least."""
PLACES: Final = 100_000
TRIES: Final = 100
MOST_A_DAY: Final = 50
"""Ranges for one device in a day."""
DAY_MS: Final = 86_400_000


class NumberingError(HubError):
    """No numbers for handling units can be reserved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Serial numbers `first` to `last` behind a prefix (extension digit and company prefix); `at` in Unix ms."""

    prefix: str
    first: int
    last: int
    at: int

    @property
    def ends(self) -> tuple[str, str]:
        """Its first and last number: SSCCs without their check digit."""
        digits = DIGITS - len(self.prefix)
        return f"{self.prefix}{self.first:0{digits}d}", f"{self.prefix}{self.last:0{digits}d}"

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return self.last - self.first + 1


def company_prefix(connection: Connection) -> str | None:
    """The GS1 company prefix that units are numbered with; None: nobody entered one."""
    found = document(connection, KEY)
    return None if found is None else str(found["company_prefix"])


def put_company_prefix(connection: Connection, prefix: str) -> None:
    """Number units with this prefix (4 to 12 digits) from now on."""
    put_document(connection, KEY, {"company_prefix": prefix})


def newest(connection: Connection, device: str) -> Range | None:
    """The range that a device was given last."""
    table = sscc_range.c
    query = select(table.prefix, table.low, table.high, table.at).where(table.device == device)
    row = connection.execute(query.order_by(table.id.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    serials = 10 ** (DIGITS - len(row.prefix))
    return Range(prefix=row.prefix, first=row.low % serials, last=row.high % serials, at=row.at)


def reserve(
    connection: Connection, device: str, *, now: int, choose: Callable[[int], int] = secrets.randbelow
) -> Range | None:
    """A new range for a device; None without a company prefix. Raises NumberingError where no numbers are left."""
    company = company_prefix(connection)
    if company is None:
        return None
    since = select(func.count()).where(sscc_range.c.device == device, sscc_range.c.at > now - DAY_MS)
    if connection.execute(since).scalar_one() >= MOST_A_DAY:
        raise NumberingError(f"{device} got {MOST_A_DAY} ranges of numbers in a day; see why it needs so many.")
    serials = 10 ** (DIGITS - 1 - len(company))
    size = next((size for size in SIZES if EXTENSIONS * serials // size >= PLACES), SIZES[-1])
    places = serials // size
    for _ in range(TRIES):
        extension, place = divmod(choose(EXTENSIONS * places), places)
        found = Range(prefix=f"{extension}{company}", first=place * size, last=place * size + size - 1, at=now)
        if not _taken(connection, found):
            low, high = map(int, found.ends)
            connection.execute(
                insert(sscc_range).values(prefix=found.prefix, low=low, high=high, device=device, at=now)
            )
            return found
    raise NumberingError(f"Too few numbers are left behind the company prefix {company}; enter another one.")


def used(connection: Connection, wanted: Range) -> int:
    """How far the ledger knows a range to be used: the greatest serial number of a unit in it, counted from its first.

    0: none is known.
    """
    found = [connection.execute(select(func.max(code)).where(*where)).scalar() for code, where in _within(wanted)]
    digits = max((str(code).rpartition(":")[2] for code in found if code is not None), default=None)
    return 0 if digits is None else int(digits[len(wanted.prefix) : DIGITS]) - wanted.first + 1


def _taken(connection: Connection, wanted: Range) -> bool:
    table = sscc_range.c
    low, high = map(int, wanted.ends)
    near = table.low.between(low - SIZES[0], high)  # of whatever prefix: no range holds more
    reserved = select(table.low).where(near, table.high >= low).limit(1)
    if connection.execute(reserved).first() is not None:
        return True
    return any(connection.execute(select(code).where(*where).limit(1)).first() for code, where in _within(wanted))


def _within(wanted: Range) -> Iterable[tuple[ColumnElement[str], tuple[ColumnElement[bool], ...]]]:
    """Units of a range, and accounts of units: codes end in SSCCs, which sort as serial numbers behind one prefix."""
    low, high = wanted.ends
    for code, kind in ((unit.c.code, "sscc:"), (account.c.code, "unit:sscc:")):
        yield code, (code >= f"{kind}{low}0", code <= f"{kind}{high}9")
