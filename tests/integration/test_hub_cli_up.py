"""`relay-hub up`: one process that serves, stops in order, and says clearly why it cannot start."""

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from hub.config import Address
from hub.credentials import hashed
from hub.folder import Folder, Running
from hub.mosquitto import Mosquitto, claim
from tests.support.hub_process import HubProcess, cli, cli_json
from tests.support.mqtt import Refused, connected, until
from wire import codec, topics
from wire.messages import Hello, Presence, Welcome
from wire.topics import Leaf


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "hub"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    with HubProcess(tmp_path_factory.mktemp("running") / "hub") as hub:
        yield hub


def _mosquittos(hub: HubProcess) -> list[psutil.Process]:
    return [child for child in psutil.Process(hub.pid).children(recursive=True) if child.name() == "mosquitto"]


def test_a_hub_that_is_up_answers_over_http(running: HubProcess) -> None:
    health = running.health()
    assert (health["status"], health["ledger"], health["run"]) == ("ok", running.ledger, running.run)


def test_a_device_added_while_it_runs_says_hello_and_is_welcomed(running: HubProcess) -> None:
    done = cli("device", "add", "wh1-scanner-1", data=running.data)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    password = done.stdout.partition('password = "')[2].partition('"')[0]
    with connected(running.mqtt_port, "wh1-scanner-1", password) as device:
        device.subscribe(topics.build("wh1-scanner-1", Leaf.RECEIPT))
        device.publish(
            topics.build("wh1-scanner-1", Leaf.UP), codec.encode(Hello(hello=7, version="1", kind="scanner"))
        )
        answer = codec.decode_down(device.next()[1])
    assert isinstance(answer, Welcome)
    assert (answer.hello, answer.ledger, answer.run) == (7, running.ledger, running.run)


def test_a_device_that_vanishes_is_shown_as_offline(running: HubProcess) -> None:
    assert cli("device", "add", "van-1", "--kind", "vehicle", data=running.data).returncode == 0
    password = cli("device", "add", "van-1", "--renew", data=running.data).stdout.split('password = "')[1].split('"')[0]
    presence = {"run": "0" * 16, "connection": "c", "at": 1}

    def shows(word: str) -> bool:
        listed = cli("device", "list", data=running.data).stdout
        return any("van-1" in line and f" {word} " in line for line in listed.splitlines())

    with connected(running.mqtt_port, "van-1", password) as device:
        device.publish(topics.build("van-1", Leaf.PRESENCE), codec.encode(Presence(**presence, online=True)))
        until(lambda: shows("online"), "van-1 is online", 20)
        device.publish(topics.build("van-1", Leaf.PRESENCE), codec.encode(Presence(**presence, online=False)))
        until(lambda: shows("offline"), "van-1 is offline", 20)


def test_a_second_hub_on_the_same_folder_is_refused(running: HubProcess) -> None:
    done = cli("up", "--mqtt-port", "0", "--http-port", "0", data=running.data)
    assert done.returncode == 1
    assert f"process {running.pid}" in done.stderr
    assert running.health()["run"] == running.run


def test_kill_9_of_the_hub_leaves_no_mosquitto_and_it_starts_again(data: Path) -> None:
    with HubProcess(data) as hub:
        child = _mosquittos(hub)[0]
        hub.end(signal.SIGKILL)
        until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, "mosquitto dies too")
        ledger, run = hub.ledger, hub.run
    with HubProcess(data, "--mqtt-port", str(claim(0))) as again:
        assert (again.ledger, again.run == run) == (ledger, False)


def test_a_hub_that_was_killed_is_not_taken_for_the_one_that_starts_after_it(tmp_path: Path) -> None:
    Folder(tmp_path).write_running(Running(pid=os.getpid(), mqtt_port=1, http_port=1, ledger="a", run="b"))
    starting = Folder(tmp_path)
    starting.lock()
    assert Folder(tmp_path).running() is None
    starting.unlock()


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.soak)])
def test_a_hub_told_to_stop_ends_well_and_leaves_nothing_behind(data: Path, number: signal.Signals) -> None:
    with HubProcess(data) as hub:
        children = psutil.Process(hub.pid).children(recursive=True)
        assert hub.end(number) == 0
    assert not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in children)
    assert not (data / "run.json").exists()
    assert not (data / "hub.db-wal").exists()


def test_a_killed_broker_comes_back_under_a_running_hub(data: Path) -> None:
    with HubProcess(data) as hub:
        first = _mosquittos(hub)[0]
        os.kill(first.pid, signal.SIGKILL)
        password = (data / "broker" / "hub-password").read_text().strip()
        until(lambda: any(child.pid != first.pid for child in _mosquittos(hub)), "a new mosquitto")

        def says_online() -> bool:
            try:
                with connected(hub.mqtt_port, "hub", password) as client:
                    client.subscribe(topics.STATUS)
                    return codec.decode_status(client.next()[1]).online
            except OSError:
                return False

        until(says_online, "the hub says again that it is there")


@pytest.mark.soak
def test_ports_in_use_are_said_with_what_helps(data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for options, hint in ((("--http-port", port, "--mqtt-port", "0"), "--http-port"),
                              (("--http-port", "0", "--mqtt-port", port), "--mqtt-port")):  # fmt: skip
            done = cli("up", *options, data=data)
            assert done.returncode == 1
            assert f"Port {port}" in done.stderr
            assert hint in done.stderr
            assert "Traceback" not in done.stderr


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = cli("up", "--mqtt-port", "0", "--http-port", "0", data=tmp_path / "file" / "hub")
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_all_wrong_settings_are_said_at_once(data: Path) -> None:
    data.mkdir()
    (data / "hub.toml").write_text('[mqtt]\nport = "x"\n[web]\na = 1\n[log]\ncolour = "red"\n')
    done = cli("up", "--http-port", "70000", data=data)
    assert done.returncode == 1
    for part in ("[mqtt] port", "web", "[log] colour", "--http-port"):
        assert part in done.stderr


@pytest.mark.soak
def test_a_broker_that_is_given_is_used_and_none_is_started(data: Path, tmp_path: Path) -> None:
    mosquitto = Mosquitto(tmp_path / "broker", 0, lambda: {"a": hashed("a")})
    address: Address = mosquitto.start()
    try:
        url = f"mqtt://{address.user}:{address.password}@127.0.0.1:{address.port}"
        with HubProcess(data, "--broker", url) as hub:
            assert hub.mqtt_port == address.port
            assert _mosquittos(hub) == []
            with connected(address.port, "a", "a") as device:
                device.subscribe(topics.build("a", Leaf.RECEIPT))
                device.publish(topics.build("a", Leaf.UP), codec.encode(Hello(hello=9)))
                assert isinstance(codec.decode_down(device.next()[1]), Welcome)
    finally:
        mosquitto.stop()


def test_a_device_added_over_http_can_connect_at_once(running: HubProcess) -> None:
    token = cli_json("token", "add", "clerk", "--role", "admin", data=running.data)["token"]
    answer = httpx.post(
        f"{running.http}/api/v1/devices",
        json={"name": "station-7", "kind": "terminal"},
        headers={"Authorization": f"Bearer {token}"},
        timeout=20,
    )
    assert answer.status_code in (200, 201), answer.text

    def connects() -> bool:
        try:
            with connected(running.mqtt_port, "station-7", answer.json()["password"]):
                return True
        except Refused:
            return False

    until(connects, "the new device is let in")
    assert f"port = {running.mqtt_port}" in answer.json()["config"]
