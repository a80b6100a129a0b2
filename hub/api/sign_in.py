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

from hub.admission import network
from hub.api.faults import ApiError
from hub.core.guesses import Allowance, Guesses
from hub.core.passwords import password_fault
from hub.core.viewer import Role
from hub.first_run import FirstRun
from hub.store import links, people, users
from hub.store.database import Database
from hub.store.people import Post
from hub.store.users import UserError

AT_ONCE: Final = 2
"""Each check takes 64 MiB for a while: more at once would let strangers fill the memory."""
PATIENCE_S: Final = 5.0
MOST_UNKNOWN: Final = 1000
PASSWORDS: Final = Allowance(burst=100, every_ms=10_000)
CODES: Final = Allowance(burst=10, every_ms=30_000)
UNLIMITED: Final = Allowance(burst=1, every_ms=0)
"""All sources together are not limited: strangers could else keep everybody out."""

BAD_LINK: Final = ApiError(
    403, "bad-link", "This link opens nothing: it was used, it is over, or it was copied wrongly.",
    hint="Ask whoever gave it to you for a new one.",
)  # fmt: skip
_WRONG: Final = ApiError(
    401, "wrong", "Name or password is wrong.", hint="Check both; after five tries the name waits."
)


@dataclass(slots=True)
class _Failures:
    count: int = 0
    locked_until: int = 0


class SignIn:
    """Gives sessions for passwords. Thread-safe.

    Every refusal takes the same time, `slowest_refusal_s`, and unknown names lock like known ones: so neither tells
    who has an account here. Wrong tries are counted by their source too: who tries one password with many names waits.
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
        self._guesses = Guesses(PASSWORDS, UNLIMITED)
        self._codes = Guesses(CODES, UNLIMITED)

    def attempt(self, name: str, password: str, source: str = "") -> tuple[str, users.Account]:
        """A new session's secret and whose it is. Raises ApiError: 401 wrong, 429 locked, 503 too many at once."""
        with self._slowly(), self._counted(self._guesses, source, 401), self._one_of_few():
            return self._check(name, password)

    def welcome(self, code: str, password: str, source: str = "") -> str:
        """Set a password by a one-time link; whose it was. Raises ApiError: 403, 422, 429, 503."""
        with self._slowly(), self._counted(self._codes, source, 403), self._one_of_few():
            with self._database.read() as connection:
                name = links.holder(connection, code, now=self._clock())
            if name is None:
                raise BAD_LINK
            if fault := password_fault(password, name):
                raise ApiError(422, "weak-password", f"{fault[0].upper()}{fault[1:]}.", hint="Choose another password.")
            hashed = self._hasher.hash(password)
            with self._database.write() as connection:
                if links.use(connection, code, hashed, now=self._clock()) is None:
                    raise BAD_LINK
            return name

    def begin(self, first: FirstRun | None, code: str, name: str, password: str, source: str = "") -> None:
        """Make the first administrator of an empty hub by its link. Raises ApiError: 403, 422, 429, 503."""
        with self._slowly(), self._counted(self._codes, source, 403), self._one_of_few():
            if first is None or not first.fits(code):
                raise BAD_LINK
            if fault := password_fault(password, name):
                raise ApiError(422, "weak-password", f"{fault[0].upper()}{fault[1:]}.", hint="Choose another password.")
            hashed = self._hasher.hash(password)
            with self._database.write() as connection:
                if people.exist(connection):
                    raise BAD_LINK
                try:
                    people.enter(connection, name, hashed, Post(role=Role.ADMIN), by=name, now=self._clock())
                except UserError as error:
                    said = str(error)
                    raise ApiError(422, "refused", f"{said[0].upper()}{said[1:]}.") from error

    @contextmanager
    def _slowly(self) -> Iterator[None]:
        """Every refusal takes as long as the slowest."""
        began = time.monotonic()
        try:
            yield
        except ApiError:
            self._pause(max(0.0, self._floor_s - (time.monotonic() - began)))
            raise

    @contextmanager
    def _counted(self, guesses: Guesses, source: str, wrong: int) -> Iterator[None]:
        """Count answers of that status by their source, and let a source wait that had too many."""
        key = network(source)
        with self._lock:
            wait_s = -(-guesses.wait_ms(key, self._clock()) // 1000)
        if wait_s:
            hint, headers = f"Try again in {wait_s} s.", {"Retry-After": str(wait_s)}
            raise ApiError(429, "too-often", "Too many wrong tries came from there.", hint=hint, headers=headers)
        try:
            yield
        except ApiError as error:
            if error.status == wrong:
                with self._lock:
                    guesses.wrong(key, self._clock())
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
            raise _WRONG
        with self._database.write() as connection:
            still = users.find(connection, name)
            if still is None or still.password != account.password:  # it became another one meanwhile
                raise _WRONG
            return users.open_session(connection, account.id, now=now), still

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
