"""The device's two clocks, in ms: the wall clock, which may be wrong, and the uptime, which only goes on."""

import time


def uptime_ms() -> int:
    """Time since boot, with sleep: CLOCK_BOOTTIME."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


class Clock:
    """Reads the system's clocks."""

    def now_ms(self) -> int:
        """Unix time."""
        return time.time_ns() // 1_000_000

    def up_ms(self) -> int:
        """Time since boot, with sleep: CLOCK_BOOTTIME."""
        return uptime_ms()
