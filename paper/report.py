"""A report: a title, and sections of headings, lines and tables, on as many pages as they need.

A column is so many parts of the page's width wide; a cell that does not fit is made smaller, then cut. The first row of
a table is its head, and stands again at the top of each page that the table goes on to.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from paper.canvas import Box, Canvas
from paper.errors import PaperError
from paper.picture import Paper, Picture
from paper.text import Font, broken

MOST_ROWS: Final = 1000
"""Of all sections."""
_MARGIN: Final = 14.0
_FOOT: Final = 6.0
_TITLE: Final = 11.0
_HEADING: Final = 11.0
_SIZE: Final = 3.4
_GAP: Final = 1.6


class Section(Struct, frozen=True, kw_only=True):
    """A heading, lines that are wrapped, and a table: its first row is its head. `parts`: how wide each column is."""

    heading: str
    lines: tuple[str, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()
    parts: tuple[int, ...] = ()


class _Piece(Struct, frozen=True):
    """Something that stands on one page as a whole; `head` is what a page begins with in the middle of a table."""

    height: float
    cells: tuple[str, ...]
    parts: tuple[int, ...] = (1,)
    size: float = _SIZE
    ruled: bool = False
    head: "_Piece | None" = None
    keep: float = 0.0
    """What has to fit below it on the same page."""
    above: float = 0.0
    """Left white above its rule."""


def report(title: str, sections: Sequence[Section], paper: Paper, font: Font, *, foot: str = "") -> list[Picture]:
    """The pages. Raises PaperError for more than can be printed, or for paper that is too small."""
    rows = sum(len(section.table) + len(section.lines) for section in sections)
    if rows > MOST_ROWS:
        raise PaperError(f"a report of {rows:,} rows: it holds {MOST_ROWS:,}")
    body = Box(0, 0, paper.width_mm, paper.height_mm).inside(_MARGIN)
    end, body = body.below(_FOOT)
    if body.height < 4 * _HEADING or body.width < 60:
        raise PaperError(f"a report needs larger paper than {paper.width_mm:g} x {paper.height_mm:g} mm: use A4 or A5")
    pages = list(_pages(_pieces(title, sections, paper, font, body), body.height))
    pictures = []
    for number, page in enumerate(pages, 1):
        canvas, rest = Canvas(paper, font), body
        for piece in page:
            box, rest = rest.above(piece.height)
            _draw(canvas, box, piece)
        canvas.text((f"{foot}   {number} / {len(pages)}".strip(),), end, largest=2.6, centred=True)
        pictures.append(canvas.picture())
    return pictures


def _pieces(title: str, sections: Sequence[Section], paper: Paper, font: Font, body: Box) -> Iterator[_Piece]:
    step = font.line * _SIZE + _GAP
    yield _Piece(_TITLE, (title,), size=6.0)
    for section in sections:
        yield _Piece(_HEADING, (section.heading,), size=4.4, ruled=True, keep=3 * step, above=3.0)
        for line in section.lines:
            for row in broken(line, font, width=paper.dots(body.width), size=paper.dots(_SIZE)):
                yield _Piece(font.line * _SIZE + _GAP / 2 + 0.2, (row,))
        if section.table:
            head = _Piece(step, section.table[0], section.parts, _SIZE * 0.9, keep=step)
            yield head
            for cells in section.table[1:]:
                yield _Piece(step, cells, section.parts, ruled=True, head=head)


def _pages(pieces: Iterator[_Piece], height: float) -> Iterator[list[_Piece]]:
    page: list[_Piece] = []
    left = height
    for piece in pieces:
        if page and piece.height + piece.keep > left:
            yield page
            page, left = [], height
            if piece.head is not None:
                page, left = [piece.head], height - piece.head.height
        page.append(piece)
        left -= piece.height
    yield page


def _draw(canvas: Canvas, box: Box, piece: _Piece) -> None:
    box = box.below(box.height - piece.above)[0]
    if piece.ruled:
        canvas.rule(box)
    inner = box.below(box.height - _GAP / 2)[0]
    for cell, part in zip(piece.cells, piece.parts, strict=True):
        column, inner = inner.left(box.width * part / sum(piece.parts))
        canvas.text((cell,), column.left(max(1.0, column.width - 2))[0], largest=piece.size)
