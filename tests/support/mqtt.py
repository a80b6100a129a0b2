"""A plain MQTT client for tests: what it sent is acknowledged, what it got is kept, and waiting has a deadline."""

import queue
import secrets
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from wire.joining import SERVER_NAME

DEADLINE_S = 10.0
Got = tuple[str, bytes, bool]


class Refused(Exception):  # noqa: N818
    """The broker did not let the client in."""


class Named:
    """A context that asks for the hub's name whatever address was dialled."""

    check_hostname = True

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context

    def wrap_socket(self, plain: socket.socket, server_hostname: str = "", **how: bool) -> ssl.SSLSocket:
        return self._context.wrap_socket(plain, server_hostname=SERVER_NAME, **how)


class Client:
    """A connected client. `next` gives its messages in the order of arrival."""

    def __init__(
        self,
        port: int,
        user: str = "",
        password: str = "",
        will: tuple[str, bytes] | None = None,
        *,
        tls: ssl.SSLContext | None = None,
        client_id: str = "",
    ) -> None:
        self.inbox: queue.Queue[Got] = queue.Queue()
        self._granted: queue.Queue[int] = queue.Queue()
        self.gone = False
        codes: queue.Queue[bool] = queue.Queue()
        self.paho = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id or f"test-{secrets.token_hex(8)}",
            protocol=MQTTProtocolVersion.MQTTv311,
            reconnect_on_failure=False,
        )
        if user:
            self.paho.username_pw_set(user, password)
        if tls is not None:
            self.paho.tls_set_context(Named(tls))  # type: ignore[arg-type]
        if will is not None:
            self.paho.will_set(*will, qos=1, retain=True)
        self.paho.on_connect = lambda _c, _d, _f, code, _p: codes.put(not code.is_failure)
        self.paho.on_message = lambda _c, _d, m: self.inbox.put((m.topic, bytes(m.payload), m.retain))
        self.paho.on_subscribe = lambda _c, _d, mid, _codes, _p: self._granted.put(mid)
        self.paho.on_disconnect = self._lost
        self.paho.connect("127.0.0.1", port, keepalive=60)
        self.paho.loop_start()
        try:
            accepted = codes.get(timeout=DEADLINE_S)
        except queue.Empty:
            accepted = False
        if not accepted:
            self.paho.loop_stop()
            raise Refused(user)

    def _lost(self, *_args: object) -> None:
        self.gone = True

    def subscribe(self, topic: str) -> None:
        """Subscribe and wait for the broker's answer (which MQTT 3.1.1 gives also where it denies)."""
        self.paho.subscribe(topic, qos=1)
        self._granted.get(timeout=DEADLINE_S)

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> None:
        """Publish and wait for the broker's acknowledgement (likewise)."""
        self.paho.publish(topic, payload, qos=qos, retain=retain).wait_for_publish(DEADLINE_S)

    def next(self) -> Got:
        """The next message; fails after the deadline."""
        return self.inbox.get(timeout=DEADLINE_S)

    def close(self) -> None:
        self.paho.disconnect()
        self.paho.loop_stop()

    def vanish(self) -> None:
        """Close the socket without a goodbye, as a power cut does: the last will goes out."""
        connection = self.paho.socket()
        assert connection is not None
        connection.shutdown(2)
        self.paho.loop_stop()


@contextmanager
def connected(port: int, user: str = "", password: str = "") -> Iterator[Client]:
    client = Client(port, user, password)
    try:
        yield client
    finally:
        client.close()


def until(true: Callable[[], bool], what: str, seconds: float = DEADLINE_S) -> None:
    """Wait for something to become true; fails with its name after the deadline."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not in {seconds} s: {what}"
        time.sleep(0.01)
