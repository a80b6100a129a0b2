"""The labels: what stands on each, and where. Bars are never covered: text is cut where its box ends.

Every function takes what is to be said, the paper and the font, and gives a Picture. Raises PaperError where a code
cannot be drawn on that paper, or is no code of ours. Whatever stands in the texts is drawn as text.
"""

from typing import Final

from msgspec import Struct

from paper import code128, datamatrix
from paper.canvas import Box, Canvas
from paper.errors import PaperError
from paper.picture import Paper, Picture
from paper.square import QUIET, qr
from paper.text import Font
from wire import codes
from wire.checkdigits import is_checked
from wire.elements import read

_MARGIN: Final = 3.0
_BARS_MM: Final = 32.0
"""The height of bars on logistic units (GS1 General Specifications, 5.4.5.2: 31.75 mm)."""


class UnitLabel(Struct, frozen=True, kw_only=True):
    """A handling unit: its SSCC of 18 digits and what people have to know of it.

    `content` is an element string (AIs without brackets, GS between them) for a second barcode, '' for none.
    """

    sscc: str
    owner: str = ""
    source: str = ""
    to: str = ""
    lines: tuple[str, ...] = ()
    content: str = ""


class CodeLabel(Struct, frozen=True, kw_only=True):
    """One code of ours with a headline and further lines: a place, a badge, goods without a barcode, a parcel.

    `square` adds a QR code of the same text beside the bars (needs segno).
    """

    name: str
    value: str
    title: str
    lines: tuple[str, ...] = ()
    square: bool = True


class ItemLabel(Struct, frozen=True, kw_only=True):
    """A trade item: its element string, such as 0109501101530003 10LOT1, and what it is.

    As GS1-128; `square`: as GS1 DataMatrix, for small goods.
    """

    elements: str
    title: str
    lines: tuple[str, ...] = ()
    square: bool = False


def unit_label(label: UnitLabel, paper: Paper, font: Font) -> Picture:
    """The logistic label: whose, from where, to where, what is in it, and the SSCC as GS1-128 at the foot."""
    if len(label.sscc) != 18 or not is_checked(label.sscc):
        raise PaperError(f"{label.sscc[:40]!r} is no SSCC: it has 18 digits, the last of them its check digit")
    canvas = Canvas(paper, font)
    box = canvas.whole.inside(_MARGIN)
    box = _gs1(canvas, box, f"00{label.sscc}", min(_BARS_MM, box.height * 0.4))
    if label.content:
        box = _gs1(canvas, box, label.content, min(_BARS_MM, box.height * 0.35))
    unit = min(8.0, box.height / 8)
    for caption, text, share in (
        ("货主 Owner", label.owner, 1.6),
        ("从 From", label.source, 1.2),
        ("到 To", label.to, 1.6),
    ):
        if text:
            row, box = box.above(unit * share)
            tag, rest = row.left(20)
            canvas.text((caption,), tag, largest=2.8)
            canvas.text((text,), rest, largest=unit)
    canvas.rule(box)
    canvas.text(label.lines, box.inside(1), largest=min(6.0, unit))
    return canvas.picture()


def code_label(label: CodeLabel, paper: Paper, font: Font) -> Picture:
    """A code of ours: headline, lines, the bars at the foot, and the line that is typed where the bars are torn."""
    try:
        text, readable = codes.write(label.name, label.value), codes.printed(label.name, label.value)
    except ValueError as error:
        raise PaperError(f"no label for {label.value[:80]!r}: {error}") from error
    canvas = Canvas(paper, font)
    box = canvas.whole.inside(_MARGIN)
    box = _coded(canvas, box, code128.bars(text), readable, min(_BARS_MM, box.height * 0.35), text)
    if label.square:
        corner, box = box.left(min(box.height, box.width * 0.4))
        canvas.square(qr(text), corner, text, quiet=QUIET)
        box = Box(box.x + 2, box.y, max(0.0, box.width - 2), box.height)
    head, rest = box.above(box.height * (0.6 if label.lines else 1.0))
    canvas.text((label.title,), head, largest=min(20.0, head.height * 0.8), smallest=2.5)
    canvas.text(label.lines, rest, largest=min(6.0, max(2.2, rest.height / 2)))
    return canvas.picture()


