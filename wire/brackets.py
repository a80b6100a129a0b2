"""Element strings as they are printed for people, `(01)09501101530003(10)LOT`, and typed where a barcode is torn.

A bracket that opens within a value is written with a backslash before it; one that closes needs none.
"""

import re
from typing import Final

from wire.ai_entries import ENTRIES
from wire.elements import LONGEST_VALUE, Element, judge

_ELEMENT: Final = re.compile(r"\(([0-9]{2,4})\)((?:[^(\\]|\\\(?)*)", re.ASCII).match


def read(text: str) -> tuple[list[Element], list[str]]:
    """The elements in their order, and the faults as sentences. Never raises; reading ends where no AI stands."""
    elements: list[Element] = []
    faults: list[str] = []
    at = 0
    while at < len(text):
        found = _ELEMENT(text, at)
        if found is None:
            faults.append(f"no AI in brackets stands at {text[at : at + 10]!r} (character {at + 1})")
            break
        ai, value = found[1], found[2]
        if "\\" in value:
            value = value.replace("\\(", "(")
        if ai not in ENTRIES:
            faults.append(f"unknown AI {ai!r}")
        elif judge(ai, value, faults):
            elements.append((ai, value[:LONGEST_VALUE]))
        at = found.end()
    if not text:
        faults.append("the label is empty")
    return elements, faults
