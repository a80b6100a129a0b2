"""The embedded Mosquitto as a child: it comes back when it dies, and never outlives the hub."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from hub.credentials import hashed
from hub.errors import BrokerError
from hub.mosquitto import Mosquitto, claim, version
from tests.support.mqtt import connected, until

USERS = {"a": hashed("a")}

_HUB = """
import sys, threading
from pathlib import Path
from hub.mosquitto import Mosquitto
broker = Mosquitto(Path(sys.argv[1]), 0, dict)
broker.start()
print(broker.pid, broker.address.port, file=sys.stderr, flush=True)
threading.Event().wait()
"""


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    broker = Mosquitto(tmp_path / "broker", 0, lambda: USERS)
    broker.start()
    yield broker
    broker.stop()


def _is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_kill_9_of_the_hub_leaves_no_mosquitto(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _HUB, str(tmp_path / "broker")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as hub:
        try:
            assert hub.stderr is not None
            pid, port = map(int, hub.stderr.readline().split())
            assert psutil.Process(pid).name() == "mosquitto"
        finally:
            os.kill(hub.pid, signal.SIGKILL)
        until(lambda: _is_gone(pid), "mosquitto dies with its hub")
    assert claim(port) == port


def test_a_killed_broker_comes_back_on_its_port_with_its_users(broker: Mosquitto) -> None:
    port, first = broker.address.port, broker.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    until(lambda: broker.pid not in (None, first) and _answers(port), "a new mosquitto on the port")
    with connected(port, "a", "a") as client:
        client.subscribe("relay/v1/hub/status")


def test_a_port_in_use_is_said_with_what_helps(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(BrokerError, match=rf"Port {port}.*--mqtt-port"):
            Mosquitto(tmp_path / "broker", port, dict).start()


def test_a_mosquitto_of_someone_else_is_never_taken_for_ours(broker: Mosquitto, tmp_path: Path) -> None:
    second = Mosquitto(tmp_path / "other", 0, dict)
    second._wanted_port = broker.address.port
    with pytest.raises(BrokerError, match="another broker may run"):
        second.start()
    assert second.pid is None
    assert second.address.password != broker.address.password


def test_a_broker_that_cannot_start_says_what_mosquitto_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.mosquitto_files._CONFIG", "nonsense {user}{port}{host}{folder}{packet_bytes}\n")
    broker = Mosquitto(tmp_path / "broker", 0, dict)
    with pytest.raises(BrokerError, match="nonsense"):
        broker.start()
    broker.stop()


def test_a_missing_mosquitto_is_said_with_what_helps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda *_args, **_named: None)
    with pytest.raises(BrokerError, match="apt-get install mosquitto"):
        Mosquitto(tmp_path / "broker", 0, dict)


def test_stop_leaves_no_process_and_may_come_twice(tmp_path: Path) -> None:
    broker = Mosquitto(tmp_path / "broker", 0, dict)
    broker.start()
    pid = broker.pid
    assert pid is not None
    broker.stop()
    broker.stop()
    assert _is_gone(pid)
    assert broker.pid is None


def test_reloads_while_it_starts_do_not_end_it(broker: Mosquitto) -> None:
    first = broker.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)

    def reload_and_look() -> bool:
        broker.reload()
        return broker.pid not in (None, first) and _answers(broker.address.port)

    until(reload_and_look, "a new mosquitto in spite of reloads")
    second = broker.pid
    with connected(broker.address.port, "a", "a"):
        assert broker.pid == second


def test_its_file_limit_is_raised_and_its_version_known(broker: Mosquitto) -> None:
    assert broker.pid is not None
    soft, hard = psutil.Process(broker.pid).rlimit(psutil.RLIMIT_NOFILE)
    assert soft == min(65_536, hard)
    assert version(broker.program)[0].isdigit()


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
