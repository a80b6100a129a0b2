"""The hub's connection to the MQTT broker: the only file of the hub that speaks MQTT.

MQTT is only the wire: whatever it loses, repeats or reorders is made good by hello, receipt and sequence, so the
simplest habits are the safest. MQTT 3.1.1, a clean session, a new client with a random id for each connection,
and nothing is ever queued while disconnected. Receipts go at QoS 0: a lost one is silence, which a device answers
with a hello, and paho would keep QoS 1 messages over a reconnect and send them stale. Batches are taken at QoS 1:
its acknowledgements, sent after the callback returned, are what slows the broker down to the speed of ingest.

One thread runs the loop and hands each message to `on_message`, which may block: that is the backpressure. Then
nothing more is read from the socket, the broker holds at most `max_queued_bytes` for us and drops the rest (devices
send it again). If ingest stands still for longer than the keepalive, the broker declares us gone and publishes our
last will: true, for a hub that cannot commit does not serve. When the callback returns, we connect anew.

The loop is poll() around paho's loop_read, loop_write and loop_misc, because paho's own loop uses select(),
which cannot serve descriptors beyond 1023, and a hub with many screens has those.
"""

import contextlib
import os
import secrets
import select
import socket
import threading
import time
from collections.abc import Callable, Sequence
from enum import StrEnum
from random import SystemRandom

import paho.mqtt.client as mqtt
import structlog
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion

from hub.config import Address
from hub.vitals import Pulse
from wire import codec, topics
from wire.messages import Status

OnMessage = Callable[[str, bytes, bool], None]
KEEPALIVE_S = 30
CONNECT_S = 5.0
BACKOFF_S = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
OUTGOING_MAX = 10_000
"""Most messages handed to paho and not yet written to the socket."""
_SUBSCRIPTIONS = {topics.Leaf.UP: 1, topics.Leaf.PRESENCE: 1, topics.Leaf.NOW: 0}
_OK = MQTTErrorCode.MQTT_ERR_SUCCESS

log = structlog.get_logger("mqtt")


