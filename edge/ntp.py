"""Whether the system keeps its clock by NTP, and how well, as the kernel says: adjtimex(2).

Any daemon (chrony, ntpd, systemd-timesyncd) tells the kernel; nothing else has to be asked. ctypes is loaded only
when somebody asks: most devices have a hub, and never do.
"""

import struct
from typing import Final

from edge.clock import Clock
from edge.core.anchors import Anchor, disciplined
from edge.errors import EdgeError
from edge.log import Log
from edge.store.outbox import Outbox

EVERY_MS: Final = 60_000
QUIET_MS: Final = 1_800_000
"""The kernel is asked when nothing else told the time for so long."""
_TIME_ERROR: Final = 5
_STA_UNSYNC: Final = 0x40
_SIZE: Final = 208
"""struct timex on 64-bit Linux; less elsewhere."""
_FIELDS: Final = struct.Struct("@I4xqqqqi")
"""modes, offset, freq, maxerror, esterror, status."""
_FIELDS_32: Final = struct.Struct("@Illlli")


def error_ms() -> int | None:
    """How wrong the wall clock may be at most, says the kernel; None where it is not synchronised, or cannot tell."""
    try:
        import ctypes  # noqa: PLC0415 - see above

        buffer = ctypes.create_string_buffer(_SIZE)
        state = ctypes.CDLL(None).adjtimex(buffer)
        fields = _FIELDS if ctypes.sizeof(ctypes.c_long) == 8 else _FIELDS_32
    except (ImportError, OSError, AttributeError):
        return None
    return _error_ms(state, fields.unpack_from(buffer.raw))


def _error_ms(state: int, timex: tuple[int, ...]) -> int | None:
    _, _, _, most_us, estimated_us, status = timex
    if state < 0 or state == _TIME_ERROR or status & _STA_UNSYNC:
        return None
    return max(most_us, estimated_us, 0) // 1_000 + 1


class NtpWatch:
    """Tells the outbox what a synchronised clock says, when it hears of the time from nobody else."""

    def __init__(self, outbox: Outbox, clock: Clock, log: Log) -> None:
        self._outbox, self._clock, self._log = outbox, clock, log
        self._next = 0

    def look(self) -> None:
        """Now and then, by the agent's main thread."""
        up = self._clock.up_ms()
        if up < self._next:
            return
        self._next = up + EVERY_MS
        newest = self._outbox.newest_anchor()
        if newest is not None and up - newest < QUIET_MS:
            return
        error = error_ms()
        if error is None:
            return
        try:
            self._outbox.observe(self._read(error))
        except EdgeError as problem:
            self._log.warning("time-not-kept", why=str(problem))

    def _read(self, error: int) -> Anchor:
        before = self._clock.up_ms()
        wall = self._clock.now_ms()
        after = self._clock.up_ms()
        return disciplined(wall, before, error + after - before)
