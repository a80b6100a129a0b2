"""GS1 element strings, keys and check digits, encoded independently of the rest of the project. Pure.

Source: GS1 General Specifications, sections 3 (application identifiers), 7.8 (element strings, FNC1 as separator)
and 7.9 (check digits). All keys begin with 952, which GS1 reserves for demonstrations and examples.
"""

from datetime import date
from typing import Final

GS: Final = "\x1d"
DEMO_PREFIX: Final = "952"

_FIXED: Final = {"00": 18, "01": 14, "02": 14, "11": 6, "13": 6, "15": 6, "17": 6, "20": 2}
"""Element strings of predefined length: no separator after them, and how long their values are."""
_VARIABLE: Final = {"10": 20, "21": 20, "30": 8, "37": 8}


def check_digit(digits: str) -> str:
    """The last digit of a GTIN, SSCC or GLN whose other digits are given (weights 3 and 1 from the right)."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def gtin(company: int, reference: int, *, indicator: int = 0) -> str:
    """A GTIN-14; with indicator 0 it is a GTIN-13 written with a leading zero."""
    body = f"{indicator}{DEMO_PREFIX}{company:05d}{reference:04d}"
    return body + check_digit(body)


def sscc(company: int, serial: int, *, extension: int = 0) -> str:
    """The serial number of a shipping container, 18 digits."""
    body = f"{extension}{DEMO_PREFIX}{company:05d}{serial:08d}"
    return body + check_digit(body)


def is_valid_key(key: str) -> bool:
    """Whether the check digit of a GTIN or SSCC fits."""
    return key.isdecimal() and key.isascii() and len(key) in {8, 12, 13, 14, 18} and check_digit(key[:-1]) == key[-1]


def six_digits(day: date) -> str:
    """A date as YYMMDD."""
    return f"{day:%y%m%d}"


def element_string(*elements: tuple[str, str]) -> str:
    """What a scanner sends for (application identifier, value) pairs: GS after each variable one but the last."""
    text = ""
    for place, (identifier, value) in enumerate(elements, 1):
        text += identifier + value
        if identifier not in _FIXED and place < len(elements):
            text += GS
    return text


def read_elements(text: str) -> dict[str, str]:
    """The elements of a string that `element_string` made, by identifier; raises ValueError for any other."""
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        identifier = text[at : at + 2]
        at += 2
        if identifier in _FIXED:
            end = at + _FIXED[identifier]
        elif identifier in _VARIABLE:
            end = text.find(GS, at) if GS in text[at:] else len(text)
        else:
            raise ValueError(f"no element string of ours: {text!r}")
        found[identifier] = text[at:end]
        at = end + 1 if text[end : end + 1] == GS else end
    return found
