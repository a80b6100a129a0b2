"""A label printer on a port: takes ZPL, and reads the barcode on what it printed, as a person's scanner would.

Labels come as pictures (^GFA, ZPL II Programming Guide). What was found on one goes into a log, one JSON object a
line: {"sscc":"395212340000000017","at_ms":...} for a unit's number, {"text":"RR:P:...","at_ms":...} for other codes.
Reading the bars is done by ZXing, which knows nothing of us.
"""

import json
import re
from pathlib import Path
from threading import Event, Lock
from typing import Final

from firmware_sim.errors import SimError
from firmware_sim.ports import Port
from firmware_sim.witness import wall_ms

_LABEL: Final = re.compile(rb"\^XA.*?\^XZ", re.DOTALL)
_GRAPHIC: Final = re.compile(rb"\^GFA,\d+,(\d+),(\d+),([0-9A-FG-Yg-z,!:]+)")
_SSCC: Final = re.compile(r"00\d{18}")
_MOST: Final = 8_000_000
_TICK_S: Final = 0.05


class Printer:
    """One printer. `printed` is every SSCC label that came out, the oldest first, those of earlier runs included."""

    def __init__(self, port: Port, log: Path) -> None:
        self.port = port
        self._log = log
        self._lock = Lock()
        self._printed = read_printed(log)
        self._rest = b""

    @property
    def printed(self) -> list[str]:
        with self._lock:
            return list(self._printed)

    def run(self, stop: Event) -> None:
        """Print until `stop` is set. Raises SimError where the log cannot be written."""
        while not stop.is_set():
            self._rest = (self._rest + self.port.read())[-_MOST:]
            for found in _LABEL.finditer(self._rest):
                for text in texts_on(found[0]):
                    self._keep(text)
            self._rest = self._rest[self._rest.rfind(b"^XZ") + 3 :] if b"^XZ" in self._rest else self._rest
            stop.wait(_TICK_S)

    def _keep(self, text: str) -> None:
        sscc = text[2:20] if _SSCC.match(text) else ""
        said = {"sscc": sscc} if sscc else {"text": text}
        line = json.dumps({**said, "at_ms": wall_ms()}, separators=(",", ":"))
        try:
            with self._log.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
        except OSError as error:
            raise SimError(f"cannot write what was printed to {self._log}: {error.strerror}") from error
        with self._lock:
            if sscc and sscc not in self._printed:
                self._printed.append(sscc)


def read_printed(log: Path) -> list[str]:
    """Every SSCC in a printer's log once, in the order of the labels; none where there is no log."""
    return list(dict.fromkeys(line["sscc"] for line in _lines(log) if "sscc" in line))


def read_texts(log: Path) -> list[str]:
    """Every other code in a printer's log, in the order of the labels; none where there is no log."""
    return [line["text"] for line in _lines(log) if "text" in line]


def _lines(log: Path) -> list[dict[str, str]]:
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return [json.loads(line) for line in lines]


def codes_on(label: bytes) -> list[str]:
    """The SSCCs in the barcodes of one label."""
    return [text[2:20] for text in texts_on(label) if _SSCC.match(text)]


def texts_on(label: bytes) -> list[str]:
    """What the barcodes of one label say."""
    import zxingcpp  # noqa: PLC0415 (other devices of a scenario need no reader: it is in the extra `sim`)

    found = _GRAPHIC.search(label)
    if found is None:
        return []
    per_row, rows = int(found[2]), _rows(found[3].decode(), int(found[2]) * 2)
    pixels = bytes(255 * (not byte >> bit & 1) for row in rows for byte in row for bit in range(7, -1, -1))
    picture = memoryview(pixels).cast("B", (len(rows), per_row * 8))
    return [code.bytes.decode("ascii", "replace") for code in zxingcpp.read_barcodes(picture)]


def _rows(data: str, digits: int) -> list[bytes]:
    """The rows of a graphic: hex digits with repeat counts (G-Y 1-19, g-z 20-400), `,` `!` fill up, `:` repeats."""
    rows: list[str] = []
    row, count = "", 0
    for sign in data:
        if sign in ",!":
            row += ("0" if sign == "," else "F") * (digits - len(row))
        elif sign == ":":
            row = rows[-1]
        elif sign >= "g":
            count += 20 * (ord(sign) - ord("f"))
        elif sign >= "G":
            count += ord(sign) - ord("F")
        else:
            row, count = row + sign * (count or 1), 0
        if len(row) >= digits:
            rows.append(row[:digits])
            row = ""
    return [bytes.fromhex(each) for each in rows]
