"""What one cell means: a GTIN, a date, a number. Each reader gives a value or raises CellError with a remedy. Pure.

Spreadsheets spoil what they take for numbers: a GTIN becomes 6.9E+12, leading zeros go, dates become counts of days.
What was spoilt is told and never guessed; where only one reading is possible, the remedy names it.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

from hub.tables.grid import LONGEST_CELL, Cell
from wire.checkdigits import check_digit, is_checked
from wire.display import hidden

LENGTHS: Final = (8, 12, 13, 14)
_SCIENTIFIC: Final = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?[eE][+]?[0-9]+")
_SHORTENED: Final = re.compile(r"[0-9]([.,][0-9]+)?[eE]\+[0-9]{2,3}")
"""How spreadsheets write a number of more digits than its cell shows, but hardly anybody a lot."""
_EXACT_DIGITS: Final = 15
"""So many digits of a number a spreadsheet keeps."""
_ROUNDED: Final = {"number": "0" * 5, "text": "0" * 7}
"""How a GTIN ends that a spreadsheet rounded: as text it may have been written out from 6.90123E+12 later. One
company's item 00000 may end in six."""
_WHOLE: Final = re.compile(r"[+-]?[0-9]+(\.0+)?")
_THOUSANDS: Final = re.compile(r"[0-9]{1,3}(,[0-9]{3})+")
_DECIMAL: Final = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,20})?")
_YEAR_FIRST: Final = re.compile(
    r"([0-9]{4})(?:[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?|([0-9]{2})([0-9]{2}))(?: 0?0:00(:00)?)?"
)
_YEAR_LAST: Final = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})")
_EPOCH: Final = date(1899, 12, 30)
"""Day 0 of spreadsheets."""
_YES: Final = frozenset({"yes", "y", "true", "1", "x", "是", "有"})
_NO: Final = frozenset({"", "no", "n", "false", "0", "否", "无"})
_AS_TEXT: Final = "format the column as text, and enter it again as it stands on the package"

Reader = Callable[[Cell], Any]


