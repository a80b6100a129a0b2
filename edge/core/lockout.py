"""How often a PIN may be tried wrongly before its badge is locked for a while. Pure; milliseconds of uptime.

Each attempt is counted, durably, before it is judged, so that pulling the plug buys no further one. Nobody can set an
uptime; after a restart of the machine the lock begins anew, because how long it was off is not known.
"""

from dataclasses import dataclass, replace
from typing import Final

FREE: Final = 5
"""Wrong PINs before the first lock."""
FIRST_MS: Final = 5 * 60_000
LONGEST_MS: Final = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """Attempts on one badge since the last right one. `until` is an uptime of the boot `boot`."""

    failures: int = 0
    boot: str = ""
    until: int = 0


def wait_ms(tried: Tried, *, boot: str, up: int) -> int:
    """How long no attempt is taken; 0: one is taken now."""
    if tried.failures < FREE:
        return 0
    if tried.boot != boot:
        return _pause_ms(tried.failures)
    return max(0, tried.until - up)


def attempted(tried: Tried, *, boot: str, up: int) -> Tried:
    """One more attempt, counted as wrong until it is found right."""
    failures = tried.failures + 1
    until = up + _pause_ms(failures) if failures >= FREE else 0
    return Tried(failures=failures, boot=boot, until=until)


def begun_anew(tried: Tried, *, boot: str, up: int) -> Tried:
    """The machine started again: a lock begins anew."""
    if tried.failures < FREE or tried.boot == boot:
        return tried
    return replace(tried, boot=boot, until=up + _pause_ms(tried.failures))


def _pause_ms(failures: int) -> int:
    return min(LONGEST_MS, FIRST_MS << min(max(0, failures - FREE), 20))
