"""A black and white picture at the resolution of a printer, and the paper that it is for."""

from typing import Final

from msgspec import Struct

from paper.errors import PaperError

LEAST_MM: Final = 15.0
MOST_MM: Final = 300.0
LEAST_DPI: Final = 150
MOST_DPI: Final = 600
_INCH_MM: Final = 25.4


class Paper(Struct, frozen=True, kw_only=True):
    """A label or page: its size in millimetres and the dots per inch of the printer (203 and 300 are usual)."""

    width_mm: float
    height_mm: float
    dpi: int = 203

    def __post_init__(self) -> None:
        if not (LEAST_MM <= self.width_mm <= MOST_MM and LEAST_MM <= self.height_mm <= MOST_MM):
            sizes = f"{self.width_mm:g} x {self.height_mm:g} mm"
            raise PaperError(f"a label of {sizes} cannot be drawn: each side has {LEAST_MM:g} to {MOST_MM:g} mm")
        if not LEAST_DPI <= self.dpi <= MOST_DPI:
            raise PaperError(f"{self.dpi} dpi is no printer that labels are drawn for: use {LEAST_DPI} to {MOST_DPI}")

    def dots(self, mm: float) -> int:
        """A length in dots."""
        return round(mm * self.dpi / _INCH_MM)


LABEL: Final = Paper(width_mm=100, height_mm=150)
"""The usual logistic label."""
SMALL: Final = Paper(width_mm=100, height_mm=50)
A4: Final = Paper(width_mm=210, height_mm=297, dpi=300)


class Picture(Struct, frozen=True, kw_only=True):
    """Rows from the top, each of (width + 7) // 8 bytes; the leftmost dot is the highest bit; 1 is black."""

    width: int
    height: int
    dpi: int
    rows: bytes

    @property
    def row_bytes(self) -> int:
        return (self.width + 7) // 8

    def __post_init__(self) -> None:
        if len(self.rows) != self.row_bytes * self.height:
            raise ValueError(f"{len(self.rows)} bytes are no picture of {self.width} x {self.height} dots")
