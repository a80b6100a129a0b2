"""What a scan says: GTIN, SSCC, lot, serial number, dates and count out of the raw text of a label.

Written from the GS1 General Specifications. Reading never fails and never loses: a label with faults carries what
could be read of it beside sentences that say what could not, and a text that is no GS1 is kind `text`. `parse` has a
quick way for the labels that most goods carry and a thorough one for all; a property test holds them equal.

Which it is, is told by the AIM symbology identifier in front (`]C1` GS1-128, `]d2` GS1 DataMatrix, `]E0` EAN-13 ...).
Without one only what cannot well be anything else is taken for GS1: a leading FNC1, a faultless element string that
begins with a GTIN or SSCC, or 8, 12, 13 or 14 digits with their right check digit.
"""

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from hashlib import sha256
from typing import Final, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from wire.checkdigits import check_digit, expand_upc_e, is_checked, is_digits
from wire.elements import GS, LONGEST_VALUE, MOST_FAULTS, element_string, read

__all__ = ["DEFAULT_YEAR", "GS", "Kind", "Label", "check_digit", "element_string", "merge", "parse", "parts"]

DEFAULT_YEAR: Final = 2026
"""The year that two-digit years are read around where the caller names none: 77 to 99 are 1977 to 1999, 00 to 76 are
2000 to 2076. A constant, so that device, hub and rebuild read one label alike on any day; it can be moved with a
release once dates beyond 2076 or before 1977 matter."""
LONGEST_KEY: Final = 200
"""Greatest length of the text in an item's key."""
GS1_IDENTIFIERS: Final = frozenset({"]C1", "]e0", "]e1", "]e2", "]e3", "]d2", "]Q3", "]J1"})
"""Symbology identifiers of GS1-128, DataBar and composite, GS1 DataMatrix, GS1 QR and GS1 DotCode."""
RETAIL_LENGTHS: Final = {"]E0": 13, "]E3": 13, "]E4": 8, "]I1": 14}
"""EAN-13, UPC-A and UPC-E; the same with an add-on of 2 or 5 digits; EAN-8; ITF-14."""


class Kind(StrEnum):
    """What sort of label it is."""

    GS1 = "gs1"
    """An element string, as a rule with a GTIN."""
    GTIN = "gtin"
    """A bare EAN, UPC or ITF-14."""
    SSCC = "sscc"
    """An element string that names a logistic unit."""
    TEXT = "text"
    """Anything else."""


class Label(Struct, frozen=True, gc=False, kw_only=True):
    """What one label says, or several labels of one item together.

    `text` is the raw text without its symbology identifier; dates are yyyymmdd; `count` is AI 30 or 37; `content`
    is the GTIN of what a logistic unit holds (AI 02). All keys keep their check digits; a GTIN has 14 digits.
    """

    text: str
    kind: Kind = Kind.TEXT
    symbology: str | None = None
    gtin: str | None = None
    sscc: str | None = None
    lot: str | None = None
    serial: str | None = None
    expiry: int | None = None
    best_before: int | None = None
    produced: int | None = None
    count: int | None = None
    content: str | None = None
    faults: tuple[str, ...] = ()

    @property
    def item(self) -> str:
        """The stable key of the item: `gtin:` and 14 digits, else `sscc:` and 18 digits, else `text:` and the text.

        A text over 200 characters is cut there and ends in a hash of the whole, so that two stay two.
        """
        if self.gtin is not None:
            return f"gtin:{self.gtin}"
        if self.sscc is not None:
            return f"sscc:{self.sscc}"
        if len(self.text) <= LONGEST_KEY:
            return f"text:{self.text}"
        tail = sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        return f"text:{self.text[: LONGEST_KEY - 17]}~{tail}"

    @property
    def unit(self) -> str | None:
        """The key of the single thing: `sscc:SSCC`, `serial:GTIN:SERIAL`, or None for goods counted in bulk."""
        if self.sscc is not None:
            return f"sscc:{self.sscc}"
        if self.gtin is not None and self.serial is not None:
            return f"serial:{self.gtin}:{self.serial}"
        return None


