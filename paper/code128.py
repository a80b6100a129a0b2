"""Code 128 and GS1-128 as bars (ISO/IEC 15417; GS1 General Specifications, 5.4).

A text of ASCII characters is written in the fewest symbol characters that the code sets A, B and C allow: each
place in the text has a cheapest way to its end in each set, found from the end backwards. In a GS1 barcode FNC1
follows the start character, and each group separator (0x1D) of the text is FNC1 too.
"""

from collections.abc import Sequence
from functools import cache
from typing import Final

from paper.errors import PaperError

GS: Final = "\x1d"
LONGEST: Final = 200
"""Greatest number of characters: longer ones fit no label anyhow."""
QUIET: Final = 10
"""Modules left white on each side."""

_FNC1, _SHIFT, _STOP = 102, 98, 106
_START: Final = {"A": 103, "B": 104, "C": 105}
_TO: Final = {"A": 101, "B": 100, "C": 99}
_WIDTHS: Final = """
    212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222
    123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321
    232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121
    313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224
    111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111
    111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113
    114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 2331112
""".split()  # noqa: SIM905 (a table)


def bars(text: str, *, gs1: bool = False) -> str:
    """The widths of bars and spaces in modules, beginning and ending with a bar; without the quiet zones.

    Raises PaperError for a text that is empty, too long, or not ASCII.
    """
    values = symbols(text, gs1=gs1)
    return "".join(_WIDTHS[value] for value in values)


def modules(widths: str) -> int:
    """The whole width of a barcode in modules, without the quiet zones."""
    return sum(map(int, widths))


def symbols(text: str, *, gs1: bool = False) -> list[int]:
    """The symbol values, with start, check and stop."""
    if not 0 < len(text) <= LONGEST or not text.isascii():
        raise PaperError(f"a Code 128 barcode holds 1 to {LONGEST} ASCII characters, not {text[:40]!r}")
    cells = tuple(_FNC1 if gs1 and sign == GS else sign for sign in text)
    cells = (_FNC1, *cells) if gs1 else cells
    ways = _ways(cells)
    begin = min("CBA", key=lambda letter: ways[0][letter][0])
    values = [_START[begin]]
    place, letter = 0, begin
    while place < len(cells):
        _, step, letter, taken = ways[place][letter]
        values += step
        place += taken
    check = (values[0] + sum(at * value for at, value in enumerate(values))) % 103
    return [*values, check, _STOP]


_Way = tuple[int, tuple[int, ...], str, int]
"""Symbols to the end, the next symbols, the set after them, and how many cells they take."""


def _ways(cells: Sequence[str | int]) -> list[dict[str, _Way]]:
    """For each place and each set that holds there, the cheapest way to the end."""
    ways: list[dict[str, _Way]] = [{} for _ in cells]
    ways.append({letter: (0, (), letter, 0) for letter in _START})
    for place in range(len(cells) - 1, -1, -1):
        here: dict[str, _Way] = {}
        for letter in _START:
            found = _without_change(cells, place, letter, ways)
            here[letter] = min(found, key=lambda way: way[0], default=(1 << 30, (), letter, 1))
        for letter in _START:
            changed = (
                (1 + way[0], (_TO[other], *way[1]), way[2], way[3]) for other, way in here.items() if other != letter
            )
            ways[place][letter] = min([here[letter], *changed], key=lambda way: way[0])
    return ways


def _without_change(cells: Sequence[str | int], place: int, letter: str, ways: list[dict[str, _Way]]) -> list[_Way]:
    cell = cells[place]
    if isinstance(cell, int):
        return [(1 + ways[place + 1][letter][0], (cell,), letter, 1)]
    if letter == "C":
        pair = cells[place : place + 2]
        if len(pair) < 2 or not all(isinstance(one, str) and one in "0123456789" for one in pair):
            return []
        return [(1 + ways[place + 2]["C"][0], (int("".join(map(str, pair))),), "C", 2)]
    value = _value(cell, letter)
    if value is not None:
        return [(1 + ways[place + 1][letter][0], (value,), letter, 1)]
    shifted = _value(cell, "B" if letter == "A" else "A")
    return [] if shifted is None else [(2 + ways[place + 1][letter][0], (_SHIFT, shifted), letter, 1)]


@cache
def _value(sign: str, letter: str) -> int | None:
    code = ord(sign)
    if letter == "A":
        return code - 32 if 32 <= code < 96 else code + 64 if code < 32 else None
    return code - 32 if 32 <= code < 128 else None
