"""A barcode scanner's bytes to readings: prefix, data, suffix.

A frame ends at its suffix, in whatever pieces it comes. More than LIMIT bytes without a suffix are no label: they
are given as one Garbage and dropped up to the next suffix, so that noise never grows memory and the scan after it
is read again. An empty frame is nothing. What stands between prefix and suffix stays as it came, with control
characters (GS is part of GS1 labels) and the AIM symbology identifier in front (ISO/IEC 15424) if there is one.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

LIMIT: Final = 4096
"""Most bytes of data in one frame."""

_IN_DATA: Final = b"\x04\x1c\x1d\x1e"
"""Control characters that labels themselves may hold (ISO/IEC 15434 envelopes, GS1 separators)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One label: its bytes between prefix and suffix, and the same as text; `encoding` is utf-8 or latin-1."""

    data: bytes
    text: str
    encoding: str = "utf-8"


class Fault(StrEnum):
    """Why bytes are no reading."""

    TOO_LONG = "too-long"
    NO_PREFIX = "no-prefix"
    UNFINISHED = "unfinished"


@dataclass(frozen=True, slots=True, kw_only=True)
class Garbage:
    """Bytes that are no reading; `size` is how many were cut at this point, more may be dropped up to a suffix."""

    fault: Fault
    size: int


@dataclass(slots=True, kw_only=True)
class ScannerReader:
    """Feed it bytes in any pieces. It never raises for them and holds at most one frame."""

    prefix: bytes = b""
    suffix: bytes = b"\r\n"
    limit: int = LIMIT
    dropped_bytes: int = 0
    _buffer: bytearray = field(default_factory=bytearray)
    _dropping: bool = False

    def __post_init__(self) -> None:
        if not self.suffix:
            raise ValueError("a scanner's frames need a suffix of at least one byte")

    @property
    def waiting(self) -> int:
        """How many bytes of an unfinished frame are held."""
        return 0 if self._dropping else len(self._buffer)

    def feed(self, chunk: bytes) -> list[Reading | Garbage]:
        """What these bytes complete, in order."""
        buffer = self._buffer
        searched = max(0, len(buffer) - len(self.suffix) + 1)
        buffer += chunk
        found: list[Reading | Garbage] = []
        start = 0
        while (end := buffer.find(self.suffix, max(start, searched))) >= 0:
            self._finish(bytes(buffer[start:end]), found)
            start = end + len(self.suffix)
        del buffer[:start]
        if self._dropping or len(buffer) >= len(self.prefix) + self.limit + len(self.suffix):
            self._cut(found)
        return found

    def expire(self) -> list[Reading | Garbage]:
        """Give up an unfinished frame: its rest was lost, and the next scan must not be glued to it."""
        size = self.waiting
        self.dropped_bytes += len(self._buffer)
        self.reset()
        if not size:
            return []
        return [Garbage(fault=Fault.UNFINISHED, size=size)]

    def reset(self) -> None:
        """Forget what is unfinished, as after a port was opened anew."""
        self._buffer.clear()
        self._dropping = False

    def _finish(self, frame: bytes, found: list[Reading | Garbage]) -> None:
        if self._dropping:
            self.dropped_bytes += len(frame) + len(self.suffix)
            self._dropping = False
            return
        if len(frame) > len(self.prefix) + self.limit:
            self._refuse(Fault.TOO_LONG, len(self.prefix) + self.limit + len(self.suffix), found)
            self.dropped_bytes += len(frame) - len(self.prefix) - self.limit
            return
        if self.suffix == b"\r":
            frame = frame.removeprefix(b"\n")  # the scanner ends its frames with CR LF
        data = self._after_prefix(frame, found) if frame else b""
        if data:
            found.append(_reading(data))

    def _after_prefix(self, frame: bytes, found: list[Reading | Garbage]) -> bytes:
        """The data of a frame, which may have noise, or the rest of a lost frame, before its prefix."""
        prefix = self.prefix
        if not prefix:
            return frame
        control = prefix[0] < 0x20 and prefix[0] not in _IN_DATA
        at = frame.rfind(prefix) if control else frame.find(prefix)
        if at < 0:
            self._refuse(Fault.NO_PREFIX, len(frame), found)
            return b""
        if at > 0:
            self._refuse(Fault.NO_PREFIX, at, found)
        return frame[at + len(prefix) :]

    def _refuse(self, fault: Fault, size: int, found: list[Reading | Garbage]) -> None:
        self.dropped_bytes += size
        found.append(Garbage(fault=fault, size=size))

    def _cut(self, found: list[Reading | Garbage]) -> None:
        """Drop what is no frame any more, but for what may be the beginning of a suffix."""
        keep = len(self.suffix) - 1
        size = len(self._buffer) - keep
        if size <= 0:
            return
        if self._dropping:
            self.dropped_bytes += size
        else:
            declared = len(self.prefix) + self.limit + len(self.suffix)
            self._refuse(Fault.TOO_LONG, declared, found)
            self.dropped_bytes += size - declared
        self._dropping = True
        del self._buffer[:size]


def _reading(data: bytes) -> Reading:
    try:
        return Reading(data=data, text=data.decode())
    except UnicodeDecodeError:
        return Reading(data=data, text=data.decode("latin-1"), encoding="latin-1")
