"""How many collection codes may fit nothing at one terminal before it waits. Pure; milliseconds of uptime.

Each is counted, durably, before it is judged. The time begins with the first; after a restart of the machine it begins
anew, because how long it was off is not known.
"""

from typing import Final

from edge.core.lockout import Tried
from wire.collecting import TERMINAL_TRIES, TERMINAL_WINDOW_S

WINDOW_MS: Final = TERMINAL_WINDOW_S * 1000


def waits(tried: Tried, *, boot: str, up: int) -> bool:
    """Whether no code is taken now."""
    return tried.failures >= TERMINAL_TRIES and (tried.boot != boot or up < tried.until)


def missed(tried: Tried, *, boot: str, up: int) -> Tried:
    """One more, counted until it is found right. The last one that is free begins the wait."""
    over = tried.boot == boot and up >= tried.until
    failures = 1 if over else tried.failures + 1
    fresh = over or tried.boot != boot or not tried.failures or failures == TERMINAL_TRIES
    return Tried(failures=failures, boot=boot, until=up + WINDOW_MS if fresh else tried.until)


def begun_anew(tried: Tried, *, boot: str, up: int) -> Tried:
    """The machine started again: a wait begins anew."""
    if tried.failures < TERMINAL_TRIES or tried.boot == boot:
        return tried
    return Tried(failures=tried.failures, boot=boot, until=up + WINDOW_MS)
