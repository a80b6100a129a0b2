"""What a label says, as one struct, and the keys under which the ledger keeps it."""

from enum import StrEnum
from hashlib import sha256
from typing import Final

from msgspec import Struct

LONGEST_KEY: Final = 200
"""Greatest length of the text in an item's key."""
HANDLING_UNITS: Final = ("sscc:", "parcel:")
"""How the keys of handling units begin: what holds other goods, and is an account for them."""


def is_handling_unit(key: str) -> bool:
    """Whether a single thing's key is that of a handling unit; a serial-numbered item's is not."""
    return key.startswith(HANDLING_UNITS)


class Kind(StrEnum):
    """What sort of label it is."""

    GS1 = "gs1"
    """An element string, in whatever writing, as a rule with a GTIN."""
    GTIN = "gtin"
    """A bare EAN, UPC or ITF-14."""
    SSCC = "sscc"
    """An element string that names a logistic unit."""
    TEXT = "text"
    """Anything else, a code of our own too (wire/codes.py)."""


class Label(Struct, frozen=True, gc=False, kw_only=True):
    """What one label says, or several labels of one item together.

    `text` is the raw text without its symbology identifier; dates are yyyymmdd; `expiry` is AI 17, else the day of
    AI 7003; `count` is AI 30 or 37; `content` is the GTIN of what a logistic unit holds (AI 02). All keys keep their
    check digits; a GTIN has 14 digits. `more` has what else was on it, as AI and value, by AI; what one of several AIs
    may give to a field is there too (03, 30, 37, 7003). `parcel` is the id of a parcel, out of our own code.
    """

    text: str
    kind: Kind = Kind.TEXT
    symbology: str | None = None
    gtin: str | None = None
    sscc: str | None = None
    parcel: str | None = None
    lot: str | None = None
    serial: str | None = None
    expiry: int | None = None
    best_before: int | None = None
    produced: int | None = None
    count: int | None = None
    content: str | None = None
    more: tuple[tuple[str, str], ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def item(self) -> str:
        """The stable key of the item: `gtin:` and 14 digits, else a handling unit's key, else `text:` and the text.

        A text over 200 characters is cut there and ends in a hash of the whole, so that two stay two. A piece of an
        item in several pieces (AI 8006) is not the item: its text is AI and value, the same in whatever lot.
        """
        if self.gtin is not None:
            return f"gtin:{self.gtin}"
        if (whole := self.handling_unit) is not None:
            return whole
        piece = self.value("8006")
        text = self.text if piece is None else f"8006{piece}"
        if len(text) <= LONGEST_KEY:
            return f"text:{text}"
        tail = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        return f"text:{text[: LONGEST_KEY - 17]}~{tail}"

    @property
    def handling_unit(self) -> str | None:
        """The key of what holds other goods: `sscc:SSCC`, `parcel:ID`, or None. Its account is `unit:` and the key."""
        if self.sscc is not None:
            return f"sscc:{self.sscc}"
        return None if self.parcel is None else f"parcel:{self.parcel}"

    @property
    def unit(self) -> str | None:
        """The key of the single thing: a handling unit's, `serial:GTIN:SERIAL`, or None for goods counted in bulk."""
        if (whole := self.handling_unit) is not None:
            return whole
        if self.gtin is not None and self.serial is not None:
            return f"serial:{self.gtin}:{self.serial}"
        return None

    def value(self, ai: str) -> str | None:
        """What stands in `more` for an AI; None if it is not there."""
        return next((value for each, value in self.more if each == ai), None)

    @property
    def elements(self) -> tuple[tuple[str, str], ...]:
        """All that the label says, as AI and value; an EAN's GTIN as AI 01."""
        kept: dict[str, str | None] = {"00": self.sscc, "02": self.content, "10": self.lot, "21": self.serial}
        kept |= {"11": _six(self.produced), "15": _six(self.best_before)}
        expiry = _six(self.expiry)
        kept["01"] = self.gtin if self.gtin != self.value("03") else None
        kept["17"] = expiry if expiry != (self.value("7003") or "")[:6] else None
        found = [(ai, value) for ai, value in kept.items() if value is not None]
        return tuple(sorted((*found, *self.more)))


def _six(date: int | None) -> str | None:
    return None if date is None else f"{date % 1_000_000:06d}"
