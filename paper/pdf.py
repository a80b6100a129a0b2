"""Pictures as a PDF of exact size: one page each, of the picture's own millimetres (ISO 32000-1, 7.5 and 8.9.5).

Written here, and not by Pillow, because a page must be dot for dot what was drawn, and two calls must give the same
bytes: there is no date in it.
"""

import zlib
from collections.abc import Sequence
from typing import Final

from paper.errors import PaperError
from paper.picture import Picture

MOST_PAGES: Final = 1000
_POINTS: Final = 72


def encode(pictures: Sequence[Picture]) -> bytes:
    """The document. Raises PaperError for no page, or too many."""
    if not 1 <= len(pictures) <= MOST_PAGES:
        raise PaperError(f"a document of {len(pictures)} pages: use 1 to {MOST_PAGES}")
    objects: list[bytes] = [b"<</Type/Catalog/Pages 2 0 R>>", b""]
    pages = []
    for picture in pictures:
        number = len(objects) + 1
        pages.append(f"{number} 0 R")
        objects += _page(picture, number)
    objects[1] = f"<</Type/Pages/Count {len(pages)}/Kids[{' '.join(pages)}]>>".encode()
    return _written(objects)


def _page(picture: Picture, number: int) -> list[bytes]:
    """The page, what it shows, and the picture: objects from this number on."""
    width, height = (f"{dots * _POINTS / picture.dpi:.4f}" for dots in (picture.width, picture.height))
    page = (
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {width} {height}]/Contents {number + 1} 0 R"
        f"/Resources<</XObject<</I {number + 2} 0 R>>>>>>"
    )
    image = (
        f"/Type/XObject/Subtype/Image/Width {picture.width}/Height {picture.height}"
        "/ColorSpace/DeviceGray/BitsPerComponent 1/Decode[1 0]/Filter/FlateDecode"
    )
    return [
        page.encode(),
        _stream("", f"{width} 0 0 {height} 0 0 cm /I Do".encode()),
        _stream(image, zlib.compress(picture.rows, 6)),
    ]


def _stream(entries: str, data: bytes) -> bytes:
    return f"<<{entries}/Length {len(data)}>>\nstream\n".encode() + data + b"\nendstream"


def _written(objects: Sequence[bytes]) -> bytes:
    """Header, objects, and the table of where each begins."""
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    end += f"trailer\n<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF\n"
    return bytes(out) + end.encode()
