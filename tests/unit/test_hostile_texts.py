"""Text of strangers on its way to a person: no line is forged, no terminal is steered, nothing is hidden."""

import io
import json
import logging

import pytest
import structlog

from edge.browse import Counts, Kept
from edge.log import LineLog
from edge.screens import show_items
from hub.journal import for_people, harmless
from wire import codec
from wire.actions import Action
from wire.messages import Scan

HOSTILE = [
    "x\n2026-01-01T00:00:00Z [info     ] joined device=thief",
    "\x1b[2J\x1b[31mred",
    "\x9b2J",
    "\x1b]0;title\x07",
    "a\rb",
    "\u202egnp.exe",
    "\u2028\u2029\x85",
    "\x00\x08\x7f",
    "=cmd|' /C calc'!A0",
    "\U000e0041",
]


def harmful(text: str) -> bool:
    return any(not sign.isprintable() for sign in text)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("as_json", [True, False])
def test_a_line_of_the_agents_log_is_one_printable_line(text, as_json):
    lines = []
    LineLog("info", as_json=as_json, write=lines.append).warning("garbage", data=text, inner=[text])
    assert len(lines) == 1
    assert not harmful(lines[0])
    if as_json:
        assert json.loads(lines[0])["data"] == text


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("renderer", [for_people(), structlog.processors.JSONRenderer()], ids=["people", "json"])
def test_a_line_of_the_hubs_log_is_one_printable_line(text, renderer):
    out = io.StringIO()
    log = structlog.wrap_logger(structlog.WriteLogger(out), [harmless, renderer], structlog.BoundLogger)
    log.warning("not-let-in", reason=text, more=[text], key={text: text})
    assert out.getvalue().count("\n") == 1
    assert not harmful(out.getvalue().rstrip("\n"))


def test_a_trace_in_the_hubs_log_shows_no_secrets_and_steers_no_terminal():
    out = io.StringIO()
    log = structlog.wrap_logger(structlog.WriteLogger(out), [harmless, for_people()], structlog.BoundLogger)
    password = "hunter" + "2"

    def break_it():
        raise ValueError(f"\x1b[2J of {len(password)} strangers")

    try:
        break_it()
    except ValueError as error:
        log.exception("broke", exc_info=error)
    assert "ValueError: \\x1b[2J of 7 strangers" in out.getvalue()
    assert password not in out.getvalue()
    assert not any(harmful(line) for line in out.getvalue().splitlines())


@pytest.mark.parametrize("text", HOSTILE)
def test_an_outbox_on_the_terminal_steers_nothing(text, capsys):
    place = "place:x" + text.replace("\n", "")
    scan = Scan(at=1, up=1, do=Action.MOVE, labels=(text,), source=place, to=place, by=text)
    kept = Kept(lane="facts", stream="0" * 16, seq=1, pending=True, item=codec.encode_item(scan))
    counts = Counts(
        device="d", ledger=None, streams=1, pending_facts=1, pending_telemetry=0, kept_facts=0, accepted_facts=1
    )
    show_items(counts, [kept])
    assert not any(harmful(line) for line in capsys.readouterr().out.split("\n"))


def test_what_libraries_say_is_in_one_line_too():
    lines = []
    from edge.log import LibraryLog

    record = logging.LogRecord("paho", logging.WARNING, "", 0, "from %s", ("\x1b[2J\nforged",), None)
    LibraryLog(LineLog("info", as_json=False, write=lines.append)).emit(record)
    assert lines[0].endswith("from \\x1b[2J\\nforged")
