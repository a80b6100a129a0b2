"""Log lines of the agent: one event a line, JSON by default, on standard error.

Small on purpose: the agent stays resident on small devices, and the logging libraries cost more memory than the
whole log is worth there. Callers see a Protocol; any logger with these methods fits.
"""

import json
import logging
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from wire.display import shown

_LEVELS: Final = {"debug": 10, "info": 20, "warning": 30, "error": 40}
_PRIORITIES: Final = {"debug": "<7>", "info": "<6>", "warning": "<4>", "error": "<3>"}
"""What systemd's journal takes off a line and keeps as its priority (sd-daemon(3))."""

LONGEST_LINE: Final = 10_000


class Log(Protocol):
    """Where events go: a short name, and fields."""

    def debug(self, event: str, **fields: Any) -> None: ...
    def info(self, event: str, **fields: Any) -> None: ...
    def warning(self, event: str, **fields: Any) -> None: ...
    def error(self, event: str, **fields: Any) -> None: ...


def _to_stderr(line: str) -> None:
    try:
        sys.stderr.write(line + "\n")
        sys.stderr.flush()
    except (OSError, ValueError):  # whoever read the log is gone: scanning goes on
        pass


def in_journal() -> bool:
    """Whether standard error goes to systemd's journal (JOURNAL_STREAM in systemd.exec(5))."""
    try:
        found = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError):
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"


class LineLog:
    """Writes each event of its level or above as one line, in one write, from any thread.

    Fields carry what others sent: nothing in a line ends it or steers the terminal of whoever reads it.
    """

    def __init__(
        self,
        level: str = "info",
        *,
        as_json: bool = True,
        journal: bool = False,
        write: Callable[[str], None] = _to_stderr,
        **bound: Any,
    ) -> None:
        """`journal`: begin each line with its priority."""
        self._least = _LEVELS[level]
        self._as_json = as_json
        self._journal = journal
        self._write = write
        self._bound = bound

    def bind(self, **fields: Any) -> "LineLog":
        """The same log, with fields that each of its events carries."""
        level = next(name for name, number in _LEVELS.items() if number == self._least)
        return LineLog(
            level, as_json=self._as_json, journal=self._journal, write=self._write, **{**self._bound, **fields}
        )

    def debug(self, event: str, **fields: Any) -> None:
        self._say("debug", event, fields)

    def info(self, event: str, **fields: Any) -> None:
        self._say("info", event, fields)

    def warning(self, event: str, **fields: Any) -> None:
        self._say("warning", event, fields)

    def error(self, event: str, **fields: Any) -> None:
        self._say("error", event, fields)

    def _say(self, level: str, event: str, fields: dict[str, Any]) -> None:
        if _LEVELS[level] < self._least:
            return
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        fields = {**self._bound, **fields}
        if self._as_json:
            text = json.dumps({"at": at, "level": level, "event": event, **fields}, ensure_ascii=False, default=str)
            line = text if text.isprintable() else "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)
        else:
            line = " ".join((at, level.ljust(7), event, *(f"{key}={value!s}" for key, value in fields.items())))
            line = shown(line, LONGEST_LINE)
        self._write(_PRIORITIES[level] + line if self._journal else line)


class LibraryLog(logging.Handler):
    """Hands what libraries log (warnings and worse) on to a log of ours."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        say = self._log.error if record.levelno >= logging.ERROR else self._log.warning
        say("library", name=record.name, message=record.getMessage())
