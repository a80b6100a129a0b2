"""What the value of an AI must be besides its length and characters: check digits, dates, codes, ranges.

A check takes one component of a value, whose length and characters are right already, and says "" or what is wrong
with it, as the end of a sentence. Sources: GS1 General Specifications, section 3 and 7.9; those named beside a check.
"""

import re
from collections.abc import Callable
from typing import Final

from wire.ai_codes import COUNTRIES, COUNTRIES_2, CURRENCIES, PACKAGES
from wire.checkdigits import check_digit, check_pair, fits
from wire.coupons import coupon, offer
from wire.dates import date_of, is_day

Check = Callable[[str], str]

_PREFIX_DIGITS: Final = 4
"""A GS1 Company Prefix has 4 to 12 digits (1.4.2)."""
_MEDIA: Final = frozenset(f"{code:02d}" for code in (*range(1, 11), *range(80, 100)))
_PERCENT = re.compile(r"(?:[^%]|%[0-9A-Fa-f]{2})*").fullmatch
_POSITION = re.compile(r"([1-9][0-9]*)/([1-9][0-9]*)").fullmatch
_IBAN = re.compile(r"[A-Z]{2}[0-9A-Z]{9,32}").fullmatch
_BASE64 = re.compile(r"[-0-9A-Z_a-z]+={0,2}").fullmatch


def digit(key: str) -> str:
    return "" if fits(key) else f"ends in {key[-1]}, its check digit is {check_digit(key[:-1])}"


def pair(key: str) -> str:
    """Check character pair of an alphanumeric key (7.9.5)."""
    if len(key) < 3:
        return "is too short for a check character pair"
    right = check_pair(key[:-2])
    return "" if key[-2:] == right else f"ends in {key[-2:]}, its check characters are {right}"


def key(text: str) -> str:
    start = text[:_PREFIX_DIGITS]
    sound = len(start) == _PREFIX_DIGITS and start.isdigit()
    return "" if sound else f"does not begin with a company prefix of {_PREFIX_DIGITS} digits or more"


def key1(text: str) -> str:
    return key(text[1:])


def letter(text: str) -> str:
    return "has no character beside digits" if text.isdigit() else ""


def date0(digits: str) -> str:
    return "" if date_of(digits) else "is no date"


def date(digits: str) -> str:
    return "" if digits[4:] != "00" and date_of(digits) else "is no date"


def date8(digits: str) -> str:
    return "" if is_day(int(digits[:4]), int(digits[4:6]), int(digits[6:])) else "is no date"


def hour(digits: str) -> str:
    return "" if digits < "24" else "is no hour of a day"


def sixty(digits: str) -> str:
    return "" if digits < "60" else "is more than 59"


def time(digits: str) -> str:
    return hour(digits[:2]) or sixty(digits[2:])


def country(code: str) -> str:
    return "" if code in COUNTRIES else "is no country code of ISO 3166-1"


def country999(code: str) -> str:
    return "" if code == "999" else country(code)


def country2(code: str) -> str:
    return "" if code in COUNTRIES_2 else "is no country code of ISO 3166-1"


def currency(code: str) -> str:
    return "" if code in CURRENCIES else "is no currency code of ISO 4217"


def iban(text: str) -> str:
    """International bank account number (ISO 13616-1): the check digits make the rearranged number 1 modulo 97."""
    if not _IBAN(text):
        return "is no bank account number"
    country_fault = country2(text[:2])
    if country_fault:
        return country_fault
    number = "".join(str(int(character, 36)) for character in text[4:] + text[:4])
    return "" if int(number) % 97 == 1 else f"has the wrong check digits {text[2:4]}"


def latitude(digits: str) -> str:
    """Degrees from the south pole, in units of 1e-7 (3.5.24)."""
    return "" if int(digits) <= 180 * 10**7 else "is no latitude"


def longitude(digits: str) -> str:
    """Degrees east, in units of 1e-7 (3.5.24)."""
    return "" if int(digits) <= 360 * 10**7 else "is no longitude"


def percent(text: str) -> str:
    return "" if _PERCENT(text) else "has a % without its two hexadecimal digits"


def piece(digits: str) -> str:
    """Piece and total, of equal length (3.9.6)."""
    half = len(digits) // 2
    return "" if 0 < int(digits[:half]) <= int(digits[half:]) else "is no piece of a total"


def position(text: str) -> str:
    found = _POSITION(text)
    return "" if found and int(found[1]) <= int(found[2]) else "is no position in a sequence, such as 1/3"


def base64(text: str) -> str:
    """Base 64 for file names (figure 7.11-3); padded, GS1's reference has its length a multiple of three."""
    sound = _BASE64(text) and (text[-1] != "=" or len(text) % 3 == 0)
    return "" if sound else "is wrongly padded"


def flag(text: str) -> str:
    return "" if text in {"0", "1"} else "is neither 0 nor 1"


def nonzero(digits: str) -> str:
    return "" if digits.strip("0") else "is zero"


def zero(digits: str) -> str:
    return "is not zero" if digits.strip("0") else ""


def unpadded(digits: str) -> str:
    return "begins with a zero" if digits[0] == "0" else ""


def winding(text: str) -> str:
    return "" if text in {"0", "1", "9"} else "is no winding direction (0, 1 or 9)"


def sex(text: str) -> str:
    return "" if text in {"0", "1", "2", "9"} else "is no code of ISO/IEC 5218 (0, 1, 2 or 9)"


def media(text: str) -> str:
    return "" if text in _MEDIA else "is no media type in use (01 to 10, 80 to 99)"


def importer(text: str) -> str:
    return "" if text.isalnum() or text in {"-", "_"} else "is no importer index"


def package(text: str) -> str:
    return "" if text in PACKAGES else "is no package type"


def hyphen(text: str) -> str:
    return "" if text == "-" else "is no minus sign"


CHECKS: Final[dict[str, Check]] = {
    check.__name__: check
    for check in (
        *(digit, pair, key, key1, letter, date0, date, date8, hour, sixty, time, country, country999, country2),
        *(currency, iban, latitude, longitude, percent, piece, position, base64, flag, nonzero, zero, unpadded),
        *(winding, sex, media, importer, package, hyphen, coupon, offer),
    )
}
"""Every check by the name that the table of AIs has for it."""
