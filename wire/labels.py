"""What a scan says: GTIN, SSCC, lot, serial number, dates, count and all else out of the raw text of a label.

Written from the GS1 General Specifications. Reading never fails and never loses: a label with faults carries what
could be read of it beside sentences that say what could not, and a text that is no GS1 is kind `text`. `parse` has a
quick way for the labels that most goods carry and a thorough one for all; a property test holds them equal. Whether a
label follows the standards to the letter is the question of wire/strict.py.

What it is, is told by the AIM symbology identifier in front (`]C1` GS1-128, `]d2` GS1 DataMatrix, `]E0` EAN-13 ...).
Without one only what cannot well be anything else is taken for GS1: a leading FNC1, a faultless element string that
begins with a GTIN or SSCC, in brackets or not, a GS1 Digital Link URI with a sound key, or 8, 12, 13 or 14 digits
with their right check digit.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from wire import brackets, codes, digital_link
from wire.ai_table import LINKED
from wire.checkdigits import check_digit, expand_upc_e, is_checked, is_digits
from wire.dates import DEFAULT_YEAR, date_of
from wire.elements import GS, MOST_FAULTS, Element, element_string, judge, read
from wire.label import LONGEST_KEY, Kind, Label
from wire.label_merge import merge
from wire.pairs import pair_faults

__all__ = [
    "DEFAULT_YEAR",
    "GS",
    "LONGEST_KEY",
    "Kind",
    "Label",
    "check_digit",
    "element_string",
    "merge",
    "pair_faults",
    "parse",
    "parts",
    "typed",
]

GS1_IDENTIFIERS: Final = frozenset({"]C1", "]e0", "]e1", "]e2", "]e3", "]d2", "]Q3", "]J1"})
"""Symbology identifiers of GS1-128, DataBar and composite, GS1 DataMatrix, GS1 QR and GS1 DotCode."""
RETAIL_LENGTHS: Final = {"]E0": 13, "]E3": 13, "]E4": 8, "]I1": 14}
"""EAN-13, UPC-A and UPC-E; the same with an add-on of 2 or 5 digits; EAN-8; ITF-14."""
_COMPOSITE: Final = "|]e0"
"""Between an EAN and the composite component printed above it."""
_IDENTIFIER = re.compile(r"\][A-Za-z][0-9A-Za-z]")
_TEXT: Final = r"[!\"%-?A-Z_a-z]{1,20}"


def parse(raw: str, *, year: int | None = None) -> Label:
    """What a label says. Never raises; `raw` is what the scanner sent, FNC1 as GS (0x1D).

    `year` is the current one, for the century of its dates (General Specifications, 7.12): DEFAULT_YEAR unless told.
    Whether AIs stand beside those that they need is not judged here (see pair_faults): other labels may have them.
    """
    if (year is None or year == DEFAULT_YEAR) and (found := _QUICK(raw)) is not None:
        symbology, gtin, lot, expiry, serial, produced, best_before = found.groups()
        end = date_of(expiry) if expiry else None
        made = date_of(produced) if produced else None
        best = date_of(best_before) if best_before else None
        if end != 0 and made != 0 and best != 0 and is_checked(gtin):
            return Label(
                text=raw[3:] if symbology else raw,
                kind=Kind.GS1,
                symbology=symbology,
                gtin=gtin,
                lot=lot,
                serial=serial,
                expiry=end,
                best_before=best,
                produced=made,
            )
    return thorough(raw, year=DEFAULT_YEAR if year is None else year)


_QUICK = re.compile(
    r"(\](?:C1|d2|e0|Q3|J1))?01([0-9]{14})"
    rf"(?:(?(3)(?!))10({_TEXT})(?:\x1d|\Z)|(?(4)(?!))17([0-9]{{6}})|(?(5)(?!))21({_TEXT})(?:\x1d|\Z)"
    r"|(?(6)(?!))11([0-9]{6})|(?(7)(?!))15([0-9]{6}))*+"
).fullmatch
"""A GTIN, then lot, serial number and dates in any order, none of them twice."""


def parts(raw: str) -> tuple[str | None, ...] | None:
    """The elements of a label of the common shape, as they stand: what parse() reads with little effort.

    Symbology, GTIN, production date, best-before date, expiry date, lot, serial number. None for any other shape.
    Neither check digit nor dates are looked at: two labels that differ in nothing but the last part say the same of
    everything but the serial number.
    """
    found = _COMMON(raw)
    return None if found is None else found.groups()


_COMMON = re.compile(
    r"(\](?:C1|d2|e0|Q3|J1))?01([0-9]{14})(?:11([0-9]{6}))?(?:15([0-9]{6}))?(?:17([0-9]{6}))?"
    rf"(?:10({_TEXT})(?:\x1d|\Z))?(?:21({_TEXT}))?"
).fullmatch


def typed(text: str, *, year: int | None = None) -> Label:
    """What a person typed from a label that no scanner reads: AIs in brackets, digits of a GTIN or SSCC, or any text.

    Unlike in a scan, digits with a wrong check digit are a fault, and so is a code of ours without its check digits.
    """
    text = text.strip()
    own = codes.typed(text)
    if own is not None:
        return _own(text, own, None)
    if text.startswith("("):
        return _of(text, None, *brackets.read(text), DEFAULT_YEAR if year is None else year)
    digits = text.replace(" ", "")
    if is_digits(digits) and len(digits) in {8, 12, 13, 14, 18} and digits.strip("0"):
        sound = is_checked(digits)
        faults = () if sound else (f"{digits} ends in {digits[-1]}, its check digit is {check_digit(digits[:-1])}",)
        if len(digits) == 18:
            return Label(text=digits, kind=Kind.SSCC, sscc=digits, faults=faults)
        return Label(text=digits, kind=Kind.GTIN, gtin=digits.zfill(14), faults=faults)
    if is_digits(digits) and (len(digits), digits[:2]) in {(16, "01"), (20, "00")}:
        return _of(digits, None, *read(digits), DEFAULT_YEAR if year is None else year)
    return parse(text, year=year)


def thorough(raw: str, *, year: int) -> Label:
    """What `parse` gives, the long way: for any text."""
    identifier = _IDENTIFIER.match(raw) if raw[:1] == "]" else None
    symbology = identifier.group() if identifier else None
    text = raw[3:] if identifier else raw
    if symbology in GS1_IDENTIFIERS or text.startswith(GS):
        return _of(text, symbology, *read(text), year)
    if symbology in RETAIL_LENGTHS:
        return _retail(text, symbology, year)
    if own := codes.read(text):
        return _own(text, own, symbology)
    if digital_link.is_web_address(text):
        return _link(text, symbology, year)
    return _unmarked(text, symbology, year)


def _unmarked(text: str, symbology: str | None, year: int) -> Label:
    """A text that nothing but itself says to be GS1."""
    if text.startswith(("01", "00", "(01)", "(00)")):
        elements, faults = brackets.read(text) if text[0] == "(" else read(text)
        label = _of(text, symbology, elements, faults, year)
        if not label.faults:
            return label
    if len(text) in {8, 12, 13, 14} and is_checked(text) and text.strip("0"):
        return Label(text=text, kind=Kind.GTIN, symbology=symbology, gtin=text.zfill(14))
    return Label(text=text, symbology=symbology)


def _of(
    text: str, symbology: str | None, elements: Sequence[Element], faults: list[str], year: int, gtin: str | None = None
) -> Label:
    """A label out of its elements; `gtin` comes from the EAN that they are a component of."""
    rest = dict(elements)
    if len(rest) != len(elements):
        rest = _first(elements, faults)
    if gtin is not None and rest.setdefault("01", gtin) != gtin:
        faults.append("the composite component names another GTIN")
        rest["01"] = gtin
    kind = Kind.SSCC if "00" in rest else Kind.GS1 if rest or not faults else Kind.TEXT
    take = rest.pop
    expiry, best_before, produced = take("17", None), take("15", None), take("11", None)
    sscc, content, lot, serial = take("00", None), take("02", None), take("10", None), take("21", None)
    found, count = take("01", None), None
    if rest:
        count = rest.get("37") or rest.get("30")
        found = found or rest.get("03")
        expiry = expiry or rest.get("7003", "")[:6] or None
    return Label(
        text=text,
        kind=kind,
        symbology=symbology,
        gtin=found,
        sscc=sscc,
        lot=lot,
        serial=serial,
        expiry=_dated("expiry date", expiry, year, faults),
        best_before=_dated("best-before date", best_before, year, faults),
        produced=_dated("production date", produced, year, faults),
        count=None if count is None else int(count),
        content=content,
        more=tuple(sorted(rest.items())),
        faults=_ordered(faults)[:MOST_FAULTS] if faults else (),
    )


def _first(elements: Iterable[Element], faults: list[str]) -> dict[str, str]:
    """The first value of each AI; a fault where a further one differs."""
    values: dict[str, str] = {}
    for ai, value in elements:
        if values.setdefault(ai, value) != value:
            faults.append(f"AI {ai} is there twice and differs")
    return values


def _dated(title: str, digits: str | None, year: int, faults: list[str]) -> int | None:
    """A date as a number. That it is none, read() said already, unless only the given year makes it so."""
    if digits is None:
        return None
    found = date_of(digits, year)
    if not found and date_of(digits):
        faults.append(f"the {title} {digits} is no date")
    return found or None


def _own(text: str, code: codes.Code, symbology: str | None) -> Label:
    """A code of ours: without check digits, so that it is the same typed and scanned."""
    if code.fault:
        return Label(text=text, symbology=symbology, faults=(code.fault,))
    parcel = code.value if code.name == codes.PARCEL else None
    return Label(text=code.text, symbology=symbology, parcel=parcel)


def _link(text: str, symbology: str | None, year: int) -> Label:
    """A web address: a GS1 Digital Link where its path ends in a sound key, else a text like any other."""
    elements, faults = digital_link.read(text)
    if faults:
        wrong: list[str] = []
        if not elements or not judge(*elements[0], wrong) or wrong or elements[0][0] not in LINKED:
            return Label(text=text, symbology=symbology)
    return _of(text, symbology, elements, faults, year)


def _retail(text: str, symbology: str, year: int) -> Label:
    """An EAN, UPC or ITF-14 by its symbology. Scanners that leave digits out are understood, and it is said."""
    code, composite, component = text.partition(_COMPOSITE)
    wanted = RETAIL_LENGTHS[symbology]
    if symbology == "]E3":
        code = code[:13] if len(code) in {15, 18} else ""
    faults: list[str] = []
    if not is_digits(code) or len(code) != wanted:
        faults.append(f"{symbology} promises {wanted} digits, not {code[:30]!r}")
        short = expand_upc_e(code) or (code if len(code) == 12 and is_checked(code) else None)
        if symbology != "]E0" or short is None:
            return Label(text=text, symbology=symbology, faults=tuple(faults))
        code = short
    elif not is_checked(code):
        faults.append(f"{code} ends in {code[-1]}, its check digit is {check_digit(code[:-1])}")
    gtin = code.zfill(14)
    if composite:
        elements, others = read(component)
        return _of(text, symbology, elements, [*faults, *others], year, gtin)
    return Label(text=text, kind=Kind.GTIN, symbology=symbology, gtin=gtin, faults=tuple(faults))


def _ordered(faults: Iterable[str]) -> tuple[str, ...]:
    """Each fault once, in an order that does not depend on the order of reading."""
    return tuple(sorted(set(faults)))
