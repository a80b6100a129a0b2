"""A slip: lines of text on as many pages as they need, such as what one shift hands over to the next."""

from collections.abc import Sequence
from typing import Final

from paper.canvas import Box, Canvas
from paper.errors import PaperError
from paper.picture import Paper, Picture
from paper.text import Font, broken

MOST_LINES: Final = 2000
_MARGIN: Final = 3.0
_FOOT: Final = 4.0


def slip(title: str, lines: Sequence[str], paper: Paper, font: Font, *, size_mm: float = 3.2) -> list[Picture]:
    """Pages with a title and these lines, wrapped; every page says which it is. Raises PaperError for too many."""
    if len(lines) > MOST_LINES:
        raise PaperError(f"a slip of {len(lines)} lines: it holds {MOST_LINES}")
    body = Box(0, 0, paper.width_mm, paper.height_mm).inside(_MARGIN)
    head, body = body.above(size_mm * 2)
    foot, body = body.below(_FOOT)
    size = paper.dots(size_mm)
    rows = [row for line in lines for row in broken(line, font, width=paper.dots(body.width), size=size)]
    most = max(1, int(paper.dots(body.height) / (font.line * size)))
    pages = [rows[at : at + most] for at in range(0, len(rows), most)] or [[]]
    pictures = []
    for number, page in enumerate(pages, 1):
        canvas = Canvas(paper, font)
        canvas.text((title,), head, largest=size_mm * 1.4)
        canvas.rule(body)
        canvas.text(page, body, largest=size_mm, smallest=size_mm)
        canvas.text((f"{number} / {len(pages)}",), foot, largest=2.6, centred=True)
        pictures.append(canvas.picture())
    return pictures
