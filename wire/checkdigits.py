"""Check digits and check characters of GS1 keys (GS1 General Specifications, 7.9)."""

from itertools import count
from typing import Final

_THREES = 48 * 3
_ONES = 48


def is_digits(text: str) -> bool:
    """Whether a text is of ASCII digits only, at least one: str.isdigit also takes those of other scripts."""
    return text.isascii() and text.isdigit()


def check_digit(digits: str) -> str:
    """The digit that completes a key, for all its digits but the last: weights 3 and 1 from the right (7.9.1).

    Raises ValueError unless `digits` holds ASCII digits only.
    """
    if not is_digits(digits):
        raise ValueError(f"{digits!r} is not of the digits 0 to 9")
    codes = digits.encode()
    near, far = codes[::-2], codes[-2::-2]
    total = 3 * sum(near) - _THREES * len(near) + sum(far) - _ONES * len(far)
    return str(-total % 10)


def is_checked(digits: str) -> bool:
    """Whether a key of ASCII digits ends in its right check digit."""
    return len(digits) > 1 and digits.isascii() and digits.isdigit() and fits(digits)


def fits(key: str) -> bool:
    """Whether a key that is known to be of two or more ASCII digits ends in its right check digit."""
    codes = key.encode()
    # The check digit has weight 1. Each character is 48 more than its digit: 48 once, and twice more at every weight 3.
    return (3 * sum(codes[-2::-2]) + sum(codes[::-2]) - 48 * (len(codes) + len(codes) // 2 * 2)) % 10 == 0


_VALUES: Final = {
    character: value
    for value, character in enumerate(
        "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
    )
}
_PAIR_CHARACTERS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_PRIMES: Final = tuple(
    number for number, _ in zip(filter(lambda n: all(n % d for d in range(2, n)), count(2)), range(90), strict=False)
)


def check_pair(text: str) -> str:
    """The two check characters that complete an alphanumeric key, at most 90 long (7.9.5).

    Each character's place in the character set of figure 7.11-1, times a prime number, 2 for the last; the sum modulo
    1021 in base 32. Raises ValueError for a character that is not in that set.
    """
    try:
        total = sum(_VALUES[character] * prime for character, prime in zip(reversed(text), _PRIMES, strict=False))
    except KeyError as unknown:
        raise ValueError(f"{text!r} has a character that GS1 does not allow") from unknown
    high, low = divmod(total % 1021, 32)
    return _PAIR_CHARACTERS[high] + _PAIR_CHARACTERS[low]


def expand_upc_e(digits: str) -> str | None:
    """The UPC-A, 12 digits, of a UPC-E sent as number system, six digits and check digit; None if it is none.

    Zero suppression by the General Specifications, 5.2.1.3 (UPC-E barcodes).
    """
    if len(digits) != 8 or not is_digits(digits) or digits[0] not in "01":
        return None
    system, six, check = digits[0], digits[1:7], digits[7]
    last = six[5]
    if last in "012":
        body = f"{six[:2]}{last}0000{six[2:5]}"
    elif last == "3":
        body = f"{six[:3]}00000{six[3:5]}"
    elif last == "4":
        body = f"{six[:4]}00000{six[4]}"
    else:
        body = f"{six[:5]}0000{last}"
    whole = f"{system}{body}{check}"
    return whole if is_checked(whole) else None
