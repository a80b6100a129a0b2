"""Text that is made to fit: wrapped, made smaller, and in the end cut with an ellipsis.

Chinese may be broken between any two characters, other writing between words, and inside a word only where the word
alone is wider than the line. What does not show itself (controls, marks of direction) is written out.
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Final

from msgspec import Struct
from PIL import Image, ImageDraw, ImageFont

from paper.errors import PaperError
from wire.display import shown

ELLIPSIS: Final = "…"
LONGEST: Final = 2000
"""Greatest number of characters that are looked at in one box."""
_REFERENCE: Final = 64
_SHRINK: Final = 0.9
_SLACK: Final = 0.97
"""Dots are whole and widths are measured at one size: a line is planned a little narrower than its box."""
_DARK: Final = 128
_FACES: Final = 4
_SPACES: Final = str.maketrans({"\u3000": " ", "\u00a0": " ", "\t": " "})
"""Spaces of other widths, which Chinese text has and which do show themselves."""


class Font:
    """A TrueType or OpenType font, or one of a collection, given as the bytes of its file. Raises PaperError."""

    def __init__(self, data: bytes, index: int = 0) -> None:
        self._data = data
        self._index = index
        self._faces: OrderedDict[int, ImageFont.FreeTypeFont] = OrderedDict()
        self._widths: dict[str, float] = {}
        try:
            reference = self.face(_REFERENCE)
        except OSError as error:
            raise PaperError(f"the font cannot be used ({error}): give the bytes of a .ttf, .ttc or .otf") from error
        ascent, descent = reference.getmetrics()
        self.line = (ascent + descent) / _REFERENCE
        """The height of a line of size 1."""

    def face(self, size: int) -> ImageFont.FreeTypeFont:
        """The font at a size in dots; the last few are kept, as each holds the whole file."""
        found = self._faces.pop(size, None) or ImageFont.truetype(
            BytesIO(self._data), size, self._index, layout_engine=ImageFont.Layout.BASIC
        )
        self._faces[size] = found
        if len(self._faces) > _FACES:
            self._faces.popitem(last=False)
        return found

    def width(self, text: str) -> float:
        """The width of a text of size 1."""
        return sum(map(self._width, text))

    def has(self, sign: str) -> bool:
        """Whether the font can draw a character: it does not show its box for missing ones."""
        mask, missing = (self.face(_REFERENCE).getmask(one, mode="L") for one in (sign, "\uffff"))
        return mask.size != missing.size or bytes(mask) != bytes(missing)

    def _width(self, sign: str) -> float:
        if sign not in self._widths:
            if len(self._widths) > 20_000:
                self._widths.clear()
            self._widths[sign] = self.face(_REFERENCE).getlength(sign) / _REFERENCE
        return self._widths[sign]


class Fitted(Struct, frozen=True):
    """A text that fits its box: the size of the font in dots, and the lines."""

    size: int
    lines: tuple[str, ...]


def fit(texts: Sequence[str], font: Font, *, width: int, height: int, largest: int, smallest: int) -> Fitted:
    """The largest size at which the paragraphs fit the box, all in dots; cut with an ellipsis where none is."""
    paragraphs = _bounded(texts)
    size = max(largest, smallest)
    while True:
        lines = [line for paragraph in paragraphs for line in _wrapped(paragraph, font, width * _SLACK / size)]
        most = int(height / (font.line * size))
        if len(lines) <= most:
            return Fitted(size, tuple(lines))
        if size == smallest:
            return Fitted(size, tuple(_cut(lines, most, font, width * _SLACK / size)))
        size = max(smallest, int(size * _SHRINK))


def broken(text: str, font: Font, *, width: int, size: int) -> list[str]:
    """The lines of one paragraph in a width and size of dots."""
    return list(_wrapped(_plain(text), font, width * _SLACK / size))


def drawn(fitted: Fitted, font: Font, *, width: int, height: int, centred: bool = False) -> Image.Image:
    """The lines as a picture of the box (mode "L", black on white): nothing reaches beyond it."""
    image = Image.new("L", (width, height), 255)
    draw, face = ImageDraw.Draw(image), font.face(fitted.size)
    step = font.line * fitted.size
    top = max(0.0, (height - step * len(fitted.lines)) / 2) if centred else 0.0
    for number, line in enumerate(fitted.lines):
        left = max(0.0, (width - face.getlength(line)) / 2) if centred else 0.0
        draw.text((round(left), round(top + number * step)), line, font=face, fill=0)
    return image.point(lambda value: 0 if value < _DARK else 255)


def _bounded(texts: Sequence[str]) -> list[str]:
    """The paragraphs, of all together no more than can be looked at; the last is cut where there is more."""
    kept, left = [], LONGEST
    for text in texts:
        if left > 0:
            kept.append(shown(_plain(text), left))
            left -= len(kept[-1]) + 1
    return kept


def _plain(text: str) -> str:
    return shown(text.translate(_SPACES).strip(), LONGEST)


def _wrapped(text: str, font: Font, width: float) -> Iterator[str]:
    """Lines of at most this width, in units of the size."""
    line = ""
    for word in _words(text):
        if font.width((line + word).rstrip()) <= width:
            line += word
            continue
        if line.strip():
            yield line.rstrip()
        line = word.lstrip()
        while font.width(line.rstrip()) > width and len(line) > 1:
            most = _most(line, font, width)
            yield line[:most]
            line = line[most:]
    yield line.rstrip()


def _words(text: str) -> Iterator[str]:
    """The pieces between which a line may end; a space stays with the word before it."""
    word = ""
    for sign in text:
        if sign == " " or ord(sign) >= 0x2E80:
            yield word + sign if sign == " " else word
            word = "" if sign == " " else sign
            if word:
                yield word
                word = ""
        else:
            word += sign
    yield word


def _most(text: str, font: Font, width: float) -> int:
    """How many characters fit, at least one."""
    used = 0.0
    for number, sign in enumerate(text):
        used += font.width(sign)
        if used > width:
            return max(1, number)
    return len(text)


def _cut(lines: Sequence[str], most: int, font: Font, width: float) -> list[str]:
    if most < 1:
        return []
    kept = list(lines[:most])
    last = kept[-1]
    while last and font.width(last + ELLIPSIS) > width:
        last = last[:-1]
    kept[-1] = last.rstrip() + ELLIPSIS
    return kept
