"""Attacks on a hub that listens, by raw clients: what a device or a stranger sends harms nobody else.

Whom a certificate lets in is in test_device_listener, joining in test_joining, sticks in test_outbox_import.
"""

import contextlib
import queue
import socket
import ssl
import struct
import threading
import time

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from deploy.newcomer import LOOPBACK, trusting
from tests.support.facts import DOCK, batch, goods, hello, presence, scan
from tests.support.listening import (
    LET_IN,
    ListeningHub,
    connect_packet,
    joined_context,
    knock,
    tls_client,
)
from tests.support.mqtt import Named, connected, until
from wire import codec, topics
from wire.errors import DecodeError
from wire.joining import SERVER_NAME
from wire.messages import Receipt
from wire.topics import Leaf

A, B = "wh1-scanner-1", "wh1-scanner-2"
LOT = goods(lot="A")
PATIENCE_S, SILENCE_S = 30.0, 1.0
STREAMS = iter(range(1, 10_000))


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    with ListeningHub(tmp_path_factory.mktemp("hostile") / "hub") as process:
        yield process


@pytest.fixture(scope="module")
def papers(hub, tmp_path_factory):
    """The contexts of the devices A, which attacks, and B, which works."""
    folder = tmp_path_factory.mktemp("papers")
    return {name: joined_context(hub, folder, hub.newcomer(name)) for name in (A, B)}


