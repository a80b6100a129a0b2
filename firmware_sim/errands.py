"""What a person reads who was given a paper: a pick list, a parcel to pack, a load, a shelf, a collection. Pure.

A paper holds barcodes in the order in which they are read, and says nothing else. `Errands` are the papers in a
person's tray: files of codes, the smallest name first; what was done is renamed, so that nothing is done twice.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from firmware_sim.codes import format_line, read_codes
from firmware_sim.gs1 import element_string, six_digits
from firmware_sim.story import digits

DONE: Final = ".done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """So many pieces of a lot, from a bin `SITE/BIN`."""

    gtin: str
    lot: str
    pieces: int
    bin: str = ""
    expiry: date | None = None

    @property
    def label(self) -> str:
        """What stands on the goods."""
        last = [("17", six_digits(self.expiry))] if self.expiry is not None else []
        return element_string(("01", self.gtin), *last, *([("10", self.lot)] if self.lot else []))


def picked(list_id: str, lines: Iterable[Taken]) -> Iterator[str]:
    """A pick list, line by line from its bins."""
    yield "RR:RESET"
    yield f"RR:T:pick:{list_id}"
    for line in lines:
        yield f"RR:L:{line.bin}"
        yield from _so_many(line)
    yield "RR:DONE"


def packed(consignment: str, parcel: str, source: str, lines: Iterable[Taken]) -> Iterator[str]:
    """Goods into a parcel of a consignment, from the place `SITE/BIN` where they were put together."""
    yield "RR:RESET"
    yield f"RR:T:consignment:{consignment}"
    yield "RR:DO:pack"
    yield f"RR:L:{source}"
    yield f"RR:P:{parcel}"
    for line in lines:
        yield from _so_many(line)
    yield "RR:DONE"


def moved(do: str, parcels: Sequence[str], *, source: str = "", to: str = "", task: str = "") -> Iterator[str]:
    """Parcels from one account to another: load, unload, put-away, move, hand-over."""
    yield "RR:RESET"
    if task:
        yield f"RR:T:{task}"
    yield f"RR:DO:{do}"
    if source:
        yield f"RR:FROM:{source}"
    if to:
        yield f"RR:TO:{to}"
    yield from (f"RR:P:{parcel}" for parcel in parcels)


def shelved(shelf: str, parcels: Sequence[str], source: str) -> Iterator[str]:
    """Parcels onto a shelf `SITE/BIN`: the parcel first, then the shelf, as it is done by hand."""
    yield "RR:RESET"
    yield "RR:DO:put-away"
    yield f"RR:L:{source}"
    for parcel in parcels:
        yield f"RR:P:{parcel}"
        yield f"RR:L:{shelf}"


def collected(code: str, parcels: Sequence[str]) -> Iterator[str]:
    """A recipient's code by digit cards, then the parcels that it opens."""
    yield "RR:RESET"
    yield "RR:DO:collect"
    yield from digits(code)
    yield from (f"RR:P:{parcel}" for parcel in parcels)


class Errands:
    """A tray: a folder of papers."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, codes: Iterable[str]) -> None:
        """A paper for the person of this tray."""
        self._folder.mkdir(parents=True, exist_ok=True)
        new = self._folder / f".{name}"
        new.write_text("".join(f"{format_line(code)}\n" for code in codes), encoding="utf-8", errors="surrogateescape")
        new.rename(self._folder / f"{name}.txt")

    def codes(self) -> Iterator[str]:
        """What is read of all papers that lie there now."""
        for paper in sorted(self._folder.glob("*.txt")):
            yield from read_codes(paper)
            paper.rename(paper.with_suffix(DONE))

    def is_done(self, name: str) -> bool:
        """Whether every code of a paper was read."""
        return (self._folder / f"{name}{DONE}").exists()


def _so_many(line: Taken) -> Iterator[str]:
    if line.pieces != 1:
        yield f"RR:N:{line.pieces}"
    yield line.label
