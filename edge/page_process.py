"""The page's process beside the agent: started with it, started again when it ends, ended with it.

It holds the reading end of a pipe whose other end is the agent's: when the agent ends, however it ends, the pipe ends,
and so does the process.
"""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

from edge.log import Log

FIRST_RETRY_MS: Final = 500
LAST_RETRY_MS: Final = 30_000
_LONG_MS: Final = 60_000
"""One that ran so long was well."""
_STAYS_MS: Final = 5_000
"""After so long it is taken to serve."""
_END_S: Final = 3.0


class Clock(Protocol):
    def up_ms(self) -> int: ...


class PageProcess:
    """By the agent's main thread alone."""

    def __init__(self, config: Path, clock: Clock, log: Log, module: str = "edge.ui") -> None:
        self.problem = ""
        """Why there is no page now, in words."""
        self._command = [sys.executable, "-m", module, "--config", str(config.absolute())]
        self._clock, self._log = clock, log
        self._child: subprocess.Popen[bytes] | None = None
        self._next_up = self._started_up = 0
        self._retry_ms = FIRST_RETRY_MS

    def tick(self) -> None:
        """Once a second, and when a child has ended."""
        up = self._clock.up_ms()
        if self._child is not None:
            code = self._child.poll()
            if code is None:
                if up - self._started_up >= _STAYS_MS:
                    self.problem = ""
                return
            self._ended(code, up)
        if up >= self._next_up:
            self._start(up)

    def stop(self) -> None:
        """End it."""
        child, self._child = self._child, None
        if child is None:
            return
        self._let_go(child)
        child.terminate()
        try:
            child.wait(_END_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    def _start(self, up: int) -> None:
        try:
            self._child = subprocess.Popen(self._command, stdin=subprocess.PIPE)
        except OSError as error:
            self._failed(f"cannot be started: {error.strerror}", up)
            return
        self._started_up = up

    def _ended(self, code: int, up: int) -> None:
        child, self._child = self._child, None
        if child is not None:
            self._let_go(child)
        if up - self._started_up >= _LONG_MS:
            self._retry_ms = FIRST_RETRY_MS
        self._failed(f"ended with {code}", up)

    def _failed(self, why: str, up: int) -> None:
        self.problem = why
        self._log.warning("page-ended", why=why, next=f"it is started again in {self._retry_ms} ms")
        self._next_up = up + self._retry_ms
        self._retry_ms = min(LAST_RETRY_MS, self._retry_ms * 2)

    @staticmethod
    def _let_go(child: subprocess.Popen[bytes]) -> None:
        if child.stdin is not None:
            with suppress(OSError):
                child.stdin.close()
