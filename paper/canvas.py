"""A sheet to draw on, measured in millimetres: text in boxes, bars and squares in whole dots."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from PIL import Image, ImageDraw

from paper import code128
from paper.errors import PaperError
from paper.picture import Paper, Picture
from paper.text import Font, drawn, fit

LEAST_MODULE_MM: Final = 0.24
"""The narrowest bar: 2 dots at 203 dpi. Cheap scanners read it; GS1 allows 0.25 mm and more for general retail."""
LEAST_BARS_MM: Final = 4.0
"""The lowest bars that a hand still hits with a scanner."""
MOST_MODULE_MM: Final = 1.016
_LEAST_SQUARE_MM: Final = 0.3


class Box(Struct, frozen=True):
    """A part of the sheet, in millimetres from its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    def above(self, height: float) -> "tuple[Box, Box]":
        """The upper part of this height, and what is left below."""
        height = min(height, self.height)
        return Box(self.x, self.y, self.width, height), Box(self.x, self.y + height, self.width, self.height - height)

    def below(self, height: float) -> "tuple[Box, Box]":
        """The lower part of this height, and what is left above."""
        rest, part = self.above(max(0.0, self.height - height))
        return part, rest

    def left(self, width: float) -> "tuple[Box, Box]":
        """The left part of this width, and what is left beside it."""
        width = min(width, self.width)
        return Box(self.x, self.y, width, self.height), Box(self.x + width, self.y, self.width - width, self.height)

    def inside(self, margin: float) -> "Box":
        """The box less a margin on all sides."""
        width, height = max(0.0, self.width - 2 * margin), max(0.0, self.height - 2 * margin)
        return Box(self.x + margin, self.y + margin, width, height)


class Canvas:
    """One label or page that is being drawn."""

    def __init__(self, paper: Paper, font: Font) -> None:
        self.paper = paper
        self._font = font
        self._image = Image.new("L", (paper.dots(paper.width_mm), paper.dots(paper.height_mm)), 255)
        self._draw = ImageDraw.Draw(self._image)

    @property
    def whole(self) -> Box:
        return Box(0, 0, self.paper.width_mm, self.paper.height_mm)

    def text(
        self, texts: Sequence[str], box: Box, *, largest: float, smallest: float = 2.2, centred: bool = False
    ) -> None:
        """Paragraphs in a box, the sizes in millimetres; what does not fit is cut with an ellipsis."""
        left, top, width, height = self._dots(box)
        if width < 1 or height < 1:
            return
        big, small = (max(6, self.paper.dots(size)) for size in (largest, smallest))
        fitted = fit(texts, self._font, width=width, height=height, largest=big, smallest=small)
        self._image.paste(drawn(fitted, self._font, width=width, height=height, centred=centred), (left, top))

    def bars(self, widths: str, box: Box, what: str) -> None:
        """A Code 128 in the middle of a box, with its quiet zones, bars as wide as they can be. Raises PaperError."""
        left, top, width, height = self._dots(box)
        if box.height < LEAST_BARS_MM:
            raise PaperError(f"{what} does not fit: its bars would be {box.height:.0f} mm high. Use a higher label.")
        modules = code128.modules(widths) + 2 * code128.QUIET
        dots = min(width // modules, int(MOST_MODULE_MM * self.paper.dpi / 25.4))
        if dots < 1 or dots * 25.4 / self.paper.dpi < LEAST_MODULE_MM:
            least = modules * LEAST_MODULE_MM
            raise PaperError(
                f"{what} does not fit: its bars need {least:.0f} mm and have {box.width:.0f} mm."
                " Use a wider label, or a code with fewer characters."
            )
        at = left + (width - dots * modules) // 2 + dots * code128.QUIET
        for number, module in enumerate(map(int, widths)):
            if number % 2 == 0:
                self._draw.rectangle((at, top, at + module * dots - 1, top + height - 1), fill=0)
            at += module * dots

    def square(self, rows: Sequence[Sequence[int]], box: Box, what: str, *, quiet: int) -> None:
        """A square code in the middle of a box, as large as it can be; `quiet` modules around it stay white.

        Raises PaperError where the box is too small.
        """
        left, top, width, height = self._dots(box)
        modules = len(rows) + 2 * quiet
        dots = min(width, height) // modules
        if dots < 1 or dots * 25.4 / self.paper.dpi < _LEAST_SQUARE_MM:
            least = modules * _LEAST_SQUARE_MM
            raise PaperError(
                f"{what} does not fit: its square code needs {least:.0f} x {least:.0f} mm. Use a larger label."
            )
        x0 = left + (width - dots * modules) // 2 + dots * quiet
        y0 = top + (height - dots * modules) // 2 + dots * quiet
        for y, row in enumerate(rows):
            for x, dark in enumerate(row):
                if dark:
                    spot = (x0 + x * dots, y0 + y * dots)
                    self._draw.rectangle((*spot, spot[0] + dots - 1, spot[1] + dots - 1), fill=0)

    def rule(self, box: Box) -> None:
        """A thin line along the upper edge of a box."""
        left, top, width, _ = self._dots(box)
        self._draw.rectangle((left, top, left + width - 1, top + max(1, self.paper.dots(0.25)) - 1), fill=0)

    def frame(self, box: Box) -> None:
        """A thin line around a box."""
        left, top, width, height = self._dots(box)
        self._draw.rectangle((left, top, left + width - 1, top + height - 1), outline=0, width=self.paper.dots(0.25))

    def picture(self) -> Picture:
        """What was drawn."""
        image = self._image.convert("1", dither=Image.Dither.NONE).point(lambda value: 255 - value)
        return Picture(width=image.width, height=image.height, dpi=self.paper.dpi, rows=image.tobytes())

    def _dots(self, box: Box) -> tuple[int, int, int, int]:
        left, top = self.paper.dots(box.x), self.paper.dots(box.y)
        right = min(self.paper.dots(box.x + box.width), self._image.width)
        bottom = min(self.paper.dots(box.y + box.height), self._image.height)
        return left, top, max(0, right - left), max(0, bottom - top)