@contextlib.contextmanager
def connection(hub, context, first=None):
    """A raw connection as a device, after CONNECT (or `first`) was sent."""
    with (
        socket.create_connection((LOOPBACK, hub.mqtts_port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=SERVER_NAME) as tls,
    ):
        tls.sendall(connect_packet() if first is None else first)
        if first is None:
            assert tls.recv(4) == LET_IN
        yield tls


def rest(tls):
    """What the broker still says before it hangs up."""
    said = b""
    with contextlib.suppress(ssl.SSLError, ConnectionError):
        while more := tls.recv(4096):
            said += more
    return said


class Worker:
    """A device that does its work: its scans are confirmed, whatever the others do."""

    def __init__(self, hub, context, name=B):
        self.hub, self.name = hub, name
        self.client = tls_client(hub.mqtts_port, context)
        self.client.subscribe(topics.build(name, Leaf.RECEIPT))
        self.stream = f"{next(STREAMS):016x}"
        self.done = self.through = 0

    def scan(self):
        """One scan, sent again on silence as every device does, until it is confirmed."""
        one = batch(self.hub.ledger, [scan(LOT)], stream=self.stream, after=self.done)
        self.done += 1
        deadline = time.monotonic() + PATIENCE_S
        while self.through < self.done:
            assert time.monotonic() < deadline, f"{self.name} is not served"
            self.client.publish(topics.build(self.name, Leaf.UP), one)
            self._listen()

    def _listen(self):
        with contextlib.suppress(queue.Empty):
            while self.through < self.done:
                _, payload, _ = self.client.inbox.get(timeout=SILENCE_S)
                with contextlib.suppress(DecodeError):
                    said = codec.decode_down(payload)
                    if isinstance(said, Receipt) and said.stream == self.stream:
                        self.through = max(self.through, said.through)

    def close(self):
        self.client.close()


@pytest.fixture
def worker(hub, papers):
    made = Worker(hub, papers[B])
    yield made
    made.scan()
    made.close()
    assert "broker-died" not in hub.log.read_text()


def string(data):
    return struct.pack(">H", len(data)) + data


def packet(kind, body):
    assert len(body) < 128
    return bytes([kind, len(body)]) + body


UP = topics.build(A, Leaf.UP).encode()
AFTER_CONNECT = {
    "a remaining length of five bytes": b"\x30\xff\xff\xff\xff\x01",
    "a topic of no length": packet(0x30, string(b"") + b"{}"),
    "a topic that is longer than its packet": packet(0x30, b"\xff\xff" + UP),
    "a topic that is no UTF-8": packet(0x30, string(b"relay/v1/\xff\xfe/up") + b"{}"),
    "a topic with a zero": packet(0x30, string(b"relay\0/v1") + b"{}"),
    "a topic with half a surrogate": packet(0x30, string(b"relay/\xed\xa0\x80") + b"{}"),
    "a topic with wildcards": packet(0x30, string(b"relay/v1/+/+/up") + b"{}"),
    "a publish of quality 3": packet(0x36, string(UP) + b"\0\1{}"),
    "a publish with packet id 0": packet(0x32, string(UP) + b"\0\0{}"),
    "a publish that ends in its topic": packet(0x30, b"\0"),
    "a subscription to nothing": packet(0x82, b"\0\1"),
    "a subscription with wrong flags": packet(0x80, b"\0\1" + string(b"x") + b"\0"),
    "a subscription of quality 3": packet(0x82, b"\0\1" + string(b"x") + b"\3"),
    "a subscription that is no UTF-8": packet(0x82, b"\0\1" + string(b"\xff") + b"\0"),
    "a second connect": connect_packet(),
    "a packet of kind 0": b"\0\0",
    "a packet of kind 15": b"\xf0\0",
    "a packet that only brokers send": packet(0x20, b"\0\0"),
}
INSTEAD_OF_CONNECT = {
    "a publish first": packet(0x30, string(UP) + b"{}"),
    "another protocol": packet(0x10, string(b"MQTTT") + b"\4\2\0\x3c" + string(b"x")),
    "a version that is none": packet(0x10, string(b"MQTT") + b"\x99\2\0\x3c" + string(b"x")),
    "a reserved flag": packet(0x10, string(b"MQTT") + b"\4\3\0\x3c" + string(b"x")),
    "a will of quality 3": packet(0x10, string(b"MQTT") + b"\4\x1e\0\x3c" + string(b"x") + string(b"t") + string(b"m")),
    "a will that is missing": packet(0x10, string(b"MQTT") + b"\4\6\0\x3c" + string(b"x")),
    "a client id that is no UTF-8": packet(0x10, string(b"MQTT") + b"\4\2\0\x3c" + string(b"\xff\xfe")),
    "a connect that is cut": packet(0x10, string(b"MQTT") + b"\4"),
    "a connect of 256 MiB": b"\x10\xff\xff\xff\x7f" + string(b"MQTT"),
    "what is no MQTT": b"GET / HTTP/1.1\r\nHost: relay-hub\r\n\r\n",
}


def test_a_malformed_packet_ends_the_connection_that_sent_it_and_no_other(hub, papers, worker):
    for what, data in AFTER_CONNECT.items():
        with connection(hub, papers[A]) as tls:
            tls.sendall(data)
            assert rest(tls) == b"", what
        worker.scan()


def test_who_begins_with_anything_but_a_sound_connect_is_not_let_in(hub, papers, worker):
    for what, data in INSTEAD_OF_CONNECT.items():
        with connection(hub, papers[A], data) as tls:
            assert not rest(tls).startswith(LET_IN), what
        worker.scan()


def test_packets_that_never_end_keep_nobody_waiting(hub, papers, worker):
    begun = (b"", b"\x10", connect_packet()[:7], connect_packet() + b"\x30\x7f" + string(UP))
    hello_of_tls = ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        papers[A].wrap_bio(ssl.MemoryBIO(), hello_of_tls, server_hostname=SERVER_NAME).do_handshake()
    half = hello_of_tls.read()[:50]
    with contextlib.ExitStack() as open_:
        for number in range(150):
            plain = open_.enter_context(socket.create_connection((LOOPBACK, hub.mqtts_port), timeout=10))
            plain.sendall(half if number % 2 else b"")
        for first in begun:
            open_.enter_context(connection(hub, papers[A], first))
        for _ in range(3):
            worker.scan()
        assert knock(hub.mqtts_port, papers[A]) == LET_IN


@pytest.mark.soak
def test_packets_that_never_end_are_not_waited_for_for_ever(hub, papers, worker):
    with contextlib.ExitStack() as open_:
        waiting = [open_.enter_context(socket.create_connection((LOOPBACK, hub.mqtts_port))) for _ in range(3)]
        waiting.append(open_.enter_context(connection(hub, papers[A], b"\x10")))
        for each in waiting:
            each.settimeout(150)
            assert rest(each) == b""


@pytest.mark.parametrize("version", [MQTTProtocolVersion.MQTTv311, MQTTProtocolVersion.MQTTv5])
def test_no_kind_of_subscription_brings_a_device_what_is_for_another(hub, papers, worker, version):
    wished = ["#", "/#", "relay/#", "relay/v1/#", "+/+/+/+/+", "relay/v1/+/+/+", "$SYS/#", "$SYS/broker/clients/total"]
    wished += ["$share/g/#", "$share/g/relay/v1/#", f"$share/{B}/{topics.build(B, Leaf.CMD)}", "$CONTROL/#"]
    wished += [topics.build(B, leaf) for leaf in Leaf]
    with connected(hub.mqtt_port, "hub", hub.hub_password) as own:
        for leaf in Leaf:
            own.publish(topics.build(B, leaf), b"secret, retained", retain=True)
        thief = Thief(hub, papers[A], version)
        try:
            for topic in [*wished, topics.build(A, Leaf.CMD)]:
                thief.subscribe(topic)
            for leaf in Leaf:
                own.publish(topics.build(B, leaf), b"secret")
            own.publish(topics.build(A, Leaf.CMD), b"mine")
            until(lambda: b"mine" in thief.heard, "what is for the thief itself")
            worker.scan()
            own.publish(topics.build(A, Leaf.CMD), b"the end")
            until(lambda: b"the end" in thief.heard, "what is for the thief itself")
        finally:
            thief.close()
            for leaf in Leaf:
                own.publish(topics.build(B, leaf), b"", retain=True)
    assert {topic for topic, _ in thief.all} <= {topics.build(A, Leaf.CMD), topics.STATUS}


class Thief:
    """A device's client of any version of MQTT, which may wish what it likes."""

    def __init__(self, hub, context, version, **how):
        self.all, self.granted, self.up = [], 0, threading.Event()
        self.paho = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=B, protocol=version, reconnect_on_failure=False)
        self.paho.tls_set_context(Named(context))
        self.paho.on_message = lambda _client, _data, message: self.all.append((message.topic, bytes(message.payload)))
        self.paho.on_subscribe = self._granted
        self.paho.on_connect = lambda *_: self.up.set()
        if "will" in how:
            self.paho.will_set(*how["will"], qos=1, retain=True)
        self.paho.connect(LOOPBACK, hub.mqtts_port)
        self.paho.loop_start()
        assert self.up.wait(10)

    @property
    def heard(self):
        return [payload for _, payload in self.all]

    def _granted(self, *_):
        self.granted += 1

    def subscribe(self, topic):
        before = self.granted
        self.paho.subscribe(topic, qos=1)
        until(lambda: self.granted > before, f"an answer for {topic}")

    def close(self):
        self.paho.disconnect()
        self.paho.loop_stop()


