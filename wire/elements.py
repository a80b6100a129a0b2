"""GS1 element strings: application identifiers (AIs) and their values, taken apart and put together.

An element string is a row of AI and value pairs (General Specifications, 7.8). Values of some AIs have a length
that the first two digits give away; every other value ends at FNC1, which a scanner sends as GS (0x1D), or with the
string. Reading goes on after a fault: what follows the next GS is readable again.
"""

import re
from collections.abc import Iterable
from typing import Final

from wire.ai_entries import ENTRIES, Entry
from wire.ai_table import PREDEFINED
from wire.checkdigits import is_digits

GS: Final = "\x1d"
"""What FNC1 between two elements becomes in the transmitted data."""
LONGEST_VALUE: Final = 90
"""No value of any AI is longer; what a faulty label has beyond it is cut off."""
MOST_FAULTS: Final = 8
"""A label that is not GS1 at all would else name thousands."""

Element = tuple[str, str]
"""An AI and its value."""
_CHARACTERS = re.compile(r"[!\"%-?A-Z_a-z]+").fullmatch


def read(body: str) -> tuple[list[Element], list[str]]:
    """The elements of an element string in their order, and its faults as sentences. Never raises.

    A leading GS is FNC1 in first position, as some scanners send it, and one at the end is allowed. A value with a
    fault of its length, characters or content is given all the same where it can be told.
    """
    elements: list[Element] = []
    faults: list[str] = []
    at = 1 if body.startswith(GS) else 0
    end = len(body)
    if at == end:
        faults.append("the label is empty")
    get = ENTRIES.get
    while at < end:
        ai = body[at : at + 2]
        entry = get(ai) or get(ai := body[at : at + 3]) or get(ai := body[at : at + 4])
        if entry is None:
            at = _lost(body, at, faults)
            continue
        found = entry.found(body, at + len(ai))
        if found is None:
            at = _faulty(body, at + len(ai), ai, entry, elements, faults)
            continue
        for group, check in entry.checks:
            if (component := found[group]) and (wrong := check(component)):
                faults.append(f"the {entry.title} (AI {ai}) {component} {wrong}")
        elements.append((ai, found[1]))
        at = found.end()
    return elements, faults


def judge(ai: str, value: str, faults: list[str]) -> bool:
    """Whether a value that was cut out already can be used, with or without faults; names the faults."""
    entry = ENTRIES[ai]
    found = entry.found(value, 0)
    if found is None or found.end(1) != len(value):
        return _misshapen(ai, entry, value, faults)
    for group, check in entry.checks:
        if (component := found[group]) and (wrong := check(component)):
            faults.append(f"the {entry.title} (AI {ai}) {component} {wrong}")
    return True


def _faulty(body: str, start: int, ai: str, entry: Entry, elements: list[Element], faults: list[str]) -> int:
    """Take a value whose length or characters are wrong; where the next AI begins."""
    stop = body.find(GS, start)
    stop = len(body) if stop < 0 else stop
    end = min(start + entry.fixed, stop) if entry.fixed else stop
    value = body[start:end]
    if _misshapen(ai, entry, value, faults):
        elements.append((ai, value[:LONGEST_VALUE]))
    return end + 1 if end == stop else end


def _misshapen(ai: str, entry: Entry, value: str, faults: list[str]) -> bool:
    """Name what is wrong with a value that does not have the shape of its AI; whether it is of use all the same."""
    where = f"the {entry.title} (AI {ai})"
    if not value:
        faults.append(f"{where} is empty")
        return False
    shape = entry.shape
    if shape.digits and not is_digits(value):
        faults.append(f"{where} {value[:30]!r} is not of digits")
        return False
    if not shape.shortest <= len(value) <= shape.longest:
        same = shape.shortest == shape.longest
        wanted = str(shape.longest) if same else f"{shape.shortest} to {shape.longest}"
        faults.append(f"{where} has {len(value)} characters, not {wanted}")
        return not shape.digits
    strange = not _CHARACTERS(value)
    faults.append(f"{where} {value[:30]!r} {'has characters' if strange else 'is of a form'} that GS1 does not allow")
    return not shape.digits


def _lost(body: str, at: int, faults: list[str]) -> int:
    """Pass over an AI that does not exist; where reading goes on."""
    stop = body.find(GS, at)
    stop = len(body) if stop < 0 else stop
    prefix = body[at : at + 2]
    length = _FAMILIES.get(prefix, 2)
    faults.append(f"unknown AI {body[at : min(at + length, stop)]!r}")
    end = at + length + PREDEFINED[prefix] if prefix in PREDEFINED else stop
    return end if end < stop else stop + 1


_FAMILIES: Final = {ai[:2]: len(ai) for ai in ENTRIES}
"""The length of the AIs that begin with two digits."""


def message(elements: Iterable[Element]) -> str:
    """The elements as a barcode holds them, FNC1 as `^`: in front, and before what follows a value that needs it."""
    parts = []
    separator = "^"
    for ai, value in elements:
        parts.append(f"{separator}{ai}{value}")
        separator = "" if ENTRIES[ai].fixed else "^"
    return "".join(parts)


def element_string(
    *,
    gtin: str | None = None,
    sscc: str | None = None,
    content: str | None = None,
    produced: int | None = None,
    best_before: int | None = None,
    expiry: int | None = None,
    count: int | None = None,
    lot: str | None = None,
    serial: str | None = None,
    symbology: str = "]C1",
) -> str:
    """A label as a scanner sends it: symbology identifier ("" for none), then the elements with FNC1 where needed.

    Dates are yyyymmdd. Values of predefined length go first, so that only the variable ones need an FNC1. A count
    becomes AI 37 beside a content GTIN, else AI 30. Nothing is checked, so that wrong labels can be made too.
    """
    dates = (("11", produced), ("15", best_before), ("17", expiry))
    keys = (("00", sscc), ("01", gtin), ("02", content))
    fixed = [ai + value for ai, value in keys if value is not None]
    fixed += [f"{ai}{date % 1_000_000:06d}" for ai, date in dates if date is not None]
    counted = None if count is None else str(count)
    texts = (("37" if content is not None else "30", counted), ("10", lot), ("21", serial))
    return symbology + "".join(fixed) + GS.join(ai + value for ai, value in texts if value is not None)
