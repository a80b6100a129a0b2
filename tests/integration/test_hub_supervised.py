"""The hub under systemd, which is played by a real socket: ready, alive, stuck, stopping."""

import signal
import socket
import time
from contextlib import closing

from hub.vitals import Door, Progress, Pulse, stuck
from tests.support.edge_ports import until
from tests.support.hub_process import HubProcess
from tests.support.notify import NotifySocket


def test_systemd_hears_ready_when_the_hub_answers_then_signs_of_life_then_stopping(tmp_path, monkeypatch):
    with NotifySocket(None) as systemd:
        monkeypatch.setenv("NOTIFY_SOCKET", systemd.name)
        monkeypatch.setenv("WATCHDOG_USEC", "600000")
        with HubProcess(tmp_path / "hub") as hub:
            ready = systemd.says("READY=1")
            assert hub.health()["status"] == "ok"
            life = systemd.says("WATCHDOG=1", ready)
            systemd.says("WATCHDOG=1", life + 1)
            assert hub.end(signal.SIGTERM) == 0
            systemd.says("STOPPING=1", life)
    assert systemd.heard.count("READY=1") == 1, "the broker spoke for the hub"


def test_work_that_waits_and_is_not_done_ages_and_work_that_is_done_or_absent_does_not():
    done, busy = [0], [True]
    progress = Progress(busy=lambda: busy[0], done=lambda: done[0])
    until(lambda: stuck({"ingest": progress}, 0.05) == ["ingest"], "work that is not done")
    done[0] += 1
    assert stuck({"ingest": progress}, 0.05) == []
    until(lambda: stuck({"ingest": progress}, 0.05), "the next work")
    busy[0] = False
    assert stuck({"ingest": progress}, 0.05) == []


def test_a_loop_ages_until_its_next_beat():
    pulse = Pulse()
    until(lambda: stuck({"mqtt": pulse, "other": Pulse()}, 0.05) == ["mqtt"], "a missed beat")
    pulse.beat()
    assert stuck({"mqtt": pulse}, 0.05) == []


def test_a_port_that_takes_connections_and_does_not_answer_ages_and_any_answer_is_a_sign_of_life():
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        door = Door(server.getsockname(), every_s=0.01)
        started = time.monotonic()
        door.start()
        try:
            asked, _ = server.accept()
            until(lambda: door.age_s > 0.05, "an answer that does not come")
            answer = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
            asked.sendall(answer)
            until(lambda: door.age_s < time.monotonic() - started - 0.04, "the answer")
            assert asked.recv(4096).startswith(b"GET /api/v1/health ")
            asked.close()
        finally:
            door.stop()
