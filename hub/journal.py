"""How grave a line of the log is, told to systemd's journal by what the line begins with (sd-daemon(3))."""

import os
import sys

import structlog

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
