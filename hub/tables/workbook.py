"""XLSX: the first sheet, read by openpyxl row by row, after a look at what the archive would unpack to.

An archive that unpacks to more than is allowed, or holds a document type (which can name files and grow without bound),
is refused before any XML is parsed. zipfile reads no more of a member than its declared size. Formulas are not
computed: they are told as faults.
"""

import io
import warnings
import zipfile
import zlib
from datetime import date, datetime
from typing import Any, Final

from hub.tables.grid import MOST_COLUMNS, MOST_ROWS, Cell, CellKind, Grid, Row, TableError, grid_of

SIGNATURE: Final = b"PK\x03\x04"
MOST_UNPACKED: Final = 32 * 1024 * 1024
MOST_MEMBERS: Final = 200
_SPECIAL: Final[dict[str, CellKind]] = {"f": "formula", "e": "error"}
_DOCTYPES: Final = tuple("<!DOCTYPE".encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))
_AGAIN: Final = "Save it again as XLSX, or as CSV UTF-8."


def read(data: bytes) -> Grid:
    """The rows of the first sheet. Raises TableError."""
    _look(data)
    from openpyxl import load_workbook  # noqa: PLC0415 (only for who imports XLSX)

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that do not matter here
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
            return grid_of(_rows(book))
    except TableError:
        raise
    except Exception as error:  # whatever a broken file makes of a library
        raise TableError(f"The file is no XLSX that can be read ({type(error).__name__}). {_AGAIN}") from error


def _look(data: bytes) -> None:
    """Refuse bombs before they are unpacked. Raises TableError."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            size = sum(member.file_size for member in members)
            if len(members) > MOST_MEMBERS or size > MOST_UNPACKED:
                raise TableError(
                    f"The file would unpack to {len(members)} parts of {size >> 20} MiB: {MOST_MEMBERS} parts of"
                    f" {MOST_UNPACKED >> 20} MiB are allowed. Split it, and leave out pictures and other sheets."
                )
            for member in members:
                content = archive.read(member) if member.filename.endswith((".xml", ".rels", ".vml")) else b""
                if any(mark in content for mark in _DOCTYPES):
                    raise TableError(f"{member.filename} in the file has a document type. {_AGAIN}")
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError, ValueError, zlib.error) as error:
        raise TableError(f"The file is no XLSX that can be read ({error}). {_AGAIN}") from error


def _rows(book: Any) -> list[Row]:
    if not book.worksheets:
        raise TableError(f"The file has no sheet. {_AGAIN}")
    sheet = book.worksheets[0]
    sheet.reset_dimensions()
    rows: list[Row] = []
    for number, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS + 1), 1):
        if all(cell.value is None for cell in cells):
            continue
        found = tuple(_cell(cell) for cell in cells)
        if any(cell.text.strip() for cell in found):
            rows.append(Row(number, found))
        if len(rows) > MOST_ROWS + 1:
            break
    return rows


def _cell(cell: Any) -> Cell:
    value, kind = cell.value, cell.data_type
    if kind in _SPECIAL:
        return Cell(str(value), _SPECIAL[kind])
    if isinstance(value, bool):
        return Cell("yes" if value else "no", "flag")
    if isinstance(value, float):
        return Cell(f"{value:.0f}" if value.is_integer() and abs(value) < 1e17 else repr(value), "number")
    if isinstance(value, datetime | date):
        return Cell(f"{value:%Y-%m-%d}", "date")
    return Cell("" if value is None else str(value), "number" if isinstance(value, int) else "text")
