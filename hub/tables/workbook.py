"""XLSX: the first sheet, read by openpyxl row by row, after a look at what the archive would unpack to.

An archive that unpacks to more than is allowed, or holds a document type (which can name files and grow without bound),
is refused before any XML is parsed. zipfile reads no more of a member than its declared size. Formulas are not
computed: they are told as faults.

What is allowed can still be a bomb: 8 kB name a million cells in one row, or a row a billion rows further down. So a
child process reads, with a bound of its time and memory: the hub goes on meanwhile. Run as `python -m
hub.tables.workbook`: the file on standard input, its rows as JSON on standard output, exit code 1 and a sentence on
standard error for what is no table.
"""

import io
import os
import resource
import subprocess
import sys
import warnings
import zipfile
import zlib
from datetime import date, datetime
from typing import Any, Final

import msgspec

from hub.tables.grid import MOST_COLUMNS, MOST_ROWS, Cell, CellKind, Grid, Row, TableError, grid_of

SIGNATURE: Final = b"PK\x03\x04"
MOST_TEXT: Final = 32 * 1024 * 1024
"""Characters in all cells together: one long text may stand in every cell and take room only once in the file."""
LAST_ROW: Final = 200_000
"""Empty rows between others count up to here."""
SECONDS: Final = 40
MEMORY: Final = 1024 * 1024 * 1024
MOST_UNPACKED: Final = 32 * 1024 * 1024
MOST_MEMBERS: Final = 200
_SPECIAL: Final[dict[str, CellKind]] = {"f": "formula", "e": "error"}
_DOCTYPES: Final = tuple("<!DOCTYPE".encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))
_AGAIN: Final = "Save it again as XLSX, or as CSV UTF-8."
_BOMB: Final = f"To read the file takes too much time or memory: copy the cells to a new sheet. {_AGAIN}"


def read(data: bytes) -> Grid:
    """The rows of the first sheet, read by a child process. Raises TableError."""
    _look(data)
    command = [sys.executable, "-m", "hub.tables.workbook"]
    threads = {"OPENBLAS_NUM_THREADS": "1"}  # openpyxl imports numpy where there is one: each thread takes memory
    try:
        done = subprocess.run(
            command, input=data, capture_output=True, timeout=2 * SECONDS, check=False, env=os.environ | threads
        )
    except subprocess.TimeoutExpired as error:
        raise TableError(_BOMB) from error
    except OSError as error:
        raise TableError(f"The file cannot be read now: no process could be started ({error}). Try again.") from error
    if done.returncode == 1:
        raise TableError(done.stderr.decode(errors="replace")[-1000:])
    if done.returncode:
        raise TableError(_BOMB)
    return msgspec.json.decode(done.stdout, type=Grid)


def parse(data: bytes) -> Grid:
    """The same of an archive that was looked at, without bounds of time and memory. Raises TableError."""
    from openpyxl import load_workbook  # noqa: PLC0415 (only for who imports XLSX)

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that do not matter here
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
            return grid_of(_rows(book))
    except TableError:
        raise
    except MemoryError as error:
        raise TableError(_BOMB) from error
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
                if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # others take memory
                    raise TableError(f"{member.filename} in the file is packed in a way that no XLSX is. {_AGAIN}")
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
    text = 0
    for number, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS + 1), 1):
        if number > LAST_ROW:
            raise TableError(f"Something stands below row {LAST_ROW:,}: delete the empty rows above it.")
        if all(cell.value is None for cell in cells):
            continue
        found = tuple(_cell(cell) for cell in cells)
        text += sum(len(cell.text) for cell in found)
        if text > MOST_TEXT:
            raise TableError(f"The sheet holds more than {MOST_TEXT >> 20} million characters. Split it.")
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


def main() -> int:
    """The child."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        grid = parse(sys.stdin.buffer.read())
    except TableError as error:
        sys.stderr.write(str(error))
        return 1
    sys.stdout.buffer.write(msgspec.json.encode(grid))
    return 0


if __name__ == "__main__":
    sys.exit(main())
