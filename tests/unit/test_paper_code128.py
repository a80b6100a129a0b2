"""Bars of our own are read back exactly, and are as few as the code sets allow."""

import random
from functools import cache
from itertools import product

import pytest
import zxingcpp
from PIL import Image

from paper.code128 import bars, modules, symbols
from paper.errors import PaperError


def read(widths):
    """What zxing-cpp reads of the bars alone."""
    row = bytearray(b"\xff" * 20)
    for number, width in enumerate(map(int, widths)):
        row += (b"\xff" if number % 2 else b"\x00") * (2 * width)
    row += b"\xff" * 20
    image = Image.frombytes("L", (len(row), 30), bytes(row) * 30)
    (found,) = zxingcpp.read_barcodes(image, try_rotate=False)
    return found.symbology_identifier, found.bytes


def test_every_ascii_character_can_be_written_and_is_read_back():
    for start in range(0, 128, 16):
        text = "".join(map(chr, range(start, start + 16)))
        assert read(bars(text)) == ("]C0", text.encode())


def test_mixed_texts_of_every_kind_are_read_back_exactly():
    seed = 20_261_123
    random_ = random.Random(seed)
    kinds = ("0123456789", "ABCXYZ", "abcxyz", "\x00\x1f\x0d", "\x7f~ -./")
    for _ in range(300):
        text = "".join(random_.choice(random_.choice(kinds)) for _ in range(random_.randrange(1, 25)))
        assert read(bars(text)) == ("]C0", text.encode()), (seed, text)


@pytest.mark.parametrize(
    "elements",
    ["00395011010000000019", "010950110153000310LOT1\x1d21SN9", "02095011015300033712\x1d10a", "10ABC", "8005123456"],
)
def test_gs1_barcodes_begin_with_fnc1_and_keep_every_separator(elements):
    assert read(bars(elements, gs1=True)) == ("]C1", elements.encode())


def test_no_text_takes_more_symbols_than_the_shortest_way_through_the_code_sets():
    """Against a search through all ways, for every text of five from a digit, a capital, a small and a control."""
    for cells in product("1Aa\x01", repeat=5):
        text = "".join(cells)
        assert len(symbols(text)) - 3 == _shortest(text), repr(text)


def _shortest(text):
    """Symbols without start, check and stop: the least number that reaches the end in any set."""
    return next(steps for steps in range(20) if any(place == len(text) for place, _ in _at(steps, text)))


@cache
def _at(steps, text):
    """Every (place, set) that exactly so many symbols reach: a change of set, a character, a shift with one."""
    if steps == 0:
        return {(0, letter) for letter in "ABC"}
    reached = set()
    for place, letter in _at(steps - 1, text):
        reached |= {(place, other) for other in "ABC"}
        if letter == "C" and place + 2 <= len(text) and text[place : place + 2].isdigit():
            reached.add((place + 2, letter))
        if letter != "C" and place < len(text):
            only = "A" if text[place] < " " else "B" if text[place] >= "`" else letter
            reached |= {(place + 1, letter)} if only == letter else set()
    if steps >= 2:
        reached |= {
            (place + 1, letter) for place, letter in _at(steps - 2, text) if letter != "C" and place < len(text)
        }
    return reached


def test_an_sscc_is_of_the_width_that_the_standard_gives():
    assert modules(bars("00395011010000000019", gs1=True)) == 11 * 13 + 13


@pytest.mark.parametrize("text", ["", "x" * 201, "毛毯", "é"])
def test_what_code_128_cannot_hold_is_refused_with_a_sentence(text):
    with pytest.raises(PaperError, match="1 to 200 ASCII"):
        bars(text)
