"""A file as rows of cells, whatever wrote it: CSV of several encodings and delimiters, or the first sheet of an XLSX.

Rows are numbered as a spreadsheet numbers them: the headings are row 1.
"""

from typing import Final, Literal, NamedTuple

from msgspec import Struct

from hub.errors import HubError

MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 60
LONGEST_CELL: Final = 2_000
MOST_BYTES: Final = 8 * 1024 * 1024

CellKind = Literal["text", "number", "date", "flag", "formula", "error"]


class TableError(HubError):
    """A file that cannot be read as a table; the message says why, and how to save it."""


class Cell(NamedTuple):
    """What stands in one cell. `text` of a number has all its digits, of a date is yyyy-mm-dd."""

    text: str
    kind: CellKind = "text"


EMPTY: Final = Cell("")


class Row(NamedTuple):
    """One row: its number in the file and its cells."""

    number: int
    cells: tuple[Cell, ...]


class Grid(Struct, frozen=True):
    """A whole table: its headings, and the rows that are not empty."""

    headings: tuple[str, ...]
    rows: tuple[Row, ...]


def grid_of(rows: list[Row]) -> Grid:
    """A table of these rows, of which the first has the headings. Raises TableError."""
    if not rows:
        raise TableError(
            "The table is empty: its first row has the headings, the rows below it what is to be imported."
        )
    head, *rest = rows
    used = max(number for row in rows for number, cell in enumerate(row.cells, 1) if cell.text)
    if used > MOST_COLUMNS:
        raise TableError(f"The table has {used} columns: it may have {MOST_COLUMNS}. Leave out what is not imported.")
    if len(rest) > MOST_ROWS:
        raise TableError(f"The table has more than {MOST_ROWS} rows. Split it, with the headings on top of each part.")
    return Grid(tuple(cell.text for cell in head.cells), tuple(rest))
