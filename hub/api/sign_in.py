"""Passwords: checked slowly, a few at a time, the same way for names that exist and names that do not."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from secrets import token_hex
from typing import Final

from argon2 import PasswordHasher

from hub.api.faults import ApiError
from hub.store import users
from hub.store.database import Database

AT_ONCE: Final = 2
"""Each check takes 64 MiB for a while: more at once would let strangers fill the memory."""
PATIENCE_S: Final = 5.0
MOST_UNKNOWN: Final = 1000


@dataclass(slots=True)
class _Failures:
    count: int = 0
    locked_until: int = 0


class SignIn:
    """Gives sessions for passwords. Thread-safe.

    Every refusal takes the same time, `slowest_refusal_s`, and unknown names lock like known ones: so neither tells
    who has an account here.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], int],
        hasher: PasswordHasher,
        *,
        slowest_refusal_s: float,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._database = database
        self._clock = clock
        self._hasher = hasher
        self._pause = pause
        self._floor_s = slowest_refusal_s
        self._nobody = hasher.hash(token_hex(16))
        self._turn = threading.BoundedSemaphore(AT_ONCE)
        self._unknown: OrderedDict[str, _Failures] = OrderedDict()
        self._lock = threading.Lock()

    def attempt(self, name: str, password: str) -> tuple[str, users.Account]:
        """A new session's secret and whose it is. Raises ApiError: 401 wrong, 429 locked, 503 too many at once."""
        began = time.monotonic()
        try:
            with self._one_of_few():
                return self._check(name, password)
        except ApiError:
            self._pause(max(0.0, self._floor_s - (time.monotonic() - began)))
            raise

    @contextmanager
    def _one_of_few(self) -> Iterator[None]:
        if not self._turn.acquire(timeout=PATIENCE_S):
            raise ApiError(
                503, "too-many", "Too many people sign in at this moment.", hint="Try again in a few seconds."
            )
        try:
            yield
        finally:
            self._turn.release()

    def _check(self, name: str, password: str) -> tuple[str, users.Account]:
        now = self._clock()
        with self._database.read() as connection:
            account = users.find(connection, name)
        locked_until = self._failures(name).locked_until if account is None else account.locked_until or 0
        if locked_until > now:
            wait_s = -((now - locked_until) // 1000)
            raise ApiError(
                429,
                "locked",
                "Too many wrong passwords: this name has to wait.",
                hint=f"Try again in {wait_s} s.",
                headers={"Retry-After": str(wait_s)},
            )
        right = users.matches(self._hasher, self._nobody if account is None else account.password, password)
        if account is None or not right:
            self._note(name, account, now)
            raise ApiError(
                401, "wrong", "Name or password is wrong.", hint="Check both; after five tries the name waits."
            )
        with self._database.write() as connection:
            return users.open_session(connection, account.id, now=now), account

    def _note(self, name: str, account: users.Account | None, now: int) -> None:
        if account is not None:
            with self._database.write() as connection:
                users.note_failure(connection, account.id, now=now)
            return
        failures = self._failures(name)
        failures.count += 1
        failures.locked_until = now + users.lock_ms(failures.count)

    def _failures(self, name: str) -> _Failures:
        key = users.digest(name)
        with self._lock:
            found = self._unknown.setdefault(key, _Failures())
            self._unknown.move_to_end(key)
            if len(self._unknown) > MOST_UNKNOWN:
                self._unknown.popitem(last=False)
            return found