def test_neither_a_topic_alias_nor_a_will_nor_the_name_of_another_makes_a_device_another(hub, papers, worker):
    forged = batch(hub.ledger, [scan(LOT)], stream="f" * 16)
    thief = Thief(hub, papers[A], MQTTProtocolVersion.MQTTv5, will=(topics.build(B, Leaf.UP), forged))
    named = Properties(PacketTypes.PUBLISH)
    named.TopicAlias = 1
    for topic in (topics.build(B, Leaf.UP), topics.build(A, Leaf.UP), topics.build(B, Leaf.UP), ""):
        thief.paho.publish(topic or topics.build(B, Leaf.UP), forged, qos=1, properties=named)
    worker.scan()
    thief.paho.socket().shutdown(2)
    thief.paho.loop_stop()
    worker.scan()
    owners = "SELECT device.name FROM lane JOIN device ON device.id = device_id WHERE stream = 'ffffffffffffffff'"
    until(lambda: hub.execute(owners), "what the thief may say as itself")
    assert hub.execute(owners) == [(A,)]
    assert not worker.client.gone


# Replay


def test_recorded_batches_count_once_and_only_as_their_device(hub, papers, worker, tmp_path):
    stream = f"{next(STREAMS):016x}"
    recorded = batch(hub.ledger, [scan(LOT), scan(LOT)], stream=stream)
    lanes = f"SELECT device.name, through FROM lane JOIN device ON device.id = device_id WHERE stream = '{stream}'"
    first = joined_context(hub, tmp_path, hub.newcomer("van-1"))
    with contextlib.closing(tls_client(hub.mqtts_port, first)) as van:
        for _ in range(3):
            van.publish(topics.build("van-1", Leaf.UP), recorded)
        until(lambda: hub.execute(lanes) == [("van-1", 2)], "its facts count")
    before = _facts(hub)
    again = joined_context(hub, tmp_path, hub.newcomer("van-1"))
    with contextlib.closing(tls_client(hub.mqtts_port, again)) as van:
        van.publish(topics.build("van-1", Leaf.UP), recorded)
        van.publish(topics.build(B, Leaf.UP), recorded)
        worker.scan()
    assert hub.execute(lanes) == [("van-1", 2)]
    assert _facts(hub) == before + 1
    with contextlib.closing(tls_client(hub.mqtts_port, papers[A])) as other:
        other.publish(topics.build("van-1", Leaf.UP), recorded)
        other.publish(topics.build(A, Leaf.UP), recorded)
        until(lambda: len(hub.execute(lanes)) == 2, "A said so too, and answers for it under its own name")
    assert sorted(hub.execute(lanes)) == [("van-1", 2), (A, 2)]