def parse(raw: str, *, year: int | None = None) -> Label:
    """What a label says. Never raises; `raw` is what the scanner sent, FNC1 as GS (0x1D).

    `year` is the current one, for the century of its dates (General Specifications, 7.12): DEFAULT_YEAR unless told.
    """
    if year is None and (found := _COMMON(raw)) is not None:
        symbology, gtin, produced, best_before, expiry, lot, serial = found.groups()
        made, best, end = _date(produced), _date(best_before), _date(expiry)
        if 0 not in (made, best, end) and (gtin in _checked or _learn(gtin)):
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
    r"(?:10([!\"%-?A-Z_a-z]{1,20})(?:\x1d|\Z))?(?:21([!\"%-?A-Z_a-z]{1,20}))?"
).fullmatch
_COMPOSITE: Final = "|]e0"
"""Between an EAN and the composite component printed above it."""
_IDENTIFIER = re.compile(r"\][A-Za-z][0-9A-Za-z]")

_checked: set[str] = set()
_dates: dict[str | None, int | None] = {None: None}
_MOST_CHECKED: Final = 65_536


def _learn(gtin: str) -> bool:
    """Whether a GTIN's check digit is right; remembers the right ones: a warehouse sees few GTINs, often."""
    if not is_checked(gtin):
        return False
    if len(_checked) >= _MOST_CHECKED:
        _checked.clear()
    _checked.add(gtin)
    return True


def _date(digits: str | None) -> int | None:
    """A date by DEFAULT_YEAR, 0 for a bad one, None for none; remembers the good ones (fewer than 40,000)."""
    if digits in _dates:
        return _dates[digits]
    found = date_of(digits or "", DEFAULT_YEAR)
    if found:
        _dates[digits] = found
    return found