def item_label(label: ItemLabel, paper: Paper, font: Font) -> Picture:
    """A trade item: what it is, and its element string as GS1-128 or GS1 DataMatrix."""
    canvas = Canvas(paper, font)
    if label.square:
        return _small_item(label, canvas)
    box = canvas.whole.inside(_MARGIN)
    box = _gs1(canvas, box, label.elements, min(_BARS_MM, box.height * 0.4))
    head, rest = box.above(box.height * (0.6 if label.lines else 1.0))
    canvas.text((label.title,), head, largest=min(12.0, head.height * 0.8), smallest=2.5)
    canvas.text(label.lines, rest, largest=min(6.0, max(2.2, rest.height / 2)))
    return canvas.picture()


def _small_item(label: ItemLabel, canvas: Canvas) -> Picture:
    """The square at the left; beside it what it is, and each element on a line of its own."""
    readable = _readable(label.elements)
    box = canvas.whole.inside(_MARGIN / 2)
    corner, rest = box.left(min(box.height, box.width * 0.7))
    canvas.square(datamatrix.modules(label.elements), corner, "the GS1 DataMatrix", quiet=datamatrix.QUIET)
    rest = Box(rest.x + 1, rest.y, max(0.0, rest.width - 1), rest.height)
    head, foot = rest.above(rest.height * 0.35)
    canvas.text((label.title,), head, largest=min(12.0, head.height * 0.8), smallest=1.8)
    canvas.text((*readable, *label.lines), foot, largest=min(4.0, foot.height / 4), smallest=1.5)
    return canvas.picture()


def place_label(site: str, place: str, lines: tuple[str, ...], paper: Paper, font: Font) -> Picture:
    """`RR:L:site/bin`, the bin in large letters; the whole site where `place` is empty."""
    value = f"{site}/{place}" if place else site
    return code_label(CodeLabel(name=codes.PLACE, value=value, title=place or site, lines=lines), paper, font)


def badge(code: str, name: str, lines: tuple[str, ...], paper: Paper, font: Font) -> Picture:
    """`RR:B:code`, a person's badge."""
    return code_label(CodeLabel(name=codes.PERSON, value=code, title=name, lines=lines), paper, font)


def goods_label(code: str, title: str, lines: tuple[str, ...], paper: Paper, font: Font) -> Picture:
    """`RR:G:code`, goods that have no barcode of their own."""
    return code_label(CodeLabel(name=codes.GOODS, value=code, title=title, lines=lines), paper, font)


def parcel_label(code: str, title: str, lines: tuple[str, ...], paper: Paper, font: Font) -> Picture:
    """`RR:P:code`, a parcel."""
    return code_label(CodeLabel(name=codes.PARCEL, value=code, title=title, lines=lines), paper, font)


def _readable(elements: str) -> list[str]:
    """The elements as people read them. Raises PaperError for what is no faultless element string."""
    found, faults = read(elements)
    if faults or not found:
        raise PaperError(f"no GS1 barcode for {elements[:80]!r}: {'; '.join(faults) or 'it says nothing'}")
    return [f"({ai}){value}" for ai, value in found]


def _gs1(canvas: Canvas, box: Box, elements: str, height: float) -> Box:
    readable = "".join(_readable(elements))
    return _coded(canvas, box, code128.bars(elements, gs1=True), readable, height, "the GS1 barcode")


def _coded(canvas: Canvas, box: Box, widths: str, readable: str, height: float, what: str) -> Box:
    """Bars at the foot of the box with their readable line below; what is left of the box above them."""
    foot, rest = box.below(height)
    line, bars = foot.below(min(5.0, height * 0.3))
    canvas.bars(widths, bars, what)
    canvas.text((readable,), line, largest=line.height * 0.7, smallest=1.8, centred=True)
    return Box(rest.x, rest.y, rest.width, max(0.0, rest.height - 1.5))