def _facts(hub):
    return hub.execute("SELECT count(*) FROM move")[0][0]


# Bombs

MIB = 1024 * 1024


def _bombs(ledger):
    deep = b'{"k":"scan","at":1,"up":1,"do":"receive","labels":["x"],"to":"place:x","z":%s}'
    head = b'{"k":"batch","ledger":"%s","hello":1,"stream":"%s","lane":"facts","after":0,"last":1,' % (
        ledger.encode(),
        b"e" * 16,
    )
    return {
        "a million brackets": b"[" * MIB,
        "a hundred thousand objects": b'{"a":' * 200_000,
        "brackets that close": b"[" * 100_000 + b"]" * 100_000,
        "a number of a million digits": b'{"k":"hello","hello":%s}' % (b"9" * (MIB - 30)),
        "an exponent": b'{"k":"hello","hello":1e999999999}',
        "minus a million zeros": b'{"k":"hello","hello":-0.%se-999999}' % (b"0" * (MIB - 50)),
        "a key twice": b'{"k":"hello","k":"batch","hello":1,"hello":"x"}',
        "a million keys": b'{"k":"hello","hello":0,' + b'"a":0,' * 150_000 + b'"b":0}',
        "a text that never ends": b'"' + b"a" * (MIB - 10),
        "backslashes": b'"' + b"\\" * (MIB - 10),
        "half a surrogate": b'{"k":"hello","hello":1,"version":"\\ud800"}',
        "what is compressed": b"\x1f\x8b\x08" + b"\0" * 1000,
        "an item of brackets in a sound batch": head + b'"items":[' + deep % (b"[" * 5000 + b"]" * 5000) + b"]}",
        "a batch of nothing": head + b'"items":[' + b"{}," * 300_000 + b"{}]}",
        "a range as large as can be": head.replace(b'"last":1', b'"last":9007199254740991') + b'"items":[]}',
    }


def test_bombs_of_json_are_set_aside_and_everybody_else_is_served(hub, papers, worker):
    bombs = _bombs(hub.ledger)
    with contextlib.closing(tls_client(hub.mqtts_port, papers[A])) as attacker:
        for data in bombs.values():
            for leaf in (Leaf.UP, Leaf.PRESENCE, Leaf.NOW):
                attacker.publish(topics.build(A, leaf), data)
            worker.scan()
    kept = f"SELECT coalesce(sum(times), 0) FROM quarantine WHERE device = '{A}'"
    until(lambda: hub.execute(kept)[0][0] >= 2 * len(bombs) - 2, "they are in quarantine")
    assert hub.health()["status"] == "ok"


