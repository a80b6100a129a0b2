"""Who asks where a parcel is, without a name and a password: by its number, or by its collection code.

A number is 30 random bits behind the name of a station, and what it tells is worth nothing to others: guesses are
limited for each address, so that nobody scans them all, and never in common. Nobody can therefore keep others from
asking by number.

A code opens a parcel for whoever holds it, and is six random digits: whoever may try codes without end finds some. Of a
station where N codes are open, N of 1,000,000 tries hit. So wrong codes are limited for each address, for each station
(by the code's mark) and in all. With 500 parcels waiting at one station its 288 tries a day find one code a week, for
all the world together; one terminal bears five times as many (wire.collecting.TERMINAL_TRIES). When these are used up,
asking by code rests for everybody, right codes too (else this would be the way to try on); the number, the help-line
and the counter go on: nothing here locks a parcel. What is typed wrong is no try: the check digit tells it by itself.

Unknown, ended, and mistyped are one answer. The route makes all answers take the same time.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

import structlog
from sqlalchemy import Connection

from hub import collecting
from hub.core.guesses import Allowance, Guesses
from hub.core.parcel_answers import Number, read
from hub.store.queries.parcel_answers import Whereabouts, whereabouts
from hub.vault import Vault
from wire.collecting import Code

NUMBERS: Final = Allowance(burst=20, every_ms=10_000)
CODES: Final = Allowance(burst=5, every_ms=600_000)
STATION_CODES: Final = Allowance(burst=30, every_ms=300_000)
ALL_CODES: Final = Allowance(burst=100, every_ms=60_000)
_UNLIMITED: Final = Allowance(burst=1_000_000, every_ms=0)

log = structlog.get_logger("asking")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """Too many wrong ones came: ask again in so many seconds. `code`: by code only, a number is answered."""

    wait_s: int
    code: bool


Told: TypeAlias = Whereabouts | Rest | None
"""None: no parcel is known by this."""


class Asking:
    """Answers, and counts what was wrong. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = Guesses(NUMBERS, _UNLIMITED)
        self._codes = Guesses(CODES, _UNLIMITED)
        self._stations = Guesses(STATION_CODES, ALL_CODES)
        self._said_until = 0
        self._wrong = self._rested = 0

    def gauges(self) -> Mapping[str, float]:
        """How many guesses were wrong, and how many were not looked at, since the start."""
        return {"parcel_page_wrong_total": self._wrong, "parcel_page_refused_total": self._rested}

    def where(self, connection: Connection, vault: Vault, typed: str, source: str, now: int) -> Told:
        """Where the parcel is of which somebody at `source` (a network) has the number or a code. Raises VaultError."""
        meant = read(typed)
        if meant is None:
            return None
        with self._lock:  # so that no two tries pass where one is left
            if isinstance(meant, Code):
                return self._by_code(connection, vault, meant, source, now)
            return self._by_number(connection, meant, source, now)

    def _by_number(self, connection: Connection, meant: Number, source: str, now: int) -> Told:
        wait_ms = self._numbers.wait_ms(source, now)
        if wait_ms:
            return self._rest(wait_ms, code=False)
        found = whereabouts(connection, meant.ids, now)
        if found is None:
            self._wrong += 1
            self._numbers.wrong(source, now)
        return found

    def _by_code(self, connection: Connection, vault: Vault, code: Code, source: str, now: int) -> Told:
        mark = str(code.mark)
        common_ms = self._stations.wait_ms(mark, now)
        if common_ms and now >= self._said_until:
            self._said_until = now + 3_600_000
            log.warning("codes-are-guessed", mark=mark, wait_s=common_ms // 1000, hint="asking by number goes on")
        wait_ms = max(common_ms, self._codes.wait_ms(source, now))
        if wait_ms:
            return self._rest(wait_ms, code=True)
        parcel = collecting.opened_by(connection, vault, code.mark, code.secret)
        found = None if parcel is None else whereabouts(connection, (parcel,), now)
        if found is None:
            self._wrong += 1
            self._codes.wrong(source, now)
            self._stations.wrong(mark, now)
        return found

    def _rest(self, wait_ms: int, *, code: bool) -> Rest:
        self._rested += 1
        return Rest(wait_s=-(-wait_ms // 1000), code=code)
