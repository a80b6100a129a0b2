"""A picture as ZPL II, the language of label printers: one graphic for the whole label (^GFA).

The data are hexadecimal digits in the compressed form of the ZPL II Programming Guide ("Alternative Data Compression
Scheme for ~DG and ~DB Commands", which ^GF takes too): letters repeat the digit that follows, `,` fills a row with
zeros, `!` with ones, `:` repeats the row above. So a label of 100 x 150 mm is some 20 kB and not 240.
"""

from collections.abc import Iterator
from itertools import groupby

from paper.errors import PaperError
from paper.picture import Picture

MOST_COPIES = 1000


def encode(picture: Picture, *, copies: int = 1) -> bytes:
    """The label as a printer takes it. Raises PaperError for a number of copies that nobody means."""
    if not 1 <= copies <= MOST_COPIES:
        raise PaperError(f"{copies} copies of a label: use 1 to {MOST_COPIES}")
    total = len(picture.rows)
    head = f"^XA^PW{picture.width}^LL{picture.height}^LH0,0^FO0,0^GFA,{total},{total},{picture.row_bytes},"
    tail = f"^FS^PQ{copies}^XZ\n"
    return (head + "".join(_rows(picture)) + tail).encode("ascii")


def _rows(picture: Picture) -> Iterator[str]:
    above = ""
    for at in range(0, len(picture.rows), picture.row_bytes):
        row = picture.rows[at : at + picture.row_bytes].hex().upper()
        yield ":" if row == above else _row(row)
        above = row


def _row(row: str) -> str:
    body, end = row, ""
    for digit, sign in (("0", ","), ("F", "!")):
        if row.endswith(digit):
            body, end = row.rstrip(digit), sign
    return "".join(_times(len(list(same))) + digit for digit, same in groupby(body)) + end


def _times(count: int) -> str:
    """How often the next digit stands: nothing for once; G to Y are 1 to 19, g to z are 20 to 400, which add up."""
    if count == 1:
        return ""
    many, rest = divmod(count, 400)
    twenties, ones = divmod(rest, 20)
    return "z" * many + ("" if not twenties else chr(ord("f") + twenties)) + ("" if not ones else chr(ord("F") + ones))