class Broker:
    """The hub's MQTT connection, kept up for ever between `start` and `stop`."""

    def __init__(self, address: Address, *, ledger: str, run: str, on_message: OnMessage) -> None:
        """`on_message` gets (topic, payload, retained) on the connection's own thread, one at a time."""
        self._address = address
        self._online = codec.encode(Status(ledger=ledger, run=run, online=True))
        self._offline = codec.encode(Status(ledger=ledger, run=run, online=False))
        self._on_message = on_message
        self._client: mqtt.Client | None = None
        self._outgoing = 0
        self._counting = threading.Lock()
        self._refusal = ""
        self._up = threading.Event()
        self._stopping = threading.Event()
        self._quiet = threading.Event()
        self._anew = threading.Event()
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self.pulse = Pulse()
        self._thread = threading.Thread(target=self._run, name="mqtt", daemon=True)

    def start(self) -> None:
        """Begin to connect; returns at once."""
        self._thread.start()

    def wait_connected(self, timeout_s: float) -> bool:
        """Whether the hub is subscribed and has said so within that time."""
        return self._up.wait(timeout_s)

    @property
    def connected(self) -> bool:
        return self._up.is_set()

    @property
    def alive(self) -> bool:
        """Whether the connection's thread runs; it never ends by itself, unless `on_message` raised."""
        return self._thread.is_alive()

    def publish(self, topic: str, payload: bytes, qos: int = 0) -> bool:
        """Send if connected; never queues for later. Any thread. False: not sent, and nobody waits for it."""
        client = self._client
        if client is None or not self._up.is_set() or self._outgoing >= OUTGOING_MAX:
            return False
        with self._counting:
            self._outgoing += 1
        sent = client.publish(topic, payload, qos=qos).rc == _OK
        if not sent:
            self._count_down()
        self._wake()
        return sent

    def reconnect(self) -> None:
        """Begin a new session with the broker: what it has for us is dropped, and devices greet anew.

        For after a flood. A Mosquitto whose buffer towards us is full drops also what it sends at QoS 1, and waits for
        the acknowledgement of it: 64 of these, and this session brings nothing at QoS 1 any more.
        """
        self._anew.set()
        self._wake()

    def quiesce(self) -> None:
        """Take in nothing more; sending still works. The first half of `stop`."""
        self._quiet.set()
        self._wake()

    def stop(self, timeout_s: float = 5.0) -> None:
        """Say goodbye (online false), close and join. Idempotent. `on_message` must be able to return."""
        self._quiet.set()
        self._stopping.set()
        self._wake()
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        if not self._thread.is_alive() and self._wake_read >= 0:
            os.close(self._wake_read)
            os.close(self._wake_write)
            self._wake_read = self._wake_write = -1

    def _wake(self) -> None:
        with contextlib.suppress(OSError):  # full: it will wake; closed: nobody sleeps
            os.write(self._wake_write, b"\0")

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            self.pulse.beat()
            client = self._new_client()
            try:
                client.connect(self._address.host, self._address.port, keepalive=KEEPALIVE_S)
                reason = self._serve(client)
            except OSError as error:
                reason = str(error)
            was_up = self._up.is_set()
            self._up.clear()
            self._client = None
            if self._stopping.is_set():
                return
            failures = 0 if was_up else failures + 1
            wait_s = BACKOFF_S[min(failures, len(BACKOFF_S) - 1)] * SystemRandom().uniform(0.5, 1.0)
            log.warning("disconnected", broker=str(self._address), reason=reason, retry_s=round(wait_s, 2))
            self._stopping.wait(wait_s)

    def _new_client(self) -> mqtt.Client:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"hub-{secrets.token_hex(8)}",
            clean_session=True,
            protocol=MQTTProtocolVersion.MQTTv311,
            reconnect_on_failure=False,
        )
        client.connect_timeout = CONNECT_S
        if self._address.user:
            client.username_pw_set(self._address.user, self._address.password)
        client.will_set(topics.STATUS, self._offline, qos=1, retain=True)
        client.on_connect = self._connected
        client.on_subscribe = self._subscribed
        client.on_message = self._received
        client.on_publish = self._written
        client.on_socket_open = _prepare
        # Other threads only append; the loop below writes.
        client.on_socket_register_write = _nothing
        client.on_socket_unregister_write = _nothing
        self._outgoing = 0
        self._refusal = ""
        return client

    def _serve(self, client: mqtt.Client) -> str:
        """Run one connection to its end, and say why it ended."""
        poll = select.poll()
        poll.register(self._wake_read, select.POLLIN)
        descriptor = client.socket().fileno()  # type: ignore[union-attr]
        rc = _OK
        misc_at = time.monotonic() + 1
        while rc == _OK and not self._refusal and client.socket() is not None:
            self.pulse.beat()
            if self._stopping.is_set():
                return self._leave(client)
            if self._anew.is_set():
                self._anew.clear()
                client.disconnect()
                client.loop_write()
                return "a new session, after a flood"
            reading = 0 if self._quiet.is_set() else select.POLLIN
            poll.register(descriptor, reading | (select.POLLOUT if client.want_write() else 0))
            events = dict(poll.poll(1000))
            if self._wake_read in events:
                os.read(self._wake_read, 65_536)
            seen = events.get(descriptor, 0)
            if seen & ~select.POLLOUT:
                rc = client.loop_read()
            if rc == _OK and client.want_write():
                rc = client.loop_write()
            if rc == _OK and time.monotonic() >= misc_at:
                rc = client.loop_misc()
                misc_at = time.monotonic() + 1
        if client.socket() is not None:
            client.disconnect()
            client.loop_write()
        return self._refusal or mqtt.error_string(rc)

    def _leave(self, client: mqtt.Client) -> str:
        """The goodbye: what a last will would say, then DISCONNECT, which takes the will back."""
        deadline = time.monotonic() + 2
        if self._up.is_set():
            client.publish(topics.STATUS, self._offline, qos=0, retain=True)
        while client.want_write() and client.loop_write() == _OK and time.monotonic() < deadline:
            if client.want_write():
                select.select([], [], [], 0.01)
        client.disconnect()
        client.loop_write()
        if client.socket() is not None:
            client.loop_read()  # the broker closes; reading its end lets paho close ours
        return "stopped"

    def _connected(self, client: mqtt.Client, _data: object, _flags: object, code: object, _more: object) -> None:
        if getattr(code, "is_failure", False):
            self._refusal = f"the broker refused the hub: {code}"
            return
        client.subscribe([(topics.subscription(leaf), qos) for leaf, qos in _SUBSCRIPTIONS.items()])

    def _subscribed(
        self, client: mqtt.Client, _data: object, _mid: int, codes: Sequence[object], _more: object
    ) -> None:
        if any(getattr(code, "is_failure", False) for code in codes):
            self._refusal = "the broker refused the hub's subscriptions; let it read and write relay/v1/#"
            return
        # Only now: a device that sees the birth says hello, and we already listen.
        client.publish(topics.STATUS, self._online, qos=1, retain=True)
        self._client = client
        self._up.set()
        log.info("connected", broker=str(self._address))

    def _received(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        self.pulse.beat()
        if self._quiet.is_set():
            return
        try:
            topic = message.topic
        except UnicodeDecodeError:  # no topic of ours; nobody but the hub may even write there
            return
        self._on_message(topic, bytes(message.payload), message.retain)

    def _written(self, _client: mqtt.Client, _data: object, _mid: int, _code: object, _more: object) -> None:
        self._count_down()

    def _count_down(self) -> None:
        with self._counting:
            self._outgoing = max(0, self._outgoing - 1)


class Login(StrEnum):
    """What became of an attempt to sign in at a broker."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"


def try_login(address: Address, *, timeout_s: float = 5.0) -> Login:
    """Whether a broker takes these credentials at this moment; leaves no trace there."""
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2, client_id=f"try-{secrets.token_hex(8)}", protocol=MQTTProtocolVersion.MQTTv311
    )
    client.connect_timeout = timeout_s
    client.username_pw_set(address.user, address.password)
    answers: list[bool] = []
    client.on_connect = lambda _client, _data, _flags, code, _more: answers.append(not code.is_failure)
    deadline = time.monotonic() + timeout_s
    try:
        client.connect(address.host, address.port)
        while not answers and time.monotonic() < deadline and client.loop(0.2) == _OK:
            pass
        client.disconnect()
        client.loop(0.2)
    except OSError:
        return Login.UNREACHABLE
    if not answers:
        return Login.UNREACHABLE
    return Login.ACCEPTED if answers[0] else Login.REFUSED


def take_over(address: Address, name: str, topic: str, payload: bytes, *, timeout_s: float = 5.0) -> bool:
    """Be the client of this name for a moment, so that whoever is connected as it is cut off, and leave a message.

    A broker lets a client id be used once only and ends the older connection (MQTT 3.1.1, section 3.1.4). The message
    is retained: it stands where the last will of a client that may no longer publish is not taken. Any thread.
    """
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=name, protocol=MQTTProtocolVersion.MQTTv311)
    client.connect_timeout = timeout_s
    client.username_pw_set(address.user, address.password)
    told: list[bool] = []
    client.on_connect = lambda one, _data, _flags, code, _more: (
        told.append(False) if code.is_failure else one.publish(topic, payload, qos=1, retain=True)
    )
    client.on_publish = lambda _client, _data, _mid, _code, _more: told.append(True)
    deadline = time.monotonic() + timeout_s
    try:
        client.connect(address.host, address.port)
        while not told and time.monotonic() < deadline and client.loop(0.2) == _OK:
            pass
        client.disconnect()
        client.loop(0.2)
    except OSError:
        return False
    return any(told)


def _prepare(_client: mqtt.Client, _data: object, connection: object) -> None:
    if isinstance(connection, socket.socket):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _nothing(_client: mqtt.Client, _data: object, _connection: object) -> None:
    """Writing is started by the loop, which asks want_write()."""
