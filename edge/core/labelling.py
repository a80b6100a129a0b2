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

from typing import Final

from edge.core.dialogue_state import Goods
from edge.core.knowledge import Knowledge
from edge.frames.scanner import Reading
from wire import brackets, codes, labels
from wire.checkdigits import check_digit, is_checked, is_digits
from wire.elements import GS
from wire.labels import Kind, Label, merge, pair_faults, parse
from wire.sitedata import goods_of

MOST_LABELS: Final = 8
_KEYS: Final = ("(01)", "(00)")
_KEY_LENGTHS: Final = frozenset({8, 12, 13, 14, 18})


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
    return text.startswith(_KEYS) or (text.startswith("(") and not brackets.read(text)[1])


def typed(text: str, by: str | None) -> Goods:
    """What a person typed from a torn label: bracketed AIs, digits of a GTIN or SSCC, a code of ours, or plain text.

    Check digits, lengths and dates are verified. The label of the fact is what a scanner would have sent. Raises
    TypedWrongError.
    """
    text = text.strip()
    code = codes.typed(text)
    if code is not None and not code.fault and code.name not in {codes.GOODS, codes.PARCEL}:
        raise TypedWrongError("typed-code", why=f"RR:{code.name} names no goods")
    digits = text.replace(" ", "")
    if code is None and is_digits(digits):
        return _digits(digits, by)
    label = labels.typed(text)
    if not text or label.faults:
        raise TypedWrongError("typed-faults" if text else "typed-unknown", why="; ".join(label.faults)[:300])
    raw = code.text if code is not None else text
    if text.startswith("("):
        raw = GS + GS.join(ai + value for ai, value in brackets.read(text)[0])
    return Goods(labels=(raw,), label=parse(raw), typed=True, by=by)


def _digits(digits: str, by: str | None) -> Goods:
    if len(digits) == 20 and digits.startswith("00"):
        digits = digits[2:]
    if len(digits) not in _KEY_LENGTHS:
        raise TypedWrongError("typed-unknown")
    if not is_checked(digits):
        raise TypedWrongError("typed-check-digit", digits=digits, right=check_digit(digits[:-1]))
    raw = f"00{digits}" if len(digits) == 18 else digits
    return Goods(labels=(raw,), label=parse(raw), typed=True, by=by)


def names_goods(label: Label) -> bool:
    """Whether a label can stand alone: what it says needs no AI that only another label has."""
    if label.kind is not Kind.GS1 or label.gtin is not None or label.faults:
        return True
    return not pair_faults(label.elements)


def fit(fuller: Goods, partner: Goods) -> bool:
    """Whether two are labels of one thing: they contradict each other nowhere, and the second brings something new.

    `fuller` names goods, `partner` does not. What a unit contains stands beside its SSCC only: the pairs of AIs that
    the General Specifications ask for decide it (4.14).
    """
    if len(fuller.labels) + len(partner.labels) > MOST_LABELS:
        return False
    whole = merge([fuller.label, partner.label])
    if whole.faults or whole.elements == fuller.label.elements:
        return False
    code = codes.read(fuller.label.text) if fuller.label.kind is Kind.TEXT else None
    if code is not None:
        return code.name == codes.GOODS and partner.label.content is None
    return (fuller.label.gtin is not None or fuller.label.sscc is not None) and not pair_faults(whole.elements)


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
