"""The region's own map: `region.pmtiles` in the data folder, if somebody put it there.

It is looked at anew whenever it was changed, so a map that is copied in, or replaced, needs no restart. One that cannot
be used is told with the reason; the hub's own map of coastlines and roads does without it.
"""

import html
import re
import stat
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hub.core.pmtiles import HEADER_BYTES, METADATA_BYTES, Header, Metadata, TilesError, header, metadata
from wire.display import shown

FILE: Final = "region.pmtiles"
UNNAMED: Final = "Source of the map unknown"
_TAG: Final = re.compile(r"<[^<>]*>")
_SPACE: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionMap:
    """A map that can be shown. `attribution` is text, and never empty; `changed` is its time and size."""

    header: Header
    name: str
    attribution: str
    size: int
    changed: str


class BaseMap:
    """The file at a path, if there is one. Thread-safe."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._known: tuple[str, RegionMap | TilesError] | None = None

    def look(self) -> RegionMap | None:
        """The map; None where there is no file. Raises TilesError for one that cannot be used."""
        try:
            found = self.path.stat()
        except OSError:
            return None
        if not stat.S_ISREG(found.st_mode):  # a pipe would never end to be read
            raise TilesError("it is no file")
        changed = f"{found.st_mtime_ns:x}-{found.st_size:x}"
        with self._lock:
            if self._known is None or self._known[0] != changed:
                self._known = (changed, self._read(found.st_size, changed))
            known = self._known[1]
        if isinstance(known, TilesError):
            raise known
        return known

    def _read(self, size: int, changed: str) -> RegionMap | TilesError:
        try:
            with self.path.open("rb") as file:
                read = header(file.read(HEADER_BYTES), size)
                start, length = read.metadata
                file.seek(start)
                said = _said(file.read(min(length, METADATA_BYTES + 1)), read)
        except TilesError as error:
            return error
        except OSError as error:
            return TilesError(f"it cannot be read: {error.strerror}")
        return RegionMap(
            header=read, name=_text(said.name), attribution=_text(said.attribution) or UNNAMED, size=size,
            changed=changed,
        )  # fmt: skip


def _said(data: bytes, read: Header) -> Metadata:
    """The metadata; a map is not refused because nobody can say whose it is."""
    try:
        return metadata(data, read.packing)
    except TilesError:
        return Metadata()


def _text(said: str) -> str:
    """What HTML says, as text on one line in which every character shows itself."""
    return shown(_SPACE.sub(" ", html.unescape(_TAG.sub("", said))).strip())
