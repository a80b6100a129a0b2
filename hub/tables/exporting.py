"""Tables for spreadsheets. Whatever came from a label or a person is text there, and never a formula.

In CSV nothing tells text from a formula, so a text that a spreadsheet would compute gets an apostrophe in front (the
habit that OWASP advises against CSV injection). An XLSX cell says itself that it is text. Characters that do not show
themselves (controls, marks of direction) are written out in both. Numbers stay numbers.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final

from wire.display import shown

MOST_XLSX_ROWS: Final = 100_000
_COMPUTED: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_LONGEST: Final = 5_000

Value = str | int | float | None


def neutral(value: Value) -> Value:
    """A value that no spreadsheet computes when it opens a CSV file."""
    if not isinstance(value, str):
        return value
    text = shown(value, _LONGEST)
    return f"'{text}" if value.startswith(_COMPUTED) or text.startswith(_COMPUTED) else text


def csv_lines(headings: Sequence[str], pages: Iterable[Iterable[Sequence[Value]]]) -> Iterator[bytes]:
    """A CSV file, page by page, in UTF-8 with the mark by which Excel knows it."""
    head = "\ufeff"
    for page in chain(((headings,),), pages):
        out = io.StringIO(newline="")
        csv.writer(out).writerows([neutral(value) for value in row] for row in page)
        yield (head + out.getvalue()).encode()
        head = ""


def xlsx(headings: Sequence[str], rows: Iterable[Sequence[Value]], *, title: str = "rows") -> bytes:
    """An XLSX file; every text is a cell of text."""
    from openpyxl import Workbook  # noqa: PLC0415 (only for who exports XLSX)
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    for row in (headings, *rows):
        cells = []
        for value in row:
            cell = WriteOnlyCell(sheet, shown(value, _LONGEST) if isinstance(value, str) else value)
            if isinstance(value, str):
                cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
