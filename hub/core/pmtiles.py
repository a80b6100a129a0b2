"""What a file of map tiles says of itself: the header and the metadata of PMTiles, version 3.

The hub reads no tile: the page does, by ranges of the same file. But it looks at the header before it offers a file,
so that one that was cut off while it was copied, or is something else, is told to a person and not left to a blank map.
(PMTiles specification, version 3: github.com/protomaps/PMTiles, spec/v3.)
"""

import struct
import zlib
from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, Final

import msgspec
from msgspec import Meta

HEADER_BYTES: Final = 127
METADATA_BYTES: Final = 1024 * 1024
"""Most that metadata has, as it lies in the file."""
UNPACKED_BYTES: Final = 8 * METADATA_BYTES
ROOT_WITHIN: Final = 16_384
LONGEST: Final = 2000
_MAGIC: Final = b"PMTiles"
_HEADER: Final = struct.Struct("<7sB11Q6B4iB2i")
_LON: Final = 1_800_000_000
_LAT: Final = 900_000_000


class TilesError(Exception):
    """A file cannot be used as a map; the sentence says why."""


class Packing(IntEnum):
    """How directories and metadata are compressed."""

    UNKNOWN = 0
    NONE = 1
    GZIP = 2
    BROTLI = 3
    ZSTD = 4


TILES: Final = ("other", "mvt", "png", "jpeg", "webp", "avif")
"""What the tiles are, by the header's number; `mvt`: vector tiles."""
SHOWN: Final = frozenset({"mvt", "png", "jpeg", "webp", "avif"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What the page and the hub need of it. `bounds`: west, south, east, north in degrees times 1e7."""

    metadata: tuple[int, int]
    packing: Packing
    tiles: str
    zooms: tuple[int, int]
    bounds: tuple[int, int, int, int]


class Metadata(msgspec.Struct, frozen=True):
    """What is read of the metadata. The attribution may hold HTML."""

    name: Annotated[str, Meta(max_length=LONGEST)] = ""
    attribution: Annotated[str, Meta(max_length=LONGEST)] = ""


def header(first: bytes, size: int) -> Header:
    """The header of a file of so many bytes, from its first HEADER_BYTES. Raises TilesError."""
    if len(first) < HEADER_BYTES or first[:7] != _MAGIC:
        raise TilesError("it is no PMTiles file")
    _, version, *numbers = _HEADER.unpack_from(first)
    if version != 3:
        raise TilesError(f"it is of PMTiles version {version}, and the map reads version 3")
    sections = [(numbers[at], numbers[at + 1]) for at in (0, 2, 4, 6)]
    root, metadata, _, _ = sections
    if not root[1] or root[0] < HEADER_BYTES or sum(root) > ROOT_WITHIN:
        raise TilesError("its root directory is not where it has to be")
    if any(start + length > size for start, length in sections):
        raise TilesError("it ends too early: it was not copied whole")
    _, packing, _, kind, low, high, west, south, east, north, *_ = numbers[11:]
    if kind >= len(TILES) or TILES[kind] not in SHOWN:
        raise TilesError(f"its tiles are of a kind ({kind}) that the map does not draw")
    if low > high or high > 30:
        raise TilesError(f"its zooms are from {low} to {high}")
    if not (-_LON <= west < east <= _LON and -_LAT <= south < north <= _LAT):
        raise TilesError("its edges are no part of the world")
    known = packing if packing in Packing._value2member_map_ else Packing.UNKNOWN
    return Header(
        metadata=metadata,
        packing=Packing(known),
        tiles=TILES[kind],
        zooms=(low, high),
        bounds=(west, south, east, north),
    )


def metadata(data: bytes, packing: Packing) -> Metadata:
    """The metadata from its bytes in the file. Raises TilesError where it cannot be read here."""
    if packing is Packing.GZIP:
        unpacker = zlib.decompressobj(31)
        try:
            data = unpacker.decompress(data, UNPACKED_BYTES)
        except zlib.error as error:
            raise TilesError("its metadata is damaged") from error
        if not unpacker.eof:
            raise TilesError("its metadata is too long, or cut off")
    elif packing is not Packing.NONE:
        raise TilesError(f"its metadata is compressed by {packing.name.lower()}, which the hub does not read")
    try:
        return msgspec.json.decode(data, type=Metadata)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise TilesError("its metadata is no JSON that the hub understands") from error