def _length(size):
    return bytes([size % 128 | 0x80, size // 128])


# Texts


def test_no_text_of_a_stranger_or_device_breaks_a_line_of_the_log(hub, papers, worker):
    nasty = "\x1b[2J\r\n2026-01-01 [info] joined device=thief\u202e\x9b"
    with contextlib.closing(tls_client(hub.mqtts_port, papers[A])) as attacker:
        attacker.publish(topics.build(A, Leaf.PRESENCE), presence("0" * 16, nasty[:40], online=True))
        attacker.publish(topics.build(A, Leaf.NOW), nasty.encode())
        attacker.publish(topics.build(A, Leaf.UP), hello(7).replace(b'"hello":7', b'"hello":7,"version":"\\u001b[2J"'))
    worker.scan()
    lines = hub.log.read_text().split("\n")
    assert lines
    assert [line for line in lines if not line.isprintable()] == []
    assert not any(line.startswith("2026-01-01") for line in lines)


# TLS


@pytest.mark.parametrize("door", ["mqtts_port", "https_port"])
@pytest.mark.parametrize("cipher", ["ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA", "AES128-SHA", "NULL", "ADH"])
def test_ciphers_without_forward_secrecy_or_authentication_are_refused(hub, papers, door, cipher):
    context = trusting(hub.authority.pem)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(f"{cipher}:@SECLEVEL=0")
    with (
        socket.create_connection((LOOPBACK, getattr(hub, door)), timeout=10) as plain,
        pytest.raises((ssl.SSLError, ConnectionError), match=r"HANDSHAKE_FAILURE|reset|EOF"),
    ):
        context.wrap_socket(plain, server_hostname=SERVER_NAME)


@pytest.mark.parametrize("door", ["mqtts_port", "https_port"])
def test_tls_1_2_is_spoken_with_forward_secrecy_and_without_compression(hub, papers, door):
    context = papers[A]
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    try:
        with (
            socket.create_connection((LOOPBACK, getattr(hub, door)), timeout=10) as plain,
            context.wrap_socket(plain, server_hostname=SERVER_NAME) as tls,
        ):
            assert tls.cipher()[0].startswith("ECDHE-ECDSA-")
            assert tls.compression() is None
    finally:
        context.maximum_version = ssl.TLSVersion.MAXIMUM_SUPPORTED


def test_a_device_that_publishes_as_fast_as_it_can_does_not_stop_the_others(hub, papers, worker):
    junk = b"".join(b"\x30" + _length(len(UP) + 2 + 8) + string(UP) + b"%08d" % n for n in range(5_000))
    stop = threading.Event()

    def flood():
        with connection(hub, papers[A]) as tls, contextlib.suppress(OSError):
            while not stop.is_set():
                tls.sendall(junk)

    flooding = threading.Thread(target=flood)
    flooding.start()
    try:
        until(lambda: " flood " in hub.log.read_text(), "the hub notices", PATIENCE_S)
        for _ in range(20):
            worker.scan()
        flooding.join(PATIENCE_S)
        assert not flooding.is_alive(), "it is cut off"
    finally:
        stop.set()
        flooding.join()
    assert f"device={A}" in next(line for line in hub.log.read_text().split("\n") if " flood " in line)
    assert hub.execute(f"SELECT count(*) <= 101 FROM quarantine WHERE device = '{A}' AND lane_id IS NULL") == [(1,)]


def test_what_was_attacked_here_is_sound_afterwards(hub):
    assert hub.health()["status"] == "ok"
    assert hub.execute("PRAGMA quick_check") == [("ok",)]
    assert hub.execute(f"SELECT count(*) FROM account WHERE code = '{DOCK}'") == [(1,)]
    log = hub.log.read_text()
    assert "Traceback" not in log
    assert "request-broke" not in log
