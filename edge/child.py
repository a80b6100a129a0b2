"""A program of our own beside the agent: it does what takes libraries, memory or time that the agent does not have.

It gets its question on standard input, never among its arguments, which everybody on the machine may read. It answers
on standard output, and its last line on standard error says why it could not. Whoever starts it says how long it may
take: then it is killed. One that outlives its agent ends itself after the same time.
"""

import select
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Final

from edge.errors import EdgeError

MOST_BYTES: Final = 60 * 1024
"""Of a question and of an answer: less than a pipe holds, so that nobody ever waits for the other to read."""
_TURN_S: Final = 1.0


class ChildError(EdgeError):
    """A program beside the agent could not be started, or did not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How it ended: what it answered, and the last line that it said."""

    code: int
    answer: bytes
    said: str


class Child:
    """One that runs. Not thread-safe."""

    def __init__(self, module: str, *arguments: str, question: bytes = b"", longest_s: float) -> None:
        """Starts `python -m module`. Raises ChildError."""
        import subprocess  # noqa: PLC0415 - an agent that never needs one does not load it

        self._module, self._longest_s = module, longest_s
        self._started = time.monotonic()
        if len(question) > MOST_BYTES:
            raise ChildError(f"a question of {len(question)} bytes to {module} is too long")
        pipe = subprocess.PIPE
        command = [sys.executable, "-m", module, *arguments]
        try:
            self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe)
        except OSError as error:
            raise ChildError(f"cannot start {module}: {error.strerror}") from error
        if self._process.stdin is not None:
            with suppress(OSError):  # it ended at once, which its exit code says
                self._process.stdin.write(question)
                self._process.stdin.close()

    def poll(self) -> Ended | None:
        """How it ended, or None while it runs. One that takes too long is killed."""
        if self._process.poll() is None:
            if time.monotonic() - self._started > self._longest_s:
                self._process.kill()
            return None
        return self._collect()

    def wait(self, beat: Callable[[], None]) -> Ended:
        """Wait until it ends; `beat` is called about once a second."""
        while (ended := self.poll()) is None:
            beat()
            if self._process.stdout is not None:
                select.select([self._process.stdout], [], [], _TURN_S)  # readable when it answers, or has ended
            if time.monotonic() - self._started > self._longest_s:
                self._process.kill()
            with suppress(_expired()):
                self._process.wait(_TURN_S)
        return ended

    def end(self) -> Ended:
        """End it now."""
        self._process.terminate()
        try:
            self._process.wait(_TURN_S)
        except _expired():
            self._process.kill()
            self._process.wait()
        return self._collect()

    def _collect(self) -> Ended:
        answer, said = (_rest(pipe) for pipe in (self._process.stdout, self._process.stderr))
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()
        code = self._process.returncode
        lines = said.decode("utf-8", "replace").strip().splitlines()
        if code == -signal.SIGKILL:
            lines = [f"{self._module} took longer than {self._longest_s:.0f} s"]
        last = lines[-1][:500] if lines else f"{self._module} ended with {code} and said nothing"
        return Ended(code=code, answer=answer, said=last)


def begin(longest_s: int) -> None:
    """What each such program does first: signals end it (the agent has its own blocked), and so does its time."""
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    signal.alarm(longest_s)


def _rest(pipe: IO[bytes] | None) -> bytes:
    if pipe is None:
        return b""
    with pipe:
        return pipe.read(MOST_BYTES)


def _expired() -> type[Exception]:
    import subprocess  # noqa: PLC0415 - see above

    return subprocess.TimeoutExpired
