"""CSV as spreadsheets write it: UTF-8 with or without a mark, UTF-16, GB18030; commas, semicolons or tabs."""

import csv
import io
from collections import Counter
from typing import Final

from hub.tables.grid import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, Cell, Grid, Row, TableError, grid_of

_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_DELIMITERS: Final = ",;\t"
_SAMPLE: Final = 4096
_AGAIN: Final = "Save it again as CSV UTF-8, or as XLSX."


def read(data: bytes) -> Grid:
    """The rows of a CSV file. Raises TableError."""
    text = _decoded(data)
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        text = rest  # Excel's own note of the delimiter
        delimiter = first.strip()[4]
    else:
        delimiter = _delimiter(first)
    rows = []
    csv.field_size_limit(10 * LONGEST_CELL)
    try:
        for number, values in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 1):
            if any(value.strip() for value in values):
                rows.append(Row(number, tuple(map(Cell, values[: 10 * MOST_COLUMNS]))))
            if len(rows) > MOST_ROWS + 1:
                break
    except csv.Error as error:
        raise TableError(f"Row {len(rows) + 1} of the file is no CSV ({error}): is a quotation mark alone?") from error
    return grid_of(rows)


def _decoded(data: bytes) -> str:
    """The text, by the file's own mark, else UTF-8, else UTF-16 where every other byte is zero, else GB18030."""
    encodings = [encoding for mark, encoding in _MARKS if data.startswith(mark)] or ["utf-8"]
    if encodings == ["utf-8"]:
        even, odd = data[:_SAMPLE:2].count(0), data[1:_SAMPLE:2].count(0)
        if max(even, odd) > min(len(data), _SAMPLE) // 8:
            encodings = ["utf-16-be" if even > odd else "utf-16-le"]
        else:
            encodings.append("gb18030")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeError:
            continue
    raise TableError(f"The file's characters are neither UTF-8, UTF-16 nor GB18030. {_AGAIN}")


def _delimiter(headings: str) -> str:
    """What separates the headings, quoted text left out."""
    plain = "".join(headings.split('"')[::2])
    return Counter({sign: plain.count(sign) for sign in _DELIMITERS}).most_common(1)[0][0]
