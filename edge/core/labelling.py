"""From what is read to one thing: labels of one item together, torn ones typed by hand, goods without a barcode.

**Several labels of one thing.** A label that names no goods (a lot, a date, a serial number, the content of a unit)
needs a partner that does. Told apart without a network and without a guess:

- It completes the thing scanned just before, if nothing at all came between, not more than 10 s went by, that thing
  names goods, and the two contradict each other nowhere. What was kept is voided and kept anew with all labels, both
  in one commit: so a fuller story takes the place of a poorer one, never the other way round.
- Else it waits, at most 10 s, for the next label, if that one names goods and contradicts it nowhere. It is not
  confirmed as kept meanwhile. Without a partner it is given up: what it names belongs to nothing.
- A label that names goods is always a thing of its own. It never completes another, so a second carton whose lot
  label is torn is a second carton, and takes nothing away from the first.
"""

import re
from typing import Final

from edge.core.dialogue_state import Goods
from edge.core.knowledge import Knowledge
from edge.frames.scanner import Reading
from wire import codes
from wire.checkdigits import check_digit, is_digits
from wire.elements import GS
from wire.labels import Kind, Label, merge, parse
from wire.sitedata import goods_of

MOST_LABELS: Final = 8
_BRACKETED: Final = re.compile(r"(?:\([0-9]{2,4}\)[^()]{1,90})+")
_KEY_LENGTHS: Final = {8: "01", 12: "01", 13: "01", 14: "01", 18: "00"}
_ONCE: Final = ("gtin", "sscc", "lot", "serial", "expiry", "best_before", "produced", "count", "content")
_GIVEN: Final = ("lot", "serial", "expiry", "best_before", "produced", "count", "content")


class TypedWrongError(ValueError):
    """A typed label is not what is printed; `code` and `values` say which sentence tells why."""

    def __init__(self, code: str, **values: str) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


def scanned(reading: Reading, by: str | None) -> Goods:
    """What a label says that was read by a scanner."""
    return Goods(labels=(reading.text,), label=parse(reading.text), encoding=reading.encoding, by=by)


def is_bracketed(text: str) -> bool:
    """Whether a reading is a typed element string: no scanner sends application identifiers in brackets."""
    return text.startswith("(") and _BRACKETED.fullmatch(text) is not None


def typed(text: str, by: str | None) -> Goods:
    """What a person typed from a torn label: bracketed AIs, the digits of a GTIN or SSCC, or a code of ours.

    Check digits are verified. Raises TypedWrongError.
    """
    text = text.strip()
    code = codes.typed(text)
    if code is not None and (code.fault or code.name not in {codes.GOODS, codes.PARCEL}):
        raise TypedWrongError("typed-code", why=code.fault or f"RR:{code.name} is scanned, not typed as goods")
    raw = code.text if code is not None else _element_string(text)
    label = parse(raw)
    if label.faults:
        raise TypedWrongError("typed-faults", why="; ".join(label.faults)[:300])
    return Goods(labels=(raw,), label=label, typed=True, by=by)


def names_goods(label: Label) -> bool:
    """Whether a label can stand alone."""
    faultless = label.kind is not Kind.GS1 or not label.faults
    return label.gtin is not None or label.sscc is not None or label.kind is Kind.TEXT or not faultless


def fit(fuller: Goods, partner: Goods) -> bool:
    """Whether two are labels of one thing: they contradict each other nowhere, and the second brings something new.

    `fuller` names goods, `partner` does not. What a unit contains stands beside its SSCC only.
    """
    one, other = fuller.label, partner.label
    if one.gtin is None and one.sscc is None:
        return False
    if other.content is not None and one.sscc is None:
        return False
    if len(fuller.labels) + len(partner.labels) > MOST_LABELS:
        return False
    return all(getattr(one, name) is None or getattr(other, name) is None for name in _ONCE) and any(
        getattr(other, name) is not None for name in _GIVEN
    )


def joined(fuller: Goods, partner: Goods) -> Goods:
    """Both as one thing; a label in latin-1 makes it all latin-1, since each is kept as it was read."""
    encoding = fuller.encoding if fuller.encoding != "utf-8" else partner.encoding
    return Goods(
        labels=fuller.labels + partner.labels,
        label=merge([fuller.label, partner.label]),
        encoding=encoding,
        typed=fuller.typed or partner.typed,
        n=fuller.n,
        by=fuller.by,
    )


def pieces(goods: Goods) -> int:
    """How many pieces a scan stands for: its quantity times AI 30, as the hub reads it."""
    count = goods.label.count
    return goods.n * (count if count is not None and 1 <= count <= 1_000_000 else 1)


def goods_key(label: Label, knows: Knowledge) -> str:
    """How the site data names these goods: a GTIN, or `text:` and a text."""
    code = codes.read(label.text) if label.kind is Kind.TEXT else None
    if code is not None and code.name == codes.GOODS and code.value is not None:
        known = knows.goods(code.value)
        if known is not None:
            return goods_of(known.item)
    return goods_of(label.item)


def _element_string(text: str) -> str:
    if is_bracketed(text):
        pairs = re.findall(r"\(([0-9]{2,4})\)([^()]*)", text)
        return GS + GS.join(ai + value.strip() for ai, value in pairs)
    digits = text.replace(" ", "")
    if digits.startswith("00") and len(digits) == 20:
        digits = digits[2:]
    if not is_digits(digits) or len(digits) not in _KEY_LENGTHS:
        raise TypedWrongError("typed-unknown")
    right = check_digit(digits[:-1])
    if digits[-1] != right:
        raise TypedWrongError("typed-check-digit", digits=digits, right=right)
    return f"{GS}00{digits}" if len(digits) == 18 else digits
