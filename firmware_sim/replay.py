"""A recorded NMEA log on a port, at the speed at which it was recorded, faster, or as fast as it is read.

The log's own times decide: each new time of day in RMC, GGA, GNS, GLL or ZDA begins an epoch, and the time between
two epochs passes between them. Bytes go out as they stand in the file, whatever they are; only lines that begin
with # are left out. A log without times goes out as fast as a line of 9600 baud.
"""

import math
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Final

from firmware_sim.errors import SimError
from firmware_sim.ports import Port

_TIME: Final = re.compile(rb"\$[A-Z]{2}(?:(?:RMC|GGA|GNS|ZDA),|GLL,(?:[^,]*,){4})(\d\d)(\d\d)(\d\d(?:\.\d{1,3})?)")
_DAY_S: Final = 86_400.0
_LONGEST_S: Final = 60.0
_BYTES_PER_S: Final = 960
_TICK_S: Final = 0.02
_DRAIN_S: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Bytes that go out together, `after_s` seconds after the piece before."""

    after_s: float
    data: bytes


def pieces(log: bytes) -> list[Piece]:
    """Cut a log into its epochs."""
    lines = [line for line in re.split(rb"(?<=\n)", log) if line and not line.startswith(b"#")]
    if not any(_TIME.search(line) for line in lines):
        return [Piece(after_s=len(line) / _BYTES_PER_S, data=line) for line in lines]
    found: list[Piece] = []
    last: float | None = None
    after_s, data = 0.0, b""
    for line in lines:
        clock = _clock(line)
        passed = _passed(last, clock) if clock is not None else 0.0
        if passed > 0:
            found.append(Piece(after_s=after_s, data=data))
            after_s, data = passed, b""
        if clock is not None and (last is None or passed > 0):
            last = clock
        data += line
    return [*found, Piece(after_s=after_s, data=data)]


def read_log(path: Path) -> list[Piece]:
    """The pieces of a log file; raises SimError where it cannot be read or holds nothing."""
    try:
        found = pieces(path.read_bytes())
    except OSError as error:
        raise SimError(f"cannot read the NMEA log {path}: {error.strerror}") from error
    if not any(piece.data for piece in found):
        raise SimError(f"there is nothing to replay in {path}")
    return found


def parse_speed(text: str) -> float:
    """How many times faster than recorded: `1`, `10x`, or `max` (math.inf); raises SimError."""
    if text == "max":
        return math.inf
    try:
        speed = float(text.removesuffix("x"))
    except ValueError:
        speed = math.nan
    if not 0 < speed <= 1_000_000:
        raise SimError(f"a speed of {text!r} is not possible: give a number above 0, for example 1 or 10x, or max")
    return speed


class Replay:
    """Plays pieces on a port; waits while nobody has the port open; no byte that is read is left out."""

    def __init__(
        self,
        port: Port,
        log: list[Piece],
        *,
        speed: float = 1.0,
        loops: int = 1,
        settle_s: float = 0.2,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.port = port
        self.sent_bytes = 0
        self.played = 0
        """How often the log went out whole."""
        self._log = log
        self._speed = speed
        self._loops = loops
        self._settle_s = settle_s
        self._clock = clock
        self._due = 0.0
        self.listened = False
        """Whether somebody listened when it last looked."""

    def run(self, stop: Event) -> None:
        """Play the log `loops` times (0: for ever) and wait until the last of it is read, or until `stop` is set."""
        while not stop.is_set() and (not self._loops or self.played < self._loops):
            for piece in self._log:
                self._play(piece, stop)
                if stop.is_set():
                    return
            self.played += 1
        self._drain(stop)

    def _drain(self, stop: Event) -> None:
        end, read = self._clock() + _DRAIN_S, 0
        while read < 2 and self._clock() < end and self.port.listening() and not stop.wait(_TICK_S):
            read = read + 1 if self.port.drained() else 0

    def _play(self, piece: Piece, stop: Event) -> None:
        self._due += piece.after_s / self._speed
        while not stop.is_set():
            if not self._listened(stop):
                continue
            if (wait_s := self._due - self._clock()) <= 0:
                break
            stop.wait(min(wait_s, _TICK_S))
        left = piece.data
        while left and not stop.is_set() and self._listened(stop):
            taken = self.port.write(left)
            left = left[taken:]
            self.sent_bytes += taken
            if not taken:
                self.port.wait(_TICK_S, writable=True)

    def _listened(self, stop: Event) -> bool:
        """Whether somebody listens; after an opening the time begins anew, a little later."""
        listening = self.port.listening()
        if listening and not self.listened:
            stop.wait(self._settle_s)
            self._due = max(self._due, self._clock())
        elif not listening:
            if self.listened:
                self.port.purge()
            stop.wait(_TICK_S)
        self.listened = listening
        return listening


def _clock(line: bytes) -> float | None:
    """The time of day in a sentence, in seconds; None where it has none."""
    found = _TIME.search(line)
    return int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3]) if found else None


def _passed(last: float | None, clock: float) -> float:
    """Seconds from one time of day to the next; a leap of more than a minute counts as one second."""
    if last is None:
        return 0.0
    ahead = (clock - last) % _DAY_S
    if ahead > _DAY_S - _LONGEST_S:
        return 0.0
    return ahead if ahead <= _LONGEST_S else 1.0
