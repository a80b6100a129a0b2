"""Which of the serial devices that are plugged in is meant by port = "auto". Pure.

The names are those under /dev/serial/by-id: bus, maker, model and serial number of the device, as it tells them.
"""

from collections.abc import Iterable
from typing import Final

AUTO: Final = "auto"

_RECEIVER: Final = ("u-blox", "ublox", "gnss", "gps", "glonass", "beidou", "galileo", "navilock", "globalsat", "garmin")
_SCANNER: Final = (
    "scan", "barcode", "bar_code", "honeywell", "metrologic", "hand_held_products", "zebra", "symbol", "datalogic",
    "newland", "opticon", "zebex", "cipherlab", "unitech", "code_corp", "denso", "imager",
)  # fmt: skip


def candidates(kind: str, names: Iterable[str], *, both: bool) -> list[str]:
    """The devices that fit `kind` ("scanner" or "gnss"), sorted: only if there is one is it clear which is meant.

    A device fits that says that it is of this kind. If none does, those fit that do not say what they are (a cable
    with a converter chip), unless a device of the other kind is looked for too (`both`): then such a one may only be
    the scanner.
    """
    known: dict[str, list[str]] = {"scanner": [], "gnss": [], "": []}
    for name in sorted(names):
        known[_kind(name)].append(name)
    if known[kind] or (both and kind == "gnss"):
        return known[kind]
    return known[""]


def _kind(name: str) -> str:
    text = name.lower()
    if any(word in text for word in _RECEIVER):
        return "gnss"
    return "scanner" if any(word in text for word in _SCANNER) else ""
