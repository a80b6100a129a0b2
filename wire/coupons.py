"""North American coupon codes (AIs 8110 and 8112): rows of digits whose fields say their own lengths.

Sources: GS1 US, North American Coupon Application Guideline Using GS1 DataBar Expanded Symbols (8110), and GS1 AI
(8112) Coupon Data Specification. Only the structure is read; what a coupon is worth is nobody's business here.
"""

from collections.abc import Callable
from typing import Final

from wire.checkdigits import is_digits
from wire.dates import date_of

_SIZES_1_5: Final = "12345"
_PREFIX_SIZES: Final = "0123456"
_REQUIREMENTS: Final = "012349"


class _BadFieldError(Exception):
    """The code ends within a field, or a field has a digit that it may not have."""


class _Digits:
    """Takes fields from the front of a row of digits."""

    def __init__(self, digits: str) -> None:
        self.left = digits

    def take(self, length: int, what: str) -> str:
        if len(self.left) < length:
            raise _BadFieldError(f"ends within the {what}")
        field, self.left = self.left[:length], self.left[length:]
        return field

    def one(self, allowed: str, what: str) -> str:
        found = self.take(1, what)
        if found not in allowed:
            raise _BadFieldError(f"has {found} for the {what}, not one of {allowed}")
        return found

    def sized(self, allowed: str, more: int, what: str) -> str:
        """A field behind a digit that says its length, less `more`."""
        return self.take(int(self.one(allowed, f"length of the {what}")) + more, what)

    def begins(self, field: str) -> bool:
        """Whether the optional field with this number is next; takes its number."""
        found = self.left.startswith(field)
        self.left = self.left[found:]
        return found


def coupon(digits: str) -> str:
    """What is wrong with a coupon code of AI 8110; "" if nothing is."""
    return _judge(digits, _coupon)


def offer(digits: str) -> str:
    """What is wrong with a paperless coupon code of AI 8112; "" if nothing is."""
    return _judge(digits, _offer)


def _judge(digits: str, read: Callable[[_Digits], None]) -> str:
    if not is_digits(digits):
        return "is not of digits"
    code = _Digits(digits)
    try:
        read(code)
    except _BadFieldError as bad:
        return str(bad)
    return f"has {code.left} too much at its end" if code.left else ""


def _coupon(code: _Digits) -> None:
    code.sized(_PREFIX_SIZES, 6, "company prefix")
    code.take(6, "offer code")
    code.sized(_SIZES_1_5, 0, "save value")
    _purchase(code, "first purchase")
    if code.begins("1"):
        code.one("0123", "additional purchase rules")
        _purchase(code, "second purchase")
        _prefix(code, "second purchase")
    if code.begins("2"):
        _purchase(code, "third purchase")
        _prefix(code, "third purchase")
    end = _day(code, "expiry date") if code.begins("3") else None
    start = _day(code, "start date") if code.begins("4") else None
    if end and start and start > end:
        raise _BadFieldError("expires before it starts")
    if code.begins("5"):
        code.sized("0123456789", 6, "serial number")
    if code.begins("6"):
        code.sized("1234567", 6, "retailer")
    if code.begins("9"):
        code.one("01256", "save value code")
        code.one("012", "item that the save value is for")
        code.take(1, "store coupon flag")
        code.one("01", "do-not-multiply flag")


def _offer(code: _Digits) -> None:
    code.one("01", "format")
    code.sized(_PREFIX_SIZES, 6, "funder")
    code.take(6, "offer code")
    code.sized("0123456789", 6, "serial number")


def _purchase(code: _Digits, which: str) -> None:
    code.sized(_SIZES_1_5, 0, f"requirement of the {which}")
    code.one(_REQUIREMENTS, f"requirement code of the {which}")
    code.take(3, f"family code of the {which}")


def _prefix(code: _Digits, which: str) -> None:
    """The company prefix of a further purchase; length 9 says that it is the first one's."""
    if not code.begins("9"):
        code.sized(_PREFIX_SIZES, 6, f"company prefix of the {which}")


def _day(code: _Digits, what: str) -> int:
    digits = code.take(6, what)
    day = date_of(digits)
    if not day or digits.endswith("00"):
        raise _BadFieldError(f"has {digits} for the {what}, which is no date")
    return day
