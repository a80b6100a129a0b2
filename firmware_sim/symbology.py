"""AIM symbology identifiers (ISO/IEC 15424) that a scanner puts in front of what it read. Pure."""

import re
from typing import Final

_GS1: Final = re.compile(r"00\d{18}$|0[12]\d{14}")


def aim(code: str, setting: str) -> str:
    """The identifier that a scanner set to `setting` sends: itself, or with "auto" the one that fits the code.

    ]C1 for a GS1-128 element string, ]E0 for EAN-13 and UPC-A, ]E4 for EAN-8, ]C0 (Code 128) for the rest.
    """
    if setting != "auto":
        return setting
    if re.fullmatch(r"\d{13}", code):
        return "]E0"
    if re.fullmatch(r"\d{8}", code):
        return "]E4"
    return "]C1" if _GS1.match(code) else "]C0"
