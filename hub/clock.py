"""The hub's two clocks, read in one place."""

import time


def now_ms() -> int:
    """Milliseconds since 1970, UTC, by this machine's clock."""
    return time.time_ns() // 1_000_000


def uptime_ms() -> int:
    """Milliseconds since this machine booted, also those that it slept."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
