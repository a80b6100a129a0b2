"""Lines of the log: fit to be read by people, and how grave each is, told to systemd's journal (sd-daemon(3)).

Events carry what devices and strangers sent. In JSON nothing of it can end a line; for people it is written out.
"""

import os
import sys
from io import StringIO
from typing import TextIO

import structlog

from wire.display import shown

_PRIORITIES = {"debug": "<7>", "info": "<6>", "warning": "<4>", "error": "<3>", "critical": "<2>"}


def in_journal() -> bool:
    """Whether standard error goes to systemd's journal (JOURNAL_STREAM in systemd.exec(5))."""
    try:
        found = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError):
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"


def ranked(renderer: structlog.typing.Processor) -> structlog.typing.Processor:
    """The same lines, each with its priority before it."""

    def render(logger: structlog.typing.WrappedLogger, name: str, event: structlog.typing.EventDict) -> str:
        priority = _PRIORITIES.get(event.get("level", ""), "<6>")
        return priority + str(renderer(logger, name, event))

    return render


LONGEST = 10_000
"""Of one value, in characters."""


def harmless(
    _logger: structlog.typing.WrappedLogger, _name: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """The same event, in which no text ends a line or steers a terminal."""
    return {key: shown(value, LONGEST) if isinstance(value, str) else value for key, value in event.items()}


def for_people() -> structlog.typing.Processor:
    """Renders events as lines without colours. Of an exception the plain trace is shown: values would be secrets."""
    return structlog.dev.ConsoleRenderer(colors=False, exception_formatter=_traced)


def _traced(stream: TextIO, error: structlog.typing.ExcInfo) -> None:
    text = StringIO()
    structlog.dev.plain_traceback(text, error)
    stream.write("\n".join(shown(line, LONGEST) for line in text.getvalue().split("\n")))
