"""Printing one thing that waits: `python -m edge.print_job --config FILE`, a process of its own.

What to print comes on standard input (edge/core/printouts.py). It is drawn (paper/) for the printer as it is now,
sent, and then noted as printed (`NOTE`), durably, before this program ends: an agent that dies just then does not
print it again. Exit codes: 0 sent, 1 the printer does not take it (it is tried again), 3 it cannot be drawn.
"""

import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from edge import durable
from edge.child import MOST_BYTES, begin
from edge.config import Settings
from edge.core.printouts import HandoverSlip, Printout, ShelfSheet, UnitSheet
from edge.desired import load
from edge.drivers.printer import PrinterError, send
from edge.errors import EdgeError
from edge.handover import TITLE, gather, lines
from edge.printer import PrinterSettings
from edge.printing import NOTE, UNDRAWABLE
from edge.store.knowledge import NAME as KNOWN
from edge.store.known_site import KnownSite
from paper import zpl
from paper.errors import PaperError
from paper.labels import CodeLabel, UnitLabel, code_label, unit_label
from paper.picture import Paper
from paper.slip import slip
from paper.text import Font
from wire import codes
from wire.sitedata import Article

LONGEST_S: Final = 120
FONTS: Final = (
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
)
"""Where Debian puts fonts that have Chinese, the small ones first; the last has none."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What waits, by its random id."""

    id: str
    what: Printout


def print_now(what: Printout, settings: Settings) -> None:
    """Draw and send it at once. Raises EdgeError."""
    printer = _printer(settings)
    try:
        data = drawn(what, settings, printer)
    except PaperError as error:
        raise PrinterError(f"it cannot be drawn: {error}") from error
    send(printer, data)


def drawn(what: Printout, settings: Settings, printer: PrinterSettings) -> bytes:
    """The bytes for the printer. Raises PaperError, PrinterError where there is no font."""
    paper = Paper(width_mm=printer.width_mm, height_mm=printer.height_mm, dpi=printer.dpi)
    font = _font(printer)
    if isinstance(what, HandoverSlip):
        return b"".join(zpl.encode(page) for page in slip(TITLE, lines(gather(settings, what)), paper, font))
    if isinstance(what, ShelfSheet):
        return zpl.encode(code_label(_shelf(what, settings), paper, font))
    label = _unit(what, settings)
    try:
        return zpl.encode(unit_label(label, paper, font))
    except PaperError:  # a second barcode may not fit on a small label: what is in it is written all the same
        return zpl.encode(unit_label(msgspec.structs.replace(label, content=""), paper, font))


def _printer(settings: Settings) -> PrinterSettings:
    if settings.printer is None:
        raise PrinterError("this device has no [printer] in its configuration: see deploy/edge.example.toml")
    return settings.printer


def _unit(what: UnitSheet, settings: Settings) -> UnitLabel:
    site = KnownSite(settings.device.data / KNOWN)
    try:
        article = site.article(what.gtin) if what.gtin else None
        name = site.site.name if site.site else ""
    finally:
        site.close()
    return UnitLabel(sscc=what.sscc, source=name, lines=_said(what, article), content=_content(what))


def _shelf(what: ShelfSheet, settings: Settings) -> CodeLabel:
    """The shelf code large; whose it is as far as a station may know it, which is nothing once the record is gone."""
    site = KnownSite(settings.device.data / KNOWN)
    try:
        known = site.parcel(what.parcel)
    finally:
        site.close()
    said = (known.shown, known.last4) if known is not None else ()
    lines = tuple(filter(None, said))
    return CodeLabel(name=codes.PARCEL, value=what.parcel, title=what.code, lines=lines, square=False)


def _said(what: UnitSheet, article: Article | None) -> tuple[str, ...]:
    """For people: the goods by name, else by number; lot, last day, how many."""
    said = [article.name, article.name_zh] if article else [what.gtin or ""]
    if what.lot:
        said.append(f"批号 Lot: {what.lot}")
    if what.expiry:
        day = str(what.expiry)
        said.append(f"有效期 Expiry: {day[:4]}-{day[4:6]}-{day[6:]}")
    if what.n is not None:
        said.append(f"数量 Count: {what.n}")
    return tuple(filter(None, said))


def _content(what: UnitSheet) -> str:
    """AI 02 (GTIN of what is in it), 15 or 17, 10 and 37: General Specifications, 3.2.2 and 3.3.3."""
    if what.gtin is None or not what.gtin.isdigit() or what.n is None:
        return ""
    expiry = f"17{str(what.expiry)[2:]}" if what.expiry else ""
    lot = f"10{what.lot}" if what.lot else ""
    return f"02{what.gtin}{expiry}37{what.n}" + (f"\x1d{lot}" if lot else "")


def _font(printer: PrinterSettings) -> Font:
    for file in (printer.font,) if printer.font else map(Path, FONTS):
        try:
            return Font(file.read_bytes())
        except (OSError, PaperError):
            continue
    raise PrinterError("there is no font to print with: sudo apt-get install fonts-wqy-microhei, or set [printer] font")


def main(arguments: list[str]) -> int:
    """Print once, for `--config FILE`; the exit code."""
    if len(arguments) != 2 or arguments[0] != "--config":
        sys.stderr.write("usage: python -m edge.print_job --config FILE, with a job on standard input\n")
        return 2
    begin(LONGEST_S)
    try:
        job = msgspec.json.decode(sys.stdin.buffer.read(MOST_BYTES), type=Job)
        settings = load(Path(arguments[1]))
        printer = _printer(settings)
        send(printer, drawn(job.what, settings, printer))
    except (EdgeError, OSError) as error:
        return _says(error, 1)
    except Exception as error:  # whatever makes the drawing fail: others wait behind it
        return _says(error, UNDRAWABLE)
    with suppress(OSError):  # printed is printed: the agent knows it from the exit code, while it lives
        durable.write(settings.device.data / NOTE, job.id.encode(), 0o600)
    return 0


def _says(error: Exception, code: int) -> int:
    sys.stderr.write(" ".join(f"{error or type(error).__name__}".split()) + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
