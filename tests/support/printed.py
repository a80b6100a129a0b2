"""What a printer would print: our ZPL and PDF taken apart again by other code than wrote them."""

import re
import zlib
from io import BytesIO

import zxingcpp
from PIL import Image, PdfParser

from hub.fonts import find
from paper.picture import Picture
from paper.text import Font


def font() -> Font:
    """The font that labels are drawn with here."""
    return Font(find(None).read_bytes())


def image_of(picture: Picture) -> Image.Image:
    """The picture as Pillow shows it."""
    return Image.frombytes("1", (picture.width, picture.height), bytes(255 - byte for byte in picture.rows)).convert(
        "L"
    )


def from_zpl(zpl: bytes) -> Image.Image:
    """The one graphic of a label, by the words of the ZPL II Programming Guide: repeat counts, `,`, `!`, `:`."""
    found = re.fullmatch(
        rb"\^XA\^PW(\d+)\^LL(\d+)\^LH0,0\^FO0,0\^GFA,(\d+),(\d+),(\d+),([0-9A-FG-Yg-z,!:]*)\^FS\^PQ(\d+)\^XZ\n", zpl
    )
    assert found, zpl[:100]
    width, height, sent, total, per_row = (int(found[number]) for number in range(1, 6))
    assert sent == total == per_row * height
    rows, row, count = [], "", 0
    for sign in found[6].decode():
        if sign in ",!":
            row += {",": "0", "!": "F"}[sign] * (per_row * 2 - len(row))
        elif sign == ":":
            row = rows[-1]
        elif "G" <= sign <= "Y":
            count += ord(sign) - ord("F")
        elif "g" <= sign <= "z":
            count += 20 * (ord(sign) - ord("f"))
        else:
            row, count = row + sign * (count or 1), 0
        assert len(row) <= per_row * 2
        if len(row) == per_row * 2:
            rows.append(row)
            row = ""
    assert (len(rows), row) == (height, "")
    bits = bytes.fromhex("".join(rows))
    return (
        Image.frombytes("1", (per_row * 8, height), bytes(255 - byte for byte in bits))
        .convert("L")
        .crop((0, 0, width, height))
    )


def from_pdf(document: bytes) -> list[tuple[Image.Image, tuple[float, float]]]:
    """Each page's picture, and the page's size in millimetres, by Pillow's reader of PDF."""
    parser = PdfParser.PdfParser(f=BytesIO(document))
    pages = []
    for reference in parser.pages:
        page = parser.read_indirect(reference)
        shown = parser.read_indirect(page[b"Resources"][b"XObject"][b"I"])
        facts = shown.dictionary
        size = (facts[b"Width"], facts[b"Height"])
        assert (facts[b"BitsPerComponent"], facts[b"Decode"]) == (1, [1, 0])
        bits = bytes(255 - byte for byte in zlib.decompress(shown.buf))
        left, bottom, right, top = page[b"MediaBox"]
        assert (left, bottom) == (0, 0)
        pages.append((Image.frombytes("1", size, bits).convert("L"), (right / 72 * 25.4, top / 72 * 25.4)))
    return pages


def codes_on(image: Image.Image) -> set[tuple[str, str]]:
    """What a reader makes of it: symbology identifier and the exact text, FNC1 as GS."""
    found = zxingcpp.read_barcodes(image)
    return {(code.symbology_identifier, code.bytes.decode()) for code in found}
