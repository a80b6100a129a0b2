"""Which AIs need one another on an item, and which exclude one another (General Specifications, 4.14).

It is judged over all labels of one item together: the GTIN may stand on one and the lot on another.
"""

from collections.abc import Sequence
from typing import Final

from wire.ai_entries import ENTRIES
from wire.elements import Element

_SERIAL_AFTER: Final = {"253": 13, "255": 13, "8003": 14}
"""Keys whose serial number is a part of their value, and where it begins: a signed one must have it (AI 8030)."""


def pair_faults(elements: Sequence[Element]) -> tuple[str, ...]:
    """What is missing beside these elements, or may not stand beside them, as sentences; () if nothing is."""
    values: dict[str, str] = {}
    faults = []
    for ai, value in elements:
        if values.setdefault(ai, value) != value:
            faults.append(f"the {ENTRIES[ai].title} (AI {ai}) is there twice and differs")
    for ai in values:
        entry = ENTRIES[ai]
        for group in entry.needs.split():
            if not any(_has_all(values, alternative) for alternative in group.split("/")):
                wanted = group.replace("/", " or ").replace("+", " with ")
                faults.append(f"the {entry.title} (AI {ai}) needs AI {wanted} beside it")
        for pattern in filter(None, entry.never.split("/")):
            faults += [
                f"the {entry.title} (AI {ai}) may not stand beside AI {other}"
                for other in values
                if other != ai and _fits(other, pattern)
            ]
    if "8030" in values:
        faults += [
            f"the {ENTRIES[ai].title} (AI {ai}) is signed and needs its serial number"
            for ai, start in _SERIAL_AFTER.items()
            if ai in values and len(values[ai]) <= start
        ]
    return tuple(sorted(faults))


def _has_all(values: dict[str, str], alternative: str) -> bool:
    return all(any(_fits(ai, pattern) for ai in values) for pattern in alternative.split("+"))


def _fits(ai: str, pattern: str) -> bool:
    """Whether an AI is of a pattern such as `31nn`."""
    return len(ai) == len(pattern) and ai.startswith(pattern.rstrip("n"))
