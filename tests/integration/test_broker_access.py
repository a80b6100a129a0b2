"""What each user of the embedded Mosquitto may do: a device only as itself, on its own shard."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.credentials import hashed, write_rules
from hub.errors import BrokerError
from hub.mosquitto import Mosquitto
from tests.support.mqtt import Client, Refused, connected, until
from wire import topics
from wire.topics import Leaf

DEVICES = ("wh1-scanner-1", "wh1-scanner-2")
A, B = DEVICES


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    users = {name: hashed(f"secret of {name}") for name in DEVICES}
    broker = Mosquitto(tmp_path_factory.mktemp("hub") / "broker", 0, lambda: users)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def hub(broker: Mosquitto) -> Iterator[Client]:
    with connected(broker.address.port, broker.address.user, broker.address.password) as client:
        yield client


@pytest.fixture
def device(broker: Mosquitto) -> Iterator[Client]:
    with connected(broker.address.port, A, f"secret of {A}") as client:
        yield client


def test_the_hub_hears_what_a_device_says_as_itself(hub: Client, device: Client) -> None:
    hub.subscribe("relay/v1/#")
    for leaf in topics.DEVICE_WRITES:
        device.publish(topics.build(A, leaf), leaf.encode())
        assert hub.next() == (topics.build(A, leaf), leaf.encode(), False)


def test_a_device_hears_what_the_hub_says_to_it(hub: Client, device: Client) -> None:
    for topic in (topics.build(A, Leaf.RECEIPT), topics.build(A, Leaf.CMD), topics.STATUS):
        device.subscribe(topic)
        hub.publish(topic, b"for you")
        assert device.next() == (topic, b"for you", False)


def test_a_device_cannot_publish_as_another_on_another_shard_or_as_the_hub(hub: Client, device: Client) -> None:
    hub.subscribe("relay/v1/#")
    shard = f"{(int(topics.shard(A)) + 1) % topics.SHARDS:02d}"
    forbidden = [topics.build(B, leaf) for leaf in Leaf]
    forbidden += [f"relay/v1/{shard}/{A}/{leaf}" for leaf in Leaf]
    forbidden += [topics.STATUS, topics.build(A, Leaf.RECEIPT), topics.build(A, Leaf.CMD), "relay/v1/x", "other"]
    for topic in forbidden:
        device.publish(topic, b"forged")
        device.publish(topic, b"forged", retain=True)
    device.publish(topics.build(A, Leaf.UP), b"mine")
    assert hub.next() == (topics.build(A, Leaf.UP), b"mine", False)


def test_a_device_cannot_read_what_is_for_another(hub: Client, device: Client) -> None:
    wished = ["#", "relay/v1/#", "$SYS/#", "+/+/+/+/+", f"relay/v1/+/{B}/receipt"]
    wished += [topics.build(B, leaf) for leaf in Leaf]
    for topic in wished:
        device.subscribe(topic)
    for leaf in Leaf:
        hub.publish(topics.build(B, leaf), b"secret")
    device.subscribe(topics.build(A, Leaf.RECEIPT))
    hub.publish(topics.build(A, Leaf.RECEIPT), b"mine")
    assert device.next()[:2] == (topics.build(A, Leaf.RECEIPT), b"mine")


def test_a_last_will_in_the_name_of_another_is_not_published(broker: Mosquitto, hub: Client, device: Client) -> None:
    hub.subscribe("relay/v1/#")
    port, password = broker.address.port, f"secret of {A}"
    with contextlib.suppress(Refused):
        Client(port, A, password, will=(topics.build(B, Leaf.PRESENCE), b"forged")).vanish()
    Client(port, A, password, will=(topics.build(A, Leaf.PRESENCE), b"mine")).vanish()
    assert hub.next() == (topics.build(A, Leaf.PRESENCE), b"mine", False)
    hub.publish(topics.build(A, Leaf.PRESENCE), b"", retain=True)


@pytest.mark.parametrize(
    ("user", "password"),
    [("", ""), (A, "wrong"), (A, ""), (A, f"secret of {B}"), ("nobody", "secret"), ("hub", "hub"), ("hub", "")],
)
def test_who_does_not_know_the_password_is_refused(broker: Mosquitto, user: str, password: str) -> None:
    with pytest.raises(Refused):
        Client(broker.address.port, user, password)


def test_a_message_above_the_packet_limit_goes_nowhere_and_hurts_nobody(broker: Mosquitto, hub: Client) -> None:
    from wire.limits import PACKET_BYTES, UNPACKED_BYTES

    hub.subscribe("relay/v1/+/+/up")
    large = Client(broker.address.port, A, f"secret of {A}")
    large.paho.publish(topics.build(A, Leaf.UP), b"x" * (PACKET_BYTES + 1), qos=1)
    until(lambda: large.gone, "the sender of the large packet is thrown out")
    large.paho.loop_stop()
    with connected(broker.address.port, B, f"secret of {B}") as other:
        other.publish(topics.build(B, Leaf.UP), b"y" * UNPACKED_BYTES)
    assert hub.next() == (topics.build(B, Leaf.UP), b"y" * UNPACKED_BYTES, False)


def test_a_device_added_while_it_runs_can_connect_and_a_removed_one_is_thrown_out(tmp_path: Path) -> None:
    users = {A: hashed("a")}
    broker = Mosquitto(tmp_path / "broker", 0, lambda: users)
    port = broker.start().port
    try:
        with pytest.raises(Refused):
            Client(port, B, "b")
        old = Client(port, A, "a")
        users[B] = hashed("b")
        del users[A]
        broker.reload()
        until(lambda: old.gone, "the removed device is thrown out")
        with connected(port, B, "b") as new:
            new.subscribe(topics.build(B, Leaf.RECEIPT))
        with pytest.raises(Refused):
            Client(port, A, "a")
        old.paho.loop_stop()
    finally:
        broker.stop()


def test_the_files_are_for_the_hub_alone_and_no_password_stands_in_clear(broker: Mosquitto) -> None:
    assert broker.folder.stat().st_mode & 0o777 == 0o700
    for name in ("passwords", "acl", "mosquitto.conf", "hub-password"):
        assert (broker.folder / name).stat().st_mode & 0o777 == 0o600
    passwords = (broker.folder / "passwords").read_text()
    assert "secret" not in passwords
    assert broker.address.password not in passwords


def test_a_device_named_like_the_hub_gets_no_line(tmp_path: Path) -> None:
    passwords = {"hub": hashed("x"), "UPPER": hashed("x"), "ok": hashed("x")}
    write_rules(tmp_path, passwords, hub_hash="H", certified=("hub", "_probe", "#", "a\nuser hub", "also-ok"))
    acl = (tmp_path / "acl").read_text().splitlines()
    assert [line for line in acl if line.startswith("user")] == ["user hub", "user also-ok", "user ok"]
    names = [line.split(":")[0] for line in (tmp_path / "passwords").read_text().splitlines()]
    assert names == ["hub", "ok"]
    assert "hub:H\n" in (tmp_path / "passwords").read_text()


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BrokerError, match="cannot be written"):
        Mosquitto(tmp_path / "file" / "broker", 0, dict).start()
