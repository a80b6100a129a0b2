"""A table against its kind and against what the hub knows: all faults, or the records that it says.

A fault names the row as the spreadsheet numbers it, the heading of its column, what is wrong and what to do.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from hub.tables.cells import CellError, plain
from hub.tables.grid import EMPTY, Cell, Grid, Row
from hub.tables.judging import Found, Known, Record, contents, judge_of
from hub.tables.kinds import CATALOGUE, Column, Kind

MOST_FAULTS: Final = 1000
"""So many are listed; all are counted."""
_LONGEST: Final = 100


class Fault(Struct, frozen=True, kw_only=True):
    """One fault. Row 0 is the table as a whole; `column` is its heading, '' for the row as a whole."""

    row: int
    column: str
    value: str
    message: str
    remedy: str


class Checked(Struct, frozen=True):
    """Records by their row, in the table's order, and the faults; where there is one, nothing may be taken in."""

    records: tuple[tuple[int, Record], ...]
    faults: tuple[Fault, ...]
    total: int


def check(grid: Grid, kind: Kind, known: Known, datum: str | None = None) -> Checked:
    """Look at every cell. `datum` holds for positions of rows that name none."""
    table = _Table(kind, known, datum)
    places = table.columns(grid.headings)
    for row in grid.rows if places else ():
        table.row(row, places)
    named = known.gtins | {record["gtin"] for _, record in table.records if kind is CATALOGUE}
    for number, record in table.records if kind is CATALOGUE else ():
        for fault in contents(record, named):
            table.add(number, *fault)
    return Checked(tuple(table.records), tuple(table.faults), table.total)


class _Table:
    """One table that is being looked at."""

    def __init__(self, kind: Kind, known: Known, datum: str | None) -> None:
        self._kind = kind
        self._judge = judge_of(kind.name, known, datum)
        self._headings: dict[str, str] = {}
        self._headed: set[int] = set()
        self._seen: dict[tuple[Any, ...], int] = {}
        self.records: list[tuple[int, Record]] = []
        self.faults: list[Fault] = []
        self.total = 0

    def add(self, row: int, column: str, message: str, remedy: str, value: str = "") -> None:
        """Tell of a fault."""
        self.total += 1
        if len(self.faults) < MOST_FAULTS:
            heading = self._headings.get(column, column)
            self.faults.append(
                Fault(row=row, column=heading, value=value[:_LONGEST], message=message[:500], remedy=remedy[:500])
            )

    def columns(self, headings: tuple[str, ...]) -> dict[int, Column]:
        """Which column stands where; none, where one that is needed is missing."""
        by_heading = {_key(heading): column for column in self._kind.columns for heading in column.headings}
        by_heading |= {_key(column.name): column for column in self._kind.columns}
        places: dict[int, Column] = {}
        self._headed = {place for place, heading in enumerate(headings) if heading.strip()}
        for place, heading in enumerate(headings):
            column = by_heading.get(_key(heading))
            if column is None:
                if heading.strip():
                    close = difflib.get_close_matches(_key(heading)[:_LONGEST], by_heading, 1)
                    names = by_heading[close[0]].name if close else ", ".join(one.name for one in self._kind.columns)
                    self.add(1, heading[:_LONGEST], "no column is called so", f"use {names}; or leave the column out")
            elif column.name in self._headings:
                self.add(1, heading, f"there are two columns for {column.name}", "leave one of them out")
            else:
                self._headings[column.name] = heading.strip()
                places[place] = column
        missing = [column for column in self._kind.columns if column.needed and column.name not in self._headings]
        for column in missing:
            names = ", ".join((column.name, *column.headings[:3]))
            self.add(1, column.name, "this column is missing", f"add a column with one of the headings {names}")
        return {} if missing else places

    def row(self, row: Row, places: Mapping[int, Column]) -> None:
        """Read one row's cells."""
        record: Record = {}
        before = self.total
        for place, column in places.items():
            cell = row.cells[place] if place < len(row.cells) else EMPTY
            try:
                record[column.name] = self._value(column, cell)
            except CellError as error:
                self.add(row.number, column.name, str(error), error.remedy, cell.text)
        for place in range(len(row.cells)):
            if place not in self._headed and row.cells[place].text.strip():
                self.add(row.number, f"column {place + 1}", "there is no heading above this", "move or clear it")
        if self.total > before:
            return
        for fault in (*self._twice(row.number, record), *self._judge(record)):
            self.add(row.number, *fault)
        self.records.append((row.number, record))

    def _value(self, column: Column, cell: Cell) -> Any:
        if cell.kind in ("text", "number", "flag", "date") and not plain(cell):
            if column.needed:
                raise CellError("nothing stands here", "fill it in")
            return column.default
        return column.read(cell)

    def _twice(self, number: int, record: Record) -> Iterator[Found]:
        key = tuple(record.get(name) for name in self._kind.key)
        first = self._seen.setdefault(key, number)
        if first != number:
            named = ", ".join(str(part) for part in key if part)[:_LONGEST]
            remedy = "add up the quantities in one row" if self._kind.name == "stock" else "leave one of them out"
            yield self._kind.key[0], f"row {first} says {named} already", remedy


def _key(heading: str) -> str:
    """A heading, however it is written: `Name (ZH) *`, `name_zh` and `Name zh` are one."""
    return re.sub(r"[\s_()*:\-/（）：]+", "", unicodedata.normalize("NFKC", heading)).casefold()
