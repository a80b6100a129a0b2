"""The hub's own MQTT connection: birth and last will, intake, backpressure, coming back."""

import queue
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.broker import Broker, Login, try_login
from hub.config import Address
from hub.credentials import hashed
from hub.mosquitto import Mosquitto
from tests.support.mqtt import DEADLINE_S, Client, Got, connected, until
from wire import codec, topics
from wire.messages import Status
from wire.topics import Leaf

LEDGER, RUN = "0123456789abcdef", "fedcba9876543210"
ONLINE = codec.encode(Status(ledger=LEDGER, run=RUN, online=True))
OFFLINE = codec.encode(Status(ledger=LEDGER, run=RUN, online=False))
USERS = {"a": hashed("a")}
UP = topics.build("a", Leaf.UP)


class Inbox:
    """Takes the hub's messages; while `closed` it blocks, as a stuck ingest does."""

    def __init__(self) -> None:
        self.messages: queue.Queue[Got] = queue.Queue()
        self.open = threading.Event()
        self.open.set()

    def __call__(self, topic: str, payload: bytes, retained: bool) -> None:
        self.open.wait()
        self.messages.put((topic, payload, retained))

    def next(self) -> Got:
        return self.messages.get(timeout=DEADLINE_S)


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    broker = Mosquitto(tmp_path / "broker", 0, lambda: USERS)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def broker(mosquitto: Mosquitto, inbox: Inbox) -> Iterator[Broker]:
    broker = Broker(mosquitto.address, ledger=LEDGER, run=RUN, on_message=inbox)
    broker.start()
    assert broker.wait_connected(DEADLINE_S)
    yield broker
    inbox.open.set()
    broker.stop()


@pytest.fixture
def device(mosquitto: Mosquitto) -> Iterator[Client]:
    with connected(mosquitto.address.port, "a", "a") as client:
        yield client


@pytest.mark.parametrize("leaf", topics.DEVICE_WRITES)
def test_the_hub_hears_every_leaf_that_a_device_writes(
    broker: Broker, inbox: Inbox, device: Client, leaf: Leaf
) -> None:
    device.publish(topics.build("a", leaf), b"hello")
    assert inbox.next() == (topics.build("a", leaf), b"hello", False)
    assert broker.connected


def test_what_was_retained_before_is_marked_as_retained(mosquitto: Mosquitto, inbox: Inbox, device: Client) -> None:
    presence = topics.build("a", Leaf.PRESENCE)
    device.publish(presence, b"old", retain=True)
    broker = Broker(mosquitto.address, ledger=LEDGER, run=RUN, on_message=inbox)
    broker.start()
    assert inbox.next() == (presence, b"old", True)
    broker.stop()


def test_birth_and_goodbye_are_retained_so_that_a_late_device_sees_them(broker: Broker, device: Client) -> None:
    device.subscribe(topics.STATUS)
    assert device.next()[:2] == (topics.STATUS, ONLINE)
    broker.stop()
    assert device.next()[:2] == (topics.STATUS, OFFLINE)
    device.subscribe(topics.STATUS)
    assert device.next() == (topics.STATUS, OFFLINE, True)


def test_a_published_receipt_reaches_its_device(broker: Broker, device: Client) -> None:
    receipt = topics.build("a", Leaf.RECEIPT)
    device.subscribe(receipt)
    for number in range(1000):
        assert broker.publish(receipt, str(number).encode())
    assert [device.next()[1] for _ in range(1000)] == [str(number).encode() for number in range(1000)]


def test_after_the_broker_was_killed_the_hub_is_back_and_nothing_was_queued(
    mosquitto: Mosquitto, broker: Broker, inbox: Inbox
) -> None:
    receipt = topics.build("a", Leaf.RECEIPT)
    child = mosquitto._child
    assert child is not None
    child.kill()
    until(lambda: not broker.connected, "the hub notices")
    assert not broker.publish(receipt, b"stale")
    assert not broker.publish(receipt, b"stale", qos=1)
    assert broker.wait_connected(DEADLINE_S)
    with connected(mosquitto.address.port, "a", "a") as device:
        device.subscribe(receipt)
        until(lambda: broker.publish(receipt, b"fresh"), "the hub can publish again")
        assert device.next()[1] == b"fresh"
        device.publish(UP, b"again")
        assert inbox.next()[:2] == (UP, b"again")


def test_a_stuck_intake_stops_reading_and_goes_on_in_order_when_it_is_free(
    broker: Broker, inbox: Inbox, device: Client
) -> None:
    inbox.open.clear()
    count = 200
    for number in range(count):
        device.publish(UP, number.to_bytes(2, "big") + b"x" * 50_000)
    assert inbox.messages.qsize() == 0
    inbox.open.set()
    assert [int.from_bytes(inbox.next()[1][:2], "big") for _ in range(count)] == list(range(count))


def test_after_quiesce_nothing_more_comes_in_while_receipts_still_go_out(
    broker: Broker, inbox: Inbox, device: Client
) -> None:
    receipt = topics.build("a", Leaf.RECEIPT)
    device.subscribe(receipt)
    broker.quiesce()
    device.publish(UP, b"too late")
    assert broker.publish(receipt, b"last")
    assert device.next()[1] == b"last"
    broker.stop()
    assert inbox.messages.empty()


def test_stop_without_a_broker_returns_at_once_and_may_come_twice(inbox: Inbox) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = Address(host="127.0.0.1", port=nobody.getsockname()[1], user="hub", password="x")
        broker = Broker(address, ledger=LEDGER, run=RUN, on_message=inbox)
        broker.start()
        assert not broker.wait_connected(0.05)
        assert not broker.publish(UP, b"x")
        broker.stop()
        broker.stop()
        assert not broker.alive


def test_a_wrong_password_is_tried_again_and_never_counts_as_connected(mosquitto: Mosquitto, inbox: Inbox) -> None:
    address = Address(host="127.0.0.1", port=mosquitto.address.port, user="hub", password="wrong")
    broker = Broker(address, ledger=LEDGER, run=RUN, on_message=inbox)
    broker.start()
    assert not broker.wait_connected(0.5)
    assert broker.alive
    broker.stop()


def test_a_login_can_be_tried(mosquitto: Mosquitto) -> None:
    port = mosquitto.address.port
    assert try_login(Address(host="127.0.0.1", port=port, user="a", password="a")) is Login.ACCEPTED
    assert try_login(Address(host="127.0.0.1", port=port, user="a", password="b")) is Login.REFUSED
    mosquitto.stop()
    assert try_login(Address(host="127.0.0.1", port=port, user="a", password="a")) is Login.UNREACHABLE
