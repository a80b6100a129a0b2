"""How people are named to those who need not know them: 王*芳, W*** F***, and four digits of a telephone. Pure."""

import unicodedata
from typing import Final

MASK: Final = "*"
LAST: Final = 4
_WORD: Final = "***"


def masked(name: str) -> str:
    """A name by its first and last character, in Chinese; other names by the first letter of each word.

    However short the name, at least one character is hidden.
    """
    words = unicodedata.normalize("NFKC", name).split()
    if len(words) == 1 and _is_han(words[0][0]):
        sign = words[0]
        return sign[0] + MASK if len(sign) < 3 else sign[0] + MASK * min(2, len(sign) - 2) + sign[-1]
    return " ".join((word[0] if len(word) > 1 else "") + _WORD for word in words[:4])


def last_digits(phone: str) -> str:
    """The last four digits of a telephone number, '' where it has fewer than seven: then four would nearly be it."""
    found = digits(phone)
    return found[-LAST:] if len(found) >= 7 else ""


def digits(phone: str) -> str:
    """The digits of a telephone number as 0 to 9, whatever was written between them or in which script."""
    return "".join(str(unicodedata.digit(sign)) for sign in phone if unicodedata.digit(sign, None) is not None)


def _is_han(sign: str) -> bool:
    return unicodedata.name(sign, "").startswith("CJK")
