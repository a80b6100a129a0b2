"""The check digit of GS1 keys: weights 3 and 1 from the right (GS1 General Specifications, 7.9.1)."""

_THREES = 48 * 3
_ONES = 48


def is_digits(text: str) -> bool:
    """Whether a text is of ASCII digits only, at least one: str.isdigit also takes those of other scripts."""
    return text.isascii() and text.isdigit()


def check_digit(digits: str) -> str:
    """The digit that completes a key, for all its digits but the last.

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
    return len(digits) > 1 and is_digits(digits) and check_digit(digits[:-1]) == digits[-1]


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
