"""The font that labels are drawn with: as configured, else the first Chinese font that is installed."""

from functools import lru_cache
from pathlib import Path

from hub.errors import HubError
from paper.errors import PaperError
from paper.fonts import MOST_BYTES, PLACES, REMEDY
from paper.text import Font


class FontError(HubError):
    """There is no font to print with, or it cannot be used."""


def find(configured: Path | None) -> Path:
    """The font's file. Raises FontError, which says what to install."""
    places = [Path(place) for place in PLACES] if configured is None else [configured]
    for place in places:
        if place.is_file():
            return place
    where = str(configured) if configured else "the usual places"
    raise FontError(f"There is no font to print labels with in {where}: {REMEDY} ([print] font in hub.toml).")


@lru_cache(maxsize=1)
def load(configured: Path | None) -> Font:
    """The font, kept for the next label. Raises FontError."""
    place = find(configured)
    try:
        if place.stat().st_size > MOST_BYTES:
            raise FontError(f"The font {place} is larger than {MOST_BYTES >> 20} MiB: {REMEDY}.")
        return Font(place.read_bytes())
    except (OSError, PaperError) as error:
        raise FontError(f"The font {place} cannot be used: {error}. {REMEDY}.") from error