class CellError(ValueError):
    """A cell that cannot be understood: what is wrong, and what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


def plain(cell: Cell) -> str:
    """The text of a cell. Raises CellError for formulas, errors of the spreadsheet, and what does not show itself."""
    if cell.kind == "formula":
        raise CellError(f"this is a formula: {cell.text[:60]}", "copy the column and paste it back as values")
    if cell.kind == "error":
        raise CellError(f"the spreadsheet could not compute this: {cell.text[:20]}", "enter the value")
    text = cell.text.replace("\u00a0", " ").replace("\u3000", " ").strip()
    if len(text) > LONGEST_CELL:
        raise CellError(f"this has {len(text)} characters", f"shorten it to {LONGEST_CELL} at most")
    found = hidden(text.replace("\n", " ").replace("\t", " "))
    if found is not None:
        raise CellError(f"there is a character in it that does not show: {found}", "type it again")
    return text


def text(longest: int) -> Reader:
    """Any text of at most so many characters, line breaks as spaces."""

    def read(cell: Cell) -> str:
        found = " ".join(plain(cell).split())
        if len(found) > longest:
            raise CellError(f"this has {len(found)} characters", f"shorten it to {longest} at most")
        return found

    return read


def pattern(allowed: str, sentence: str) -> Reader:
    """An id: full-width characters are read as what they stand for."""
    fits = re.compile(allowed).fullmatch

    def read(cell: Cell) -> str:
        found = unicodedata.normalize("NFKC", plain(cell))
        if cell.kind == "date":
            raise CellError(
                f"the spreadsheet made a date of this: {found}", "format the column as text, enter it again"
            )
        if _SHORTENED.fullmatch(found) or (cell.kind == "number" and len(found) > _EXACT_DIGITS):
            raise CellError(f"a spreadsheet made {found[:60]} of this: its last digits are lost", _AS_TEXT)
        if not fits(found):
            raise CellError(f"{found[:60]!r} cannot be used here", sentence)
        return found

    return read


def choice(words: dict[str, str]) -> Reader:
    """One of several words, by any of their names."""
    known = {name.casefold(): word for name, word in words.items()}
    listed = ", ".join(dict.fromkeys(words.values()))

    def read(cell: Cell) -> str:
        found = plain(cell)
        word = known.get(found.casefold())
        if word is None:
            raise CellError(f"{found[:60]!r} is none of the words for this", f"use one of {listed}")
        return word

    return read


def flag(cell: Cell) -> bool:
    """Yes or no, in English or Chinese; an empty cell is no."""
    found = plain(cell).casefold()
    if found in _YES | _NO:
        return found in _YES
    raise CellError(f"{found[:60]!r} is neither yes nor no", "write yes or no")


def whole(least: int, most: int) -> Reader:
    """A whole number. `1,200` is read where the commas stand between thousands."""

    def read(cell: Cell) -> int:
        found = unicodedata.normalize("NFKC", plain(cell))
        if _THOUSANDS.fullmatch(found):
            found = found.replace(",", "")
        if not _WHOLE.fullmatch(found) or len(found) > 25:
            raise CellError(f"{found[:60]!r} is no whole number", f"write a number from {least} to {most}, digits only")
        value = int(found.partition(".")[0])
        if not least <= value <= most:
            raise CellError(f"{value} is not possible here", f"write a number from {least} to {most}")
        return value

    return read


def decimal(least: float, most: float) -> Reader:
    """A number with a decimal point."""

    def read(cell: Cell) -> float:
        found = unicodedata.normalize("NFKC", plain(cell))
        if not _DECIMAL.fullmatch(found):
            hint = "write it with a decimal point and nothing else, such as 31.2304"
            raise CellError(f"{found[:60]!r} is no number", hint)
        value = float(found)
        if not least <= value <= most:
            raise CellError(f"{found} is not possible here", f"write a number from {least:g} to {most:g}")
        return value

    return read


def gtin(cell: Cell) -> str:
    """A GTIN as 14 digits; spaces and hyphens between them are left out."""
    found = re.sub(r"(?<=[0-9])[\s-]+(?=[0-9])", "", unicodedata.normalize("NFKC", plain(cell)).removeprefix("'"))
    if _SCIENTIFIC.fullmatch(found):
        raise CellError(f"a spreadsheet made {found} of a GTIN: its last digits are lost", _AS_TEXT)
    if re.fullmatch(r"[0-9]+\.0+", found):
        found = found.partition(".")[0]
    if not (found.isascii() and found.isdigit()):
        raise CellError(f"{found[:60]!r} is no GTIN", "write its 8, 12, 13 or 14 digits")
    if not found.strip("0"):
        raise CellError(f"{found[:30]} is nobody's GTIN", "write what stands on the package, or leave the row out")
    if len(found) >= 8 and found.endswith(_ROUNDED.get(cell.kind, _ROUNDED["text"])):
        raise CellError(f"{found} was rounded by a spreadsheet: its last digits are lost", _AS_TEXT)
    if len(found) not in LENGTHS:
        raise _wrong_length(found)
    if not is_checked(found):
        right = check_digit(found[:-1])
        message = f"the check digit of {found} is {found[-1]}, and {right} would be right"
        raise CellError(message, f"read the package again; {found[:-1]}{right} if only the last digit was mistyped")
    return found.zfill(14)


def _wrong_length(digits: str) -> CellError:
    fitting = [digits.zfill(length) for length in LENGTHS if length > len(digits)]
    # A check digit is the same with zeros in front, so it says whether they were lost, but not how many.
    if fitting and is_checked(fitting[0]) and len(digits) > 5:
        message = f"{digits} has {len(digits)} digits: a spreadsheet took its leading zeros"
        return CellError(message, f"format the column as text and write {fitting[0]}")
    return CellError(f"{digits[:30]} has {len(digits)} digits", "a GTIN has 8, 12, 13 or 14: " + _AS_TEXT)


def day(cell: Cell) -> int:
    """A date as yyyymmdd: 2027-12-31, 2027/12/31, 20271231, 2027年12月31日, or a date of the spreadsheet."""
    found = unicodedata.normalize("NFKC", plain(cell))
    remedy = "write it as 2027-12-31"
    match = _YEAR_FIRST.fullmatch(found)
    if match is not None:
        year, month, of_month = int(match[1]), int(match[2] or match[4]), int(match[3] or match[5])
        try:
            return int(date(year, month, of_month).strftime("%Y%m%d"))
        except ValueError as error:
            raise CellError(f"there is no day {found}", remedy) from error
    match = _YEAR_LAST.fullmatch(found)
    if match is not None:
        raise CellError(f"{found} may be read in two ways: day or month first", _either(match))
    if cell.kind == "number" and _WHOLE.fullmatch(found) and 20_000 < int(float(found)) < 110_000:
        meant = _EPOCH + timedelta(days=int(float(found)))
        raise CellError(f"{found} is a spreadsheet's count of days", f"format the column as date, or write {meant}")
    raise CellError(f"{found[:60]!r} is no date", remedy)


def _either(match: "re.Match[str]") -> str:
    first, second, year = int(match[1]), int(match[2]), int(match[3])
    meant = [(first, second), (second, first)]
    days = sorted({f"{year:04d}-{month:02d}-{of:02d}" for of, month in meant if 1 <= month <= 12 and 1 <= of <= 31})
    return f"write {' or '.join(days)}" if days else "write it as 2027-12-31"
