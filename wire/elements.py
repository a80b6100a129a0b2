"""GS1 element strings: application identifiers (AIs) and their values, taken apart and put together.

An element string is a row of AI and value pairs (General Specifications, 7.8). Values of some AIs have a length
that the first two digits give away (figure 7.8.5-2); every other value ends at FNC1, which a scanner sends as GS
(0x1D), or with the string. Reading goes on after a fault: what follows the next GS is readable again.
"""

import re
from typing import Final, NamedTuple

from wire.checkdigits import check_digit, is_digits

GS: Final = "\x1d"
"""What FNC1 between two elements becomes in the transmitted data."""
LONGEST_VALUE: Final = 90
"""No value of any AI is longer; what a faulty label has beyond it is cut off."""
MOST_FAULTS: Final = 8
"""A label that is not GS1 at all would else name thousands."""

_CSET_82 = re.compile(r"[!\"%-?A-Z_a-z]+")
"""The characters of text values (figure 7.11-1)."""


class Rule(NamedTuple):
    """How the value of one AI looks: its title, lengths, and whether it has digits only or a check digit."""

    title: str
    shortest: int
    longest: int
    digits: bool = True
    checked: bool = False


KEPT: Final[dict[str, Rule]] = {
    "00": Rule("SSCC", 18, 18, checked=True),
    "01": Rule("GTIN", 14, 14, checked=True),
    "02": Rule("content GTIN", 14, 14, checked=True),
    "10": Rule("lot", 1, 20, digits=False),
    "11": Rule("production date", 6, 6),
    "15": Rule("best-before date", 6, 6),
    "17": Rule("expiry date", 6, 6),
    "21": Rule("serial number", 1, 20, digits=False),
    "30": Rule("count", 1, 8),
    "37": Rule("count", 1, 8),
}
"""The AIs that a label keeps. Others are read over by their rule, so that what follows them is found."""


def _prefixes() -> dict[str, int]:
    lengths = dict.fromkeys(["00", "01", "02", "03", "10", "11", "12", "13", "15", "16", "17"], 2)
    lengths |= dict.fromkeys(["20", "21", "22", "30", "37", *(str(two) for two in range(90, 100))], 2)
    lengths |= dict.fromkeys(["23", "24", "25", "40", "41", "42", "71"], 3)
    return lengths | dict.fromkeys(["31", "32", "33", "34", "35", "36", "39", "43", "70", "72", "80", "81", "82"], 4)


_AI_LENGTH: Final = _prefixes()
"""Length of the AI itself by its first two digits; a pair that is missing is not assigned."""

_PREDEFINED: Final[dict[str, int]] = {
    "00": 18,
    "04": 16,
    "20": 2,
    "41": 13,
    **dict.fromkeys(["01", "02", "03"], 14),
    **{str(two): 6 for two in (*range(11, 20), *range(31, 37))},
}
"""Length of values that need no FNC1 after them, by the first two digits of their AI."""


def read(body: str) -> tuple[dict[str, str], list[str]]:
    """The values by AI of an element string, and its faults as sentences. Never raises.

    A leading GS is FNC1 in first position, as some scanners send it, and one at the end is allowed. A value with a
    fault of its length, characters or check digit is given all the same where it can be told; of two that
    contradict each other, the first.
    """
    values: dict[str, str] = {}
    faults: list[str] = []
    at = 1 if body.startswith(GS) else 0
    while at < len(body):
        ai, value, at = _next(body, at, faults)
        if value is None or ai not in KEPT:
            continue
        if _judge(ai, KEPT[ai], value, faults) and values.setdefault(ai, value) != value:
            faults.append(f"the {KEPT[ai].title} (AI {ai}) is there twice and differs")
    return values, faults


def _next(body: str, at: int, faults: list[str]) -> tuple[str, str | None, int]:
    """One AI, its value (None where there is none) and where the next one begins."""
    stop = body.find(GS, at)
    end = len(body) if stop < 0 else stop
    prefix = body[at : at + 2]
    length = _AI_LENGTH.get(prefix)
    start = at + (length or 2)
    ai = body[at:start]
    fixed = _PREDEFINED.get(prefix)
    if length is None or start > end or not is_digits(ai):
        faults.append(f"unknown AI {body[at : min(start, end)]!r}")
        return ai, None, min(start + fixed, end) + 1 if fixed and start + fixed <= end else end + 1
    value = body[start:end] if fixed is None else body[start : min(start + fixed, end)]
    if ai not in KEPT:
        _judge(ai, Rule("value", fixed or 1, fixed or LONGEST_VALUE, digits=fixed is not None), value, faults)
    after = start + len(value)
    return ai, value, after + 1 if after == stop else after


def _judge(ai: str, rule: Rule, value: str, faults: list[str]) -> bool:
    """Whether a value can be used, with or without faults; names the faults."""
    where = f"the {rule.title} (AI {ai})"
    if rule.digits and not is_digits(value):
        faults.append(f"{where} {value[:30]!r} is not of digits" if value else f"{where} is empty")
        return False
    if not rule.shortest <= len(value) <= rule.longest:
        faults.append(f"{where} has {len(value)} characters, not {_span(rule)}")
        return not rule.digits and value != ""
    if not rule.digits and not _CSET_82.fullmatch(value):
        faults.append(f"{where} {value[:30]!r} has characters that GS1 does not allow")
    if rule.checked and (right := check_digit(value[:-1])) != value[-1]:
        faults.append(f"{where} {value} ends in {value[-1]}, its check digit is {right}")
    return True


def _span(rule: Rule) -> str:
    return str(rule.longest) if rule.shortest == rule.longest else f"{rule.shortest} to {rule.longest}"


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
