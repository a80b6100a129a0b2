"""The hub under systemd, which is played by a real socket: ready, alive, stuck, stopping."""

import signal
import socket
import sys
import time
from contextlib import closing

from hub.vitals import Door, Progress, Pulse, stuck
from tests.support import hub_process
from tests.support.edge_ports import until
from tests.support.hub_process import HubProcess, cli_json
from tests.support.mqtt import connected
from tests.support.notify import NotifySocket
from wire import codec, topics
from wire.messages import Hello
from wire.topics import Leaf

HANGING = """
import asyncio, os, sys, time
import paho.mqtt.client as mqtt
from hub import vitals, watchdog
from hub.__main__ import main
from hub.ingest.committer import Committer

def hangs(owner, name, flag):
    work, path = getattr(owner, name), os.path.join(sys.argv[1], flag)
    def hanging(*arguments, **more):
        while os.path.exists(path):
            time.sleep(0.01)
        return work(*arguments, **more)
    setattr(owner, name, hanging)

hangs(asyncio.BaseEventLoop, "_run_once", "http")
hangs(mqtt.Client, "loop_misc", "mqtt")
hangs(Committer, "commit", "ingest")
watchdog.STUCK_S = 2.0
vitals.Door.__init__.__defaults__ = (0.1,)
main(sys.argv[2:])
"""


def test_a_hub_tells_systemd_ready_alive_and_stopping_and_with_a_part_that_hangs_no_sign_of_life(tmp_path, monkeypatch):
    monkeypatch.setattr(hub_process, "COMMAND", [sys.executable, "-c", HANGING, str(tmp_path)])
    with NotifySocket(None) as systemd:
        monkeypatch.setenv("NOTIFY_SOCKET", systemd.name)
        monkeypatch.setenv("WATCHDOG_USEC", "300000")
        with HubProcess(tmp_path / "hub") as hub:
            password = cli_json("device", "add", "scanner-1", data=hub.data)["password"]
            systemd.says("WATCHDOG=1", systemd.says("READY=1"))
            assert hub.health()["status"] == "ok"
            (tmp_path / "ingest").touch()
            with connected(hub.mqtt_port, "scanner-1", password) as device:
                device.publish(topics.build("scanner-1", Leaf.UP), codec.encode(Hello(hello=5)))
                stuck = systemd.says("STATUS=Stuck: ingest")
                (tmp_path / "http").touch()
                (tmp_path / "mqtt").touch()
                systemd.says("STATUS=Stuck: mqtt, ingest, http")
                assert "WATCHDOG=1" not in systemd.heard[stuck:]
                lines = len(systemd.heard)
                for part in ("ingest", "http", "mqtt"):
                    (tmp_path / part).unlink()
                life = systemd.says("WATCHDOG=1", lines)
            assert hub.end(signal.SIGTERM) == 0
            systemd.says("STOPPING=1", life)
    assert systemd.heard.count("READY=1") == 1, "the broker spoke for the hub"
    assert "parts-go-on" in hub.log.read_text()


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
