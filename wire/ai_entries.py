"""The table of AIs, ready to read with: a pattern and checks for each."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Final, NamedTuple

from wire.ai_checks import CHECKS, Check
from wire.ai_table import PREDEFINED, TABLE

_CHARACTERS: Final = {"N": "[0-9]", "X": '[!"%-?A-Z_a-z]', "Y": "[#\\-/0-9A-Z]", "Z": "[-0-9A-Z_a-z=]"}
_COMPONENT = re.compile(r"(\[)?([NXYZ])(\.\.)?(\d+)((?: \w+)*)\]?").fullmatch
_ALWAYS_SO_IN_DIGITS: Final = frozenset({"key", "key1"})


class Shape(NamedTuple):
    """How a value looks. `found(text, start)` matches it in an element string, with the FNC1 or end behind it.

    The value is group 1; `checks` say which group each is for. `digits`: of digits only.
    """

    found: Callable[[str, int], re.Match[str] | None]
    checks: tuple[tuple[int, Check], ...]
    shortest: int
    longest: int
    digits: bool


class Entry(NamedTuple):
    """One AI. `fixed` is the length of a value that needs no FNC1 after it, else 0; `needs` and `never` as in TABLE."""

    title: str
    fixed: int
    found: Callable[[str, int], re.Match[str] | None]
    checks: tuple[tuple[int, Check], ...]
    shape: Shape
    needs: str
    never: str


@cache
def _shape(spec: str, *, fixed: bool) -> Shape:
    """The shape of a format; many AIs have the same one."""
    pattern, closing, groups, shortest, longest, sets = "", "", 1, 0, 0, set()
    checks: list[tuple[int, Check]] = []
    for text in spec.split(", "):
        component = _COMPONENT(text)
        if component is None:
            raise ValueError(f"the table of AIs has a component {text!r}")
        optional, characters, upto, length, names = component.groups()
        least = 1 if upto else int(length)
        some = f"{_CHARACTERS[characters]}{{{least},{length}}}"
        implied = _ALWAYS_SO_IN_DIGITS if characters == "N" else ()
        wanted = [CHECKS[name] for name in names.split() if name not in implied]
        if wanted:
            groups += 1
            some = f"({some})"
            checks += [(groups, check) for check in wanted]
        pattern += f"(?:{some}" if optional else some
        closing += ")?" if optional else ""
        shortest += 0 if optional else least
        longest += int(length)
        sets.add(characters)
    end = "\x1d?" if fixed else "(?:\x1d|\\Z)"
    found = re.compile(f"({pattern}{closing}){end}").match
    return Shape(found, tuple(checks), shortest, longest, sets == {"N"})


def _rows() -> Iterator[tuple[str, Entry]]:
    for row in TABLE.strip().splitlines():
        ais, spec, needs, never, title = row.split("|")
        first, _, last = ais.partition("-")
        fixed = PREDEFINED.get(first[:2], 0)
        shape = _shape(spec, fixed=fixed > 0)
        entry = Entry(title, fixed, shape.found, shape.checks, shape, needs, never)
        for number in range(int(first), int(last or first) + 1):
            yield f"{number:0{len(first)}d}", entry


ENTRIES: Final[dict[str, Entry]] = dict(_rows())
"""Every AI that is assigned. None is the beginning of another."""
_shape.cache_clear()
