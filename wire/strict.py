"""The strict door: whether a label follows the GS1 standards to the letter, or every fault that it has.

It is for labels that people type and for those that we print. What a scanner sends goes through wire.labels.parse,
which keeps what can be read of it. Each function takes one way of writing; none raises.
"""

import re
from typing import Final, NamedTuple

from wire import brackets, digital_link
from wire.checkdigits import check_digit, is_checked, is_digits
from wire.elements import GS, Element, message, read

COMPOSITE: Final = "|]e0"
"""Between an EAN and the composite component printed above it."""
_ELEMENTS: Final = frozenset({"]C1", "]d2", "]Q3", "]J1", "]e0", "]e1", "]e2"})
"""GS1-128, GS1 DataMatrix, GS1 QR, GS1 DotCode, DataBar and composites: an element string must follow."""
_PLAIN: Final = frozenset({"]d1", "]Q1", "]J0"})
"""DataMatrix, QR and DotCode without FNC1 in front: a GS1 Digital Link URI, or any text."""
_RETAIL: Final = {"]E0": 13, "]E4": 8, "]I1": 14}
"""EAN-13 and UPC, EAN-8, ITF-14, and their numbers of digits."""
_LOOKS_LIKE_ELEMENTS = re.compile(r"\\*\^").match


class Verdict(NamedTuple):
    """What was found: `message` is what the barcode holds, FNC1 as `^`; it is sound if there are no faults."""

    message: str
    elements: tuple[Element, ...]
    faults: tuple[str, ...]


def element_data(text: str) -> Verdict:
    """Element data with `^` for FNC1, in front and between elements."""
    if not text.startswith("^"):
        return Verdict(text, (), ("element data begins with ^ for FNC1",))
    if GS in text or text.startswith("^^"):
        return Verdict(text, (), ("FNC1 is written ^, once between two elements",))
    elements, faults = read(text[1:].replace("^", GS))
    return Verdict(text, tuple(elements), tuple(faults))


def bracketed(text: str) -> Verdict:
    """AIs in brackets."""
    elements, faults = brackets.read(text)
    return Verdict(message(elements), tuple(elements), tuple(faults))


def link(uri: str, *, short_gtins: bool = False) -> Verdict:
    """A GS1 Digital Link URI; `short_gtins`: by its releases before 1.2, that allowed GTINs of fewer than 14 digits."""
    elements, faults = digital_link.read(uri, short_gtins=short_gtins)
    return Verdict(message(elements), tuple(elements), tuple(faults))


def scan(text: str) -> Verdict:
    """What a scanner sends that is set to send AIM symbology identifiers.

    `message` begins with `^` for element data, after `|` for a composite component; it is the text itself for others,
    with one more backslash where that would look like element data.
    """
    symbology, data = text[:3], text[3:]
    if symbology in _ELEMENTS:
        return _scanned(data)
    if symbology in _RETAIL:
        return _retail(data, _RETAIL[symbology])
    if symbology not in _PLAIN:
        return Verdict(data, (), (f"{symbology!r} is no symbology identifier that GS1 uses",))
    if digital_link.is_web_address(data):
        found = link(data)
        return Verdict(data, found.elements, found.faults)
    return Verdict(f"\\{data}" if _LOOKS_LIKE_ELEMENTS(data) else data, (), ())


def _scanned(data: str) -> Verdict:
    if "^" in data or data.startswith(GS):
        return Verdict(data, (), ("a scanned element string has no ^, and no GS in front",))
    elements, faults = read(data)
    return Verdict("^" + data.replace(GS, "^"), tuple(elements), tuple(faults))


def _retail(data: str, digits: int) -> Verdict:
    code, bar, component = data.partition("|")
    if not is_digits(code) or len(code) != digits:
        return Verdict(data, (), (f"{digits} digits are wanted, not {code[:30]!r}",))
    elements: tuple[Element, ...] = (("01", code.zfill(14)),)
    faults = () if is_checked(code) else (f"{code} ends in {code[-1]}, its check digit is {check_digit(code[:-1])}",)
    if not bar:
        return Verdict(code, elements, faults)
    if not component.startswith("]e0"):
        return Verdict(data, elements, (*faults, "a composite component begins with ]e0"))
    above = _scanned(component[3:])
    return Verdict(f"{code}|{above.message}", elements + above.elements, faults + above.faults)
