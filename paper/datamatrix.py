"""GS1 DataMatrix as rows of modules (ISO/IEC 16022, ECC 200; GS1 General Specifications, 5.6).

Squares of 10 to 48 modules, in ASCII encodation: two digits are one codeword, and FNC1 stands in front and for each
group separator (0x1D). So a GTIN with lot, expiry and serial number takes some 22 modules, 7 mm where bars take 90.
Codewords are followed by those of a Reed-Solomon code over GF(256), and lie in the square along diagonals, eight
modules each; around each region of it stand two solid and two dotted sides, by which a reader finds it.
"""

from collections.abc import Callable, Iterator
from typing import Final

from msgspec import Struct

from paper.errors import PaperError

GS: Final = "\x1d"
QUIET: Final = 1
"""Modules left white on each side."""
_FNC1, _PAD, _PRIMITIVE = 232, 129, 0x12D
_DIGITS: Final = "0123456789"

Where = tuple[int, int]
"""Row and column in the mapping matrix."""


class Size(Struct, frozen=True):
    """Modules of a side, codewords of data and of correction, regions along a side."""

    side: int
    data: int
    correction: int
    regions: int


SIZES: Final = tuple(
    Size(*row)
    for row in (
        *((10, 3, 5, 1), (12, 5, 7, 1), (14, 8, 10, 1), (16, 12, 12, 1), (18, 18, 14, 1), (20, 22, 18, 1)),
        *((22, 30, 20, 1), (24, 36, 24, 1), (26, 44, 28, 1), (32, 62, 36, 2), (36, 86, 42, 2), (40, 114, 48, 2)),
        *((44, 144, 56, 2), (48, 174, 68, 2)),
    )
)


def modules(elements: str) -> list[list[int]]:
    """The modules of an element string, 1 is dark, without the quiet zone. Raises PaperError for what is too long."""
    words = [_FNC1, *_encoded(elements)] if elements.isascii() else []
    size = next((size for size in SIZES if size.data >= len(words)), None)
    if not words or size is None:
        raise PaperError(f"a GS1 DataMatrix holds {SIZES[-1].data} codewords of ASCII, not {elements[:40]!r}")
    words += _pads(len(words), size.data)
    return _framed(_placed([*words, *_correction(words, size.correction)], size), size)


def _encoded(text: str) -> Iterator[int]:
    at = 0
    while at < len(text):
        pair = text[at : at + 2]
        if len(pair) == 2 and all(sign in _DIGITS for sign in pair):
            yield 130 + int(pair)
            at += 2
            continue
        yield _FNC1 if text[at] == GS else ord(text[at]) + 1
        at += 1


def _pads(used: int, room: int) -> Iterator[int]:
    """What fills the rest: a mark, then numbers that make no pattern (the 253-state algorithm)."""
    for place in range(used + 1, room + 1):
        scattered = _PAD + 149 * place % 253 + 1
        yield _PAD if place == used + 1 else scattered if scattered <= 254 else scattered - 254


def _tables() -> tuple[list[int], list[int]]:
    powers, logarithms, value = [], [0] * 256, 1
    for exponent in range(255):
        powers.append(value)
        logarithms[value] = exponent
        value = value << 1 ^ (_PRIMITIVE if value & 128 else 0)
    return powers, logarithms


_POWERS, _LOGARITHMS = _tables()


def _times(one: int, other: int) -> int:
    return _POWERS[(_LOGARITHMS[one] + _LOGARITHMS[other]) % 255] if one and other else 0


def _correction(words: list[int], count: int) -> list[int]:
    """The remainder of the data by the polynomial whose roots are the first `count` powers of 2."""
    divisor = [1]
    for exponent in range(1, count + 1):
        root = _POWERS[exponent]
        longer = [*divisor, 0]
        divisor = [longer[0], *(longer[at] ^ _times(divisor[at - 1], root) for at in range(1, len(longer)))]
    rest = [0] * count
    for word in words:
        factor = word ^ rest[0]
        rest = [old ^ _times(factor, part) for old, part in zip([*rest[1:], 0], divisor[1:], strict=True)]
    return rest


_UTAH: Final = ((-2, -2), (-2, -1), (-1, -2), (-1, -1), (-1, 0), (0, -2), (0, -1), (0, 0))
"""Where the bits of a codeword lie, the highest first, from the place of its last one."""
_CORNERS: Final[tuple[tuple[Callable[[int], bool], int, int, tuple[Where, ...]], ...]] = (
    (lambda _: True, 0, 0, ((-1, 0), (-1, 1), (-1, 2), (0, -2), (0, -1), (1, -1), (2, -1), (3, -1))),
    (lambda n: n % 4 != 0, -2, 0, ((-3, 0), (-2, 0), (-1, 0), (0, -4), (0, -3), (0, -2), (0, -1), (1, -1))),
    (lambda n: n % 8 == 4, -2, 0, ((-3, 0), (-2, 0), (-1, 0), (0, -2), (0, -1), (1, -1), (2, -1), (3, -1))),
    (lambda n: n % 8 == 0, 4, 2, ((-1, 0), (-1, -1), (0, -3), (0, -2), (0, -1), (1, -3), (1, -2), (1, -1))),
)
"""For which sides, at which row below the last and column, and where the bits of the codeword lie that a corner breaks
up; below zero counts from the far side."""


def _placed(words: list[int], size: Size) -> list[list[int]]:
    """The codewords in a square without finder patterns (ISO/IEC 16022, annex F)."""
    side = size.side - 2 * size.regions
    found: dict[Where, int] = {}
    left = iter(words)
    for places in _trail(side):
        if places[-1] not in found:
            word = next(left)
            found |= {place: word >> bit & 1 for place, bit in zip(places, range(7, -1, -1), strict=True)}
    if (side - 1, side - 1) not in found:
        found |= {(side - 1, side - 1): 1, (side - 2, side - 2): 1}
    return [[found.get((row, column), 0) for column in range(side)] for row in range(side)]


def _trail(side: int) -> Iterator[list[Where]]:
    """Where codewords can lie, up and down the diagonals; the next one lies at the first that is free."""
    row, column = 4, 0
    while row < side or column < side:
        for fits, below, across, places in _CORNERS:
            if fits(side) and (row, column) == (side + below, across):
                yield [(down % side, right % side) for down, right in places]
        for step in (1, -1):
            while row >= 0 and column < side if step > 0 else row < side and column >= 0:
                if 0 <= row < side and 0 <= column < side:
                    yield [_inside(row + down, column + right, side) for down, right in _UTAH]
                row, column = row - 2 * step, column + 2 * step
            row, column = (row + 1, column + 3) if step > 0 else (row + 3, column + 1)


def _inside(row: int, column: int, side: int) -> Where:
    """A place that lies beyond the upper or left side goes on at the other one, shifted."""
    shift = 4 - (side + 4) % 8
    if row < 0:
        row, column = row + side, column + shift
    if column < 0:
        row, column = row + shift, column + side
    return row, column


def _framed(square: list[list[int]], size: Size) -> list[list[int]]:
    """With the sides of each region: left and below solid, above and right dotted."""
    inner = len(square) // size.regions
    outer = inner + 2

    def module(row: int, column: int) -> int:
        down, right = row % outer, column % outer
        if right == 0 or down == outer - 1:
            return 1
        if down == 0:
            return 1 - right % 2
        if right == outer - 1:
            return down % 2
        return square[row // outer * inner + down - 1][column // outer * inner + right - 1]

    return [[module(row, column) for column in range(size.side)] for row in range(size.side)]