def date_of(digits: str, year: int) -> int:
    """A date yyyymmdd out of YYMMDD, 0 if there is no such day; day 00 is the last of its month.

    The century is the one that brings the year nearest to `year`: at most 49 before and 50 after it (General
    Specifications, 7.12; day 00 by 3.4.2 to 3.4.7).
    """
    if len(digits) != 6 or not is_digits(digits):
        return 0
    two, month, day = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    ahead = two - year % 100
    whole = year - year % 100 + two + (-100 if ahead >= 51 else 100 if ahead <= -50 else 0)
    if not 1 <= month <= 12 or not 1 <= whole <= 9999:
        return 0
    leap = whole % 4 == 0 and (whole % 100 != 0 or whole % 400 == 0)
    last = 28 + leap if month == 2 else 30 + (month + month // 8) % 2
    return whole * 10_000 + month * 100 + (day or last) if day <= last else 0


def thorough(raw: str, *, year: int) -> Label:
    """What `parse` gives, the long way: for any text."""
    identifier = _IDENTIFIER.match(raw)
    symbology = identifier.group() if identifier else None
    text = raw[3:] if identifier else raw
    if symbology in GS1_IDENTIFIERS or text.startswith(GS):
        return _elements(text, symbology, year)
    if symbology in RETAIL_LENGTHS:
        return _retail(text, symbology, year)
    if text.startswith(("01", "00")) and not (label := _elements(text, symbology, year)).faults:
        return label
    if len(text) in {8, 12, 13, 14} and is_checked(text) and text.strip("0"):
        return Label(text=text, kind=Kind.GTIN, symbology=symbology, gtin=text.zfill(14))
    return Label(text=text, symbology=symbology)


def _elements(text: str, symbology: str | None, year: int, gtin: str | None = None) -> Label:
    """An element string; `gtin` comes from the EAN that it is a component of."""
    values, faults = read(text if gtin is None else text.partition(_COMPOSITE)[2])
    dates = {ai: _dated(ai, values[ai], year, faults) for ai in ("11", "15", "17") if ai in values}
    if gtin is not None and values.setdefault("01", gtin) != gtin:
        faults.append("the composite component names another GTIN")
        values["01"] = gtin
    if not text.strip(GS):
        faults.append("the label is empty")
    counts = [int(values[ai]) for ai in ("37", "30") if ai in values]
    lot, serial = values.get("10"), values.get("21")
    return Label(
        text=text,
        kind=Kind.SSCC if "00" in values else Kind.GS1 if values or not faults else Kind.TEXT,
        symbology=symbology,
        gtin=values.get("01"),
        sscc=values.get("00"),
        lot=lot and lot[:LONGEST_VALUE],
        serial=serial and serial[:LONGEST_VALUE],
        expiry=dates.get("17"),
        best_before=dates.get("15"),
        produced=dates.get("11"),
        count=counts[0] if counts else None,
        content=values.get("02"),
        faults=_ordered(faults)[:MOST_FAULTS],
    )


def _dated(ai: str, digits: str, year: int, faults: list[str]) -> int | None:
    found = date_of(digits, year)
    if not found:
        faults.append(f"the date {digits} (AI {ai}) does not exist")
    return found or None


def _retail(text: str, symbology: str, year: int) -> Label:
    """An EAN, UPC or ITF-14 by its symbology. Scanners that leave digits out are understood, and it is said."""
    code, composite, _ = text.partition(_COMPOSITE)
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
        label = _elements(text, symbology, year, gtin)
        return replace(label, faults=_ordered((*faults, *label.faults)))
    return Label(text=text, kind=Kind.GTIN, symbology=symbology, gtin=gtin, faults=tuple(faults))


T = TypeVar("T", int, str)


def merge(labels: Sequence[Label]) -> Label:
    """One label out of all labels of one item, whatever their order; what one lacks, another gives.

    Where two contradict each other, the smaller value stands (the earliest date), and a fault says so. No labels at
    all give an empty text.
    """
    if not labels:
        return Label(text="")
    first = labels[0]
    if all(label == first for label in labels):
        return first
    faults = [fault for label in labels for fault in label.faults]
    gtin = _one("GTINs", (label.gtin for label in labels), faults)
    sscc = _one("SSCCs", (label.sscc for label in labels), faults)
    # What a person wrote names an item better than a lot alone, so it gives the key where no GTIN or SSCC does.
    text = min(labels, key=lambda label: (label.kind is not Kind.TEXT, label.text))
    return Label(
        text=text.text,
        kind=_kind(labels, text, named=gtin is not None or sscc is not None),
        symbology=min((label.symbology for label in labels if label.symbology), default=None),
        gtin=gtin,
        sscc=sscc,
        lot=_one("lots", (label.lot for label in labels), faults),
        serial=_one("serial numbers", (label.serial for label in labels), faults),
        expiry=_one("expiry dates", (label.expiry for label in labels), faults),
        best_before=_one("best-before dates", (label.best_before for label in labels), faults),
        produced=_one("production dates", (label.produced for label in labels), faults),
        count=_one("counts", (label.count for label in labels), faults),
        content=_one("content GTINs", (label.content for label in labels), faults),
        faults=_ordered(faults),
    )


def _kind(labels: Sequence[Label], text: Label, *, named: bool) -> Kind:
    if not named and text.kind is Kind.TEXT:
        return Kind.TEXT
    kinds = {label.kind for label in labels}
    return next(kind for kind in (Kind.SSCC, Kind.GS1, Kind.GTIN, Kind.TEXT) if kind in kinds)


def _one(what: str, values: Iterable[T | None], faults: list[str]) -> T | None:
    found = sorted({value for value in values if value is not None})
    if len(found) > 1:
        faults.append(f"the labels name different {what}: {', '.join(str(value) for value in found)}")
    return found[0] if found else None


def _ordered(faults: Iterable[str]) -> tuple[str, ...]:
    """Each fault once, in an order that does not depend on the order of reading."""
    return tuple(sorted(set(faults)))
