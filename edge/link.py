"""One connection to the broker: a paho client that lives as long as the connection and no longer.

A new client with a random id per connection, a clean session, MQTT 3.1.1: nothing that an earlier connection left in
a queue is ever sent. The caller's thread drives it (poll); callbacks only append to `events`.

A device that joined shows its certificate and trusts its own hub only (edge/trust.py); its identity is read anew for
each connection, so a renewed one is used from the next connection on. One that was given a password uses that.
"""

import os
import select
import ssl
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from edge.errors import EdgeError
from edge.identity import IdentityError, load
from edge.parties import HubSettings
from edge.trust import HubContext, explain, presenting, refusal

KEEPALIVE_S = 15
GREETING_S = 10.0
CONNECT_S = 5.0
INFLIGHT = 64


class LinkError(EdgeError):
    """The broker cannot be reached, refuses this device, or the connection broke.

    `refusal` is one of edge.trust's words if it is this device's certificate that the hub does not take.
    """

    def __init__(self, said: str, refusal: str = "") -> None:
        super().__init__(said)
        self.refusal = refusal


class Link:
    """A connection that is being made, or stands. Raises LinkError wherever it turns out to be gone."""

    def __init__(
        self,
        hub: HubSettings,
        *,
        client_id: str,
        will: tuple[str, bytes] | None,
        topics: tuple[str, ...],
        wake: int,
    ) -> None:
        """Connects, which may take CONNECT_S. `wake` is a descriptor that ends a poll when it is readable."""
        self.events: deque[tuple[str, bytes]] = deque()
        """What came: topic and payload."""
        self.ready = False
        """Whether the broker took this device in and serves its topics."""
        self.client_id = client_id
        self._topics = topics
        self._wake = wake
        self._why: str | None = None
        self._subscription: int | None = None
        self._until = time.monotonic() + GREETING_S
        self._misc_at = 0.0
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=True, protocol=mqtt.MQTTv311
        )
        self._address = f"{hub.host}:{hub.port}"
        self._tls = _tls(hub)
        if self._tls is not None:
            self._client.tls_set_context(self._tls)
        else:
            self._client.username_pw_set(hub.username, hub.password)
        self._client.max_inflight_messages_set(INFLIGHT)
        self._client.connect_timeout = CONNECT_S
        if will is not None:
            self._client.will_set(will[0], will[1], qos=1, retain=True)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message
        try:
            self._client.connect(hub.host, hub.port, keepalive=KEEPALIVE_S)
        except ssl.SSLError as error:
            raise LinkError(explain(error, self._address), refusal(error)) from error
        except (OSError, ValueError) as error:
            raise LinkError(f"cannot reach the broker at {self._address}: {error}") from error

    def poll(self, timeout_s: float) -> None:
        """Read and write what there is, wait for at most `timeout_s` if there is nothing."""
        sock = self._client.socket()
        if sock is None or self._why is not None:
            raise self._broken("the connection to the broker broke")
        fd = sock.fileno()
        held = isinstance(sock, ssl.SSLSocket) and sock.pending() > 0  # decrypted already: select would not see it
        writers = [fd] if self._client.want_write() else []
        readable, writable, _ = select.select([fd, self._wake], writers, [], 0.0 if held else max(0.0, timeout_s))
        if self._wake in readable:
            os.read(self._wake, 4096)
        if fd in readable or held:
            self._check(self._client.loop_read())
        if writable:
            self._check(self._client.loop_write())
        now = time.monotonic()
        if now >= self._misc_at:
            self._misc_at = now + 1.0
            self._check(self._client.loop_misc())
        if not self.ready and now > self._until:
            raise LinkError("the broker accepted the connection and then said nothing")

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> None:
        """Hand over to the broker; paho keeps it until it is acknowledged, or this connection ends."""
        self._check(self._client.publish(topic, payload, qos=qos, retain=retain).rc)

    def close(self, goodbye: Callable[[], None] | None = None) -> None:
        """End it: cleanly, after what `goodbye` publishes, as far as the broker still listens."""
        try:
            if goodbye is not None and self.ready and self._why is None:
                goodbye()
                self._client.disconnect()
                end = time.monotonic() + 1.0
                while self._client.want_write() and time.monotonic() < end:
                    self.poll(0.1)
        except (LinkError, OSError, ValueError):
            pass
        finally:
            self._drop()

    def _drop(self) -> None:
        self._client.on_disconnect = None
        self._client._sock_close()  # noqa: SLF001 - paho has no other way to drop a connection without a goodbye

    def _check(self, code: int) -> None:
        if code != mqtt.MQTT_ERR_SUCCESS or self._why is not None:
            raise self._broken(f"the connection to the broker broke: {mqtt.error_string(code)}")

    def _broken(self, otherwise: str) -> LinkError:
        """Why this connection is gone: the hub's refusal of the certificate says more than that it broke."""
        refused = self._tls.refused if self._tls is not None else None
        if refused is not None:
            return LinkError(explain(refused, self._address), refusal(refused))
        return LinkError(self._why or otherwise)

    def _on_connect(self, client: mqtt.Client, _data: Any, _flags: Any, code: Any, _properties: Any) -> None:
        if code.is_failure:
            hint = "check its name and password" if self._tls is None else "it may have been revoked: ask at the hub"
            self._why = f"the broker refuses this device: {code}; {hint}"
            return
        _, self._subscription = client.subscribe([(topic, 1) for topic in self._topics])

    def _on_subscribe(self, _client: Any, _data: Any, number: int, codes: list[Any], _properties: Any) -> None:
        if number != self._subscription:
            return
        if any(code.is_failure for code in codes):
            self._why = f"the broker does not let this device read {', '.join(self._topics)}"
            return
        self.ready = True

    def _on_disconnect(self, _client: Any, _data: Any, _flags: Any, code: Any, _properties: Any) -> None:
        said = "it was ended from the other side" if str(code) == "Unspecified error" else code
        self._why = self._why or f"the connection to the broker broke: {said}"

    def _on_message(self, _client: Any, _data: Any, message: mqtt.MQTTMessage) -> None:
        self.events.append((message.topic, bytes(message.payload)))


def _tls(hub: HubSettings) -> HubContext | None:
    if hub.identity is None:
        return None
    try:
        return presenting(load(hub.identity))
    except IdentityError as error:
        raise LinkError(str(error)) from error
