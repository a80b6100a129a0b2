"""What the agent says about itself: log lines, status.json, threads that die."""

import json
import logging
import threading

import pytest

from edge import status as status_file
from edge.crew import Crew
from edge.log import LibraryLog, LineLog
from edge.status import AgentStatus, PortStatus
from tests.support.edge_ports import Events


def test_an_event_is_one_line_of_json_with_its_fields_and_those_bound():
    lines = []
    LineLog("info", write=lines.append).bind(port="/dev/x").warning("port-down", why="gone\nand away", n=3)
    said = json.loads(lines[0])
    assert said.pop("at").endswith("Z")
    assert said == {"level": "warning", "event": "port-down", "port": "/dev/x", "why": "gone\nand away", "n": 3}
    assert "\n" not in lines[0]


def test_lines_for_people_are_one_line_too_and_lesser_levels_are_left_out():
    lines = []
    log = LineLog("warning", as_json=False, write=lines.append)
    log.info("quiet")
    log.error("loud", why="a\nb")
    assert len(lines) == 1
    assert lines[0].endswith("error   loud why=a\\nb")


def test_the_journal_learns_how_grave_a_line_is():
    lines = []
    log = LineLog("info", journal=True, write=lines.append)
    log.bind(port="/dev/x").warning("port-down")
    log.error("outbox-salvaged")
    assert [line[:4] for line in lines] == ["<4>{", "<3>{"]


def test_what_libraries_warn_of_is_in_the_same_log():
    log = Events()
    logger = logging.getLogger("some.library")
    handler = LibraryLog(log)
    logger.addHandler(handler)
    logger.warning("low on %s", "paper")
    logger.info("nothing")
    logger.removeHandler(handler)
    assert log.lines == [("library", {"name": "some.library", "message": "low on paper"})]


@pytest.mark.parametrize("fails", [True, False])
def test_a_thread_that_ends_by_itself_is_said_and_raises_the_alarm(fails):
    log, alarm = Events(), threading.Event()
    crew = Crew(lambda: False, alarm.set, log)
    crew.hire("scanner", lambda: 1 // 0 if fails else None)
    assert alarm.wait(10)
    assert crew.lost == ["scanner"]
    assert crew.join(10) == []
    assert ("ZeroDivisionError" in log.named("thread-died")[0]["why"]) == fails


def test_a_thread_that_ends_because_it_was_told_to_is_no_alarm():
    log = Events()
    crew = Crew(lambda: True, lambda: 1 // 0, log)
    crew.hire("scanner", lambda: None)
    assert crew.join(10) == []
    assert crew.lost == []
    assert log.lines == []


def test_the_status_is_read_back_as_it_was_written(tmp_path):
    status = AgentStatus(
        pid=1, device="d", kind="scanner", version="1", state="running", since=1, at=2, hub="h:1",
        ports=(PortStatus(kind="scanner", port="/dev/x", up=True, counts={"facts": 3, "last_at": None}),),
    )  # fmt: skip
    path = tmp_path / "status.json"
    status_file.write(path, status)
    assert status_file.read(path) == status
    assert [file.name for file in tmp_path.iterdir()] == ["status.json"]
    path.write_text("{")
    assert status_file.read(path) is None
    assert status_file.read(tmp_path / "nothing") is None
