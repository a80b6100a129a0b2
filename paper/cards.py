"""Command cards: what steers a dialogue, printed on sheets, so that it is worked with a scanner and gloves on.

A card shows its words large, in Chinese and English, and its code as Code 128. Several stand on a sheet, far enough
apart that a scanner takes one at a time.
"""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from paper import code128
from paper.canvas import Box, Canvas
from paper.errors import PaperError
from paper.picture import Paper, Picture
from paper.text import Font
from wire import called, codes

MOST: Final = 500
"""Greatest number of cards in one go."""
LEAST_WIDTH_MM: Final = 90.0
LEAST_HEIGHT_MM: Final = 36.0
_MARGIN: Final = 6.0


class Card(Struct, frozen=True):
    """One card: the code without `RR:`, such as DO and load, and its words."""

    name: str
    value: str | None
    zh: str
    en: str


_COMMANDS: Final = {
    "UNDO": ("撤销", "Undo"), "OK": ("确认", "OK"), "DONE": ("完成", "Done"), "CLEAR": ("清除", "Clear"),
    "SKIP": ("跳过", "Skip"), "RESET": ("恢复", "Reset"), "COUNT": ("盘点一次", "Count once"),
    "RECOUNT": ("复盘", "Count again"), "NEW": ("新箱", "New unit"), "UNIT": ("下一码是箱", "Next is a unit"),
    "OWNER": ("不指定货主", "No owner"), "HANDOVER": ("交接班", "Shift hand-over"), "OFF": ("注销", "Sign off"),
}  # fmt: skip
_QUANTITIES: Final = (2, 5, 6, 10, 12, 20, 24, 40, 48, 50, 100, 240)

COMMANDS: Final = (
    *(Card("DO", verb, zh, en) for verb, (en, zh) in called.VERBS.items()),
    *(Card(name, None, zh, en) for name, (zh, en) in _COMMANDS.items()),
    *(Card("CONDITION", value, zh, en) for value, (en, zh) in called.CONDITIONS.items()),
    *(Card("D", str(digit), str(digit), "") for digit in range(10)),
    *(Card("N", str(count), f"× {count}", "Quantity") for count in _QUANTITIES),
)
"""Every command that needs no name of something: verbs, digits, undo, done and the others."""


def cards(wanted: Sequence[Card], paper: Paper, font: Font) -> list[Picture]:
    """Sheets with these cards in rows and columns. Raises PaperError."""
    if not 0 < len(wanted) <= MOST:
        raise PaperError(f"{len(wanted)} cards: use 1 to {MOST} in one go")
    if paper.width_mm < LEAST_WIDTH_MM + 2 * _MARGIN or paper.height_mm < LEAST_HEIGHT_MM + 2 * _MARGIN:
        least = f"{LEAST_WIDTH_MM + 2 * _MARGIN:g} x {LEAST_HEIGHT_MM + 2 * _MARGIN:g} mm"
        raise PaperError(f"a sheet of cards needs at least {least}, not {paper.width_mm:g} x {paper.height_mm:g} mm")
    across = int((paper.width_mm - 2 * _MARGIN) // LEAST_WIDTH_MM)
    down = int((paper.height_mm - 2 * _MARGIN) // LEAST_HEIGHT_MM)
    inner = Box(0, 0, paper.width_mm, paper.height_mm).inside(_MARGIN)
    width, height = inner.width / across, inner.height / down
    sheets = []
    for first in range(0, len(wanted), across * down):
        canvas = Canvas(paper, font)
        for place, card in enumerate(wanted[first : first + across * down]):
            row, column = divmod(place, across)
            _card(canvas, Box(inner.x + column * width, inner.y + row * height, width, height), card)
        sheets.append(canvas.picture())
    return sheets


def _card(canvas: Canvas, box: Box, card: Card) -> None:
    try:
        text = codes.write(card.name, card.value)
    except ValueError as error:
        raise PaperError(f"no card for {card.name[:40]!r}: {error}") from error
    canvas.frame(box)
    head, rest = box.inside(2).above(box.height * 0.3)
    canvas.text((card.zh,), head, largest=head.height * 0.8, smallest=3, centred=True)
    words, rest = rest.above(box.height * 0.15)
    canvas.text((card.en,), words, largest=words.height * 0.8, centred=True)
    line, bars = rest.below(4)
    canvas.bars(code128.bars(text), bars, text)
    canvas.text((text,), line, largest=2.6, smallest=1.6, centred=True)
