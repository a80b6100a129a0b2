"""The label printer of a device: the section [printer] of its configuration."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from edge.section import Section

LANGUAGES: Final = ("zpl",)
_TCP: Final = re.compile(r"tcp://(\[[0-9A-Fa-f:.]+\]|[^\s/:\[\]]+)(?::([0-9]{1,5}))?/?", re.ASCII)
TCP_PORT: Final = 9100


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterSettings:
    """`port` is a device file, a serial port or tcp://HOST:9100. `font` None: the one that the system has."""

    port: str
    baud: int
    language: str
    dpi: int
    width_mm: int
    height_mm: int
    font: Path | None

    @property
    def address(self) -> tuple[str, int] | None:
        """Host and port of one in the network."""
        return address(self.port)


def address(port: str) -> tuple[str, int] | None:
    """Host and port of tcp://HOST:PORT; None for anything else."""
    found = _TCP.fullmatch(port)
    if found is None or not 0 < int(found[2] or TCP_PORT) <= 65_535:
        return None
    return found[1].strip("[]"), int(found[2] or TCP_PORT)


def printer(root: Section, path: Path) -> PrinterSettings | None:
    """What the section says, None where there is none; its faults are noted."""
    section = root.table("printer")
    if not section.given:
        return None
    font = section.text("font", "")
    read = PrinterSettings(
        port=section.text("port"),
        baud=section.integer("baud", 9_600, least=300, most=4_000_000),
        language=section.choice("language", LANGUAGES, LANGUAGES[0]),
        dpi=section.integer("dpi", 203, least=150, most=600),
        width_mm=section.integer("width_mm", 100, least=15, most=300),
        height_mm=section.integer("height_mm", 150, least=15, most=300),
        font=path.parent / font if font else None,
    )
    if "://" in read.port and read.address is None:
        section.fault("port", f"{read.port!r} is no printer's address: write it like tcp://192.168.1.9:9100")
    section.rest()
    return read
